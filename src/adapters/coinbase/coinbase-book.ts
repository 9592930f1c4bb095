// One product's book at Coinbase: a snapshot, then absolute sizes; quotes are its top.
import type { Reactions } from '../../connectivity/conversation.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { BookChange, BookLevel, BookSnapshot, Quote } from '../../domain/market.ts'
import { formatSteps, type Micros, type Price, SECOND } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import type { IntegrityFaultKind } from '../../domain/source.ts'
import { OrderBook } from '../../stages/market/order-book.ts'
import { BookAudit } from './book-audit.ts'

/** A snapshot that has not come by then is asked for again. */
const PATIENCE = 10 * SECOND
const PAUSE = SECOND / 4
const PAUSE_MAX = 30 * SECOND
/** A book that broke sooner is asked for ever more slowly. */
const SETTLED = SECOND

export interface BookOptions {
  readonly instrument: Instrument
  readonly provenance: Provenance
  /** Makes the venue send a new snapshot. */
  readonly renew: (out: Reactions) => void
  /** Asks for the book beside the stream, so often; absent where the stream's own numbers show what is missing. */
  readonly audit?: { readonly every: number; readonly ask: (out: Reactions) => void }
}

export interface Changes {
  readonly time: Micros
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
}

/** Best prices that the venue tells with a trade. */
export interface Told {
  readonly time: Micros
  readonly bid: Price
  readonly ask: Price
}

/** The book as it is told beside the stream. */
export type Looked = Pick<Changes, 'bids' | 'asks'>

export class CoinbaseBook {
  readonly #options: BookOptions
  #book: OrderBook | undefined
  /** Counted here, since the venue gives its books no numbers. */
  #updateId = 0
  /** The venue's time of the last change. */
  #changed = 0
  #bid = Number.NaN
  #ask = Number.NaN
  #bidSize = Number.NaN
  #askSize = Number.NaN
  /** Told, and not yet seen in the book. */
  #told: Told | undefined
  #doubts = 0
  #renewAt: number
  #failures = 0
  #begun = 0
  readonly #audit: BookAudit | undefined

  constructor(options: BookOptions, opened: Micros) {
    this.#options = options
    this.#renewAt = opened + PATIENCE
    this.#audit = options.audit && new BookAudit(options.audit.every)
  }

  get live(): boolean {
    return this.#book !== undefined
  }

