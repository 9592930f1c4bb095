// Twins that their properties do not tell apart are told apart by the spreads that were seen of them: real quotes, one set widened.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { quadrant as start } from '../../../test/command.ts'
import { packPath, packTest } from '../../../test/pack.ts'
import { zipEntries } from '../../adapters/files/zip.ts'
import { Lake } from '../../adapters/lake/lake.ts'
import type { SymbolFacts } from '../../adapters/mt5/symbol-facts.ts'
import { metasOf } from '../../adapters/mt5/symbol-list.ts'
import { micros } from '../../domain/numbers.ts'
import { importFiles } from '../import.ts'
import { storeMetas } from './instruments.ts'

const folder = mkdtempSync(join(tmpdir(), 'quadrant-account-type-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A broker that says the same of both: only what is seen of them can tell. */
const EURUSD: SymbolFacts = {
  ...{ name: 'EURUSD', path: 'Forex\\EURUSD', description: 'Euro vs US Dollar', base: 'EUR', profit: 'USD', margin: 'EUR' },
  ...{ digits: 5, tickSize: '0.00001', contractSize: '100000', volumeMin: '0.01', volumeStep: '0.01', volumeMax: '100' },
  ...{ calcMode: 0, executionMode: 2, tradeMode: 4, spreadFloats: true, spread: 12, stopsLevel: 0, freezeLevel: 0 },
  ...{ swapLong: '-7.2', swapShort: '2.1', swapMode: 1 },
}
const TWINS = [EURUSD, { ...EURUSD, name: 'EURUSD+', path: 'Forex\\EURUSD+' }]

const DAY = Date.UTC(2014, 4, 1)
const QUOTES = 5000
/** Two pips, in steps of 0.00001. */
const WIDER = 20

/** OANDA's first quotes of 1 May 2014: milliseconds of the day, bid and ask in steps. */
async function oandaQuotes(): Promise<readonly (readonly [millis: number, bid: number, ask: number])[]> {
  for await (const entry of zipEntries(packPath('fx/lean/oanda/tick/eurusd/20140501_quote.zip'))) {
    const chunks: Buffer[] = []
    for await (const chunk of entry.chunks()) chunks.push(chunk)
    const lines = Buffer.concat(chunks).toString().split('\n').slice(0, QUOTES)
    return lines
      .map(line => line.split(',').map(Number) as [number, number, number])
      .map(([millis, bid, ask]) => [millis, Math.round(bid * 1e5), Math.round(ask * 1e5)] as const)
  }
  throw new Error('the archive is empty')
}

packTest(
  'the spreads of the lake decide between twins, and are shown as evidence',
  async () => {
    const home = join(folder, '.quadrant')
    storeMetas(home, 'mt5-bridge', metasOf({ server: 'Broker-Demo', symbols: TWINS, fetchedTime: micros(1) }))
    const quadrant = (...args: string[]) => start(args, { cwd: folder })
    const shown = async (id: string) => JSON.parse((await quadrant('symbols', 'show', id, '--json')).stdout).accountType

    const before = await shown('EURUSD+.MT5')
    expect(before).toMatchObject({ type: 'standard' })
    expect(before.evidence.join()).not.toContain('median spread')

    const quotes = await oandaQuotes()
    const spreads = quotes.map(([, bid, ask]) => ask - bid).toSorted((a, b) => a - b)
    // The lower of the two in the middle, in pips.
    const pips = spreads[QUOTES / 2 - 1]! / 10
    const lake = new Lake(join(home, 'lake'))
    for (const [symbol, wider] of [
      ['EURUSD+', 0],
      ['EURUSD', WIDER],
    ] as const) {
      const [rows, mapping] = [join(folder, `${symbol}.csv`), join(folder, `${symbol}.yaml`)]
      const price = (steps: number): string => (steps / 1e5).toFixed(5)
      const lines = quotes.map(([millis, bid, ask]) => `${DAY + millis},${price(bid)},${price(ask + wider)}`)
      writeFileSync(rows, `time,bid,ask\n${lines.join('\n')}\n`)
      const described = `{ id: ${symbol}.MT5, assetClass: forex, base: EUR, quote: USD, priceDecimals: 5, calendar: fx }`
      writeFileSync(
        mapping,
        `kind: quote\ninstrument: ${described}\nsource: oanda\nzone: UTC\ntime: { column: time, format: millis }\ncolumns: { bid: bid, ask: ask }\n`,
      )
      expect(await importFiles('csv', [rows], { mapping }, lake)).toMatchObject({ rows: QUOTES, failures: [] })
    }
    lake.close()

    // By the rules: 3 market, 1 floating, 1 no stops, 1 lot, and 2 for the narrower; so 8 against 6, and 0.62 + 2 × 0.06.
    const narrower = `median spread ${pips} pips, narrower than 1 of 1`
    const wide = `median spread ${pips + WIDER / 10} pips, narrower than 0 of 1`
    expect(await shown('EURUSD+.MT5')).toMatchObject({
      type: 'ecn',
      confidence: 0.74,
      evidence: expect.arrayContaining([narrower]),
    })
    expect(await shown('EURUSD.MT5')).toMatchObject({
      type: 'standard',
      confidence: 0.74,
      evidence: expect.arrayContaining([wide]),
    })

    const { stdout } = await quadrant('symbols', 'compare', 'EURUSD.MT5', 'EURUSD+.MT5')
    expect(stdout).toMatch(/account type +standard \(74%\) +ecn \(74%\)/)
    expect(stdout).toContain(narrower)
    // Two pips of a lot of 100,000 are 20 dollars.
    expect(stdout).toContain('EURUSD+.MT5 is cheaper by 20.00 USD a lot')
  },
  60_000,
)
