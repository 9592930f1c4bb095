// The highest high and the lowest low of the last N bars, at a constant cost per update.
import { assert } from '../../domain/assert.ts'

/**
 * The same blocks as in sum-window.ts with `max` and `min` in place of `+` (van Herk 1992, Gil and Werman 1993). One side
 * of 20 took 10 ns where a monotone deque took 18, which pays by the run it has to pop.
 */
export class RangeWindow {
  readonly #highs: Float64Array
  readonly #lows: Float64Array
  #filled = 0
  #high = -Number.MAX_VALUE
  #low = Number.MAX_VALUE
  #full = false

  constructor(length: number) {
    assert(Number.isInteger(length) && length > 0, 'a window has at least one value')
    this.#highs = new Float64Array(length)
    this.#lows = new Float64Array(length)
  }

  update(high: number, low: number): void {
    const at = this.#filled
    this.#highs[at] = high
    this.#lows[at] = low
    this.#high = Math.max(this.#high, high)
    this.#low = Math.min(this.#low, low)
    this.#filled = at + 1
    if (this.#filled === this.#highs.length) this.#turn()
  }

  /** Whether there are N bars; the extremes are meaningless before. */
  get full(): boolean {
    return this.#full
  }

  get highest(): number {
    return Math.max(this.#highs[this.#filled]!, this.#high)
  }

  get lowest(): number {
    return Math.min(this.#lows[this.#filled]!, this.#low)
  }

  save(state: number[]): void {
    state.push(this.#filled, this.#high, this.#low, this.#full ? 1 : 0, ...this.#highs, ...this.#lows)
  }

  /** Reads what `save` wrote from `at` on, and returns where the next part begins. */
  load(state: readonly number[], at: number): number {
    const length = this.#highs.length
    this.#filled = state[at]!
    this.#high = state[at + 1]!
    this.#low = state[at + 2]!
    this.#full = state[at + 3] === 1
    for (let i = 0; i < length; i++) this.#highs[i] = state[at + 4 + i]!
    for (let i = 0; i < length; i++) this.#lows[i] = state[at + 4 + length + i]!
    return at + 4 + 2 * length
  }

  #turn(): void {
    const highs = this.#highs
    const lows = this.#lows
    let high = -Number.MAX_VALUE
    let low = Number.MAX_VALUE
    for (let i = highs.length - 1; i >= 0; i--) {
      high = Math.max(high, highs[i]!)
      low = Math.min(low, lows[i]!)
      highs[i] = high
      lows[i] = low
    }

    this.#filled = 0
    this.#high = -Number.MAX_VALUE
    this.#low = Number.MAX_VALUE
    this.#full = true
  }
}
