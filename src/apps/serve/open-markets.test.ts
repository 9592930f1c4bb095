// Whether a market is open: by the instrument's own calendar, and open where nobody knows one.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { InstrumentSpec } from '../../domain/instrument.ts'
import { OpenMarkets } from './open-markets.ts'

test('currencies rest at the weekend, coins never, and what nobody knows is taken to be open', () => {
  const home = mkdtempSync(join(tmpdir(), 'quadrant-markets-'))
  const calendars: Readonly<Record<string, string>> = { 'EURUSD.X': 'fx', 'BTCUSD.X': 'crypto' }
  let now = 0
  const markets = new OpenMarkets({
    ...{ home, now: () => now },
    lake: { specOf: id => (id in calendars ? ({ calendar: calendars[id] } as InstrumentSpec) : undefined) },
  })
  const open = (day: string) => {
    now = Date.parse(`${day}T12:00:00Z`)
    return ['EURUSD.X', 'BTCUSD.X', 'UNHEARDOF.X'].map(id => markets.isOpen(id))
  }

  // 2026-11-21 is a Saturday.
  expect(open('2026-11-20')).toEqual([true, true, true])
  expect(open('2026-11-21')).toEqual([false, true, true])
  rmSync(home, { recursive: true, force: true })
})
