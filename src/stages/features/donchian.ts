// Donchian channel.
import type { BarInput, Feature } from '../../domain/feature.ts'
import { assertFinite } from './finite.ts'
import { RangeWindow } from './range-window.ts'
import { assertSize } from './snapshot.ts'

/**
 * Highest high (`upper`) and lowest low (`lower`) of the last N bars and their middle (`value`), in price units. With
 * `excludeCurrent` the newest bar is left out, so that a close beyond the channel is a breakout; it begins one bar later.
 */
export class Donchian implements Feature<BarInput> {
  readonly name: string
  readonly first: number
  readonly stableAfter: number
  readonly degenerate = false
  readonly #excludeCurrent: boolean
  readonly #range: RangeWindow
  /** With `excludeCurrent` the newest bar, which waits here until the next one comes; NaN before there was one. */
  #high = Number.NaN
  #low = Number.NaN

  constructor(length = 20, options: { readonly excludeCurrent?: boolean } = {}) {
    this.#excludeCurrent = options.excludeCurrent ?? false
    this.#range = new RangeWindow(length)
    this.name = this.#excludeCurrent ? `donchian(${length}, before)` : `donchian(${length})`
    this.first = this.#excludeCurrent ? length : length - 1
    this.stableAfter = this.first
  }

  update(bar: BarInput): void {
    const { high, low } = bar
    assertFinite(high + low)
    if (this.#excludeCurrent) this.#exchange(high, low)
    else this.#range.update(high, low)
  }

  get value(): number {
    return (this.upper + this.lower) / 2
  }

  get upper(): number {
    return this.#range.highest
  }

  get lower(): number {
    return this.#range.lowest
  }

  snapshot(): readonly number[] {
    const state = Number.isNaN(this.#high) ? [0, 0, 0] : [1, this.#high, this.#low]
    this.#range.save(state)
    return state
  }

  restore(state: readonly number[]): void {
    this.#high = state[0] === 1 ? state[1]! : Number.NaN
    this.#low = state[0] === 1 ? state[2]! : Number.NaN
    assertSize(state, this.#range.load(state, 3))
  }

  /** The bar that waited goes into the channel, and the newest waits. */
  #exchange(high: number, low: number): void {
    if (!Number.isNaN(this.#high)) this.#range.update(this.#high, this.#low)
    this.#high = high
    this.#low = low
  }
}
