// Average directional index.
import { assert } from '../../domain/assert.ts'
import type { BarInput, Feature } from '../../domain/feature.ts'
import { fadeLength } from './fade.ts'
import { assertFinite } from './finite.ts'
import { assertSize } from './snapshot.ts'
import { trueRange } from './true-range.ts'

/**
 * Wilder's ADX (`value`) with `plusDi` and `minusDi`, each 0…100, as in TA-Lib: movements and ranges of bars 1 … N - 1 are
 * summed, then `S = S - S/N + x`; the mean of the first N DX seeds the ADX. Where a bar gives no direction (no range, or
 * neither side moved) the ADX stays as it was and `degenerate` is true. All three lines begin together.
 */
export class Adx implements Feature<BarInput> {
  readonly name: string
  readonly first: number
  readonly stableAfter: number
  readonly #length: number
  /** Bars seen, up to 2N. */
  #count = 0
  #high = 0
  #low = 0
  #close = 0
  #plus = 0
  #minus = 0
  #range = 0
  /** The sum of DX while warming up. */
  #average = 0

  constructor(length = 14) {
    assert(Number.isInteger(length) && length > 1, 'a directional average has at least two bars')
    this.#length = length
    this.name = `adx(${length})`
    this.first = 2 * length - 1
    // Two averages in a row: the second begins to forget when the first has.
    this.stableAfter = this.first + 2 * fadeLength(1 / length)
  }

  update(bar: BarInput): void {
    assertFinite(bar.high + bar.low + bar.close)
    const up = bar.high - this.#high
    const down = this.#low - bar.low
    const range = trueRange(bar.high, bar.low, this.#close)
    this.#high = bar.high
    this.#low = bar.low
    this.#close = bar.close

    const plus = up > down && up > 0 ? up : 0
    const minus = down > up && down > 0 ? down : 0
    if (this.#count < this.#length) {
      this.#sumUp(plus, minus, range)
      return
    }
    this.#plus += plus - this.#plus / this.#length
    this.#minus += minus - this.#minus / this.#length
    this.#range += range - this.#range / this.#length
    this.#averageDirection()
  }

  get value(): number {
    return this.#ready ? this.#average : Number.NaN
  }

  get plusDi(): number {
    return this.#ready ? this.#share(this.#plus) : Number.NaN
  }

  get minusDi(): number {
    return this.#ready ? this.#share(this.#minus) : Number.NaN
  }

  get degenerate(): boolean {
    return this.#ready && (this.#range === 0 || this.#plus + this.#minus === 0)
  }

  snapshot(): readonly number[] {
    return [this.#count, this.#high, this.#low, this.#close, this.#plus, this.#minus, this.#range, this.#average]
  }

  restore(state: readonly number[]): void {
    assertSize(state, 8)
    this.#count = state[0]!
    this.#high = state[1]!
    this.#low = state[2]!
    this.#close = state[3]!
    this.#plus = state[4]!
    this.#minus = state[5]!
    this.#range = state[6]!
    this.#average = state[7]!
  }

  get #ready(): boolean {
    return this.#count === 2 * this.#length
  }

  #share(movement: number): number {
    return this.#range === 0 ? 0 : 100 * (movement / this.#range)
  }

  #sumUp(plus: number, minus: number, range: number): void {
    if (this.#count++ === 0) return // the first bar has none before it
    this.#plus += plus
    this.#minus += minus
    this.#range += range
  }

  #averageDirection(): void {
    const plus = this.#share(this.#plus)
    const minus = this.#share(this.#minus)
    const directed = plus + minus !== 0
    const direction = directed ? 100 * (Math.abs(minus - plus) / (plus + minus)) : 0

    if (this.#ready) {
      if (directed) this.#average = (this.#average * (this.#length - 1) + direction) / this.#length
      return
    }
    this.#average += direction
    if (++this.#count === 2 * this.#length) this.#average /= this.#length
  }
}
