// The depth of one symbol: resting quotes by the venue's id, summed into levels by price.
import type { BookLevel } from '../../domain/market.ts'
import { type Price, type Quantity, quantity } from '../../domain/numbers.ts'

export interface DepthQuote {
  readonly id: string
  readonly side: 'bid' | 'ask'
  readonly price: Price
  readonly size: Quantity
}

export interface LevelChanges {
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
  /** Quotes to be deleted that were never there: something was missed. */
  readonly strangers: number
}

export class QuoteBook {
  readonly #quotes = new Map<string, DepthQuote>()
  readonly #bids = new Map<Price, Quantity>()
  readonly #asks = new Map<Price, Quantity>()

  /** Absolute sizes of the levels that changed; a size of zero for those that are gone. */
  apply(added: readonly DepthQuote[], deleted: readonly string[]): LevelChanges {
    // A message touches a few levels: a list of them is cheaper than a set.
    const bids: Price[] = []
    const asks: Price[] = []
    const touch = ({ side, price }: DepthQuote) => {
      const prices = side === 'bid' ? bids : asks
      if (!prices.includes(price)) prices.push(price)
    }
    let strangers = 0
    for (const id of deleted) {
      const quote = this.#quotes.get(id)
      if (quote === undefined) {
        strangers++
        continue
      }
      this.#remove(quote)
      touch(quote)
    }
    for (const quote of added) {
      const before = this.#quotes.get(quote.id)
      if (before !== undefined) {
        this.#remove(before)
        touch(before)
      }
      this.#quotes.set(quote.id, quote)
      const levels = this.#levels(quote)
      levels.set(quote.price, quantity((levels.get(quote.price) ?? 0) + quote.size))
      touch(quote)
    }
    return { bids: absolute(bids, this.#bids), asks: absolute(asks, this.#asks), strangers }
  }

  /** Every level, best first. */
  whole(): { readonly bids: readonly BookLevel[]; readonly asks: readonly BookLevel[] } {
    return {
      bids: absolute([...this.#bids.keys()], this.#bids).sort((a, b) => b.price - a.price),
      asks: absolute([...this.#asks.keys()], this.#asks).sort((a, b) => a.price - b.price),
    }
  }

  /** A bid at or above an ask: resting orders of that kind would have met. */
  get crossed(): boolean {
    if (this.#bids.size === 0 || this.#asks.size === 0) return false
    let [bid, ask] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (const price of this.#bids.keys()) if (price > bid) bid = price
    for (const price of this.#asks.keys()) if (price < ask) ask = price
    return bid >= ask
  }

  clear(): void {
    this.#quotes.clear()
    this.#bids.clear()
    this.#asks.clear()
  }

  #remove(quote: DepthQuote): void {
    this.#quotes.delete(quote.id)
    const levels = this.#levels(quote)
    const left = (levels.get(quote.price) ?? 0) - quote.size
    if (left > 0) levels.set(quote.price, quantity(left))
    else levels.delete(quote.price)
  }

  #levels({ side }: DepthQuote): Map<Price, Quantity> {
    return side === 'bid' ? this.#bids : this.#asks
  }
}

const absolute = (prices: readonly Price[], levels: ReadonlyMap<Price, Quantity>): BookLevel[] =>
  prices.map(price => ({ price, quantity: levels.get(price) ?? quantity(0) }))
