// How much one signal may hold: the arithmetic by hand, cut down to the lot, and the reasons for nothing.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PLAIN, plain } from '../../../test/market-facts.ts'
import { type Price, parseMoney, type Quantity } from '../../domain/numbers.ts'
import type { Signal, StopRule } from '../../domain/signal.ts'
import { type AllocationRule, type SizeInputs, size } from './size.ts'

type Target = Extract<Signal, { kind: 'target' }>

const target = (direction: 'long' | 'short', stop: number | 'none', risk?: number): Target => ({
  kind: 'target',
  strategy: 'tested',
  instrumentId: PLAIN.id,
  direction,
  stop: stop === 'none' ? { kind: 'none' } : ({ kind: 'at', price: stop as Price } satisfies StopRule),
  takeProfit: undefined,
  risk,
  why: 'for a test',
})

const inputs = (changes: Partial<SizeInputs> = {}): SizeInputs => ({
  instrument: PLAIN,
  equity: parseMoney('100000'),
  entry: 100,
  rate: 1,
  volatility: 0.2,
  ...changes,
})

const RISK: AllocationRule = { method: 'risk', fraction: 0.01 }
const VOLATILITY: AllocationRule = { method: 'volatility', target: 0.1 }

const quantityOf = (...of: Parameters<typeof size>): number | string => {
  const sized = size(...of)
  return sized.kind === 'size' ? sized.quantity : sized.reason
}

describe('by risk', () => {
  test('loses the fraction of equity when the stop is hit', () => {
    // 1 % of 100,000 is 1,000; from 100.00 to 96.00 is 4 a unit: 250.
    expect(quantityOf(target('long', 9_600), RISK, inputs())).toBe(250)
    expect(quantityOf(target('short', 10_400), RISK, inputs())).toBe(250)
  })

  test('is cut down to whole lots', () => {
    // 1,000 / 3 = 333.33: three lots of 100.
    const instrument = plain({ lot: 100 })
    expect(quantityOf(target('long', 9_700), RISK, inputs({ instrument }))).toBe(300)
    expect(quantityOf(target('long', 9_700), RISK, inputs())).toBe(333)
  })

  test('counts the multiplier and the exchange rate', () => {
    // 4 a unit × 50 × 1.25 = 250 a contract: 4 contracts.
    const instrument = plain({ multiplier: 50 })
    expect(quantityOf(target('long', 9_600), RISK, inputs({ instrument, rate: 1.25 }))).toBe(4)
  })

  test("the strategy's own fraction comes first", () => {
    expect(quantityOf(target('long', 9_600, 0.002), RISK, inputs())).toBe(50)
  })

  test('explains itself', () => {
    expect(size(target('long', 9_600), RISK, inputs())).toEqual({
      kind: 'size',
      quantity: 250,
      reason: '1.00% of 100000.00 over 4.000000 a unit is 250',
    })
  })

  test('never risks more than the fraction', () => {
    const cents = fc.integer({ min: 1, max: 9_999 })
    fc.assert(
      fc.property(
        cents,
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 0.0001, max: 0.1, noNaN: true }),
        (stop, lot, fraction) => {
          const sized = size(target('long', stop), { method: 'risk', fraction }, inputs({ instrument: plain({ lot }) }))
          if (sized.kind === 'none') return
          const loss = (sized.quantity * (10_000 - stop)) / 100
          expect(sized.quantity % lot).toBe(0)
          expect(loss).toBeLessThanOrEqual(100_000 * fraction * (1 + 1e-9))
          expect(loss + (lot * (10_000 - stop)) / 100, 'one lot more would').toBeGreaterThan(100_000 * fraction * (1 - 1e-9))
        },
      ),
    )
  })
})

describe('by volatility', () => {
  test('holds so much that its own swings are the target', () => {
    // 10 % of 100,000 is 10,000 a year; 20 % of 100 a unit is 20: 500.
    expect(quantityOf(target('long', 'none'), VOLATILITY, inputs())).toBe(500)
  })

  test('half as wild holds twice as much', () => {
    expect(quantityOf(target('long', 'none'), VOLATILITY, inputs({ volatility: 0.1 }))).toBe(1000)
  })

  test('works below zero: oil at −36.98', () => {
    // 10,000 / (0.5 × 36.98) = 540.8…
    const instrument = plain({ negativePrices: true })
    expect(quantityOf(target('short', 'none'), VOLATILITY, inputs({ instrument, entry: -36.98, volatility: 0.5 }))).toBe(540)
  })
})

test('a fixed quantity asks for nothing', () => {
  const rule: AllocationRule = { method: 'fixed', quantity: 100 as Quantity }
  expect(size(target('long', 'none'), rule, inputs({ equity: undefined, rate: Number.NaN }))).toEqual({
    kind: 'size',
    quantity: 100,
    reason: 'fixed quantity',
  })
})

describe('there is no size', () => {
  test.each<[string, Target, AllocationRule, Partial<SizeInputs>]>([
    ['no exchange rate to the account currency yet', target('long', 9_600), RISK, { equity: undefined }],
    ['no exchange rate to the account currency yet', target('long', 9_600), RISK, { rate: Number.NaN }],
    ['no equity left', target('long', 9_600), RISK, { equity: parseMoney('0') }],
    ['no equity left', target('long', 9_600), VOLATILITY, { equity: parseMoney('-5') }],
    ['sizing by risk needs a stop', target('long', 'none'), RISK, {}],
    ['the stop is not on the losing side of the price', target('long', 10_000), RISK, {}],
    ['the stop is not on the losing side of the price', target('short', 9_999), RISK, {}],
    ['volatility is not known yet', target('long', 'none'), VOLATILITY, { volatility: Number.NaN }],
    ['volatility is not known yet', target('long', 'none'), VOLATILITY, { volatility: 0 }],
    ['the price is zero, so a share of it has no size', target('long', 'none'), VOLATILITY, { entry: 0 }],
    ['less than one lot: 1.00% of 100.00 over 4.000000 a unit', target('long', 9_600), RISK, { equity: parseMoney('100') }],
    ['the size is beyond what can be counted', target('long', 9_600), RISK, { equity: parseMoney('100000000000000000000') }],
  ])('%s', (reason, signal, rule, changes) => {
    expect(quantityOf(signal, rule, inputs(changes))).toBe(reason)
  })
})
