// The venue of recorded prices: the contract of every venue, and what it does with quotes, bars, gaps and costs.
import { describe, expect, test } from 'vitest'
import { answersUntil, cancel, place, venueContract } from '../../../test/contracts/venue.ts'
import { bar, bookSnapshot, PLAIN, quote, trade } from '../../../test/market-facts.ts'
import { formatMoney, MINUTE, type Micros, type Price, parseMoney, SECOND } from '../../domain/numbers.ts'
import type { OrderEvent } from '../../domain/order.ts'
import { DERIVED } from '../../domain/provenance.ts'
import type { SourceChange } from '../../domain/source.ts'
import { SimulatedVenue, type SimulatedVenueRules } from './simulated-venue.ts'

const FREE: SimulatedVenueRules = {
  latencyMicros: 0,
  commission: { rate: parseMoney('0')!, minimum: parseMoney('0')! },
  fill: 'next',
}

const opened = (rules: Partial<SimulatedVenueRules> = {}) => new SimulatedVenue({ ...FREE, ...rules }, [PLAIN])

for (const latencyMicros of [0, 50_000]) {
  venueContract({
    name: `the simulated venue at ${latencyMicros / 1000} ms`,
    listed: PLAIN,
    open: listed => new SimulatedVenue({ ...FREE, latencyMicros }, [listed]),
  })
}

/** 'a filled 10010 x1 @5': order, word, price and quantity of a fill, and when it became known. */
const told = (answers: readonly OrderEvent[]): string[] =>
  answers.map(answer => {
    const fill = answer.outcome === 'filled' ? ` ${answer.price} x${answer.quantity}` : ''
    return `${answer.orderId} ${answer.outcome}${fill} @${answer.receivedTime}`
  })
const fills = (answers: readonly OrderEvent[]): string[] =>
  told(answers)
    .filter(text => text.includes('filled'))
    .map(text => text.replace(/ @.*/, ''))

const LATE = 1e15

describe('quotes', () => {
  test('a buy pays the ask, a sale fetches the bid', () => {
    const venue = opened()
    venue.see(quote(0, 10_000, 10_010))
    venue.submit(place(PLAIN, { orderId: 'a' }), 5)
    venue.submit(place(PLAIN, { orderId: 'b', side: 'sell' }), 6)
    expect(told(answersUntil(venue, LATE))).toEqual([
      'a accepted @5',
      'a filled 10010 x1 @5',
      'b accepted @6',
      'b filled 10000 x1 @6',
    ])
  })

  test('an order fills at the quote in force when it arrives, and is known as much later', () => {
    const venue = opened({ latencyMicros: 50 })
    venue.see(quote(0, 10_000, 10_010))
    venue.submit(place(PLAIN, { orderId: 'a' }), 100)
    venue.see(quote(149, 10_020, 10_030))
    venue.see(quote(151, 10_040, 10_050))
    const answers = answersUntil(venue, LATE)
    expect(told(answers)).toEqual(['a accepted @200', 'a filled 10030 x1 @200'])
    expect(answers[1]).toMatchObject({ eventTime: 150 })
  })

  test('before the first price there is nothing to fill at', () => {
    const venue = opened()
    venue.submit(place(PLAIN, { orderId: 'a' }), 5)
    expect(answersUntil(venue, LATE)).toMatchObject([{ outcome: 'rejected', reason: 'the venue has no price yet' }])
  })

  test('a limit fills at its own price, a stop at what the market offers', () => {
    const venue = opened()
    venue.see(quote(0, 10_000, 10_010))
    venue.submit(place(PLAIN, { orderId: 'limit', price: 9_990 }), 1)
    venue.submit(place(PLAIN, { orderId: 'stop', side: 'sell', type: 'stop', price: 9_950 }), 1)
    venue.see(quote(10, 9_981, 9_991))
    expect(fills(answersUntil(venue, LATE)), 'the ask is above the limit yet').toEqual([])
    venue.see(quote(20, 9_900, 9_910))
    expect(fills(answersUntil(venue, LATE))).toEqual(['stop filled 9900 x1', 'limit filled 9990 x1'])
  })

  test('a stop to buy waits for the ask, a limit to sell for the bid', () => {
    const venue = opened()
    venue.see(quote(0, 10_000, 10_010))
    venue.submit(place(PLAIN, { orderId: 'limit', side: 'sell', price: 10_050 }), 1)
    venue.submit(place(PLAIN, { orderId: 'stop', type: 'stop', price: 10_055 }), 1)
    venue.see(quote(10, 10_049, 10_054))
    expect(fills(answersUntil(venue, LATE))).toEqual([])
    venue.see(quote(20, 10_050, 10_060))
    expect(fills(answersUntil(venue, LATE))).toEqual(['stop filled 10060 x1', 'limit filled 10050 x1'])
  })

  test('an order that is through the market already fills at the market', () => {
    const venue = opened()
    venue.see(quote(0, 10_000, 10_010))
    venue.submit(place(PLAIN, { orderId: 'limit', price: 10_500 }), 1)
    venue.submit(place(PLAIN, { orderId: 'stop', side: 'sell', type: 'stop', price: 10_500 }), 1)
    expect(fills(answersUntil(venue, LATE))).toEqual(['limit filled 10010 x1', 'stop filled 10000 x1'])
  })

  test('trades alone are a market of one price, and a book is a better one', () => {
    const venue = opened()
    venue.see(trade(0, 10_000, 5))
    venue.submit(place(PLAIN, { orderId: 'a' }), 1)
    venue.see(bookSnapshot(1, [[9_990, 5]], [[10_020, 5]], { time: 2 }))
    venue.submit(place(PLAIN, { orderId: 'b' }), 3)
    venue.see(trade(4, 9_000, 5))
    venue.submit(place(PLAIN, { orderId: 'c' }), 5)
    expect(fills(answersUntil(venue, LATE))).toEqual(['a filled 10000 x1', 'b filled 10020 x1', 'c filled 10020 x1'])
  })
})

