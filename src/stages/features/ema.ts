// Exponential moving average.
import { assert } from '../../domain/assert.ts'
import type { Feature } from '../../domain/feature.ts'
import { fadeLength } from './fade.ts'
import { assertFinite } from './finite.ts'
import { assertSize } from './snapshot.ts'

/** `mean`: starts as the mean of the first N values (TA-Lib). `first`: starts as the first value (most charting programs). */
export type EmaSeed = 'mean' | 'first'

/**
 * `e += (x - e) × k` with `k = 2 / (N + 1)`, in exactly that order, which makes it bit-equal to TA-Lib's EMA with the
 * default seed. With either seed it speaks from the N-th value on. In the unit of the input.
 */
export class Ema implements Feature<number> {
  readonly name: string
  readonly first: number
  readonly stableAfter: number
  readonly degenerate = false
  readonly #length: number
  readonly #weight: number
  readonly #seed: EmaSeed
  #count = 0
  /** While warming up with the seed `mean`: the sum so far. */
  #average = 0

  constructor(length: number, options: { readonly seed?: EmaSeed } = {}) {
    assert(Number.isInteger(length) && length > 0, 'an average has at least one value')
    this.#length = length
    this.#weight = 2 / (length + 1)
    this.#seed = options.seed ?? 'mean'
    this.name = this.#seed === 'mean' ? `ema(${length})` : `ema(${length}, first)`
    this.first = length - 1
    this.stableAfter = this.first + fadeLength(this.#weight)
  }

  update(value: number): void {
    assertFinite(value)
    if (this.#count === this.#length) this.#average += (value - this.#average) * this.#weight
    else this.#warmUp(value)
  }

  get value(): number {
    return this.#count === this.#length ? this.#average : Number.NaN
  }

  snapshot(): readonly number[] {
    return [this.#count, this.#average]
  }

  restore(state: readonly number[]): void {
    assertSize(state, 2)
    this.#count = state[0]!
    this.#average = state[1]!
  }

  #warmUp(value: number): void {
    this.#count++
    if (this.#seed === 'first') {
      this.#average = this.#count === 1 ? value : this.#average + (value - this.#average) * this.#weight
      return
    }
    this.#average += value
    if (this.#count === this.#length) this.#average /= this.#length
  }
}
