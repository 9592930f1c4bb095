// The doors between counts, estimates and money.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PLAIN, plain } from '../../test/market-facts.ts'
import { InvariantError } from './assert.ts'
import { notional, toLots, toPrice } from './instrument.ts'
import { formatMoney, type Price, type Quantity } from './numbers.ts'

const worth = (of: typeof PLAIN, price: number, quantity: number) =>
  formatMoney(notional(of, price as Price, quantity as Quantity))

const BTC = plain({ id: 'BTCUSDT.TEST', priceDecimals: 2, quantityDecimals: 8 })
const EMINI = plain({ id: 'ES.TEST', priceDecimals: 2, tick: 25, multiplier: 50 })
const WTI = plain({ id: 'WTI.TEST', negativePrices: true })

describe('notional', () => {
  test('is exact where floats are not', () => {
    // 0.1 × 0.2 is 0.020000000000000004 in floats.
    const tenths = plain({ priceDecimals: 1, quantityDecimals: 1 })
    expect(worth(tenths, 1, 2)).toBe('0.02')
    // 61,234.56 × 0.12345678: steps 6_123_456 × 12_345_678 = 75,598,216,075,968, with ten decimals.
    expect(worth(BTC, 6_123_456, 12_345_678)).toBe('7559.8216023168')
  })

  test('stays exact beyond 2^53', () => {
    // (2^53 − 1)² = 81129638414606663681390495662081
    const unit = plain({ priceDecimals: 0 })
    expect(worth(unit, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)).toBe('81129638414606663681390495662081')
  })

  test('counts the multiplier', () => {
    // 5,000.25 × 3 contracts × 50
    expect(worth(EMINI, 500_025, 3)).toBe('750037.5')
  })

  test('follows the signs: oil at −36.98, held long and short', () => {
    expect(worth(WTI, -3698, 1000)).toBe('-36980')
    expect(worth(WTI, -3698, -1000)).toBe('36980')
    expect(worth(WTI, 0, 1000)).toBe('0')
  })

  test('is the product of the decimals, whatever they are', () => {
    const count = fc.maxSafeInteger()
    const decimals = fc.integer({ min: 0, max: 9 })
    fc.assert(
      fc.property(count, count, decimals, decimals, (price, quantity, priceDecimals, quantityDecimals) => {
        const of = plain({ priceDecimals, quantityDecimals })
        const scale = 10n ** BigInt(18 - priceDecimals - quantityDecimals)
        expect(notional(of, price as Price, quantity as Quantity)).toBe(BigInt(price) * BigInt(quantity) * scale)
      }),
    )
  })
})

describe('toPrice', () => {
  test('lands on the tick in the direction named', () => {
    expect(toPrice(EMINI, 5000.3, 'down')).toBe(500_025)
    expect(toPrice(EMINI, 5000.3, 'up')).toBe(500_050)
    expect(toPrice(EMINI, 5000.3, 'nearest')).toBe(500_025)
    expect(toPrice(EMINI, 5000.4, 'nearest')).toBe(500_050)
  })

  test('float dust does not push a price to the next tick', () => {
    const gold = plain({ priceDecimals: 3 })
    expect(1.005 * 1000, 'dust below').toBe(1004.9999999999999)
    expect(toPrice(gold, 1.005, 'down')).toBe(1005)
    expect(2.2 * 100, 'dust above').toBe(220.00000000000003)
    expect(toPrice(PLAIN, 2.2, 'up')).toBe(220)
  })

  test('down is toward minus infinity below zero too', () => {
    expect(toPrice(WTI, -36.985, 'down')).toBe(-3699)
    expect(toPrice(WTI, -36.985, 'up')).toBe(-3698)
    expect(toPrice(WTI, -36.98, 'down')).toBe(-3698)
  })

  test('there is one zero', () => {
    expect(Object.is(toPrice(WTI, -0.001, 'up'), 0)).toBe(true)
    expect(Object.is(toPrice(WTI, -0.001, 'nearest'), 0)).toBe(true)
  })

  test('an estimate that is no number is a bug', () => {
    expect(() => toPrice(PLAIN, Number.NaN, 'nearest')).toThrow(InvariantError)
    expect(() => toPrice(PLAIN, Number.POSITIVE_INFINITY, 'nearest')).toThrow(InvariantError)
  })

  test('down is never above the estimate and up never below, each within a tick', () => {
    const estimate = fc.double({ min: -1e6, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(estimate, fc.integer({ min: 1, max: 500 }), (value, tick) => {
        const of = plain({ tick })
        const down = toPrice(of, value, 'down')
        const up = toPrice(of, value, 'up')
        const steps = value * 100
        const dust = tick * 2e-6
        expect(down % tick === 0 && up % tick === 0).toBe(true)
        expect(down).toBeLessThanOrEqual(steps + dust)
        expect(up).toBeGreaterThanOrEqual(steps - dust)
        expect(up - down).toBeLessThanOrEqual(tick)
      }),
    )
  })
})

describe('toLots', () => {
  test('cuts down to whole lots, never up', () => {
    const lots = plain({ lot: 10 })
    expect(toLots(lots, 99.9)).toBe(90)
    expect(toLots(lots, 100)).toBe(100)
    expect(toLots(lots, 9.99)).toBe(0)
  })

  test('float dust costs no lot', () => {
    const milli = plain({ quantityDecimals: 3 })
    // 0.1 + 0.2 = 0.30000000000000004 and 0.3 − 0.2 − 0.1 dust: 0.7 × 1000 is 700 exactly, 0.29 × 1000 is 290 − 3e-14.
    expect(toLots(milli, 0.29)).toBe(290)
    expect(toLots(milli, 0.1 + 0.2)).toBe(300)
  })

  test('a negative or endless quantity is a bug', () => {
    expect(() => toLots(PLAIN, -1)).toThrow(InvariantError)
    expect(() => toLots(PLAIN, Number.POSITIVE_INFINITY)).toThrow(InvariantError)
  })
})

describe('an instrument', () => {
  test('must leave room for money to be exact', () => {
    expect(() => plain({ priceDecimals: 10, quantityDecimals: 9 })).toThrow('price × quantity fits money exactly')
    expect(plain({ priceDecimals: 10, quantityDecimals: 8 }).moneyScale).toBe(1n)
  })

  test.each([{ tick: 0 }, { tick: 0.5 }, { lot: 0 }, { lot: -1 }, { multiplier: 0 }, { multiplier: 2.5 }])(
    'with %o is a bug',
    fault => {
      expect(() => plain(fault)).toThrow(InvariantError)
    },
  )
})
