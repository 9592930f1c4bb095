// A thinned price loses no extreme.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Bar } from '../domain/market.ts'
import { MINUTE, type Micros, type Price, parseMicros } from '../domain/numbers.ts'
import { DERIVED } from '../domain/provenance.ts'
import { PriceSeries } from './price-series.ts'

const start = parseMicros('2014-05-05T10:00Z')!
const minuteAt = (minutes: number): Micros => (start + minutes * MINUTE) as Micros
const bar = (minute: number, prices: readonly [number, number, number, number], length = 1): Bar => {
  const [open, high, low, close] = prices as readonly [Price, Price, Price, Price]
  return {
    kind: 'bar',
    instrumentId: 'XAUUSD.OANDA',
    basis: 'bid',
    openTime: minuteAt(minute),
    eventTime: minuteAt(minute + length),
    receivedTime: minuteAt(minute + length),
    open,
    high,
    low,
    close,
    askOpen: open,
    askHigh: high,
    askLow: low,
    askClose: close,
    volume: 0,
    sequence: 0,
    provenance: DERIVED,
  }
}

test('merged bars keep every extreme, the first open and the last close', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: -5000, max: 5000 }), fc.nat(50), fc.nat(50), fc.nat(50)), {
        minLength: 1,
        maxLength: 300,
      }),
      rows => {
        const series = new PriceSeries(16)
        const bars = rows.map(([low, a, b, c], index) =>
          bar(index, [low + Math.min(a, c), low + a + b + c, low, low + Math.min(b, a + c)]),
        )
        for (const one of bars) series.add(one)

        const kept = series.bars()
        expect(kept.length).toBeLessThanOrEqual(16)
        expect(kept.length).toBeGreaterThanOrEqual(Math.min(8, bars.length))
        expect(Math.max(...kept.map(one => one.high))).toBe(Math.max(...bars.map(one => one.high)))
        expect(Math.min(...kept.map(one => one.low))).toBe(Math.min(...bars.map(one => one.low)))
        expect([kept[0]!.open, kept.at(-1)!.close]).toEqual([bars[0]!.open, bars.at(-1)!.close])
        expect(
          kept.slice(1).map(one => one.openTime),
          'no gap and no overlap',
        ).toEqual(kept.slice(0, -1).map(one => one.closeTime))
      },
    ),
  )
})

test('longer bars of time already told are passed over', () => {
  const series = new PriceSeries(10)
  for (let minute = 0; minute < 5; minute++) series.add(bar(minute, [1, 2, 1, 2]))
  series.add(bar(0, [1, 9, 0, 2], 5))
  expect(series.bars()).toHaveLength(5)
})
