// Fills become positions, cash and profit: by hand arithmetic, and as laws over random fills.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PLAIN, plain } from '../../../test/market-facts.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { Side } from '../../domain/market.ts'
import { formatMoney, type Micros, type Money, money, type Price, parseMoney, type Quantity } from '../../domain/numbers.ts'
import { type BookedFill, type Entry, Portfolio } from './portfolio.ts'

const usd = (text: string): Money => parseMoney(text)!
const WTI = plain({ id: 'WTI.TEST', negativePrices: true })

interface FillText {
  readonly of?: Instrument
  readonly commission?: string
  readonly orderId?: string
  readonly time?: number
}

const fill = (
  side: Side,
  quantity: number,
  price: number,
  { of = PLAIN, commission = '0', orderId = 'o1-0', time = 0 }: FillText = {},
) =>
  ({
    instrument: of,
    strategy: 'tested',
    orderId,
    side,
    price: price as Price,
    quantity: quantity as Quantity,
    commission: usd(commission),
    time: time as Micros,
    why: `because of ${orderId}`,
  }) satisfies BookedFill

function opened(of: Instrument = PLAIN, bid = 10_000, ask = 10_000) {
  const portfolio = new Portfolio('USD', usd('100000'))
  const mark = portfolio.open(of)
  mark.bid = bid
  mark.ask = ask
  const balance = (account: string, currency = 'USD') => formatMoney(portfolio.ledger.balance(account, currency))
  return { portfolio, mark, balance, equity: () => formatMoney(portfolio.equity()!) }
}

const figures = ({ roundTrip }: Entry) =>
  roundTrip && {
    side: roundTrip.side,
    quantity: roundTrip.quantity,
    entry: formatMoney(roundTrip.entryValue),
    exit: formatMoney(roundTrip.exitValue),
    commission: formatMoney(roundTrip.commission),
    profit: formatMoney(roundTrip.profit),
  }

describe('a long', () => {
  test('costs its price times its quantity', () => {
    const { portfolio, balance } = opened()
    portfolio.book(fill('buy', 10, 10_000))
    expect(portfolio.position(PLAIN.id)).toEqual({ instrumentId: PLAIN.id, quantity: 10, cost: usd('1000') })
    expect(balance('cash')).toBe('99000')
    expect(balance(`position:${PLAIN.id}`)).toBe('1000')
  })

  test('that is enlarged adds the costs; the average is a quotient', () => {
    const { portfolio } = opened()
    portfolio.book(fill('buy', 10, 10_000))
    portfolio.book(fill('buy', 30, 10_200))
    // 10 × 100 + 30 × 102 = 4,060: 101.50 on average.
    expect(portfolio.position(PLAIN.id)).toMatchObject({ quantity: 40, cost: usd('4060') })
  })

  test('that is reduced releases its share of the cost', () => {
    const { portfolio, balance } = opened()
    portfolio.book(fill('buy', 10, 10_000, { orderId: 'o1-0', time: 5 }))
    const entry = portfolio.book(fill('sell', 4, 11_000, { orderId: 'o2-0', time: 9 }))
    // 4 × (110 − 100) = 40 realised; 6 × 100 = 600 left.
    expect(figures(entry)).toEqual({ side: 'buy', quantity: 4, entry: '400', exit: '440', commission: '0', profit: '40' })
    expect(entry.roundTrip).toMatchObject({
      strategy: 'tested',
      entryTime: 5,
      exitTime: 9,
      entryOrderId: 'o1-0',
      exitOrderId: 'o2-0',
      entryReason: 'because of o1-0',
      exitReason: 'because of o2-0',
      exitPrice: 11_000,
    })
    expect(portfolio.position(PLAIN.id)).toMatchObject({ quantity: 6, cost: usd('600') })
    expect(balance('realised')).toBe('-40')
  })

  test('that is closed costs nothing any more', () => {
    const { portfolio, balance, equity } = opened()
    portfolio.book(fill('buy', 3, 10_001))
    // A third of an odd cost does not divide; the last part takes what is left.
    portfolio.book(fill('sell', 1, 10_000))
    portfolio.book(fill('sell', 1, 10_000))
    portfolio.book(fill('sell', 1, 10_000))
    expect(portfolio.position(PLAIN.id)).toEqual({ instrumentId: PLAIN.id, quantity: 0, cost: 0n })
    expect([...portfolio.positions()]).toEqual([])
    // 3 × (100.00 − 100.01)
    expect(balance('cash')).toBe('99999.97')
    expect(equity()).toBe('99999.97')
  })
})