describe('bars', () => {
  const minute = (at: number, prices: readonly [number, number, number, number], spread = 10) =>
    bar(at * MINUTE, (at + 1) * MINUTE, prices, { spread })
  const QUIET = [10_000, 10_000, 10_000, 10_000] as const

  test("an order fills at the next bar's open, and is known when that bar is", () => {
    const venue = opened()
    venue.see(minute(0, QUIET))
    venue.submit(place(PLAIN, { orderId: 'a' }), MINUTE)
    expect(told(answersUntil(venue, LATE))).toEqual([`a accepted @${MINUTE}`])
    venue.see(minute(1, [10_100, 10_200, 10_000, 10_150]))
    const [fill] = answersUntil(venue, LATE)
    expect(fill).toMatchObject({ outcome: 'filled', price: 10_110, eventTime: MINUTE, receivedTime: 2 * MINUTE })
  })

  test('or at the close of the bar that caused it, where the configuration says so', () => {
    const venue = opened({ fill: 'close' })
    venue.see(minute(0, [10_000, 10_300, 9_900, 10_200]))
    venue.submit(place(PLAIN, { orderId: 'a' }), MINUTE)
    venue.submit(place(PLAIN, { orderId: 'b', side: 'sell' }), MINUTE)
    expect(fills(answersUntil(venue, LATE))).toEqual(['a filled 10210 x1', 'b filled 10200 x1'])
  })

  test('an order that waits for a bar can be cancelled', () => {
    const venue = opened()
    venue.see(minute(0, QUIET))
    venue.submit(place(PLAIN, { orderId: 'a' }), MINUTE)
    venue.submit(cancel(PLAIN, 'a'), MINUTE)
    venue.see(minute(1, QUIET))
    expect(told(answersUntil(venue, LATE))).toEqual([`a accepted @${MINUTE}`, `a canceled @${MINUTE}`])
  })

  test('an order that waits for a bar takes the first quote where quotes come instead', () => {
    const venue = opened()
    venue.see(minute(0, QUIET))
    venue.submit(place(PLAIN, { orderId: 'a' }), MINUTE)
    venue.see(quote(MINUTE + 5, 10_050, 10_060))
    expect(fills(answersUntil(venue, LATE))).toEqual(['a filled 10060 x1'])
  })

  test('a stop inside the bar fills at its price, one that the bar gapped through at the open', () => {
    const inside = opened()
    inside.see(minute(0, QUIET))
    inside.submit(place(PLAIN, { orderId: 'a', side: 'sell', type: 'stop', price: 9_900 }), MINUTE)
    inside.see(minute(1, [10_000, 10_000, 9_800, 9_850]))
    expect(fills(answersUntil(inside, LATE))).toEqual(['a filled 9900 x1'])

    const gap = opened()
    gap.see(minute(0, QUIET))
    gap.submit(place(PLAIN, { orderId: 'a', side: 'sell', type: 'stop', price: 9_900 }), MINUTE)
    gap.submit(place(PLAIN, { orderId: 'b', type: 'stop', price: 10_900 }), MINUTE)
    gap.see(minute(1, [9_700, 9_750, 9_600, 9_650]))
    gap.see(minute(2, [11_000, 11_000, 11_000, 11_000]))
    expect(fills(answersUntil(gap, LATE))).toEqual(['a filled 9700 x1', 'b filled 11010 x1'])
  })

  test('a limit must be traded through: its own price at the extreme is not enough', () => {
    const venue = opened()
    venue.see(minute(0, QUIET, 0))
    venue.submit(place(PLAIN, { orderId: 'buy', price: 9_900 }), MINUTE)
    venue.submit(place(PLAIN, { orderId: 'sell', side: 'sell', price: 10_100 }), MINUTE)
    venue.see(minute(1, [10_000, 10_100, 9_900, 10_000], 0))
    expect(fills(answersUntil(venue, LATE))).toEqual([])
    venue.see(minute(2, [10_000, 10_101, 9_899, 10_000], 0))
    expect(fills(answersUntil(venue, LATE))).toEqual(['buy filled 9900 x1', 'sell filled 10100 x1'])
  })

  test('where a bar reached both, the stop came first', () => {
    const venue = opened()
    venue.see(minute(0, QUIET))
    venue.submit(place(PLAIN, { orderId: 'target', side: 'sell', price: 10_100 }), MINUTE)
    venue.submit(place(PLAIN, { orderId: 'stop', side: 'sell', type: 'stop', price: 9_900 }), MINUTE)
    venue.see(minute(1, [10_000, 10_500, 9_500, 10_400]))
    expect(fills(answersUntil(venue, LATE))).toEqual(['stop filled 9900 x1', 'target filled 10100 x1'])
  })

  describe("a guard of a position that was opened at this bar's open", () => {
    /** A long from 100.10 at the open of a bar, and its guards placed when the fill is known. */
    const guarded = (prices: readonly [number, number, number, number], latencyMicros = 0) => {
      const venue = opened({ latencyMicros })
      venue.see(minute(0, QUIET))
      venue.submit(place(PLAIN, { orderId: 'entry' }), MINUTE)
      answersUntil(venue, 2 * MINUTE - 1)
      venue.see(minute(1, prices))
      const entry = answersUntil(venue, 2 * MINUTE + SECOND)
      const now = entry.at(-1)!.receivedTime
      venue.submit(place(PLAIN, { orderId: 'stop', side: 'sell', type: 'stop', price: 9_900, reduceOnly: true }), now)
      venue.submit(place(PLAIN, { orderId: 'target', side: 'sell', price: 10_200, reduceOnly: true }), now)
      return { venue, answers: answersUntil(venue, 2 * MINUTE + SECOND) }
    }

    test('is checked against the rest of that bar: hit at its price, wherever the bar closed', () => {
      expect(fills(guarded([10_000, 10_000, 9_800, 9_950]).answers)).toEqual(['stop filled 9900 x1'])
      expect(fills(guarded([10_000, 10_000, 9_800, 9_850]).answers), 'closed beyond it').toEqual(['stop filled 9900 x1'])
    })

    test('a target is not paid better than its price, though the bar closed above it', () => {
      expect(fills(guarded([10_000, 10_500, 10_000, 10_400]).answers)).toEqual(['target filled 10200 x1'])
    })

    test('the stop came before the target', () => {
      const { answers } = guarded([10_000, 10_500, 9_500, 10_400])
      expect(answers.map(({ orderId, outcome }) => `${orderId} ${outcome}`)).toEqual([
        'stop accepted',
        'stop filled',
        'target accepted',
        'target canceled',
      ])
    })

    test('rests when the bar did not reach it, and the next bar may', () => {
      const { venue, answers } = guarded([10_000, 10_150, 9_950, 10_100])
      expect(fills(answers)).toEqual([])
      venue.see(minute(2, [10_100, 10_201, 10_100, 10_100]))
      expect(fills(answersUntil(venue, LATE))).toEqual(['target filled 10200 x1'])
    })

    test('is answered after its own acceptance, also over a slow line', () => {
      const { answers } = guarded([10_000, 10_000, 9_800, 9_850], 50_000)
      const times = answers.map(answer => answer.receivedTime)
      expect(fills(answers)).toEqual(['stop filled 9900 x1'])
      expect(times).toEqual([...times].sort((a, b) => a - b))
      // Known at two minutes and 50 ms, arrived 50 ms later, heard 50 ms after that.
      expect(times[0]).toBe(2 * MINUTE + 150_000)
    })
  })
})

