// A source for the Bell protocol of test/venues/bell-venue.ts, sound or with one bug planted: the harness has to tell them apart.
import type { Conversation, Frame, Reactions } from '../../../src/connectivity/conversation.ts'
import { lineLink } from '../../../src/connectivity/line-link.ts'
import { LiveFeed } from '../../../src/connectivity/live-feed.ts'
import type { SourceDescriptor, Subscription } from '../../../src/connectivity/source.ts'
import type { FeedEvent } from '../../../src/domain/event.ts'
import { type Instrument, instrument } from '../../../src/domain/instrument.ts'
import type { BookLevel } from '../../../src/domain/market.ts'
import { HOUR, type Micros, micros, type Price, parseSteps, price, type Quantity, quantity } from '../../../src/domain/numbers.ts'
import type { Provenance } from '../../../src/domain/provenance.ts'
import { BELL_HOST, BELL_KEY, BELL_PORT } from '../../venues/bell-venue.ts'

export const BUGS = [
  'loses-a-trade',
  'doubles-a-trade',
  'ignores-gaps',
  'believes-crossed-books',
  'parses-through-floats',
  'tells-its-secret',
  'says-too-much',
  'forgets-pings',
  'tells-local-time',
  'tells-while-in-doubt',
  'throws-on-the-unknown',
  'sends-an-order',
] as const
export type Bug = (typeof BUGS)[number]

const metal = (symbol: string, base: string, priceDecimals: number, quantityDecimals: number): Subscription => {
  const of: Instrument = instrument({
    id: `${base}EUR.BELL`,
    assetClass: 'metal',
    base,
    quote: 'EUR',
    settle: 'EUR',
    priceDecimals,
    quantityDecimals,
    tick: 1,
    lot: 1,
    multiplier: 1,
    calendar: 'always',
    negativePrices: false,
  })
  return { instrument: of, symbol, wants: ['quote', 'trade', 'book'] }
}

export const BELL_SUBSCRIPTIONS: readonly Subscription[] = [metal('GOLD/EUR', 'XAU', 2, 3), metal('TIN/EUR', 'SN', 2, 8)]

export const bell = (bug?: Bug): SourceDescriptor => ({
  name: 'bell',
  title: 'Bell',
  assetClasses: ['metal'],
  gives: ['quotes', 'trades', 'books'],
  needs: [{ variable: 'BELL_KEY', what: 'a key', secret: true }],
  hosts: { live: [BELL_HOST], practice: [BELL_HOST] },
  level: 'L1',
  licence: 'for tests only',
  symbolExample: 'GOLD/EUR',
  live: (parts, subscriptions) => {
    const key = parts.credentials['BELL_KEY'] ?? ''
    const provenance: Provenance = Object.freeze({
      source: 'bell',
      kind: 'live',
      origin: bug === 'tells-its-secret' ? `tls://${BELL_HOST}/?key=${key}` : `tls://${BELL_HOST}`,
      checksum: '',
      licence: 'for tests only',
    })
    return new LiveFeed({
      provenance,
      clock: parts.clock,
      link: lineLink(parts.network, { host: BELL_HOST, port: BELL_PORT }),
      conversation: () => new BellConversation(subscriptions, provenance, key, bug),
      silenceMillis: 4_000,
      secrets: () => [key],
      ...(parts.tap === undefined ? {} : { tap: parts.tap }),
    })
  },
})

interface Message {
  readonly is: string
  readonly symbol: string
  readonly seq: number
  readonly time: number
  readonly n?: number
  readonly bids: readonly [string, string][]
  readonly asks: readonly [string, string][]
  readonly price: string
  readonly size: string
  readonly side: string
}

interface Stream {
  readonly of: Subscription
  /** Undefined while a snapshot is awaited. */
  seq: number | undefined
  asked: Micros
  readonly bids: Map<number, number>
  readonly asks: Map<number, number>
  trades: number
}

interface Levels {
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
}

class BellConversation implements Conversation {
  readonly #streams: Map<string, Stream>
  readonly #provenance: Provenance
  readonly #key: string
  readonly #bug: Bug | undefined