  snapshot({ time, bids, asks }: Changes, now: Micros, out: Reactions): void {
    const { instrument, provenance } = this.#options
    this.#updateId += 1
    const event: BookSnapshot = {
      kind: 'book-snapshot',
      eventTime: time,
      receivedTime: now,
      sequence: this.#updateId,
      provenance,
      instrumentId: instrument.id,
      updateId: this.#updateId,
      bids: bids.toSorted((a, b) => b.price - a.price),
      asks: asks.toSorted((a, b) => a.price - b.price),
    }
    this.#book = new OrderBook()
    // The order book inserts fastest worst level first.
    this.#book.snapshot({ ...event, bids: event.bids.toReversed(), asks: event.asks.toReversed() })
    this.#begun = now
    this.#renewAt = Number.POSITIVE_INFINITY
    this.#audit?.begin(now)
    this.#told = undefined
    this.#changed = 0
    this.#bid = this.#ask = Number.NaN
    if (this.#crossed(now, out)) return
    out.fact(event)
    out.link('live', instrument.id, 'the snapshot is here')
    this.#quote(time, now, out)
  }

  change({ time, bids, asks }: Changes, now: Micros, out: Reactions): void {
    if (this.#book === undefined) return
    this.#judge(time, now, out)
    if (this.#book === undefined) return

    const { instrument, provenance } = this.#options
    this.#updateId += 1
    const event: BookChange = {
      kind: 'book-change',
      eventTime: time,
      receivedTime: now,
      sequence: this.#updateId,
      provenance,
      instrumentId: instrument.id,
      firstUpdateId: this.#updateId,
      lastUpdateId: this.#updateId,
      previousUpdateId: -1,
      bids,
      asks,
    }
    this.#book.change(event)
    this.#changed = time
    this.#audit?.touch(bids, asks, now)
    if (this.#crossed(now, out)) return
    out.fact(event)
    this.#quote(time, now, out)
    this.#recognise(out)
  }

  /**
   * The venue's own best prices, where the feed is not cut into batches. Channels are not promised to keep step, so the book
   * agrees when it shows these prices now or after any change of the same instant or before; it is given up only when two in
   * a row never showed.
   */
  told(told: Told, out: Reactions): void {
    if (this.#book === undefined) return
    this.#told = told
    this.#recognise(out)
    // The book is further on already: whether it ever showed them is not known.
    if (this.#told !== undefined && this.#changed > told.time) this.#told = undefined
  }

  /** What was read is doubtful: nothing is told until there is a new snapshot. */
  restart(fault: IntegrityFaultKind, detail: string, now: Micros, out: Reactions): void {
    const { instrument, renew } = this.#options
    out.fault(fault, instrument.id, detail)
    out.link('degraded', instrument.id, detail)
    this.#book = undefined
    this.#told = undefined
    this.#doubts = 0
    if (now - this.#begun >= SETTLED) this.#failures = 0
    this.#failures += 1
    if (this.#failures > 1) this.#renewAt = now + Math.min(PAUSE * 2 ** (this.#failures - 2), PAUSE_MAX)
    else {
      this.#renewAt = now + PATIENCE
      renew(out)
    }
  }

  /** The book that was asked for beside the stream. */
  looked(looked: Looked, now: Micros): void {
    if (this.#book !== undefined) this.#audit?.looked(looked, now)
  }

  tick(now: Micros, out: Reactions): void {
    if (now >= this.#renewAt) {
      this.#renewAt = now + PATIENCE
      this.#options.renew(out)
    }
    if (this.#book === undefined || this.#audit === undefined) return
    if (this.#audit.isDue(now)) this.#options.audit?.ask(out)
    const verdict = this.#audit.verdict(this.#book, now)
    if (verdict === undefined) return
    out.compared(this.#options.instrument.id, verdict === 'equal')
    if (verdict === 'different') this.restart('checksum', 'the book differs from the one beside the stream', now, out)
  }

  /** Are the told prices those of the book? */
  #recognise(out: Reactions): void {
    if (this.#told === undefined || this.#told.bid !== this.#bid || this.#told.ask !== this.#ask) return
    this.#told = undefined
    this.#doubts = 0
    out.compared(this.#options.instrument.id, true)
  }

  /** Before a change that is later than what was told: it was never seen. */
  #judge(time: Micros, now: Micros, out: Reactions): void {
    const told = this.#told
    if (told === undefined || time <= told.time) return
    this.#told = undefined
    this.#doubts += 1
    if (this.#doubts < 2) return
    out.compared(this.#options.instrument.id, false)
    const theirs = `${this.#price(told.bid)} to ${this.#price(told.ask)}`
    const ours = `${this.#price(this.#bid)} to ${this.#price(this.#ask)}`
    this.restart(
      'checksum',
      `twice in a row the best prices differ, now ${theirs} at the venue and ${ours} in the book`,
      now,
      out,
    )
  }

  /** True when the book was given up: it cannot be right. */
  #crossed(now: Micros, out: Reactions): boolean {
    const { bestBid, bestAsk } = this.#book!
    if (!(bestBid >= bestAsk)) return false
    this.restart('crossed', `bid ${this.#price(bestBid)} is not below ask ${this.#price(bestAsk)}`, now, out)
    return true
  }

  #quote(time: Micros, now: Micros, out: Reactions): void {
    const book = this.#book!
    const [bid, ask] = [book.bestBid, book.bestAsk]
    const bidSize = book.sizes('bid', 1)[0] ?? Number.NaN
    const askSize = book.sizes('ask', 1)[0] ?? Number.NaN
    if (bid === this.#bid && ask === this.#ask && bidSize === this.#bidSize && askSize === this.#askSize) return
    this.#bid = bid
    this.#ask = ask
    this.#bidSize = bidSize
    this.#askSize = askSize
    if (Number.isNaN(bid) || Number.isNaN(ask)) return
    const { instrument, provenance } = this.#options
    const quote = {
      kind: 'quote',
      eventTime: time,
      receivedTime: now,
      sequence: this.#updateId,
      provenance,
      instrumentId: instrument.id,
      bid,
      ask,
      bidSize,
      askSize,
    } as Quote
    out.fact(quote)
  }

  #price(steps: number): string {
    return Number.isNaN(steps) ? 'none' : formatSteps(steps, this.#options.instrument.priceDecimals)
  }
}
