// What a value was N updates ago.
import { assert } from '../../domain/assert.ts'

/** A ring of the last N values; `replace` puts the newest in and hands out the one it pushes off. */
export class LagWindow {
  readonly #cells: Float64Array
  #next = 0
  #full = false

  constructor(length: number) {
    assert(Number.isInteger(length) && length > 0, 'a window has at least one value')
    this.#cells = new Float64Array(length)
  }

  /** The value N updates ago; NaN when there were not so many. */
  replace(value: number): number {
    const old = this.#full ? this.#cells[this.#next]! : Number.NaN
    this.#cells[this.#next++] = value
    if (this.#next === this.#cells.length) {
      this.#next = 0
      this.#full = true
    }
    return old
  }

  save(state: number[]): void {
    state.push(this.#next, this.#full ? 1 : 0, ...this.#cells)
  }

  /** Reads what `save` wrote from `at` on, and returns where the next part begins. */
  load(state: readonly number[], at: number): number {
    this.#next = state[at]!
    this.#full = state[at + 1] === 1
    for (let i = 0; i < this.#cells.length; i++) this.#cells[i] = state[at + 2 + i]!
    return at + 2 + this.#cells.length
  }
}
