// One event as bytes and back, exactly.
//
//   event := head, body of its kind
//   head  := byte: kind (index into EVENTS) + 128 when received and event time differ
//            float event time, [float received time], count sequence, origin
//   body of
//     quote             instrument, bid, ask, bidSize, askSize (counts)
//     trade             instrument, price, quantity (counts), aggressor (byte)
//     bar               instrument, basis (byte), float openTime, 8 prices (counts), float volume
//     book-snapshot     instrument, count updateId, levels bids, levels asks
//     book-change       instrument, counts first, last and previous update id, levels bids, levels asks
//     release           word series, float periodStart, float value, byte lagged
//     calendar-entry    text id, word currency, byte impact, word name, floats actual, forecast, previous, scheduledTime
//     order-event       instrument, text orderId, byte outcome, then for
//                         filled: text fillId, byte side, counts price and quantity, amount commission
//                         canceled, rejected, expired: text reason
//     operator-command  text operator, text reason, byte action, then for
//                         kill: byte scope, text target, byte mode
//                         failover: instrument, word source
//                         order: text key, instrument, byte side, count quantity, byte type, then price, stop and target, each
//                           a byte whether there is one and its count
//                         cancel: text orderId
//     source-change     instrument, words from and to, byte level, count epoch, text reason
//     tick              nothing
//   instrument, word, origin := count, a number in the journal's words (words.ts)
//   levels := count, then per level counts price and quantity
//   count, float, amount, text: bytes.ts. A byte is an index into the list of that name below.
// Ids of orders, fills and announcements and what people write are texts of their own: they rarely come twice.
import { unreachable } from '../../domain/assert.ts'
import type { Event, OperatorAction } from '../../domain/event.ts'
import type { Impact } from '../../domain/macro.ts'
import type { BookLevel, PriceBasis, Side, Trade } from '../../domain/market.ts'
import type { Micros, Money, Price, Quantity } from '../../domain/numbers.ts'
import type { OrderOutcome, OrderType } from '../../domain/order.ts'
import type { SourceLevel } from '../../domain/source.ts'
import type { ByteReader, ByteWriter } from './bytes.ts'
import { corrupt } from './journal-error.ts'
import type { Words } from './words.ts'

// The lists are part of the format: new members go to the end, and nothing leaves.
const EVENTS = [
  'quote',
  'trade',
  'bar',
  'book-snapshot',
  'book-change',
  'release',
  'calendar-entry',
  'order-event',
  'tick',
  'operator-command',
  'source-change',
] as const satisfies readonly Event['kind'][]
const SIDES = ['buy', 'sell'] as const satisfies readonly Side[]
const AGGRESSORS = ['buy', 'sell', 'unknown'] as const satisfies readonly Trade['aggressor'][]
const BASES = ['bid', 'mid', 'trade'] as const satisfies readonly PriceBasis[]
const IMPACTS = ['high', 'medium', 'low', 'none'] as const satisfies readonly Impact[]
const OUTCOMES = ['accepted', 'filled', 'canceled', 'rejected', 'expired'] as const satisfies readonly OrderOutcome['outcome'][]
const ACTIONS = ['kill', 'reset', 'failover', 'order', 'cancel'] as const satisfies readonly OperatorAction['action'][]
type Kill = Extract<OperatorAction, { action: 'kill' }>
const SCOPES = ['all', 'instrument', 'strategy'] as const satisfies readonly Kill['scope'][]
const MODES = ['halt', 'cancel', 'flatten'] as const satisfies readonly Kill['mode'][]
const LEVELS = ['live', 'cache', 'none'] as const satisfies readonly SourceLevel[]
const TYPES = ['market', 'limit', 'stop'] as const satisfies readonly OrderType[]
const ANSWERS = [false, true] as const

const RECEIVED_LATER = 0x80

