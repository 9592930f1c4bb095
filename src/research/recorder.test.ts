// The recorder's facts, with steps made by hand.
import { describe, expect, test } from 'vitest'
import { instrument } from '../domain/instrument.ts'
import type { Bar, Quote } from '../domain/market.ts'
import {
  formatMoney,
  MINUTE,
  type Micros,
  type Money,
  type Price,
  parseMicros,
  parseMoney,
  type Quantity,
} from '../domain/numbers.ts'
import type { OrderEvent, OrderIntent, OrderState } from '../domain/order.ts'
import type { RoundTrip } from '../domain/portfolio.ts'
import { DERIVED } from '../domain/provenance.ts'
import type { Signal } from '../domain/signal.ts'
import type { Decision, Step } from '../engine/step.ts'
import { type RecordSink, RunRecorder } from './recorder.ts'
import { type FillRecord, fillLine, type OrderRecord, orderLine, tradeLine } from './records.ts'

const gold = instrument({
  id: 'XAUUSD.OANDA',
  assetClass: 'metal',
  base: 'XAU',
  quote: 'USD',
  settle: 'USD',
  priceDecimals: 3,
  quantityDecimals: 0,
  tick: 1,
  lot: 1,
  multiplier: 1,
  calendar: 'metals',
  negativePrices: false,
})
const oil = instrument({ ...gold, id: 'WTI.EIA', assetClass: 'energy', base: 'WTI', priceDecimals: 2, negativePrices: true })

const start = parseMicros('2014-05-05T10:00Z')!
const minuteAt = (minutes: number): Micros => (start + minutes * MINUTE) as Micros
const usd = (text: string): Money => parseMoney(text)!

