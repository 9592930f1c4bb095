// The symbols commands as a user meets them: each test starts a real process.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { quadrant as start } from '../../../test/command.ts'
import { findInstrument } from '../../adapters/files/instruments.ts'
import type { InstrumentMeta } from '../../domain/instrument-meta.ts'
import { metaOfSpec } from '../symbols/instruments.ts'

let folder = ''

const STANDARD: InstrumentMeta = {
  ...metaOfSpec({ ...findInstrument('EURUSD.OANDA')!, id: 'EURUSD.MT5' }),
  ...{ venue: 'mt5:Broker-Demo', contractSize: '100000', status: 'trading' },
  aliases: [{ source: 'mt5-bridge', symbol: 'EURUSD' }],
  accountType: { type: 'standard', confidence: 0.95, evidence: ['instant execution'] },
}
const ECN: InstrumentMeta = {
  ...STANDARD,
  ...{ id: 'EURUSD+.MT5', venueSymbol: 'EURUSD+', fees: { perLot: '3.5', currency: 'USD' } },
  aliases: [{ source: 'mt5-bridge', symbol: 'EURUSD+' }],
  accountType: { type: 'ecn', confidence: 0.95, evidence: ['market execution'] },
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quadrant-symbols-'))
  mkdirSync(join(folder, '.quadrant', 'instruments'), { recursive: true })
  writeFileSync(join(folder, '.quadrant', 'instruments', 'mt5-direct.json'), JSON.stringify([STANDARD, ECN]))
})
afterAll(() => rmSync(folder, { recursive: true }))

const quadrant = (...args: string[]) => start(args, { cwd: folder })

test.concurrent('find lists every instrument of that name and how each source spells it', async () => {
  const { exit, stdout } = await quadrant('symbols', 'find', 'eur/usd', '--json')
  const { instruments, spellings } = JSON.parse(stdout)

  expect(exit).toBe(0)
  const ids = instruments.map(({ id }: { id: string }) => id)
  expect(ids).toEqual(['EURUSD+.MT5', 'EURUSD.DUKASCOPY', 'EURUSD.FXCM', 'EURUSD.MT5', 'EURUSD.OANDA'])
  expect(spellings['EUR/USD']).toEqual(
    expect.arrayContaining([
      { source: 'mt5-bridge', symbol: 'EURUSD+', from: 'told' },
      { source: 'oanda', symbol: 'EUR_USD', from: 'told' },
      { source: 'yahoo', symbol: 'EURUSD=X', from: 'convention' },
    ]),
  )
})

test.concurrent('show has the whole record, exact texts and the calendar, for people and machines', async () => {
  const [machine, person] = await Promise.all([
    quadrant('symbols', 'show', 'EURUSD+.MT5', '--json'),
    quadrant('symbols', 'show', 'EURUSD+.MT5'),
  ])
  const shown = JSON.parse(machine.stdout)

  expect(shown).toMatchObject(ECN as unknown as Record<string, unknown>)
  expect(shown.exact).toMatchObject({ tick: '0.00001', lot: '1' })
  expect(shown.sessions).toMatchObject({ calendar: 'fx', zone: 'America/New_York' })
  expect(shown.sessions.week).toHaveLength(5)
  expect(person.stdout).toContain('ecn, 95%: market execution')
  expect(person.stdout).toContain('Clock changes ahead')
})

test.concurrent('compare shows standard against ECN, and says what is missing for a verdict', async () => {
  const { exit, stdout } = await quadrant('symbols', 'compare', 'EURUSD.MT5', 'EURUSD+.MT5')

  expect(exit).toBe(0)
  expect(stdout).toMatch(/account type +standard \(95%\) +ecn \(95%\)/)
  expect(stdout).toMatch(/commission, a lot +0.00 USD +7.00 USD/)
  expect(stdout).toContain('no verdict: no quotes')
})

test.concurrent('a name that nobody has is answered with the nearest, and exit 4', async () => {
  const { exit, stdout } = await quadrant('symbols', 'show', 'EURUDS.OANDA', '--json')

  expect(exit).toBe(4)
  expect(JSON.parse(stdout).error).toMatchObject({ code: 'SYMBOL_NOT_FOUND', fix: expect.stringContaining("'EURUSD.OANDA'") })
})