describe('commission', () => {
  const costOf = (price: number, quantity: number, rules: { rate: string; minimum: string }) => {
    const venue = opened({ commission: { rate: parseMoney(rules.rate)!, minimum: parseMoney(rules.minimum)! } })
    venue.see(quote(0, price, price))
    venue.submit(place(PLAIN, { orderId: 'a', quantity }), 1)
    const fill = answersUntil(venue, LATE)[1]!
    return fill.outcome === 'filled' ? formatMoney(fill.commission) : fill.outcome
  }

  test('is a share of what the fill is worth', () => {
    // 0.002 % of 7 × 100.00
    expect(costOf(10_000, 7, { rate: '0.00002', minimum: '0' })).toBe('0.014')
  })

  test('is not less than its minimum', () => {
    expect(costOf(10_000, 7, { rate: '0.00002', minimum: '1.5' })).toBe('1.5')
    // 0.002 % of 100,000 × 100.00 is 200.
    expect(costOf(10_000, 100_000, { rate: '0.00002', minimum: '1.5' })).toBe('200')
  })

  test('is never paid out, not even below zero', () => {
    expect(costOf(-3_698, 1000, { rate: '0.001', minimum: '0' })).toBe('36.98')
  })

  test('may be nothing', () => {
    expect(costOf(10_000, 7, { rate: '0', minimum: '0' })).toBe('0')
  })
})

