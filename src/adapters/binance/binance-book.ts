// One symbol's book at Binance: asks for snapshots, applies differences, starts again after a gap, and holds it against the venue's words.
import type { Reactions } from '../../connectivity/conversation.ts'
import type { FeedEvent } from '../../domain/event.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { BookChange, BookLevel, BookSnapshot } from '../../domain/market.ts'
import { formatSteps, type Micros, SECOND } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import type { IntegrityFaultKind } from '../../domain/source.ts'
import { OrderBook } from '../../stages/market/order-book.ts'
import { quoteOf } from './binance-facts.ts'
import type { BestPrices } from './binance-messages.ts'
import { EVERYWHERE, type Window, windowOf } from './book-window.ts'
import { type Chain, type DepthSnapshot, type DepthUpdate, isStale, placeOf } from './depth-rule.ts'

/** A symbol without a single update by then is quiet, and what is not yet subscribed at the venue surely is by then. */
const QUIET = 2 * SECOND
/** A snapshot that has not come by then is asked for again. */
const PATIENCE = 10 * SECOND
const PAUSE = SECOND / 10
/** Also after what the venue refused: it will for a while. */
const PAUSE_MAX = 30 * SECOND
/** A book that broke sooner is asked for ever more slowly. */
const SETTLED = SECOND
const HELD_MAX = 10_000

export interface BookOptions {
  readonly instrument: Instrument
  readonly provenance: Provenance
  readonly chain: Chain
  /** Microseconds between later snapshots that it is held against. */
  readonly audit: number
  readonly ask: (out: Reactions) => void
}

export class BinanceBook {
  readonly #options: BookOptions
  /** Undefined while it is not whole. */
  #book: OrderBook | undefined
  #window: Window = EVERYWHERE
  /** Beyond these, the market nears the end of what the first snapshot showed. */
  #comfort: Window = EVERYWHERE
  #updateId = -1
  #toldId = -1
  #fresh = true
  /** Updates since a snapshot was asked for, oldest first. */
  #held: DepthUpdate[] = []
  #awaiting = false
  /** A later snapshot that the stream has not reached yet. */
  #later: DepthSnapshot | undefined
  #askAt: number
  #failures = 0
  #begun = 0
  #best: BestPrices | undefined
  #bestTime = 0

  constructor(options: BookOptions, opened: Micros) {
    this.#options = options
    this.#askAt = opened + QUIET
  }

  get live(): boolean {
    return this.#book !== undefined
  }

  /** The update whose best prices were told by the book itself. */
  get toldId(): number {
    return this.#toldId
  }

