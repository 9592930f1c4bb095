// Stochastic oscillator.
import type { BarInput, Feature } from '../../domain/feature.ts'
import { HighestWindow, LowestWindow } from './extreme-window.ts'
import { assertFinite } from './finite.ts'
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
  readonly #lengths: StochasticLengths
  readonly #highest: HighestWindow
  readonly #lowest: LowestWindow
  readonly #raw: SumWindow
  readonly #smoothed: SumWindow
  #flat = false

  constructor(lengths: StochasticLengths = { range: 14, smoothing: 3, signal: 3 }) {
    this.#lengths = lengths
    this.#highest = new HighestWindow(lengths.range)
    this.#lowest = new LowestWindow(lengths.range)
    this.#raw = new SumWindow(lengths.smoothing)
    this.#smoothed = new SumWindow(lengths.signal)
    this.name = `stochastic(${lengths.range}, ${lengths.smoothing}, ${lengths.signal})`
    this.first = lengths.range + lengths.smoothing + lengths.signal - 3
    this.stableAfter = this.first
  }

  update(bar: BarInput): void {
    assertFinite(bar.high + bar.low + bar.close)
    this.#highest.update(bar.high)
    this.#lowest.update(bar.low)
    const lowest = this.#lowest.value
    const range = this.#highest.value - lowest
    if (Number.isNaN(range)) return // the windows are not full yet

    this.#flat = range === 0
    this.#raw.update(this.#flat ? 50 : (100 * (bar.close - lowest)) / range)
    const smoothed = this.#raw.value / this.#lengths.smoothing
    if (!Number.isNaN(smoothed)) this.#smoothed.update(smoothed)
  }

  get value(): number {
    return this.k
  }

  /** %K begins together with %D. */
  get k(): number {
    return Number.isNaN(this.#smoothed.value) ? Number.NaN : this.#raw.value / this.#lengths.smoothing
  }

  get d(): number {
    return this.#smoothed.value / this.#lengths.signal
  }

  get degenerate(): boolean {
    return this.#flat && !Number.isNaN(this.#smoothed.value)
  }

  snapshot(): readonly number[] {
    const state = [this.#flat ? 1 : 0]
    this.#highest.save(state)
    this.#lowest.save(state)
    this.#raw.save(state)
    this.#smoothed.save(state)
    return state
  }

  restore(state: readonly number[]): void {
    this.#flat = state[0] === 1
    let at = this.#highest.load(state, 1)
    at = this.#lowest.load(state, at)
    at = this.#raw.load(state, at)
    assertSize(state, this.#smoothed.load(state, at))
  }
}
