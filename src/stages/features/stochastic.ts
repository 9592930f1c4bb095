// Stochastic oscillator.
import type { BarInput, Feature } from '../../domain/feature.ts'
import { assertFinite } from './finite.ts'
import { RangeWindow } from './range-window.ts'
import { assertSize } from './snapshot.ts'
import { SumWindow } from './sum-window.ts'

export interface StochasticLengths {
  /** Bars whose range counts. */
  readonly range: number
  /** Raw values averaged into %K. */
  readonly smoothing: number
  /** Values of %K averaged into %D. */
  readonly signal: number
}

/**
 * Slow stochastic, 0…100: where the close lies in the range of the last bars, averaged (`k`, also `value`) and averaged
 * again (`d`), with simple averages as in TA-Lib's STOCH. A range of zero counts as 50 (TA-Lib: 0) and is `degenerate`.
 */
export class Stochastic implements Feature<BarInput> {
  readonly name: string
  readonly first: number
  readonly stableAfter: number
  readonly #smoothing: number
  readonly #signal: number
  readonly #range: RangeWindow
  readonly #raw: SumWindow
  readonly #smoothed: SumWindow
  #flat = false

  constructor(lengths: StochasticLengths = { range: 14, smoothing: 3, signal: 3 }) {
    const { range, smoothing, signal } = lengths
    this.#smoothing = smoothing
    this.#signal = signal
    this.#range = new RangeWindow(range)
    this.#raw = new SumWindow(smoothing)
    this.#smoothed = new SumWindow(signal)
    this.name = `stochastic(${range}, ${smoothing}, ${signal})`
    this.first = range + smoothing + signal - 3
    this.stableAfter = this.first
  }

  update(bar: BarInput): void {
    const { high, low, close } = bar
    assertFinite(high + low + close)
    this.#range.update(high, low)
    const lowest = this.#range.lowest
    const range = this.#range.highest - lowest
    if (Number.isNaN(range)) return

    this.#flat = range === 0
    this.#raw.update(this.#flat ? 50 : (100 * (close - lowest)) / range)
    if (this.#raw.full) this.#smoothed.update(this.#raw.value / this.#smoothing)
  }

  get value(): number {
    return this.k
  }

  /** %K begins together with %D. */
  get k(): number {
    return this.#smoothed.full ? this.#raw.value / this.#smoothing : Number.NaN
  }

  get d(): number {
    return this.#smoothed.value / this.#signal
  }

  get degenerate(): boolean {
    return this.#flat && this.#smoothed.full
  }

  snapshot(): readonly number[] {
    const state = [this.#flat ? 1 : 0]
    this.#range.save(state)
    this.#raw.save(state)
    this.#smoothed.save(state)
    return state
  }

  restore(state: readonly number[]): void {
    this.#flat = state[0] === 1
    let at = this.#range.load(state, 1)
    at = this.#raw.load(state, at)
    assertSize(state, this.#smoothed.load(state, at))
  }
}