  constructor(subscriptions: readonly Subscription[], provenance: Provenance, key: string, bug: Bug | undefined) {
    this.#provenance = provenance
    this.#key = key
    this.#bug = bug
    this.#streams = new Map(
      subscriptions.map(of => [of.symbol, { of, seq: undefined, asked: micros(0), bids: new Map(), asks: new Map(), trades: 0 }]),
    )
  }

  open(now: Micros, out: Reactions): void {
    out.send(JSON.stringify({ do: 'hello', key: this.#key }))
    out.send(JSON.stringify({ do: 'book', symbols: [...this.#streams.keys()] }))
    if (this.#bug === 'says-too-much') for (let i = 0; i < 6; i++) out.send(JSON.stringify({ do: 'pong', n: 0 }))
    if (this.#bug === 'sends-an-order') out.send(JSON.stringify({ do: 'add_order' }))
    for (const stream of this.#streams.values()) stream.asked = now
    out.link('syncing', '', 'subscribed')
  }

  receive(frame: Frame, now: Micros, out: Reactions): void {
    let message: Message
    try {
      message = JSON.parse(String(frame))
    } catch {
      out.fault('schema', '', 'no JSON')
      return
    }
    if (message.is === 'beat') return
    if (message.is === 'ping') {
      if (this.#bug !== 'forgets-pings') out.send(JSON.stringify({ do: 'pong', n: message.n }))
      return
    }
    if (message.is === 'leaving') {
      out.reconnect('now', 'the venue is leaving')
      return
    }
    const stream = this.#streams.get(message.symbol)
    if (stream === undefined || !['book', 'change', 'trade'].includes(message.is)) {
      if (this.#bug === 'throws-on-the-unknown') throw new Error('unexpected message')
      out.unknown(String(message.is ?? 'a message without a type'))
      return
    }
    this.#market(stream, message, now, out)
  }

  tick(now: Micros, out: Reactions): void {
    for (const stream of this.#streams.values()) {
      if (stream.seq !== undefined || now - stream.asked < 2_000_000) continue
      this.#ask(stream, now, out)
    }
  }

  #market(stream: Stream, message: Message, now: Micros, out: Reactions): void {
    const { instrument } = stream.of
    const bids = this.#levels(message.bids ?? [], instrument)
    const asks = this.#levels(message.asks ?? [], instrument)
    if (bids === undefined || asks === undefined) {
      this.#doubt(stream, 'schema', 'a level that is no number', now, out)
      return
    }

    if (message.is === 'book') {
      if (stream.seq !== undefined) return
      stream.seq = message.seq
      stream.bids.clear()
      stream.asks.clear()
      merge(stream, bids, asks)
      out.link('live', instrument.id, 'a snapshot')
      out.fact({ kind: 'book-snapshot', ...this.#facts(message, instrument, now), updateId: message.seq, bids, asks })
      this.#quote(stream, message, now, out)
      return
    }
    if (stream.seq === undefined) {
      if (this.#bug !== 'tells-while-in-doubt') return
      stream.seq = message.seq - 1
      out.link('live', instrument.id, 'it will be all right')
    }
    if (this.#bug !== 'ignores-gaps' && !this.#follows(stream, message, now, out)) return
    stream.seq = message.seq
    if (message.is === 'trade') this.#trade(stream, message, now, out)
    else this.#change(stream, message, { bids, asks }, now, out)
  }

  #follows(stream: Stream, { seq }: Message, now: Micros, out: Reactions): boolean {
    const last = stream.seq ?? 0
    if (seq === last + 1) return true
    if (seq <= last) out.fault('duplicate', stream.of.instrument.id, String(seq))
    else this.#doubt(stream, 'gap', `${last} to ${seq}`, now, out)
    return false
  }

  #change(stream: Stream, message: Message, { bids, asks }: Levels, now: Micros, out: Reactions): void {
    const { instrument } = stream.of
    merge(stream, bids, asks)
    if (this.#bug !== 'believes-crossed-books' && bid(stream) >= ask(stream)) {
      this.#doubt(stream, 'crossed', `${bid(stream)} over ${ask(stream)}`, now, out)
      return
    }
    const ids = { firstUpdateId: message.seq, lastUpdateId: message.seq, previousUpdateId: message.seq - 1 }
    out.fact({ kind: 'book-change', ...this.#facts(message, instrument, now), ...ids, bids, asks })
    this.#quote(stream, message, now, out)
  }

  #trade(stream: Stream, message: Message, now: Micros, out: Reactions): void {
    const { instrument } = stream.of
    const at = this.#price(message.price, instrument)
    const size = parseSteps(message.size, instrument.quantityDecimals)
    if (at === undefined || size === undefined) {
      out.fault('schema', instrument.id, 'a trade that is no number')
      return
    }
    stream.trades += 1
    if (this.#bug === 'loses-a-trade' && stream.trades % 7 === 0) return
    const aggressor = message.side === 'buy' || message.side === 'sell' ? message.side : ('unknown' as const)
    const facts = this.#facts(message, instrument, now)
    const trade: FeedEvent = { kind: 'trade', ...facts, price: at, quantity: quantity(size), aggressor }
    out.fact(trade)
    if (this.#bug === 'doubles-a-trade' && stream.trades % 7 === 0) out.fact({ ...trade, sequence: trade.sequence + 1 })
  }

  #quote(stream: Stream, message: Message, now: Micros, out: Reactions): void {
    const [best, worst] = [bid(stream), ask(stream)]
    out.fact({
      kind: 'quote',
      ...this.#facts(message, stream.of.instrument, now),
      bid: price(best),
      ask: price(worst),
      bidSize: quantity(stream.bids.get(best) ?? 0),
      askSize: quantity(stream.asks.get(worst) ?? 0),
    })
  }

  #doubt(stream: Stream, fault: 'gap' | 'crossed' | 'schema', detail: string, now: Micros, out: Reactions): void {
    const { instrument } = stream.of
    out.fault(fault, instrument.id, detail)
    stream.seq = undefined
    out.link('degraded', instrument.id, fault)
    if (now - stream.asked >= 1_000_000) this.#ask(stream, now, out)
  }

  #ask(stream: Stream, now: Micros, out: Reactions): void {
    stream.asked = now
    out.send(JSON.stringify({ do: 'book', symbols: [stream.of.symbol] }))
  }

  #facts({ seq, time }: Message, { id }: Instrument, now: Micros) {
    const eventTime = micros(this.#bug === 'tells-local-time' ? time + HOUR : time)
    return { eventTime, receivedTime: now, sequence: seq, provenance: this.#provenance, instrumentId: id }
  }

  #levels(texts: readonly [string, string][], of: Instrument): BookLevel[] | undefined {
    const levels: BookLevel[] = []
    for (const [at, size] of texts) {
      const steps = this.#price(at, of)
      const sizeSteps = parseSteps(String(size), of.quantityDecimals)
      if (steps === undefined || sizeSteps === undefined) return undefined
      levels.push({ price: steps, quantity: sizeSteps as Quantity })
    }
    return levels
  }

  #price(text: string, of: Instrument): Price | undefined {
    // 4.35 × 100 is 434.99999999999994.
    if (this.#bug === 'parses-through-floats') return Math.trunc(Number.parseFloat(text) * of.priceScale) as Price
    return parseSteps(String(text), of.priceDecimals) as Price | undefined
  }
}

function merge(stream: Stream, bids: readonly BookLevel[], asks: readonly BookLevel[]): void {
  for (const [side, levels] of [
    [stream.bids, bids],
    [stream.asks, asks],
  ] as const) {
    for (const { price, quantity } of levels) {
      if (quantity === 0) side.delete(price)
      else side.set(price, quantity)
    }
  }
}

const bid = ({ bids }: Stream): number => Math.max(...bids.keys())
const ask = ({ asks }: Stream): number => Math.min(...asks.keys())

export { BELL_KEY }
