// The fingerprints of a stream: of its rhythm, and of its prices. Either alone gives a copy away.
import { BlockFingerprint, bitsOf } from './block-fingerprint.ts'
import type { Fact } from './fact.ts'

/** A block is known when it carries so many bits. */
const BITS = 64
/** What was just said tells little; this little never adds up to a block by itself. */
const BITS_REPEATED = 0.375
const RECENT = 4
/** Sizes are round numbers of many steps: however large, they tell little. */
const SIZE_BITS_MAX = 5

/** One alphabet: its symbols, and whether the newest block can be known again. */
export class BlockPrint {
  readonly fingerprint = new BlockFingerprint(BITS)
  readonly #recent = new Int32Array(RECENT)
  #next = 0
  /** The newest fact added a symbol, and the block is whole. */
  isWhole = false

  add(symbol: number, bits: number): void {
    const isRepeated = this.#recent.includes(symbol)
    this.#recent[this.#next] = symbol
    this.#next = (this.#next + 1) % RECENT
    this.isWhole = this.fingerprint.add(symbol, isRepeated ? BITS_REPEATED : bits)
  }
}

/**
 * Rhythm: milliseconds between facts of different times. Prices: moves of bid and ask, so that a copy at another level is
 * known as well. Sizes: spreads with what is offered, or quantities traded. Shuffled, smoothed and noisy copies keep the rhythm;
 * copies with new times keep the prices; made-up prices often keep the sizes.
 */
export class TickPrint {
  readonly rhythm = new BlockPrint()
  readonly prices = new BlockPrint()
  readonly sizes = new BlockPrint()
  readonly #tick: number
  #millis = Number.NaN
  #content = 0
  #spread = 0

  /** `tick`: smallest price change in price steps. */
  constructor(tick: number) {
    this.#tick = tick
  }

  /** Of the newest fact's prices, the level included: a copy at another level says something else. */
  get content(): number {
    return this.#content
  }

  take(fact: Fact): void {
    this.#content = Math.imul(fact.bid, 0x9e3779b1) ^ fact.ask
    this.rhythm.isWhole = false
    this.prices.isWhole = false
    const millis = Math.floor(fact.eventTime / 1000)
    const gap = millis - this.#millis
    if (gap !== 0) this.#millis = millis
    if (gap > 0 && gap < 2 ** 31) this.rhythm.add(gap, bitsOf(gap))
    this.#takeSizes(fact)
    if (!fact.hasMoved) return
    const { bidMove, askMove } = fact
    const own = askMove - bidMove
    this.prices.add((bidMove << 12) ^ own, bitsOf(bidMove / this.#tick) + bitsOf(own / this.#tick))
  }

  #takeSizes({ spread, bidSize, askSize }: Fact): void {
    const symbol = Math.imul(Math.imul(spread, 31) + bidSize, 31) + askSize
    const bits = bitsOf((spread - this.#spread) / this.#tick) + bitsOf(bidSize) + (askSize === bidSize ? 0 : bitsOf(askSize))
    this.#spread = spread
    this.sizes.add(symbol | 0, Math.min(SIZE_BITS_MAX, bits))
  }
}
