// The highest and the lowest of the last N values, at a constant cost per update.
import { assert } from '../../domain/assert.ts'

/**
 * The same blocks as in sum-window.ts with `max` in place of `+` (van Herk 1992, Gil and Werman 1993): three comparisons
 * per update whatever N is and however the values move, where a monotone deque pays by the run it has to pop.
 */
export class HighestWindow {
  readonly #cells: Float64Array
  #filled = 0
  #prefix = -Number.MAX_VALUE
  #full = false

  constructor(length: number) {
    assert(Number.isInteger(length) && length > 0, 'a window has at least one value')
    this.#cells = new Float64Array(length)
  }

  update(value: number): void {
    this.#cells[this.#filled++] = value
    this.#prefix = Math.max(this.#prefix, value)
    if (this.#filled === this.#cells.length) this.#turn()
  }

  /** NaN until the window is full. */
  get value(): number {
    return this.#full ? Math.max(this.#cells[this.#filled]!, this.#prefix) : Number.NaN
  }

  save(state: number[]): void {
    state.push(this.#filled, this.#prefix, this.#full ? 1 : 0, ...this.#cells)
  }

  /** Reads what `save` wrote from `at` on, and returns where the next part begins. */
  load(state: readonly number[], at: number): number {
    this.#filled = state[at]!
    this.#prefix = state[at + 1]!
    this.#full = state[at + 2] === 1
    for (let i = 0; i < this.#cells.length; i++) this.#cells[i] = state[at + 3 + i]!
    return at + 3 + this.#cells.length
  }

  #turn(): void {
    const cells = this.#cells
    let highest = -Number.MAX_VALUE
    for (let i = cells.length - 1; i >= 0; i--) {
      highest = Math.max(highest, cells[i]!)
      cells[i] = highest
    }

    this.#filled = 0
    this.#prefix = -Number.MAX_VALUE
    this.#full = true
  }
}

/** The lowest value is the highest of the negated ones; negation is exact. */
export class LowestWindow {
  readonly #mirrored: HighestWindow

  constructor(length: number) {
    this.#mirrored = new HighestWindow(length)
  }

  update(value: number): void {
    this.#mirrored.update(-value)
  }

  get value(): number {
    return -this.#mirrored.value
  }

  save(state: number[]): void {
    this.#mirrored.save(state)
  }

  load(state: readonly number[], at: number): number {
    return this.#mirrored.load(state, at)
  }
}