test('what is not listed is not seen', () => {
  const venue = opened()
  venue.see(quote(0, 10_000, 10_010, { id: 'OTHER.TEST' }))
  venue.submit(place(PLAIN, { orderId: 'a' }), 1)
  expect(answersUntil(venue, LATE)).toMatchObject([{ outcome: 'rejected' }])
})

describe('a change of source', () => {
  const change = (time: number, to: string, level: SourceChange['level'], epoch: number): SourceChange => ({
    ...{ kind: 'source-change', instrumentId: PLAIN.id, from: 'kraken', to, level, epoch, reason: '' },
    ...{ eventTime: time as Micros, receivedTime: time as Micros, sequence: epoch, provenance: DERIVED },
  })

  test('to what is only remembered fills nothing; orders wait for a live price', () => {
    const venue = opened()
    venue.see(quote(0, 10_000, 10_010))
    venue.submit(place(PLAIN, { orderId: 'rest', side: 'sell', type: 'stop', price: 9_990 as Price }), 1)
    venue.see(change(10, 'cache', 'cache', 2))
    venue.see(quote(11, 9_900, 9_910))
    venue.submit(place(PLAIN, { orderId: 'now' }), 12)
    expect(fills(answersUntil(venue, LATE))).toEqual([])
    venue.see(change(20, 'coinbase', 'live', 3))
    venue.see(quote(21, 9_950, 9_960))
    expect(fills(answersUntil(venue, LATE))).toEqual(['now filled 9960 x1', 'rest filled 9950 x1'])
  })

  test('begins the book anew: a change of the new source does not follow the old one', () => {
    const venue = opened()
    venue.see(bookSnapshot(10, [[10_000, 5]], [[10_010, 5]], { time: 0 }))
    venue.see(change(10, 'coinbase', 'live', 2))
    venue.see(bookSnapshot(3, [[10_100, 5]], [[10_110, 5]], { time: 11 }))
    venue.submit(place(PLAIN, { orderId: 'a' }), 12)
    expect(fills(answersUntil(venue, LATE))).toEqual(['a filled 10110 x1'])
  })
})
