// Mean and variance of the last N values, without ever subtracting what left.
import { assert } from '../../domain/assert.ts'

/**
 * The same blocks as in sum-window.ts, with (mean, sum of squared deviations) in place of a sum. Within a block the two
 * grow as in Welford (1962); the two parts of the window are joined as in Chan, Golub and LeVeque (1979). Sums of squares
 * only ever grow and then start anew, so a calm window after a price spike is as exact as any other, and the variance of
 * equal values is exactly zero.
 */
export class MomentsWindow {
  /** This block's values, and from `#filled` on the mean from there to the end of the block before. */
  readonly #means: Float64Array
  /** From `#filled` on the squared deviations that belong to those means. */
  readonly #squares: Float64Array
  /** 1/k, because a division is four times as long as a product. */
  readonly #inverse: Float64Array
  #filled = 0
  #mean = 0
  #square = 0
  #full = false

  constructor(length: number) {
    assert(Number.isInteger(length) && length > 0, 'a window has at least one value')
    this.#means = new Float64Array(length)
    this.#squares = new Float64Array(length)
    this.#inverse = Float64Array.from({ length: length + 1 }, (_, k) => (k === 0 ? 0 : 1 / k))
  }

  update(value: number): void {
    this.#means[this.#filled++] = value
    const distance = value - this.#mean
    this.#mean += distance * this.#inverse[this.#filled]!
    this.#square += distance * (value - this.#mean)
    if (this.#filled === this.#means.length) this.#turn()
  }

  /** NaN until the window is full. */
  get mean(): number {
    if (!this.#full) return Number.NaN
    const before = this.#means[this.#filled]!
    return before + (this.#mean - before) * (this.#filled * this.#inverse[this.#means.length]!)
  }

  /** Sum of squared deviations from the mean: over N for the population's variance, over N - 1 for the sample's. NaN until full. */
  get squaredDeviations(): number {
    if (!this.#full) return Number.NaN
    const filled = this.#filled
    const length = this.#means.length
    const distance = this.#mean - this.#means[filled]!
    const between = distance * distance * (filled * (length - filled)) * this.#inverse[length]!
    return this.#squares[filled]! + this.#square + between
  }

  save(state: number[]): void {
    state.push(this.#filled, this.#mean, this.#square, this.#full ? 1 : 0, ...this.#means, ...this.#squares)
  }

  /** Reads what `save` wrote from `at` on, and returns where the next part begins. */
  load(state: readonly number[], at: number): number {
    const length = this.#means.length
    this.#filled = state[at]!
    this.#mean = state[at + 1]!
    this.#square = state[at + 2]!
    this.#full = state[at + 3] === 1
    for (let i = 0; i < length; i++) this.#means[i] = state[at + 4 + i]!
    for (let i = 0; i < length; i++) this.#squares[i] = state[at + 4 + length + i]!
    return at + 4 + 2 * length
  }

  #turn(): void {
    const length = this.#means.length
    let mean = 0
    let square = 0
    for (let i = length - 1; i >= 0; i--) {
      const value = this.#means[i]!
      const distance = value - mean
      mean += distance * this.#inverse[length - i]!
      square += distance * (value - mean)
      this.#means[i] = mean
      this.#squares[i] = square
    }

    this.#filled = 0
    this.#mean = 0
    this.#square = 0
    this.#full = true
  }
}
