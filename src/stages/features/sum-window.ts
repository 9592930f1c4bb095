// The sum of the last N values, without ever subtracting.
import { assert } from '../../domain/assert.ts'

/**
 * Time is cut into blocks of N. The window is always the end of the block before and the beginning of this one, so
 *
 *     cells   [ this block's values … | sums from here to the end of the block before … ]
 *               0           filled - 1   filled                                    N - 1
 *
 * and the window's sum is `prefix + cells[filled]`. When a block is full its values are turned into such sums in place,
 * one add each (van Herk 1992, Gil and Werman 1993, there for extremes). Two adds per update whatever N is, and as nothing
 * is subtracted, nothing drifts: an outlier that has left the window leaves no trace of itself.
 */
export class SumWindow {
  readonly #cells: Float64Array
  #filled = 0
  #prefix = 0
  #full = false

  constructor(length: number) {
    assert(Number.isInteger(length) && length > 0, 'a window has at least one value')
    this.#cells = new Float64Array(length)
  }

  update(value: number): void {
    this.#cells[this.#filled++] = value
    this.#prefix += value
    if (this.#filled === this.#cells.length) this.#turn()
  }

  get full(): boolean {
    return this.#full
  }

  /** NaN until the window is full. */
  get value(): number {
    return this.#full ? this.#prefix + this.#cells[this.#filled]! : Number.NaN
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
    let sum = 0
    for (let i = cells.length - 1; i >= 0; i--) {
      sum += cells[i]!
      cells[i] = sum
    }

    this.#filled = 0
    this.#prefix = 0
    this.#full = true
  }
}
