// One subscribed symbol: partial spot updates become quotes, depth becomes a book, in the instrument's own steps.
import type { Reactions } from '../../connectivity/conversation.ts'
import type { Subscription } from '../../connectivity/source.ts'
import { type Micros, micros, type Price, price, type Quantity, quantity, SECOND } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { type Fields, fieldOf, idOf, idsOf, listOf, wholeOf } from './open-api-message.ts'
import { type DepthQuote, QuoteBook } from './quote-book.ts'

/** Prices are whole 1/100000 of a price unit whatever the symbol's digits; volumes are 0.01 of a unit. */
export const PRICE_DECIMALS = 5
const VOLUME_DECIMALS = 2

/**
 * The first price after a subscription is the last one known, maybe of last Friday. One that is no older than this is told,
 * under its own time; an older one, or one without a time, only completes the later half updates.
 */
const FIRST_AGE_MICROS_MAX = 60 * SECOND

export class SymbolStream {
  readonly subscription: Subscription
  readonly symbolId: string
  readonly #provenance: Provenance
  readonly #sequence: () => number
  readonly #book = new QuoteBook()
  #bid: Price | undefined
  #ask: Price | undefined
  #isFirst = true
  /** Nothing of the book is told before its first message, nor between a fault and the next one. */
  #bookState: 'none' | 'awaited' | 'whole' = 'none'
  #updates = 0

  constructor(parts: {
    readonly subscription: Subscription
    readonly symbolId: string
    readonly provenance: Provenance
    readonly sequence: () => number
  }) {
    this.subscription = parts.subscription
    this.symbolId = parts.symbolId
    this.#provenance = parts.provenance
    this.#sequence = parts.sequence
  }

  get instrumentId(): string {
    return this.subscription.instrument.id
  }

  wants(what: 'quote' | 'book'): boolean {
    return this.subscription.wants.includes(what)
  }

  get bookAwaited(): boolean {
    return this.#bookState === 'awaited'
  }

  /** A subscription begins anew: what was known is the venue's to tell again. */
  subscribed(what: 'quote' | 'book'): void {
    if (what === 'quote') {
      this.#isFirst = true
      this.#bid = undefined
      this.#ask = undefined
    } else {
      this.#book.clear()
      this.#bookState = 'awaited'
    }
  }

  /** The depth is to be asked for anew: until then nothing of it is taken. */
  unsubscribed(): void {
    this.#book.clear()
    this.#bookState = 'none'
  }

  /** False where the message could not be read. */
  spot(fields: Fields, now: Micros, out: Reactions): boolean {
    const [bid, ask] = [this.#price(fields, 'bid'), this.#price(fields, 'ask')]
    const millis = wholeOf(fields, 'timestamp')
    const hasNoTime = millis === undefined ? fieldOf(fields, 'timestamp') !== undefined : !Number.isSafeInteger(millis * 1000)
    if (bid === 'unreadable' || ask === 'unreadable' || hasNoTime) {
      out.fault('schema', this.instrumentId, `a spot price that does not fit ${this.subscription.symbol}`)
      return false
    }
    const isFirst = this.#isFirst
    this.#isFirst = false
    if (bid === undefined && ask === undefined) return true
    this.#bid = bid ?? this.#bid
    this.#ask = ask ?? this.#ask
    if (this.#bid === undefined || this.#ask === undefined || !this.wants('quote')) return true
    if (this.#bid > this.#ask) {
      out.fault('crossed', this.instrumentId, 'a bid above the ask')
      return true
    }
    if (isFirst && (millis === undefined || now - millis * 1000 > FIRST_AGE_MICROS_MAX)) return true

    out.fact({
      kind: 'quote',
      instrumentId: this.instrumentId,
      bid: this.#bid,
      ask: this.#ask,
      bidSize: quantity(0),
      askSize: quantity(0),
      ...this.#happened(millis === undefined ? now : micros(millis * 1000), now),
    })
    return true
  }

  /** False where the book can no longer be trusted and must be asked for anew. */
  depth(fields: Fields, now: Micros, out: Reactions): boolean {
    if (this.#bookState === 'none') return true
    const added = listOf(fields, 'newQuotes').map(quote => this.#quote(quote))
    const deleted = idsOf(fields, 'deletedQuotes')
    if (added.includes(undefined) || deleted.includes(undefined)) {
      out.fault('schema', this.instrumentId, `a depth quote that does not fit ${this.subscription.symbol}`)
      return false
    }
    const { bids, asks, strangers } = this.#book.apply(added as DepthQuote[], deleted as string[])
    if (strangers > 0 && this.#bookState === 'whole') {
      out.fault('gap', this.instrumentId, `${strangers} quotes of the depth end that never began`)
      return false
    }
    if (this.#book.crossed) {
      out.fault('crossed', this.instrumentId, 'the depth has a bid at or above an ask')
      return false
    }
    const updateId = ++this.#updates
    const happened = this.#happened(now, now)
    const { instrumentId } = this
    if (this.#bookState === 'awaited') {
      this.#bookState = 'whole'
      out.fact({ kind: 'book-snapshot', instrumentId, updateId, ...this.#book.whole(), ...happened })
    } else if (bids.length + asks.length > 0) {
      const ids = { firstUpdateId: updateId, lastUpdateId: updateId, previousUpdateId: updateId - 1 }
      out.fact({ kind: 'book-change', instrumentId, ...ids, bids, asks, ...happened })
    }
    return true
  }

  #happened(eventTime: Micros, receivedTime: Micros) {
    return { eventTime, receivedTime, sequence: this.#sequence(), provenance: this.#provenance }
  }

  #quote(fields: Fields): DepthQuote | undefined {
    const id = idOf(fields, 'id')
    const size = this.#size(fields)
    const [bid, ask] = [this.#price(fields, 'bid'), this.#price(fields, 'ask')]
    if (id === undefined || size === undefined || bid === 'unreadable' || ask === 'unreadable') return undefined
    if (bid !== undefined && ask === undefined) return { id, side: 'bid', price: bid, size }
    if (ask !== undefined && bid === undefined) return { id, side: 'ask', price: ask, size }
    return undefined
  }

  #price(fields: Fields, name: 'bid' | 'ask'): Price | 'unreadable' | undefined {
    if (fieldOf(fields, name) === undefined) return undefined
    const steps = rescaled(wholeOf(fields, name), PRICE_DECIMALS, this.subscription.instrument.priceDecimals)
    return steps === undefined ? 'unreadable' : price(steps)
  }

  #size(fields: Fields): Quantity | undefined {
    const steps = rescaled(wholeOf(fields, 'size'), VOLUME_DECIMALS, this.subscription.instrument.quantityDecimals)
    return steps === undefined || steps < 0 ? undefined : quantity(steps)
  }
}

/** A count of 10^-from units as a count of 10^-to units; undefined where that is not exact. */
export function rescaled(count: number | undefined, from: number, to: number): number | undefined {
  if (count === undefined) return undefined
  if (to >= from) {
    const steps = count * 10 ** (to - from)
    return Number.isSafeInteger(steps) ? steps : undefined
  }
  const divisor = 10 ** (from - to)
  return count % divisor === 0 ? count / divisor : undefined
}