describe('a short', () => {
  test('brings in money and is closed by buying', () => {
    const { portfolio, balance } = opened()
    portfolio.book(fill('sell', 10, 10_000))
    expect(portfolio.position(PLAIN.id)).toMatchObject({ quantity: -10, cost: usd('-1000') })
    expect(balance('cash')).toBe('101000')
    const entry = portfolio.book(fill('buy', 10, 9_500))
    expect(figures(entry)).toEqual({ side: 'sell', quantity: 10, entry: '1000', exit: '950', commission: '0', profit: '50' })
    expect(balance('cash')).toBe('100050')
  })

  test('is valued at the ask, a long at the bid', () => {
    const short = opened(PLAIN, 9_900, 10_100)
    short.portfolio.book(fill('sell', 10, 10_000))
    // 101,000 − 10 × 101
    expect(short.equity()).toBe('99990')
    const long = opened(PLAIN, 9_900, 10_100)
    long.portfolio.book(fill('buy', 10, 10_000))
    // 99,000 + 10 × 99
    expect(long.equity()).toBe('99990')
  })
})

describe('a flip', () => {
  test('closes one round trip and opens the other side at the same price', () => {
    const { portfolio } = opened()
    portfolio.book(fill('buy', 10, 10_000, { orderId: 'o1-0' }))
    const entry = portfolio.book(fill('sell', 25, 10_400, { orderId: 'o2-0', time: 7 }))
    expect(figures(entry)).toEqual({ side: 'buy', quantity: 10, entry: '1000', exit: '1040', commission: '0', profit: '40' })
    // 15 × 104 short.
    expect(portfolio.position(PLAIN.id)).toMatchObject({ quantity: -15, cost: usd('-1560') })
    const out = portfolio.book(fill('buy', 15, 10_000, { orderId: 'o3-0' }))
    expect(out.roundTrip).toMatchObject({ entryOrderId: 'o2-0', entryTime: 7, profit: usd('60') })
  })

  test('shares its commission between what it closes and what it opens', () => {
    const { portfolio, balance } = opened()
    portfolio.book(fill('buy', 10, 10_000, { commission: '2' }))
    // 10 of 25 close: 2 (entry) + 5 × 10/25 = 4.
    const flip = portfolio.book(fill('sell', 25, 10_000, { commission: '5' }))
    expect(figures(flip)).toMatchObject({ commission: '4', profit: '-4' })
    // 15 of 25 opened: 5 × 15/25 = 3, and 1 to close.
    const out = portfolio.book(fill('buy', 15, 10_000, { commission: '1' }))
    expect(figures(out)).toMatchObject({ commission: '4', profit: '-4' })
    expect(balance('commission')).toBe('8')
    expect(balance('cash')).toBe('99992')
  })
})

test('a partial close takes its share of what the entry cost', () => {
  const { portfolio } = opened()
  portfolio.book(fill('buy', 10, 10_000, { commission: '3' }))
  // 3 × 4/10 + 1
  expect(figures(portfolio.book(fill('sell', 4, 10_000, { commission: '1' })))).toMatchObject({ commission: '2.2' })
  // 3 × 6/10 + 1
  expect(figures(portfolio.book(fill('sell', 6, 10_000, { commission: '1' })))).toMatchObject({ commission: '2.8' })
})

describe('oil at −36.98', () => {
  test('is bought by being paid, and sold higher for a gain', () => {
    const { portfolio, balance, equity } = opened(WTI, -3698, -3698)
    portfolio.book(fill('buy', 1000, -3698, { of: WTI }))
    expect(portfolio.position(WTI.id)).toMatchObject({ quantity: 1000, cost: usd('-36980') })
    expect(balance('cash')).toBe('136980')
    expect(equity()).toBe('100000')
    // 1,000 × (8.91 + 36.98) = 45,890
    const out = portfolio.book(fill('sell', 1000, 891, { of: WTI }))
    expect(figures(out)).toMatchObject({ side: 'buy', entry: '-36980', exit: '8910', profit: '45890' })
    expect(balance('cash')).toBe('145890')
  })

  test('a short of the day before gains through zero', () => {
    const { portfolio } = opened(WTI, 1831, 1831)
    portfolio.book(fill('sell', 10, 1831, { of: WTI }))
    // 10 × (18.31 + 36.98) = 552.90
    expect(figures(portfolio.book(fill('buy', 10, -3698, { of: WTI })))).toMatchObject({
      entry: '183.1',
      exit: '-369.8',
      profit: '552.9',
    })
  })
})

