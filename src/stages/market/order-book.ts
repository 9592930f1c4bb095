// One instrument's resting orders by price level, kept by the venue's sequence rules.
import type { BookChange, BookLevel, BookSnapshot } from '../../domain/market.ts'

/**
 * empty: no snapshot yet, changes are kept aside · live: in sequence · gap: a change is missing; nothing is served
 * until the next snapshot. A book is never guessed.
 */
export type BookState = 'empty' | 'live' | 'gap'

const PENDING_MAX = 10_000
/** Levels looked at one by one before the search is by halves. */
const NEAR = 8

/** Price levels of one side, best last, so that the busy end of the array is the cheap one. */
class Levels {
  readonly #better: (a: number, b: number) => boolean
  readonly prices: number[] = []
  readonly sizes: number[] = []

  constructor(better: (a: number, b: number) => boolean) {
    this.#better = better
  }

  clear(): void {
    this.prices.length = 0
    this.sizes.length = 0
  }

  set(price: number, size: number): void {
    const { prices, sizes } = this
    const at = this.#place(price)
    const found = at > 0 && prices[at - 1] === price
    if (size === 0) {
      if (found) {
        prices.splice(at - 1, 1)
        sizes.splice(at - 1, 1)
      }
    } else if (found) sizes[at - 1] = size
    else {
      prices.splice(at, 0, price)
      sizes.splice(at, 0, size)
    }
  }

  /** How many levels are not better. Most changes are near the best; in a book of thousands the others are halved towards. */
  #place(price: number): number {
    const { prices } = this
    let high = prices.length
    for (let step = 0; step < NEAR; step++) {
      if (high === 0 || !this.#better(prices[high - 1]!, price)) return high
      high -= 1
    }
    let low = 0
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#better(prices[middle]!, price)) high = middle
      else low = middle + 1
    }
    return low
  }
}

export class OrderBook {
  readonly #bids = new Levels((a, b) => a > b)
  readonly #asks = new Levels((a, b) => a < b)
  #state: BookState = 'empty'
  #updateId = -1
  #first = true
  #pending: BookChange[] = []
  #gaps = 0

  get state(): BookState {
    return this.#state
  }

  /** How often the sequence broke since the start. */
  get gaps(): number {
    return this.#gaps
  }

  /** Best prices in steps and sizes in quantity steps; NaN where the side is empty or the book is not live. */
  get bestBid(): number {
    return this.#best(this.#bids)
  }
  get bestAsk(): number {
    return this.#best(this.#asks)
  }

  /** Sizes of the best levels of a side, best first; none when not live. */
  sizes(side: 'bid' | 'ask', levels: number): readonly number[] {
    if (this.#state !== 'live') return []
    const { sizes } = side === 'bid' ? this.#bids : this.#asks
    return sizes.slice(Math.max(0, sizes.length - levels)).reverse()
  }

  /** Every level of a side, best first; none when not live. */
  levels(side: 'bid' | 'ask'): readonly BookLevel[] {
    if (this.#state !== 'live') return []
    const { prices, sizes } = side === 'bid' ? this.#bids : this.#asks
    return prices.map((price, i) => ({ price, quantity: sizes[i]! }) as BookLevel).reverse()
  }

  snapshot(event: BookSnapshot): void {
    this.#bids.clear()
    this.#asks.clear()
    for (const level of event.bids) this.#bids.set(level.price, level.quantity)
    for (const level of event.asks) this.#asks.set(level.price, level.quantity)
    this.#updateId = event.updateId
    this.#state = 'live'
    this.#first = true
    const waiting = this.#pending
    this.#pending = []
    for (const change of waiting) this.change(change)
  }

  /**
   * Binance's rule (venues.md 1.3): drop what the snapshot already holds; the first change must straddle it; each later
   * one must follow its predecessor (`pu` where given, else the ids must be contiguous).
   */
  change(event: BookChange): void {
    if (this.#state !== 'live') {
      if (this.#pending.length === PENDING_MAX) this.#pending.shift()
      this.#pending.push(event)
      return
    }
    if (event.lastUpdateId <= this.#updateId) return
    if (!this.#follows(event)) {
      this.#state = 'gap'
      this.#gaps += 1
      this.#pending = [event]
      return
    }
    for (const level of event.bids) this.#bids.set(level.price, level.quantity)
    for (const level of event.asks) this.#asks.set(level.price, level.quantity)
    this.#updateId = event.lastUpdateId
    this.#first = false
  }

  #follows(event: BookChange): boolean {
    // Ids of a futures stream have holes, so where the venue names the predecessor that is proof enough.
    if (this.#first) return event.firstUpdateId <= this.#updateId + 1 || event.previousUpdateId === this.#updateId
    return event.previousUpdateId >= 0 ? event.previousUpdateId === this.#updateId : event.firstUpdateId <= this.#updateId + 1
  }

  #best(side: Levels): number {
    return this.#state === 'live' && side.prices.length > 0 ? side.prices[side.prices.length - 1]! : Number.NaN
  }
}
