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
  /** The channel the outputs speak of; 0 until `#ready`. */
  #upper = 0
  #lower = 0
  #ready = false

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
    if (this.#excludeCurrent) this.#take()
    this.#range.update(high, low)
    if (!this.#excludeCurrent) this.#take()
  }

  get value(): number {
    return (this.upper + this.lower) / 2
  }

  get upper(): number {
    return this.#ready ? this.#upper : Number.NaN
  }

  get lower(): number {
    return this.#ready ? this.#lower : Number.NaN
  }

  snapshot(): readonly number[] {
    const state = [this.#ready ? 1 : 0, this.#upper, this.#lower]
    this.#range.save(state)
    return state
  }

  restore(state: readonly number[]): void {
    this.#ready = state[0] === 1
    this.#upper = state[1]!
    this.#lower = state[2]!
    assertSize(state, this.#range.load(state, 3))
  }

  #take(): void {
    if (!this.#range.full) return
    this.#upper = this.#range.highest
    this.#lower = this.#range.lowest
    this.#ready = true
  }
}