export function encodeEvent(event: Event, words: Words, to: ByteWriter): void {
  const later = event.receivedTime !== event.eventTime
  to.byte(EVENTS.indexOf(event.kind) | (later ? RECEIVED_LATER : 0))
  to.float(event.eventTime)
  if (later) to.float(event.receivedTime)
  to.count(event.sequence)
  to.count(words.provenanceNumber(event.provenance))

  switch (event.kind) {
    case 'quote':
      to.count(words.textNumber(event.instrumentId))
      to.count(event.bid)
      to.count(event.ask)
      to.count(event.bidSize)
      to.count(event.askSize)
      return

    case 'trade':
      to.count(words.textNumber(event.instrumentId))
      to.count(event.price)
      to.count(event.quantity)
      to.byte(AGGRESSORS.indexOf(event.aggressor))
      return

    case 'bar':
      to.count(words.textNumber(event.instrumentId))
      to.byte(BASES.indexOf(event.basis))
      to.float(event.openTime)
      to.count(event.open)
      to.count(event.high)
      to.count(event.low)
      to.count(event.close)
      to.count(event.askOpen)
      to.count(event.askHigh)
      to.count(event.askLow)
      to.count(event.askClose)
      to.float(event.volume)
      return

    case 'book-snapshot':
      to.count(words.textNumber(event.instrumentId))
      to.count(event.updateId)
      encodeLevels(event.bids, to)
      encodeLevels(event.asks, to)
      return

    case 'book-change':
      to.count(words.textNumber(event.instrumentId))
      to.count(event.firstUpdateId)
      to.count(event.lastUpdateId)
      to.count(event.previousUpdateId)
      encodeLevels(event.bids, to)
      encodeLevels(event.asks, to)
      return

    case 'release':
      to.count(words.textNumber(event.series))
      to.float(event.periodStart)
      to.float(event.value)
      to.byte(ANSWERS.indexOf(event.lagged))
      return

    case 'calendar-entry':
      to.text(event.id)
      to.count(words.textNumber(event.currency))
      to.byte(IMPACTS.indexOf(event.impact))
      to.count(words.textNumber(event.name))
      to.float(event.actual)
      to.float(event.forecast)
      to.float(event.previous)
      to.float(event.scheduledTime)
      return

    case 'order-event':
      to.count(words.textNumber(event.instrumentId))
      to.text(event.orderId)
      encodeOutcome(event, to)
      return

    case 'tick':
      return

    case 'operator-command':
      to.text(event.operator)
      to.text(event.reason)
      encodeAction(event.order, words, to)
      return

    case 'source-change':
      to.count(words.textNumber(event.instrumentId))
      to.count(words.textNumber(event.from))
      to.count(words.textNumber(event.to))
      to.byte(LEVELS.indexOf(event.level))
      to.count(event.epoch)
      to.text(event.reason)
      return

    default:
      unreachable(event)
  }
}

/** Throws JournalError when the bytes are no event; whether they are the event that was written, the batch's hash tells. */
export function decodeEvent(from: ByteReader, words: Words): Event {
  const head = from.byte()
  const kind = EVENTS[head & ~RECEIVED_LATER]
  if (kind === undefined) throw corrupt(`a journal record is of kind ${head}, which does not exist`)

  const eventTime = from.whole() as Micros
  const receivedTime = head & RECEIVED_LATER ? (from.whole() as Micros) : eventTime
  const sequence = from.count()
  const provenance = words.provenance(from.count())

  switch (kind) {
    case 'quote':
      return {
        kind,
        eventTime,
        receivedTime,
        sequence,
        provenance,
        instrumentId: words.text(from.count()),
        bid: from.count() as Price,
        ask: from.count() as Price,
        bidSize: from.count() as Quantity,
        askSize: from.count() as Quantity,
      }

    case 'trade':
      return {
        kind,
        eventTime,
        receivedTime,
        sequence,
        provenance,
        instrumentId: words.text(from.count()),
        price: from.count() as Price,
        quantity: from.count() as Quantity,
        aggressor: choice(AGGRESSORS, from),
      }

    case 'bar':
      return {
        kind,
        eventTime,
        receivedTime,
        sequence,
        provenance,
        instrumentId: words.text(from.count()),
        basis: choice(BASES, from),
        openTime: from.whole() as Micros,
        open: from.count() as Price,
        high: from.count() as Price,
        low: from.count() as Price,
        close: from.count() as Price,
        askOpen: from.count() as Price,
        askHigh: from.count() as Price,
        askLow: from.count() as Price,
        askClose: from.count() as Price,
        volume: from.float(),
      }

    case 'book-snapshot':
      return {
        kind,
        eventTime,
        receivedTime,
        sequence,
        provenance,
        instrumentId: words.text(from.count()),
        updateId: from.count(),
        bids: decodeLevels(from),
        asks: decodeLevels(from),
      }

    case 'book-change':
      return {
        kind,
        eventTime,
        receivedTime,
        sequence,
        provenance,
        instrumentId: words.text(from.count()),
        firstUpdateId: from.count(),
        lastUpdateId: from.count(),
        previousUpdateId: from.count(),
        bids: decodeLevels(from),
        asks: decodeLevels(from),
      }

    case 'release':
      return {
        kind,
        eventTime,
        receivedTime,
        sequence,
        provenance,
        series: words.text(from.count()),
        periodStart: from.whole() as Micros,
        value: from.float(),
        lagged: choice(ANSWERS, from),
      }

    case 'calendar-entry':
      return {
        kind,
        eventTime,
        receivedTime,
        sequence,
        provenance,
        id: from.text(),
        currency: words.text(from.count()),
        impact: choice(IMPACTS, from),
        name: words.text(from.count()),
        actual: from.float(),
        forecast: from.float(),
        previous: from.float(),
        scheduledTime: from.whole() as Micros,
      }

    case 'order-event':
      return {
        kind,
        eventTime,
        receivedTime,
        sequence,
        provenance,
        instrumentId: words.text(from.count()),
        orderId: from.text(),
        ...decodeOutcome(from),
      }

    case 'tick':
      return { kind, eventTime, receivedTime, sequence, provenance }

    case 'operator-command':
      return {
        kind,
        eventTime,
        receivedTime,
        sequence,
        provenance,
        operator: from.text(),
        reason: from.text(),
        order: decodeAction(from, words),
      }

    case 'source-change':
      return {
        kind,
        eventTime,
        receivedTime,
        sequence,
        provenance,
        instrumentId: words.text(from.count()),
        from: words.text(from.count()),
        to: words.text(from.count()),
        level: choice(LEVELS, from),
        epoch: from.count(),
        reason: from.text(),
      }

    default:
      return unreachable(kind)
  }
}

