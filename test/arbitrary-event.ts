// Any event that can exist, for properties: every kind, every variant, extreme but legal values.
import fc from 'fast-check'
import type { Event } from '../src/domain/event.ts'
import type { CalendarEntry, Release } from '../src/domain/macro.ts'
import type { Bar, BookChange, BookSnapshot, Quote, Trade } from '../src/domain/market.ts'
import type { Micros, Money, Price, Quantity } from '../src/domain/numbers.ts'
import type { OrderOutcome } from '../src/domain/order.ts'
import type { Provenance } from '../src/domain/provenance.ts'
import type { SourceChange } from '../src/domain/source.ts'

const count = fc.oneof(
  fc.integer({ min: -100, max: 5_000_000 }),
  fc.maxSafeInteger(),
  fc.constantFrom(0, 63, 64, -64, 2 ** 31, 2 ** 53 - 1),
)
const price = count as fc.Arbitrary<Price>
const quantity = fc.maxSafeNat() as fc.Arbitrary<Quantity>
const time = count as fc.Arbitrary<Micros>
const statistic = fc.double()
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('\ud800', 'é', 'a', '\u0000') }),
)
const instrumentId = fc.constantFrom('XAUUSD.OANDA', 'EURUSD.FXCM', 'BTCUSDT.BINANCE')
const side = fc.constantFrom('buy' as const, 'sell' as const)

export const arbitraryProvenance: fc.Arbitrary<Provenance> = fc.record({
  source: fc.constantFrom('oanda', 'fxcm', 'fred'),
  kind: fc.constantFrom('live' as const, 'recorded' as const, 'derived' as const, 'synthetic' as const),
  origin: text,
  checksum: fc.constantFrom('', 'a'.repeat(64)),
  licence: fc.constantFrom('', 'Apache-2.0'),
})

/** Most data are received when they happen; some later. */
const happened = {
  eventTime: time,
  receivedTime: time,
  sequence: count,
  provenance: arbitraryProvenance,
}
const level = fc.record({ price, quantity })
const levels = fc.array(level, { maxLength: 5 })

const quote: fc.Arbitrary<Quote> = fc.record({
  kind: fc.constant('quote' as const),
  ...happened,
  instrumentId,
  bid: price,
  ask: price,
  bidSize: quantity,
  askSize: quantity,
})

const trade: fc.Arbitrary<Trade> = fc.record({
  kind: fc.constant('trade' as const),
  ...happened,
  instrumentId,
  price,
  quantity,
  aggressor: fc.constantFrom('buy' as const, 'sell' as const, 'unknown' as const),
})

const bar: fc.Arbitrary<Bar> = fc.record({
  kind: fc.constant('bar' as const),
  ...happened,
  instrumentId,
  basis: fc.constantFrom('bid' as const, 'mid' as const, 'trade' as const),
  openTime: time,
  open: price,
  high: price,
  low: price,
  close: price,
  askOpen: price,
  askHigh: price,
  askLow: price,
  askClose: price,
  volume: fc.oneof(quantity, fc.double({ min: 0, noNaN: true })),
})

const bookSnapshot: fc.Arbitrary<BookSnapshot> = fc.record({
  kind: fc.constant('book-snapshot' as const),
  ...happened,
  instrumentId,
  updateId: count,
  bids: levels,
  asks: levels,
})

const bookChange: fc.Arbitrary<BookChange> = fc.record({
  kind: fc.constant('book-change' as const),
  ...happened,
  instrumentId,
  firstUpdateId: count,
  lastUpdateId: count,
  previousUpdateId: fc.oneof(fc.constant(-1), count),
  bids: levels,
  asks: levels,
})

const release: fc.Arbitrary<Release> = fc.record({
  kind: fc.constant('release' as const),
  ...happened,
  series: fc.constantFrom('CPIAUCSL', 'UNRATE'),
  periodStart: time,
  value: statistic,
  lagged: fc.boolean(),
})

const calendarEntry: fc.Arbitrary<CalendarEntry> = fc.record({
  kind: fc.constant('calendar-entry' as const),
  ...happened,
  id: text,
  currency: fc.constantFrom('USD', 'EUR'),
  impact: fc.constantFrom('high' as const, 'medium' as const, 'low' as const, 'none' as const),
  name: text,
  actual: statistic,
  forecast: statistic,
  previous: statistic,
  scheduledTime: time,
})

const outcome: fc.Arbitrary<OrderOutcome> = fc.oneof(
  fc.record({ outcome: fc.constant('accepted' as const) }),
  fc.record({
    outcome: fc.constant('filled' as const),
    fillId: text,
    side,
    price,
    quantity,
    commission: fc.bigInt({ min: -(2n ** 140n), max: 2n ** 140n }) as fc.Arbitrary<Money>,
  }),
  fc.record({ outcome: fc.constantFrom('canceled' as const, 'rejected' as const, 'expired' as const), reason: text }),
)
const orderEvent = fc
  .tuple(fc.record({ kind: fc.constant('order-event' as const), ...happened, instrumentId, orderId: text }), outcome)
  .map(([facts, what]) => ({ ...facts, ...what }))

const operatorCommand = fc.record({
  kind: fc.constant('operator-command' as const),
  ...happened,
  operator: text,
  reason: text,
  order: fc.oneof(
    fc.record({
      action: fc.constant('kill' as const),
      scope: fc.constantFrom('all' as const, 'instrument' as const, 'strategy' as const),
      target: text,
      mode: fc.constantFrom('halt' as const, 'cancel' as const, 'flatten' as const),
    }),
    fc.record({ action: fc.constant('reset' as const) }),
    fc.record({ action: fc.constant('failover' as const), instrumentId, source: fc.constantFrom('', 'kraken', 'oanda') }),
    fc.record({
      action: fc.constant('order' as const),
      key: text,
      instrumentId,
      side,
      quantity,
      type: fc.constantFrom('market' as const, 'limit' as const, 'stop' as const),
      price: fc.option(price, { nil: undefined }),
      stop: fc.option(price, { nil: undefined }),
      takeProfit: fc.option(price, { nil: undefined }),
    }),
    fc.record({ action: fc.constant('cancel' as const), orderId: text }),
  ),
})

const tick = fc.record({ kind: fc.constant('tick' as const), ...happened })

const sourceName = fc.constantFrom('', 'kraken', 'coinbase', 'mt5:Broker-Demo')
const sourceChange: fc.Arbitrary<SourceChange> = fc.record({
  kind: fc.constant('source-change' as const),
  ...happened,
  instrumentId,
  from: sourceName,
  to: sourceName,
  level: fc.constantFrom('live' as const, 'cache' as const, 'none' as const),
  epoch: fc.nat(),
  reason: text,
})

export const arbitraryEvent: fc.Arbitrary<Event> = fc
  .tuple(
    fc.oneof(
      quote,
      trade,
      bar,
      bookSnapshot,
      bookChange,
      release,
      calendarEntry,
      orderEvent,
      operatorCommand,
      tick,
      sourceChange,
    ),
    fc.boolean(),
  )
  .map(([event, atOnce]) => (atOnce ? { ...event, receivedTime: event.eventTime } : event))
