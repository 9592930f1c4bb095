// The highest high and the lowest low of the last N bars, at a constant cost per update.
import { assert } from '../../domain/assert.ts'
import { loadCells, saveCells } from './snapshot.ts'

/**
 * The same blocks as in sum-window.ts with highest and lowest in place of `+` (van Herk 1992, Gil and Werman 1993), both in
 * one array, [high, low, high, low, …], so that one look finds both. What is left of its cost is guessing which bars are
 * extremes: a Donchian channel of 20 takes 11 ns where prices only rise and 18 on gold. To remember where the extremes are and
 * look for new ones when they leave guesses no less, and took four times as long at 2000.
 */
export class RangeWindow {
  /** This block's bars, and from `#filled` on the extremes from there to the end of the block before; NaN where there was none. */
  readonly #cells: Float64Array
  #filled = 0
  #high = -Number.MAX_VALUE
  #low = Number.MAX_VALUE

  constructor(length: number) {
    assert(Number.isInteger(length) && length > 0, 'a window has at least one value')
    this.#cells = new Float64Array(2 * length).fill(Number.NaN)
  }

  update(high: number, low: number): void {
    const cells = this.#cells
    const at = this.#filled
    cells[at] = high
    cells[at + 1] = low
    if (high > this.#high) this.#high = high
    if (low < this.#low) this.#low = low
    this.#filled = at + 2
    if (at + 2 === cells.length) this.#turn()
  }

  /** NaN until there are N bars. */
  get highest(): number {
    const before = this.#cells[this.#filled]!
    return this.#high > before ? this.#high : before
  }

  /** NaN until there are N bars. */
  get lowest(): number {
    const before = this.#cells[this.#filled + 1]!
    return this.#low < before ? this.#low : before
  }

  save(state: number[]): void {
    state.push(this.#filled, this.#high, this.#low)
    saveCells(state, this.#cells, this.#filled)
  }

  /** Reads what `save` wrote from `at` on, and returns where the next part begins. */
  load(state: readonly number[], at: number): number {
    this.#filled = state[at]!
    this.#high = state[at + 1]!
    this.#low = state[at + 2]!
    return loadCells(state, at + 3, this.#cells, this.#filled)
  }

  #turn(): void {
    const cells = this.#cells
    let high = -Number.MAX_VALUE
    let low = Number.MAX_VALUE
    for (let at = cells.length - 2; at >= 0; at -= 2) {
      if (cells[at]! > high) high = cells[at]!
      if (cells[at + 1]! < low) low = cells[at + 1]!
      cells[at] = high
      cells[at + 1] = low
    }

    this.#filled = 0
    this.#high = -Number.MAX_VALUE
    this.#low = Number.MAX_VALUE
  }
}
