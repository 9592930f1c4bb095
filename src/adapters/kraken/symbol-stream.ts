// One symbol on one connection: its book held against the venue's checksum, its trades against their numbers, its state.
import type { Reactions } from '../../connectivity/conversation.ts'
import { stepsOf } from '../../connectivity/steps.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { BookLevel, Side } from '../../domain/market.ts'
import type { Micros, Price, Quantity } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import type { IntegrityFaultKind, LinkState } from '../../domain/source.ts'
import { CheckedBook, type LevelText } from './checked-book.ts'

export type Channel = 'book' | 'ticker' | 'trade'

export interface BookMessage {
  readonly bids: readonly LevelText[]
  readonly asks: readonly LevelText[]
  /** Undefined where the message has none. */
  readonly checksum: number | undefined
  /** The venue's time of it; undefined where it does not say. */
  readonly time: Micros | undefined
}

export interface TradeMessage {
  readonly price: string
  readonly quantity: string
  readonly aggressor: Side | 'unknown'
  /** Counts up by one within a symbol; undefined in the old dialect. */
  readonly id: number | undefined
  readonly time: Micros | undefined
}

export interface QuoteMessage {
  readonly bid: string
  readonly bidSize: string
  readonly ask: string
  readonly askSize: string
  readonly time: Micros | undefined
}

/** Number of the last trade delivered of each symbol. It outlives the connection, so that a new one can close the gap. */
export type TradeTails = Map<string, number>

export interface StreamParts {
  readonly symbol: string
  readonly instrument: Instrument
  readonly provenance: Provenance
  readonly tails: TradeTails
  /** The next number of a fact that the venue does not number itself. */
  readonly count: () => number
}

/** Trades kept back while the symbol is not live. */
const HELD_TRADES_MAX = 1000

export class SymbolStream {
  readonly symbol: string
  readonly instrument: Instrument
  readonly #parts: StreamParts
  /** Channels that were asked for and have not spoken. */
  readonly #waiting = new Set<Channel>()
  #book: CheckedBook | undefined
  #bookState: 'none' | 'whole' | 'lost' = 'none'
  #bookTold = false
  #bookTime: Micros | undefined
  /** A change that follows no snapshot is told once per loss. */
  #toldOfMissing = false
  #updateId = 0
  #hasTicker = false
  #top: { bid: BookLevel; ask: BookLevel } | undefined
  #quote: QuoteMessage | undefined
  #held: TradeMessage[] = []
  #said: LinkState | undefined

  constructor(parts: StreamParts) {
    this.#parts = parts
    this.symbol = parts.symbol
    this.instrument = parts.instrument
  }

  get isLive(): boolean {
    return this.#said === 'live'
  }

  awaits(channel: Channel): boolean {
    return this.#waiting.has(channel)
  }

  expect(channel: Channel): void {
    this.#waiting.add(channel)
    if (channel === 'ticker') this.#hasTicker = true
  }

  /** The venue agreed to send. A book is not there before its snapshot; the others may be silent for long. */
  acknowledged(channel: Channel, now: Micros, out: Reactions): void {
    if (channel === 'ticker') this.#hasTicker = true
    if (channel === 'book') this.#waiting.add('book')
    else this.#heard(channel, now, out)
  }

