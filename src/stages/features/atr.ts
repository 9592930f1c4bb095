// Average true range.
import { assert } from '../../domain/assert.ts'
import type { BarInput, Feature } from '../../domain/feature.ts'
import { fadeLength } from './fade.ts'
import { assertFinite } from './finite.ts'
import { assertSize } from './snapshot.ts'
import { trueRange } from './true-range.ts'

/**
 * Wilder's average of the true range, in price units, as in TA-Lib: the first bar has no close before it and is left out,
 * the mean of the next N ranges is the seed, then `(r × (N - 1) + x) / N`.
 */
export class Atr implements Feature<BarInput> {
  readonly name: string
  readonly first: number
  readonly stableAfter: number
  readonly degenerate = false
  readonly #length: number
  /** Bars seen, up to N + 1. */
  #count = 0
  #close = 0
  /** The sum while warming up. */
  #average = 0

  constructor(length = 14) {
    assert(Number.isInteger(length) && length > 0, 'an average has at least one value')
    this.#length = length
    this.name = `atr(${length})`
    this.first = length
    this.stableAfter = length + fadeLength(1 / length)
  }

  update(bar: BarInput): void {
    assertFinite(bar.high + bar.low + bar.close)
    const range = trueRange(bar.high, bar.low, this.#close)
    this.#close = bar.close

    if (this.#count > this.#length) this.#average = (this.#average * (this.#length - 1) + range) / this.#length
    else this.#warmUp(range)
  }

  get value(): number {
    return this.#count > this.#length ? this.#average : Number.NaN
  }

  snapshot(): readonly number[] {
    return [this.#count, this.#close, this.#average]
  }

  restore(state: readonly number[]): void {
    assertSize(state, 3)
    this.#count = state[0]!
    this.#close = state[1]!
    this.#average = state[2]!
  }

  #warmUp(range: number): void {
    if (this.#count++ === 0) return // the first bar has no close before it
    this.#average += range
    if (this.#count > this.#length) this.#average /= this.#length
  }
}