function encodeOutcome(outcome: OrderOutcome, to: ByteWriter): void {
  to.byte(OUTCOMES.indexOf(outcome.outcome))

  switch (outcome.outcome) {
    case 'accepted':
      return
    case 'filled':
      to.text(outcome.fillId)
      to.byte(SIDES.indexOf(outcome.side))
      to.count(outcome.price)
      to.count(outcome.quantity)
      to.amount(outcome.commission)
      return
    case 'canceled':
    case 'rejected':
    case 'expired':
      to.text(outcome.reason)
      return
    default:
      unreachable(outcome)
  }
}

function decodeOutcome(from: ByteReader): OrderOutcome {
  const outcome = choice(OUTCOMES, from)

  switch (outcome) {
    case 'accepted':
      return { outcome }
    case 'filled':
      return {
        outcome,
        fillId: from.text(),
        side: choice(SIDES, from),
        price: from.count() as Price,
        quantity: from.count() as Quantity,
        commission: from.amount() as Money,
      }
    case 'canceled':
    case 'rejected':
    case 'expired':
      return { outcome, reason: from.text() }
    default:
      return unreachable(outcome)
  }
}

function encodeAction(order: OperatorAction, words: Words, to: ByteWriter): void {
  to.byte(ACTIONS.indexOf(order.action))

  switch (order.action) {
    case 'kill':
      to.byte(SCOPES.indexOf(order.scope))
      to.text(order.target)
      to.byte(MODES.indexOf(order.mode))
      return
    case 'reset':
      return
    case 'failover':
      to.count(words.textNumber(order.instrumentId))
      to.count(words.textNumber(order.source))
      return
    case 'order':
      to.text(order.key)
      to.count(words.textNumber(order.instrumentId))
      to.byte(SIDES.indexOf(order.side))
      to.count(order.quantity)
      to.byte(TYPES.indexOf(order.type))
      for (const price of [order.price, order.stop, order.takeProfit]) encodeMaybe(price, to)
      return
    case 'cancel':
      to.text(order.orderId)
      return
    default:
      unreachable(order)
  }
}

function decodeAction(from: ByteReader, words: Words): OperatorAction {
  const action = choice(ACTIONS, from)

  switch (action) {
    case 'kill':
      return { action, scope: choice(SCOPES, from), target: from.text(), mode: choice(MODES, from) }
    case 'reset':
      return { action }
    case 'failover':
      return { action, instrumentId: words.text(from.count()), source: words.text(from.count()) }
    case 'order':
      return {
        action,
        key: from.text(),
        instrumentId: words.text(from.count()),
        side: choice(SIDES, from),
        quantity: from.count() as Quantity,
        type: choice(TYPES, from),
        price: decodeMaybe(from),
        stop: decodeMaybe(from),
        takeProfit: decodeMaybe(from),
      }
    case 'cancel':
      return { action, orderId: from.text() }
    default:
      return unreachable(action)
  }
}

function encodeMaybe(price: Price | undefined, to: ByteWriter): void {
  to.byte(ANSWERS.indexOf(price !== undefined))
  if (price !== undefined) to.count(price)
}

const decodeMaybe = (from: ByteReader): Price | undefined => (choice(ANSWERS, from) ? (from.count() as Price) : undefined)

function encodeLevels(levels: readonly BookLevel[], to: ByteWriter): void {
  to.count(levels.length)
  for (const level of levels) {
    to.count(level.price)
    to.count(level.quantity)
  }
}

function decodeLevels(from: ByteReader): BookLevel[] {
  const levels: BookLevel[] = []
  for (let left = from.index(Number.MAX_SAFE_INTEGER); left > 0; left--) {
    levels.push({ price: from.count() as Price, quantity: from.count() as Quantity })
  }
  return levels
}

function choice<Member>(members: readonly Member[], from: ByteReader): Member {
  const at = from.byte()
  const member = members[at]
  if (member === undefined) throw corrupt(`a journal record chooses ${at} of ${members.length} possibilities`)
  return member
}
