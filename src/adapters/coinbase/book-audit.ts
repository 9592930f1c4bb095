// Holds a book without numbers against the same book asked for beside the stream, where both must be at rest.
import type { BookLevel } from '../../domain/market.ts'
import { type Micros, SECOND } from '../../domain/numbers.ts'
import type { OrderBook } from '../../stages/market/order-book.ts'

/** A reply may be this old when it comes, and a change of the stream this late: levels that moved within are not compared. */
const BEFORE = 10 * SECOND
const AFTER = 5 * SECOND

interface Look {
  readonly time: Micros
  readonly bids: ReadonlyMap<number, number>
  readonly asks: ReadonlyMap<number, number>
}

/**
 * The stream and the reply have no number in common, so neither says which of the other's states it shows. But a level that
 * nobody has touched for long before and after must be the same in both. A lost change leaves just such a level behind.
 */
export class BookAudit {
  readonly #every: number
  #askAt = Number.POSITIVE_INFINITY
  #look: Look | undefined
  /** When each price was last touched, by side. */
  readonly #bids = new Map<number, Micros>()
  readonly #asks = new Map<number, Micros>()
  #begun = 0 as Micros

  constructor(everyMicros: number) {
    this.#every = everyMicros
  }

  /** A new snapshot: nothing before it counts. */
  begin(now: Micros): void {
    this.#look = undefined
    this.#bids.clear()
    this.#asks.clear()
    this.#begun = now
    this.#askAt = now + this.#every
  }

  touch(bids: readonly BookLevel[], asks: readonly BookLevel[], now: Micros): void {
    for (const { price } of bids) this.#bids.set(price, now)
    for (const { price } of asks) this.#asks.set(price, now)
  }

  /** True when the book is to be asked for now. */
  isDue(now: Micros): boolean {
    if (now < this.#askAt) return false
    this.#askAt = now + this.#every
    this.#look = undefined
    forget(this.#bids, now - BEFORE)
    forget(this.#asks, now - BEFORE)
    return now - this.#begun >= BEFORE
  }

  looked({ bids, asks }: { readonly bids: readonly BookLevel[]; readonly asks: readonly BookLevel[] }, now: Micros): void {
    this.#look = { time: now, bids: sizesOf(bids), asks: sizesOf(asks) }
  }

  /** Once for each look, when enough time has passed after it. */
  verdict(book: OrderBook, now: Micros): 'equal' | 'different' | undefined {
    const look = this.#look
    if (look === undefined || now < look.time + AFTER) return undefined
    this.#look = undefined
    const same =
      isSame(look.bids, sizesOf(book.levels('bid')), this.#bids) && isSame(look.asks, sizesOf(book.levels('ask')), this.#asks)
    return same ? 'equal' : 'different'
  }
}

function isSame(
  theirs: ReadonlyMap<number, number>,
  ours: ReadonlyMap<number, number>,
  touched: ReadonlyMap<number, Micros>,
): boolean {
  for (const [price, size] of theirs) if (ours.get(price) !== size && !touched.has(price)) return false
  for (const price of ours.keys()) if (!theirs.has(price) && !touched.has(price)) return false
  return true
}

const sizesOf = (levels: readonly BookLevel[]): ReadonlyMap<number, number> =>
  new Map(levels.filter(({ quantity }) => quantity !== 0).map(({ price, quantity }) => [price, quantity]))

function forget(touched: Map<number, Micros>, before: number): void {
  for (const [price, time] of touched) if (time < before) touched.delete(price)
}