describe('several currencies', () => {
  const BUND = plain({ id: 'BUND.TEST', quote: 'EUR', settle: 'EUR' })
  const EURUSD = plain({ id: 'EURUSD.TEST', assetClass: 'forex', base: 'EUR', priceDecimals: 5 })

  test('equity converts cash and positions at the rate known now', () => {
    const { portfolio, balance } = opened(BUND, 10_000, 10_000)
    const rate = portfolio.open(EURUSD)
    portfolio.book(fill('buy', 10, 10_000, { of: BUND, commission: '5' }))
    expect(balance('cash', 'EUR')).toBe('-1005')
    expect(portfolio.equity(), 'no rate yet').toBeUndefined()
    expect(portfolio.exposure(BUND, 10), 'no rate yet').toBeUndefined()

    rate.bid = rate.ask = 110_000
    // 100,000 − 1,005 × 1.1 + 1,000 × 1.1 = 99,994.5
    expect(formatMoney(portfolio.equity()!)).toBe('99994.5')
    expect(formatMoney(portfolio.exposure(BUND, -10)!)).toBe('1100')
    expect(portfolio.ledger.sums()).toEqual({ USD: '0', EUR: '0' })
  })
})

test('equity is not guessed while a held instrument has no price', () => {
  const portfolio = new Portfolio('USD', usd('100000'))
  const mark = portfolio.open(PLAIN)
  portfolio.book(fill('buy', 1, 10_000))
  expect(portfolio.equity()).toBeUndefined()
  expect(portfolio.exposure(PLAIN, 1)).toBeUndefined()
  mark.bid = mark.ask = 10_000
  expect(formatMoney(portfolio.equity()!)).toBe('100000')
})

test('exposure is never negative: the dearer side of what is held', () => {
  const { portfolio, mark } = opened(WTI, -3698, -3600)
  expect(formatMoney(portfolio.exposure(WTI, -10)!)).toBe('369.8')
  expect(portfolio.exposure(WTI, 0)).toBe(0n)
  mark.bid = 10_000
  mark.ask = 10_100
  expect(formatMoney(portfolio.exposure(WTI, 10)!)).toBe('1010')
})

test('an instrument is opened once, and only what is open is booked', () => {
  const { portfolio } = opened()
  expect(() => portfolio.open(PLAIN)).toThrow('an instrument is opened once')
  expect(() => portfolio.book(fill('buy', 1, 1, { of: WTI }))).toThrow('WTI.TEST is open in the book')
})

describe('whatever is filled', () => {
  const fills = fc.array(
    fc.record({
      side: fc.constantFrom<Side>('buy', 'sell'),
      quantity: fc.integer({ min: 1, max: 1000 }),
      price: fc.integer({ min: -5000, max: 20_000 }),
      commission: fc.bigInt({ min: 0n, max: 10n ** 19n }),
    }),
    { maxLength: 60 },
  )

  test('the position is the sum of the fills, the book balances, and cash and cost tell one story', () => {
    fc.assert(
      fc.property(fills, list => {
        const { portfolio } = opened(WTI, 100, 100)
        let held = 0
        let paid = 0n
        let commissions = 0n
        let profits = 0n
        for (const { side, quantity, price, commission } of list) {
          const signed = side === 'buy' ? quantity : -quantity
          held += signed
          paid += BigInt(signed) * BigInt(price) * WTI.moneyScale
          commissions += commission
          const { roundTrip } = portfolio.book({ ...fill(side, quantity, price, { of: WTI }), commission: money(commission) })
          profits += roundTrip === undefined ? 0n : roundTrip.profit + roundTrip.commission

          const { ledger } = portfolio
          const position = portfolio.position(WTI.id)
          expect(position.quantity).toBe(held)
          expect(ledger.balance('cash', 'USD')).toBe(usd('100000') - paid - commissions)
          expect(ledger.balance('commission', 'USD')).toBe(commissions)
          expect(ledger.balance(`position:${WTI.id}`, 'USD')).toBe(position.cost)
          expect(ledger.balance('realised', 'USD')).toBe(-profits)
          // Cash out is cost still held less profit made.
          expect(paid).toBe(position.cost - profits)
          expect(ledger.sums()).toEqual({ USD: '0' })
        }
      }),
    )
  })

  test('closing everything gives every commission to some round trip', () => {
    fc.assert(
      fc.property(fills, list => {
        const { portfolio } = opened(WTI, 100, 100)
        let commissions = 0n
        let shared = 0n
        const book = (each: BookedFill): void => {
          commissions += each.commission
          shared += portfolio.book(each).roundTrip?.commission ?? 0n
        }
        for (const { side, quantity, price, commission } of list) {
          book({ ...fill(side, quantity, price, { of: WTI }), commission: money(commission) })
        }
        const left = portfolio.quantity(WTI.id)
        if (left !== 0) book(fill(left > 0 ? 'sell' : 'buy', Math.abs(left), 100, { of: WTI, commission: '1' }))
        expect(shared).toBe(commissions)
      }),
    )
  })
})
