// What a lot costs, by arithmetic that is shown.
import { expect, test } from 'vitest'
import { findInstrument } from '../../adapters/files/instruments.ts'
import type { InstrumentMeta } from '../../domain/instrument-meta.ts'
import { metaOfSpec } from './instruments.ts'
import { type Compared, compareSymbols } from './symbol-comparison.ts'

const EURO = metaOfSpec(findInstrument('EURUSD.OANDA')!)
const STANDARD: InstrumentMeta = {
  ...EURO,
  contractSize: '100000',
  accountType: { type: 'standard', confidence: 0.9, evidence: [] },
}
const ECN: InstrumentMeta = {
  ...STANDARD,
  id: 'EURUSD+.MT5',
  accountType: { type: 'ecn', confidence: 0.9, evidence: [] },
  fees: { perLot: '3.5', currency: 'USD' },
}
const seen = (meta: InstrumentMeta, median?: number): Compared => ({
  meta,
  canonical: 'EUR/USD',
  spread: median === undefined ? undefined : { median, percentile95: 2 * median, quotes: 1000, firstTime: 0, lastTime: 1 },
})
const dollars = { currency: 'USD', rateTo: () => undefined }

test('spread and commission of a lot, there and back', () => {
  const { costs, verdict } = compareSymbols([seen(STANDARD, 0.00012), seen(ECN, 0.00001)], dollars)

  // 0.00012 × 100000 = 12; 0.00001 × 100000 = 1, and 2 × 3.50 = 7 of commission: 8.
  expect(costs.map(({ costPerLot }) => costPerLot)).toEqual([12, 8])
  expect(costs.map(({ spread }) => spread?.pips)).toEqual([1.2, 0.1])
  expect(verdict).toBe('EURUSD+.MT5 is cheaper by 4.00 USD a lot, there and back')
})

test('in the currency of the account', () => {
  const { costs } = compareSymbols([seen(STANDARD, 0.00012), seen(ECN, 0.00001)], { currency: 'EUR', rateTo: () => 0.9 })

  expect(costs.map(({ costPerLot }) => costPerLot)).toEqual([10.8, 7.2])
})

test('an unknown commission is said, and not taken for none', () => {
  const { fees: _none, ...unknown } = ECN
  const { verdict } = compareSymbols([seen(STANDARD, 0.00012), seen(unknown, 0.00001)], dollars)

  expect(verdict).toContain('the commission of EURUSD+.MT5 is not known and not counted')
})

test('without quotes, or of different things, there is no verdict', () => {
  expect(compareSymbols([seen(STANDARD), seen(ECN, 0.00001)], dollars).verdict).toContain('no verdict: no quotes')
  const tether = { ...seen(ECN, 0.00001), canonical: 'EUR/USDT' }
  expect(compareSymbols([seen(STANDARD, 0.0001), tether], dollars)).toMatchObject({ same: false })
})
