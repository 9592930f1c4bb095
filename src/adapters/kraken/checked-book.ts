// The book of one symbol as Kraken counts it: cut to the subscribed depth, with the text of every figure kept for the checksum.
import { crc32 } from 'node:zlib'
import { stepsOf } from '../../connectivity/steps.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { BookLevel } from '../../domain/market.ts'
import type { Price, Quantity } from '../../domain/numbers.ts'

/** A level as the venue wrote it, trailing zeros and all. A quantity of zero removes the level. */
export interface LevelText {
  readonly price: string
  readonly quantity: string
}

export interface BookLevels {
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
}

/** The checksum covers so many levels of each side, whatever the subscribed depth. */
const CHECKED_LEVELS = 10

export class CheckedBook {
  readonly #instrument: Instrument
  readonly #depth: number
  readonly #bids = new BookSide('bids')
  readonly #asks = new BookSide('asks')

  /** `depth`: levels kept on each side, as subscribed. */
  constructor(instrument: Instrument, depth: number) {
    this.#instrument = instrument
    this.#depth = depth
  }

  /** Best bid, undefined where there is none. */
  get bid(): BookLevel | undefined {
    return this.#bids.levels[0]
  }
  get ask(): BookLevel | undefined {
    return this.#asks.levels[0]
  }

  get isCrossed(): boolean {
    const { bid, ask } = this
    return bid !== undefined && ask !== undefined && bid.price >= ask.price
  }

  /** Every level, best first. */
  get levels(): BookLevels {
    return { bids: this.#bids.levels.map(plain), asks: this.#asks.levels.map(plain) }
  }

  /** Begins anew with a snapshot. The text of the first level that cannot be read, or undefined when all is well. */
  replace(bids: readonly LevelText[], asks: readonly LevelText[]): string | undefined {
    this.#bids.levels.length = 0
    this.#asks.levels.length = 0
    const applied = this.apply(bids, asks)
    return typeof applied === 'string' ? applied : undefined
  }

  /**
   * Applies a message whole, then cuts to the depth. Returns what changed, removals by the cut included: the venue will not
   * speak of those levels again until they come back. A text instead is the level that cannot be read, and the book is void.
   */
  apply(bids: readonly LevelText[], asks: readonly LevelText[]): BookLevels | string {
    const changed = { bids: [] as BookLevel[], asks: [] as BookLevel[] }
    const fault = this.#take(bids, this.#bids, changed.bids) ?? this.#take(asks, this.#asks, changed.asks)
    if (fault !== undefined) return fault
    this.#bids.cut(this.#depth, changed.bids)
    this.#asks.cut(this.#depth, changed.asks)
    return changed
  }

  /**
   * Asks from low to high, then bids from high to low, each level its price and quantity as written, without the point and
   * without leading zeros: CRC-32 of that text, unsigned.
   */
  checksum(): number {
    let text = ''
    for (const side of [this.#asks, this.#bids]) {
      const count = Math.min(CHECKED_LEVELS, side.levels.length)
      for (let at = 0; at < count; at++) text += digitsOf(side.levels[at]!)
    }
    return crc32(text)
  }

  #take(texts: readonly LevelText[], side: BookSide, changed: BookLevel[]): string | undefined {
    const { priceDecimals, quantityDecimals } = this.#instrument
    for (const text of texts) {
      const price = stepsOf(text.price, priceDecimals)
      const quantity = stepsOf(text.quantity, quantityDecimals)
      if (price === undefined || quantity === undefined || price <= 0 || quantity < 0) return `${text.price} × ${text.quantity}`
      const level: Level = { price: price as Price, quantity: quantity as Quantity, text, digits: '' }
      side.set(level)
      changed.push(plain(level))
    }
    return undefined
  }
}

interface Level extends BookLevel {
  readonly text: LevelText
  /** Made when the level first counts for a checksum: most levels never do. */
  digits: string
}

const plain = ({ price, quantity }: BookLevel): BookLevel => ({ price, quantity })

function digitsOf(level: Level): string {
  if (level.digits === '') level.digits = significant(level.text.price) + significant(level.text.quantity)
  return level.digits
}

function significant(text: string): string {
  const digits = text.replace('.', '')
  let at = 0
  while (digits.charCodeAt(at) === 48) at++
  return at === 0 ? digits : digits.slice(at)
}

/** Best first. */
class BookSide {
  readonly levels: Level[] = []
  readonly #sign: 1 | -1

  constructor(side: 'bids' | 'asks') {
    this.#sign = side === 'asks' ? 1 : -1
  }

  set(level: Level): void {
    const { levels } = this
    const at = this.#find(level.price)
    const found = levels[at]?.price === level.price
    if (level.quantity === 0) {
      if (found) levels.splice(at, 1)
    } else if (found) levels[at] = level
    else levels.splice(at, 0, level)
  }

  cut(depth: number, removed: BookLevel[]): void {
    while (this.levels.length > depth) removed.push({ price: this.levels.pop()!.price, quantity: 0 as Quantity })
  }

  /** Where a level of this price is, or would be. */
  #find(price: number): number {
    const { levels } = this
    let low = 0
    let high = levels.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#sign * levels[middle]!.price < this.#sign * price) low = middle + 1
      else high = middle
    }
    return low
  }
}