const quote = (time: Micros): Quote => ({
  kind: 'quote',
  instrumentId: gold.id,
  bid: 1_300_000 as Price,
  ask: 1_300_300 as Price,
  bidSize: 0 as Quantity,
  askSize: 0 as Quantity,
  eventTime: time,
  receivedTime: time,
  sequence: 0,
  provenance: DERIVED,
})
const bar = (minute: number, prices: readonly [number, number, number, number], length = 1): Bar => {
  const [open, high, low, close] = prices as readonly [Price, Price, Price, Price]
  return {
    kind: 'bar',
    instrumentId: gold.id,
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
const step = (minute: number, changed: Partial<Step> = {}): Step => ({
  sequence: minute,
  event: quote(minuteAt(minute)),
  bars: [],
  opinions: [],
  decisions: [],
  sizings: [],
  verdicts: [],
  changes: [],
  bookings: [],
  commands: [],
  equity: undefined,
  ...changed,
})
const decision = (signal: Signal): Decision => ({
  strategy: 's',
  instrumentId: gold.id,
  time: start,
  bar: bar(0, [1, 1, 1, 1]),
  signal,
  opinion: undefined,
  features: undefined,
})
const none = (why: string): Decision => decision({ kind: 'none', strategy: 's', instrumentId: gold.id, why })
const intent = (changes: Partial<OrderIntent> = {}): OrderIntent => ({
  instrumentId: gold.id,
  strategy: 's',
  side: 'buy',
  quantity: 100 as Quantity,
  type: 'market',
  role: 'entry',
  price: undefined,
  stop: undefined,
  takeProfit: undefined,
  why: 'fast crossed above slow',
  ...changes,
})
const filled = (orderId: string, wish: OrderIntent, priceSteps: number, time: Micros): OrderEvent => ({
  kind: 'order-event',
  outcome: 'filled',
  instrumentId: wish.instrumentId,
  orderId,
  fillId: `${orderId}-f`,
  side: wish.side,
  price: priceSteps as Price,
  quantity: wish.quantity,
  commission: usd('2.6'),
  eventTime: time,
  receivedTime: time,
  sequence: 0,
  provenance: DERIVED,
})
const trip = (changes: Partial<RoundTrip> = {}): RoundTrip => ({
  instrumentId: gold.id,
  strategy: 's',
  side: 'buy',
  quantity: 100 as Quantity,
  entryTime: minuteAt(1),
  exitTime: minuteAt(31),
  entryValue: usd('130000'),
  exitValue: usd('130100'),
  commission: usd('5.2'),
  profit: usd('94.8'),
  currency: 'USD',
  entryOrderId: 'o1',
  exitOrderId: 'o2',
  entryReason: 'in',
  exitReason: 'out',
  exitPrice: 1_301_000 as Price,
  ...changes,
})

function recorder(sink?: RecordSink): RunRecorder {
  return new RunRecorder({
    startEquity: usd('100000'),
    instruments: new Map([
      [gold.id, gold],
      [oil.id, oil],
    ]),
    convert: (amount, currency) => (currency === 'USD' ? amount : undefined),
    ...(sink && { sink }),
  })
}
const placed = (orderId: string, wish: OrderIntent): Partial<Step> => ({
  verdicts: [{ intent: wish, kind: 'approved', refusals: [] }],
  commands: [
    {
      kind: 'place',
      orderId,
      instrumentId: wish.instrumentId,
      side: wish.side,
      quantity: wish.quantity,
      type: 'market',
      price: undefined,
      reduceOnly: false,
    },
  ],
  changes: [{ orderId, intent: wish, from: 'intended', to: 'sent', reason: 'sent to the venue', event: undefined }],
})
const moved = (orderId: string, wish: OrderIntent, from: OrderState, to: OrderState): Partial<Step> => ({
  changes: [{ orderId, intent: wish, from, to, reason: `venue: ${to}`, event: undefined }],
})

describe('the funnel', () => {
  test('decisions, signals, intents, approvals, orders and fills are counted, and every no has its reason', () => {
    const watched = recorder()
    const enter: Signal = {
      kind: 'target',
      strategy: 's',
      instrumentId: gold.id,
      direction: 'long',
      stop: { kind: 'none' },
      takeProfit: undefined,
      risk: undefined,
      why: 'up',
    }
    watched.observe(step(1, { decisions: [none('warming up'), none('no trend'), none('no trend')] }))
    watched.observe(
      step(2, {
        decisions: [decision(enter), decision({ kind: 'flat', strategy: 's', instrumentId: gold.id, why: 'trend lost' })],
      }),
    )
    watched.observe(step(3, { sizings: [{ decision: decision(enter), intent: undefined, reason: 'less than one lot' }] }))
    watched.observe(
      step(4, {
        verdicts: [
          {
            intent: intent(),
            kind: 'refused',
            refusals: [
              { check: 20, code: 'NOTIONAL_EXCEEDS_MAX', limit: '100000', observed: '130030' },
              { check: 34, code: 'MARKET_DATA_STALE', limit: '10 s', observed: '12 s' },
            ],
          },
        ],
      }),
    )
    watched.observe(step(5, placed('o1', intent())))
    watched.observe(
      step(6, {
        ...moved('o1', intent(), 'sent', 'filled'),
        bookings: [
          {
            orderId: 'o1',
            intent: intent(),
            event: filled('o1', intent(), 1_300_300, minuteAt(6)),
            postings: [],
            roundTrip: undefined,
          },
        ],
      }),
    )

    expect(watched.finish()).toMatchObject({
      decisions: 5,
      signals: 2,
      entries: 1,
      guards: 0,
      withoutStop: 1,
      intents: 2,
      approved: 1,
      orders: 1,
      fills: 1,
      trades: 0,
      orderStates: { filled: 1 },
      noSignal: [
        { text: 'no trend', count: 2 },
        { text: 'warming up', count: 1 },
      ],
      noIntent: [{ text: 'less than one lot', count: 1 }],
      refused: [{ code: 'NOTIONAL_EXCEEDS_MAX', check: 20, count: 1, limit: '100000', observed: '130030' }],
      commission: usd('2.6'),
      openPositions: [{ instrumentId: gold.id, quantity: 100, since: minuteAt(6), reason: 'fast crossed above slow' }],
    })
  })

  test('a sense that abstains is counted with its reason', () => {
    const watched = recorder()
    const opinion = {
      instrumentId: gold.id,
      asOf: start,
      probabilityUp: 0.5,
      confidence: 0,
      disagreement: 0,
      conflict: false,
      standAside: '',
    }
    const reading = {
      kind: 'reading',
      sense: 'what',
      asOf: start,
      direction: 1,
      strength: 1,
      confidence: 1,
      horizonMicros: 1,
      evidence: [],
      standAside: '',
    } as const
    watched.observe(
      step(1, {
        opinions: [{ ...opinion, readings: [reading, { kind: 'abstains', sense: 'how', asOf: start, reason: 'no book' }] }],
      }),
    )
    expect(watched.finish().senses).toEqual([
      { sense: 'what', readings: 1, abstentions: [] },
      { sense: 'how', readings: 0, abstentions: [{ text: 'no book', count: 1 }] },
    ])
  })
})

describe('the lists', () => {
  test('an order is written when it ends, with what was filled; an open one at the end of the run', () => {
    const orders: OrderRecord[] = []
    const fills: FillRecord[] = []
    const trades: RoundTrip[] = []
    const watched = recorder({
      order: order => orders.push(order),
      fill: fill => fills.push(fill),
      trade: trade => trades.push(trade),
    })
    const resting = intent({ type: 'stop', role: 'stop', side: 'sell', price: 1_290_000 as Price })

    watched.observe(step(1, placed('o1', intent())))
    watched.observe(step(2, placed('o2', resting)))
    expect(orders).toEqual([])
    watched.observe(
      step(3, {
        ...moved('o1', intent(), 'sent', 'filled'),
        bookings: [
          {
            orderId: 'o1',
            intent: intent(),
            event: filled('o1', intent(), 1_300_300, minuteAt(3)),
            postings: [],
            roundTrip: trip(),
          },
        ],
      }),
    )
    watched.finish()

    expect(orders.map(order => orderLine(order, gold))).toMatchObject([
      {
        id: 'o1',
        side: 'buy',
        quantity: '100',
        filled: '100',
        state: 'filled',
        reason: 'venue: filled',
        created: '2014-05-05T10:01:00.000000Z',
        changedMicros: minuteAt(3),
        price: null,
      },
      { id: 'o2', side: 'sell', type: 'stop', price: '1290.000', filled: '0', state: 'sent' },
    ])
    expect(fills.map(fill => fillLine(fill, gold))).toMatchObject([
      { orderId: 'o1', price: '1300.300', quantity: '100', commission: '2.6', currency: 'USD' },
    ])
    expect(trades.map(trade => tradeLine(trade, gold))).toMatchObject([{ entryPrice: 1300, exitPrice: 1301, profit: '94.8' }])
  })

  test('a trade at prices below zero keeps their sign', () => {
    // Sold 10 at 18.27, bought back at −36.98: gained 552.50 before 5.2 of commission.
    const short = trip({
      instrumentId: oil.id,
      side: 'sell',
      quantity: 10 as Quantity,
      entryValue: usd('182.7'),
      exitValue: usd('369.8'),
      exitPrice: -3698 as Price,
      profit: usd('547.3'),
    })
    expect(tradeLine(short, oil)).toMatchObject({ entryPrice: 18.27, exitPrice: -36.98, profit: '547.3' })

    // Bought 10 at −36.98, sold at 10.01: gained 469.90.
    const long = trip({
      ...short,
      side: 'buy',
      entryValue: usd('369.8'),
      exitValue: usd('100.1'),
      exitPrice: 1001 as Price,
      profit: usd('464.7'),
    })
    expect(tradeLine(long, oil)).toMatchObject({ entryPrice: -36.98, exitPrice: 10.01 })
  })

  test('a flip is one position ended and another begun', () => {
    const watched = recorder()
    const flip = intent({ side: 'sell', quantity: 250 as Quantity, why: 'turned' })
    watched.observe(
      step(1, {
        bookings: [
          {
            orderId: 'o1',
            intent: intent(),
            event: filled('o1', intent(), 1_300_000, minuteAt(1)),
            postings: [],
            roundTrip: undefined,
          },
        ],
        equity: usd('100000'),
      }),
    )
    watched.observe(
      step(5, {
        bookings: [
          { orderId: 'o2', intent: flip, event: filled('o2', flip, 1_301_000, minuteAt(5)), postings: [], roundTrip: trip() },
        ],
        equity: usd('100094.8'),
      }),
    )

    const record = watched.finish({ time: minuteAt(9), equity: usd('100050') })
    expect(record.openPositions).toEqual([{ instrumentId: gold.id, quantity: -150, since: minuteAt(5), reason: 'turned' }])
    expect(record.statistics.exposure).toBe(1)
    expect(formatMoney(record.statistics.netProfit)).toBe('50')
    expect(record.roundTrips).toHaveLength(1)
  })

  test('an amount without a rate is said to be missing, not guessed', () => {
    const watched = recorder()
    watched.observe(
      step(1, {
        bookings: [
          {
            orderId: 'o1',
            intent: intent(),
            event: filled('o1', intent(), 1, minuteAt(1)),
            postings: [],
            roundTrip: trip({ currency: 'JPY' }),
          },
        ],
      }),
    )
    expect(watched.finish()).toMatchObject({ unconverted: 1, trades: 1 })
  })
})

test('5,000 round trips leave at most 2,000, evenly spread, and say so', () => {
  const watched = recorder()
  const close = intent({ side: 'sell' })
  for (let minute = 0; minute < 10_000; minute++) {
    const wish = minute % 2 === 0 ? intent() : close
    watched.observe(
      step(minute, {
        ...placed(`o${minute}`, wish),
        bookings: [
          {
            orderId: `o${minute}`,
            intent: wish,
            event: filled(`o${minute}`, wish, 1_300_000, minuteAt(minute)),
            postings: [],
            roundTrip: minute % 2 === 1 ? trip() : undefined,
          },
        ],
        equity: usd('100000'),
      }),
    )
  }
  const record = watched.finish()
  expect(record).toMatchObject({ orders: 10_000, trades: 5_000, roundTripStride: 3 })
  expect(record.roundTrips).toHaveLength(1_667)
  expect(record.equity.length).toBeLessThanOrEqual(2_000)
})