  /** False when the book is not what the venue says it is, and must be asked for anew. */
  bookSnapshot(message: BookMessage, depth: number, now: Micros, out: Reactions): boolean {
    const book = new CheckedBook(this.instrument, depth)
    this.#book = book
    this.#toldOfMissing = false
    const fault = book.replace(message.bids, message.asks)
    if (fault !== undefined) return this.#lose('schema', `a level that cannot be read: ${fault}`, out)
    if (!this.#verify(book, message.checksum, out)) return false

    this.#bookState = 'whole'
    this.#bookTold = false
    this.#bookTime = message.time
    this.#heard('book', now, out)
    this.#tellBook(now, out)
    return true
  }

  bookUpdate(message: BookMessage, now: Micros, out: Reactions): boolean {
    const book = this.#book
    if (book === undefined || this.#bookState !== 'whole') return this.#missing(out)
    const applied = book.apply(message.bids, message.asks)
    if (typeof applied === 'string') return this.#lose('schema', `a level that cannot be read: ${applied}`, out)
    if (!this.#verify(book, message.checksum, out)) return false
    this.#bookTime = message.time
    // Nobody has the snapshot yet: it will be told as it is by then.
    if (!this.#bookTold) return true

    const previousUpdateId = this.#updateId++
    out.fact({
      kind: 'book-change',
      ...this.#about(message.time, now),
      firstUpdateId: this.#updateId,
      lastUpdateId: this.#updateId,
      previousUpdateId,
      ...applied,
    })
    this.#quoteFromBook(book, message.time, now, out)
    return true
  }

  /** The book's message could not be read at all: what it changed is not known. */
  bookUnreadable(detail: string, out: Reactions): void {
    this.#lose('schema', detail, out)
  }

  /** A snapshot holds the last trades before the subscription: they are old, unless a lost connection left a gap to close. */
  trades(type: 'snapshot' | 'update', messages: readonly TradeMessage[], now: Micros, out: Reactions): void {
    this.#heard('trade', now, out)
    const { tails, symbol } = this.#parts
    const isHistory = type === 'snapshot' && tails.get(symbol) === undefined
    for (const message of messages) {
      const { id } = message
      const last = tails.get(symbol)
      if (id !== undefined) {
        if (last !== undefined && id <= last) {
          if (type === 'update') out.fault('duplicate', this.instrument.id, `trade ${id} after ${last}`)
          continue
        }
        if (last !== undefined && id > last + 1) out.fault('gap', this.instrument.id, `trade ${id} after ${last}`)
        tails.set(symbol, id)
      }
      if (isHistory || (type === 'snapshot' && id === undefined)) continue
      if (this.isLive) this.#trade(message, now, out)
      else this.#hold(message, out)
    }
  }

  quote(message: QuoteMessage, now: Micros, out: Reactions): void {
    this.#hasTicker = true
    this.#quote = message
    this.#heard('ticker', now, out)
    this.#deliverQuote(now, out)
  }

  /** Says again where it stands, after something was said of the whole connection. */
  settle(now: Micros, out: Reactions, reason: string): void {
    const state: LinkState = this.#bookState === 'lost' ? 'degraded' : this.#waiting.size > 0 ? 'syncing' : 'live'
    if (state === this.#said) return
    this.#said = state
    out.link(state, this.instrument.id, reason)
    if (state !== 'live') return
    const held = this.#held
    this.#held = []
    this.#tellBook(now, out)
    for (const trade of held) this.#trade(trade, now, out)
    this.#deliverQuote(now, out)
  }

  /** The whole book, once, as soon as the symbol is live. */
  #tellBook(now: Micros, out: Reactions): void {
    const book = this.#book
    if (book === undefined || this.#bookState !== 'whole' || this.#bookTold || !this.isLive) return
    this.#bookTold = true
    this.#updateId++
    out.fact({ kind: 'book-snapshot', ...this.#about(this.#bookTime, now), updateId: this.#updateId, ...book.levels })
    this.#top = undefined
    this.#quoteFromBook(book, this.#bookTime, now, out)
  }

  #heard(channel: Channel, now: Micros, out: Reactions): void {
    this.#waiting.delete(channel)
    this.settle(now, out, channel === 'book' ? 'the book is whole' : `${channel} is there`)
  }

  #verify(book: CheckedBook, checksum: number | undefined, out: Reactions): boolean {
    const { id } = this.instrument
    if (checksum !== undefined) {
      const ours = book.checksum()
      out.compared(id, ours === checksum)
      if (ours !== checksum) return this.#lose('checksum', `the venue's book has ${checksum}, ours ${ours}`, out)
    }
    if (book.isCrossed) return this.#lose('crossed', `bid ${book.bid?.price} at or above ask ${book.ask?.price}, in steps`, out)
    return true
  }

  #lose(fault: IntegrityFaultKind, detail: string, out: Reactions): false {
    out.fault(fault, this.instrument.id, detail)
    this.#bookState = 'lost'
    this.#toldOfMissing = fault !== 'schema'
    this.#top = undefined
    if (this.#said !== 'degraded') {
      this.#said = 'degraded'
      out.link('degraded', this.instrument.id, `${fault}: ${detail}`)
    }
    return false
  }

  /** Changes arrive, and what they change is not there. While a snapshot is on its way that is no news. */
  #missing(out: Reactions): boolean {
    if (this.#toldOfMissing) return true
    this.#toldOfMissing = true
    out.fault('gap', this.instrument.id, 'a change of the book without the snapshot before it')
    this.#bookState = 'lost'
    if (this.#said !== 'degraded') {
      this.#said = 'degraded'
      out.link('degraded', this.instrument.id, 'no snapshot')
    }
    return false
  }

  #quoteFromBook(book: CheckedBook, time: Micros | undefined, now: Micros, out: Reactions): void {
    const { bid, ask } = book
    if (this.#hasTicker || bid === undefined || ask === undefined) return
    const top = this.#top
    if (top !== undefined && same(top.bid, bid) && same(top.ask, ask)) return
    this.#top = { bid, ask }
    const { price, quantity } = bid
    out.fact({
      kind: 'quote',
      ...this.#about(time, now),
      bid: price,
      ask: ask.price,
      bidSize: quantity,
      askSize: ask.quantity,
    })
  }

  #deliverQuote(now: Micros, out: Reactions): void {
    const quote = this.#quote
    if (quote === undefined || !this.isLive) return
    this.#quote = undefined
    const { priceDecimals, quantityDecimals, id } = this.instrument
    const bid = stepsOf(quote.bid, priceDecimals)
    const ask = stepsOf(quote.ask, priceDecimals)
    const bidSize = stepsOf(quote.bidSize, quantityDecimals)
    const askSize = stepsOf(quote.askSize, quantityDecimals)
    if (!isPositive(bid) || !isPositive(ask) || !isCount(bidSize) || !isCount(askSize)) {
      out.fault('schema', id, `a quote that cannot be read: ${quote.bid} × ${quote.bidSize} / ${quote.ask} × ${quote.askSize}`)
      return
    }
    if (bid > ask) {
      out.fault('crossed', id, `a quote with its bid above its ask: ${quote.bid} / ${quote.ask}`)
      return
    }
    out.fact({
      kind: 'quote',
      ...this.#about(quote.time, now),
      bid: bid as Price,
      ask: ask as Price,
      bidSize: bidSize as Quantity,
      askSize: askSize as Quantity,
    })
  }

  #hold(message: TradeMessage, out: Reactions): void {
    this.#held.push(message)
    if (this.#held.length <= HELD_TRADES_MAX) return
    this.#held.shift()
    out.fault('overflow', this.instrument.id, `more than ${HELD_TRADES_MAX} trades while the book is not whole`)
  }

  #trade(message: TradeMessage, now: Micros, out: Reactions): void {
    const { priceDecimals, quantityDecimals, id } = this.instrument
    const price = stepsOf(message.price, priceDecimals)
    const quantity = stepsOf(message.quantity, quantityDecimals)
    if (!isPositive(price) || !isPositive(quantity)) {
      out.fault('schema', id, `a trade that cannot be read: ${message.price} × ${message.quantity}`)
      return
    }
    const about = this.#about(message.time, now)
    out.fact({
      kind: 'trade',
      ...about,
      sequence: message.id ?? about.sequence,
      price: price as Price,
      quantity: quantity as Quantity,
      aggressor: message.aggressor,
    })
  }

  #about(time: Micros | undefined, now: Micros) {
    const { instrument, provenance, count } = this.#parts
    return { eventTime: time ?? now, receivedTime: now, sequence: count(), provenance, instrumentId: instrument.id }
  }
}

const same = (a: BookLevel, b: BookLevel): boolean => a.price === b.price && a.quantity === b.quantity
const isPositive = (steps: number | undefined): steps is number => steps !== undefined && steps > 0
const isCount = (steps: number | undefined): steps is number => steps !== undefined && steps >= 0
