// Exchange rates from the prices of currency pairs: direct, turned round, and through a third currency.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plain } from '../../../test/market-facts.ts'
import { formatMoney, money, parseMoney } from '../../domain/numbers.ts'
import { Mark, Rates } from './rates.ts'

const pair = (base: string, quote: string, priceDecimals = 5): Mark =>
  new Mark(plain({ id: `${base}${quote}.TEST`, assetClass: 'forex', base, quote, settle: quote, priceDecimals }))

function priced(mark: Mark, bid: number, ask: number): Mark {
  mark.bid = bid
  mark.ask = ask
  return mark
}

function ratesOf(...marks: readonly Mark[]): Rates {
  const rates = new Rates()
  for (const mark of marks) rates.add(mark)
  return rates
}

function convert(rates: Rates, amount: string, from: string, to: string): string | undefined {
  const converted = rates.convert(parseMoney(amount)!, from, to)
  return converted === undefined ? undefined : formatMoney(converted)
}

describe('conversion', () => {
  const euro = () => priced(pair('EUR', 'USD'), 110_000, 110_020)

  test('is at the mid of the pair', () => {
    // (1.10000 + 1.10020) / 2 = 1.1001
    expect(convert(ratesOf(euro()), '1000', 'EUR', 'USD')).toBe('1100.1')
  })

  test('the other way round divides, and cuts toward zero at 10^-18', () => {
    // 1 / 1.1001 = 0.90900827197527497…
    const amount = convert(ratesOf(euro()), '1', 'USD', 'EUR')!
    expect(amount).toBe('0.909008271975274975')
    expect(convert(ratesOf(euro()), '-1', 'USD', 'EUR')).toBe(`-${amount}`)
  })

  test('goes through a third currency where no pair joins the two', () => {
    const yen = priced(pair('USD', 'JPY', 3), 102_000, 102_000)
    // 100 EUR × 1.1001 × 102
    expect(convert(ratesOf(euro(), yen), '100', 'EUR', 'JPY')).toBe('11221.02')
    // 112,210.2 JPY / 102 / 1.1001 = 1,000
    expect(convert(ratesOf(euro(), yen), '112210.2', 'JPY', 'EUR')).toBe('1000')
  })

  test('is undefined while a price is missing on the way', () => {
    expect(convert(ratesOf(), '1', 'EUR', 'USD')).toBeUndefined()
    expect(convert(ratesOf(pair('EUR', 'USD')), '1', 'EUR', 'USD')).toBeUndefined()
    expect(convert(ratesOf(euro(), pair('USD', 'JPY', 3)), '1', 'EUR', 'JPY')).toBeUndefined()
    expect(convert(ratesOf(euro()), '1', 'GBP', 'CHF')).toBeUndefined()
  })

  test('of nothing is nothing, and within one currency needs no rate', () => {
    expect(convert(ratesOf(), '0', 'EUR', 'USD')).toBe('0')
    expect(convert(ratesOf(), '12.5', 'USD', 'USD')).toBe('12.5')
  })

  test('follows the newest price', () => {
    const mark = euro()
    const rates = ratesOf(mark)
    priced(mark, 120_000, 120_000)
    expect(convert(rates, '10', 'EUR', 'USD')).toBe('12')
  })

  test('gold priced in dollars is no exchange rate', () => {
    const gold = priced(new Mark(plain({ id: 'XAUUSD.TEST', assetClass: 'metal', base: 'XAU', quote: 'USD' })), 130_000, 130_000)
    expect(convert(ratesOf(gold), '1', 'XAU', 'USD')).toBeUndefined()
  })

  test('there and back never gains', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 30n }), fc.integer({ min: 1, max: 10_000_000 }), (units, price) => {
        const rates = ratesOf(priced(pair('EUR', 'USD'), price, price))
        const back = rates.convert(rates.convert(money(units), 'EUR', 'USD')!, 'USD', 'EUR')!
        expect(back <= units).toBe(true)
      }),
    )
  })
})

test('a mark is known from its first price on', () => {
  const mark = pair('EUR', 'USD')
  expect(mark.known).toBe(false)
  expect(priced(mark, 0, 0).known).toBe(true)
})