  update(update: DepthUpdate, now: Micros, out: Reactions): void {
    if (this.#awaiting || this.#later !== undefined || this.#book === undefined) this.#hold(update, out)
    if (this.#book === undefined) {
      // From the first update on, the stream is known to run, and a snapshot cannot be older than it for long.
      if (!this.#awaiting && this.#failures === 0) this.#ask(now, out)
      return
    }

    const place = placeOf(update, { updateId: this.#updateId, fresh: this.#fresh }, this.#options.chain)
    if (place === 'gap') {
      const after = update.previous >= 0 ? `${update.previous}` : `${update.first - 1}`
      this.#restart('gap', `the update after ${after} came while the book stands at ${this.#updateId}`, {
        now,
        out,
        kept: update,
      })
      return
    }
    if (place === 'old') {
      if (!this.#fresh) out.fault('duplicate', this.#id, `update ${update.last} again, the book stands at ${this.#updateId}`)
      return
    }
    const event = this.#apply(update, now)
    if (!this.#isSound(now, out)) return
    out.fact(event)
    this.#lookAhead(now, out)
  }

  snapshot(snapshot: DepthSnapshot, now: Micros, out: Reactions): void {
    this.#awaiting = false
    if (this.#book !== undefined) {
      this.#later = snapshot
      this.#askAt = now + this.#options.audit
      this.#audit(now, out)
      return
    }
    if (isStale(snapshot, this.#held[0])) {
      out.fault(
        'stale-snapshot',
        this.#id,
        `snapshot ${snapshot.updateId} is older than the first update ${this.#held[0]?.first}`,
      )
      this.#pause(now)
      return
    }
    this.#begin(snapshot, now, out)
  }

  /** The venue could not answer, or not now. */
  refused(now: Micros): void {
    this.#awaiting = false
    this.#askAt = now + (this.#book === undefined ? PAUSE_MAX : this.#options.audit)
  }

  /** Something of this book could not be read: what it holds is no longer known. */
  unreadable(detail: string, now: Micros, out: Reactions): void {
    if (this.#book === undefined) out.fault('schema', this.#id, detail)
    else this.#restart('schema', detail, { now, out })
  }

  /** The venue's best prices. They tell its book exactly when both stand at the same update. */
  best(best: BestPrices, now: Micros, out: Reactions): void {
    this.#best = best
    this.#bestTime = now
    if (this.#book !== undefined) this.#isSound(now, out)
  }

  /** Best prices told before `before`, which the book should have reached since. */
  overdue(before: number, now: Micros, out: Reactions): void {
    const best = this.#best
    if (this.#book === undefined || best === undefined || best.updateId <= this.#updateId || this.#bestTime >= before) return
    const detail = `the best prices of update ${best.updateId} are known, and the book stays at ${this.#updateId}`
    this.#restart('gap', detail, { now, out })
  }

  tick(now: Micros, out: Reactions): void {
    if (now >= this.#askAt) this.#ask(now, out)
  }

  get #id(): string {
    return this.#options.instrument.id
  }

  #ask(now: Micros, out: Reactions): void {
    this.#awaiting = true
    this.#askAt = now + PATIENCE
    if (this.#book !== undefined) this.#held = []
    this.#options.ask(out)
  }

  #pause(now: Micros): void {
    this.#askAt = now + Math.min(PAUSE * 2 ** this.#failures, PAUSE_MAX)
    this.#failures += 1
  }

  #hold(update: DepthUpdate, out: Reactions): void {
    const before = this.#held.at(-1)
    if (this.#book === undefined && before !== undefined) {
      const place = placeOf(update, { updateId: before.last, fresh: false }, this.#options.chain)
      if (place === 'old') {
        out.fault('duplicate', this.#id, `update ${update.last} again while a snapshot is waited for`)
        return
      }
      if (place === 'gap') {
        out.fault('gap', this.#id, `update ${update.first} does not follow ${before.last}, and no snapshot has come yet`)
        // What came before the hole leads nowhere: only a snapshot from here on helps.
        this.#held = []
      }
    }
    if (this.#held.length === HELD_MAX) {
      // Only a snapshot taken from here on helps, which an older one is told by.
      this.#held = []
      out.fault('overflow', this.#id, `more than ${HELD_MAX} updates came before a snapshot`)
    }
    this.#held.push(update)
  }

  #begin(snapshot: DepthSnapshot, now: Micros, out: Reactions): void {
    const held = this.#held
    this.#held = []
    this.#later = undefined
    const events: FeedEvent[] = [this.#take(snapshot, now)]
    for (let i = 0; i < held.length; i++) {
      const update = held[i]!
      const place = placeOf(update, { updateId: this.#updateId, fresh: this.#fresh }, this.#options.chain)
      if (place === 'gap') {
        this.#restart('gap', `held update ${update.first} does not follow ${this.#updateId}`, { now, out })
        this.#held = held.slice(i)
        return
      }
      if (place === 'next') events.push(this.#apply(update, now))
    }
    this.#begun = now
    this.#askAt = now + spread(this.#id, this.#options.audit)
    if (!this.#isSound(now, out)) return
    for (const event of events) out.fact(event)
    out.link('live', this.#id, `the book is whole at update ${this.#updateId}`)
    this.#tellBest(now, out)
  }

  /** Best prices are told when they change; who was not heard meanwhile must be told what they are. */
  #tellBest(now: Micros, out: Reactions): void {
    const { instrument, provenance } = this.#options
    const best = this.#best ?? this.#bestOfBook()
    if (best === undefined || best.bid === 0 || best.ask === 0) return
    this.#toldId = best.updateId
    out.fact(quoteOf(best, { instrument, provenance, receivedTime: now }))
  }

  #bestOfBook(): BestPrices | undefined {
    const [bid, ask] = [this.#book!.levels('bid')[0], this.#book!.levels('ask')[0]]
    if (bid === undefined || ask === undefined) return undefined
    const sizes = { bidSize: bid.quantity, askSize: ask.quantity }
    return { updateId: this.#updateId, eventTime: undefined, bid: bid.price, ask: ask.price, ...sizes }
  }

  #take(snapshot: DepthSnapshot, now: Micros): BookSnapshot {
    const { instrument, provenance } = this.#options
    const event: BookSnapshot = {
      kind: 'book-snapshot',
      eventTime: snapshot.eventTime ?? now,
      receivedTime: now,
      sequence: snapshot.updateId,
      provenance,
      instrumentId: instrument.id,
      updateId: snapshot.updateId,
      bids: snapshot.bids,
      asks: snapshot.asks,
    }
    this.#book = bookOf(event)
    this.#updateId = snapshot.updateId
    this.#fresh = true
    this.#window = windowOf(snapshot, 1)
    this.#comfort = windowOf(snapshot, 0.5)
    return event
  }

  #apply(update: DepthUpdate, now: Micros): BookChange {
    const { instrument, provenance } = this.#options
    const event: BookChange = {
      kind: 'book-change',
      eventTime: update.eventTime,
      receivedTime: now,
      sequence: update.last,
      provenance,
      instrumentId: instrument.id,
      firstUpdateId: update.first,
      lastUpdateId: update.last,
      previousUpdateId: update.previous,
      bids: update.bids,
      asks: update.asks,
    }
    this.#book!.change(event)
    this.#updateId = update.last
    this.#fresh = false
    return event
  }

  /** False when the book was given up: it crosses, disagrees with the venue, or lies beyond what its snapshot showed. */
  #isSound(now: Micros, out: Reactions): boolean {
    const { bestBid: bid, bestAsk: ask } = this.#book!
    if (bid >= ask) {
      this.#restart('crossed', `bid ${this.#price(bid)} is not below ask ${this.#price(ask)}`, { now, out })
      return false
    }
    if (bid <= this.#window.lowest || ask >= this.#window.highest) {
      this.#restart(undefined, 'the market left the prices that the snapshot showed', { now, out })
      return false
    }
    return this.#agrees(bid, ask, now, out)
  }

  /** A later snapshot may be due to be looked at, or wanted because the market nears the end of the last one. */
  #lookAhead(now: Micros, out: Reactions): void {
    if (this.#later !== undefined) this.#audit(now, out)
    else if (!this.#awaiting && this.#isOutgrown) this.#ask(now, out)
  }

  get #isOutgrown(): boolean {
    const { bestBid, bestAsk } = this.#book!
    return bestBid < this.#comfort.lowest || bestAsk > this.#comfort.highest
  }

  /** False when they differ, and the book was given up. */
  #agrees(bid: number, ask: number, now: Micros, out: Reactions): boolean {
    const best = this.#best
    if (best === undefined || best.updateId > this.#updateId) return true
    this.#best = undefined
    if (best.updateId < this.#updateId) return true

    const bidSize = this.#book!.sizes('bid', 1)[0] ?? 0
    const askSize = this.#book!.sizes('ask', 1)[0] ?? 0
    const equal =
      (best.bid === bid || (best.bid === 0 && Number.isNaN(bid))) &&
      (best.ask === ask || (best.ask === 0 && Number.isNaN(ask))) &&
      best.bidSize === bidSize &&
      best.askSize === askSize
    out.compared(this.#id, equal)
    if (equal) return true
    const theirs = `${this.#price(best.bid)} to ${this.#price(best.ask)}`
    const ours = `${this.#price(bid)} to ${this.#price(ask)}`
    this.#restart('checksum', `at update ${best.updateId} the venue's best is ${theirs}, the book's ${ours}`, { now, out })
    return false
  }

  /** A later snapshot with what came after it must give the book that we hold. */
  #audit(now: Micros, out: Reactions): void {
    const snapshot = this.#later!
    if (snapshot.updateId > this.#updateId) return
    const held = this.#held
    this.#later = undefined
    this.#held = []

    const rebuilt = this.#rebuilt(snapshot, held)
    // Older than what is held, so the updates between are gone: nothing can be said.
    if (rebuilt === undefined) return
    const window = windowOf(snapshot, 1)
    const lowest = Math.max(window.lowest, this.#window.lowest)
    const highest = Math.min(window.highest, this.#window.highest)
    const equal =
      sameLevels(rebuilt.levels('bid'), this.#book!.levels('bid'), price => price > lowest) &&
      sameLevels(rebuilt.levels('ask'), this.#book!.levels('ask'), price => price < highest)
    out.compared(this.#id, equal)

    if (!equal) {
      out.fault('checksum', this.#id, `the book differs from the venue's snapshot ${snapshot.updateId}`)
      out.link('degraded', this.#id, 'the book differs from a snapshot')
    }
    if (equal && !this.#isOutgrown) return
    this.#held = held
    this.#begin(snapshot, now, out)
  }

  #rebuilt(snapshot: DepthSnapshot, held: readonly DepthUpdate[]): OrderBook | undefined {
    const { instrument, provenance, chain } = this.#options
    const facts = { eventTime: 0 as Micros, receivedTime: 0 as Micros, sequence: 0, provenance, instrumentId: instrument.id }
    const { updateId, bids, asks } = snapshot
    const book = bookOf({ kind: 'book-snapshot', ...facts, updateId, bids, asks })
    let standing = { updateId, fresh: true }
    for (const update of held) {
      const place = placeOf(update, standing, chain)
      if (place === 'gap') return undefined
      if (place === 'old') continue
      const { first: firstUpdateId, last: lastUpdateId, previous: previousUpdateId } = update
      const ids = { firstUpdateId, lastUpdateId, previousUpdateId }
      book.change({ kind: 'book-change', ...facts, ...ids, bids: update.bids, asks: update.asks })
      standing = { updateId: lastUpdateId, fresh: false }
    }
    return standing.updateId === this.#updateId ? book : undefined
  }

  /** Gives the book up: nothing more of it is told until it is whole again. Without a fault where the venue is not to blame. */
  #restart(fault: IntegrityFaultKind | undefined, detail: string, { now, out, kept }: Restart): void {
    if (fault !== undefined) out.fault(fault, this.#id, detail)
    out.link('degraded', this.#id, detail)
    this.#book = undefined
    this.#later = undefined
    this.#best = undefined
    this.#held = kept === undefined ? [] : [kept]
    this.#awaiting = false
    if (now - this.#begun >= SETTLED) this.#failures = 0
    if (this.#failures > 0) this.#pause(now)
    else {
      this.#failures = 1
      this.#ask(now, out)
    }
  }

  #price(steps: number): string {
    return Number.isNaN(steps) ? 'none' : formatSteps(steps, this.#options.instrument.priceDecimals)
  }
}

interface Restart {
  readonly now: Micros
  readonly out: Reactions
  /** The update that showed the gap: it is after it, so it belongs to the next book. */
  readonly kept?: DepthUpdate
}

/** The order book inserts fastest worst level first. */
function bookOf(event: BookSnapshot): OrderBook {
  const book = new OrderBook()
  book.snapshot({ ...event, bids: event.bids.toReversed(), asks: event.asks.toReversed() })
  return book
}

function sameLevels(a: readonly BookLevel[], b: readonly BookLevel[], inside: (price: number) => boolean): boolean {
  for (let i = 0; ; i++) {
    const left = a[i] !== undefined && inside(a[i]!.price) ? a[i] : undefined
    const right = b[i] !== undefined && inside(b[i]!.price) ? b[i] : undefined
    if (left === undefined || right === undefined) return left === right
    if (left.price !== right.price || left.quantity !== right.quantity) return false
  }
}

/** Books that began together are not all looked at together; nothing random, so that a session can be replayed. */
function spread(id: string, micros: number): number {
  let hash = 0
  for (let i = 0; i < id.length; i++) hash = (hash * 31 + id.charCodeAt(i)) % 65_536
  return micros * (0.5 + hash / 131_072)
}
