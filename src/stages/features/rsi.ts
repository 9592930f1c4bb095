// Relative strength index.
import { assert } from '../../domain/assert.ts'
import type { Feature } from '../../domain/feature.ts'
import { fadeLength } from './fade.ts'
import { assertFinite } from './finite.ts'
import { assertSize } from './snapshot.ts'

/**
 * Wilder's RSI, 0…100, as in TA-Lib: mean gain and mean loss of the first N changes, then `(r × (N - 1) + x) / N`.
 * Where nothing has moved yet TA-Lib says 0; here it is 50, in the middle, and `degenerate`.
 */
export class Rsi implements Feature<number> {
  readonly name: string
  readonly first: number
  readonly stableAfter: number
  readonly #length: number
  /** Values seen, up to N + 1. */
  #count = 0
  #last = 0
  /** Sums while warming up, averages after. */
  #gain = 0
  #loss = 0

  constructor(length = 14) {
    assert(Number.isInteger(length) && length > 0, 'an average has at least one value')
    this.#length = length
    this.name = `rsi(${length})`
    this.first = length
    this.stableAfter = length + fadeLength(1 / length)
  }

  update(value: number): void {
    assertFinite(value)
    const change = value - this.#last
    this.#last = value
    const gain = Math.max(change, 0)
    const loss = Math.max(-change, 0)

    if (this.#count > this.#length) {
      this.#gain = (this.#gain * (this.#length - 1) + gain) / this.#length
      this.#loss = (this.#loss * (this.#length - 1) + loss) / this.#length
    } else {
      this.#warmUp(gain, loss)
    }
  }

  get value(): number {
    if (this.#count <= this.#length) return Number.NaN
    const moved = this.#gain + this.#loss
    return moved === 0 ? 50 : 100 * (this.#gain / moved)
  }

  get degenerate(): boolean {
    return this.#count > this.#length && this.#gain + this.#loss === 0
  }

  snapshot(): readonly number[] {
    return [this.#count, this.#last, this.#gain, this.#loss]
  }

  restore(state: readonly number[]): void {
    assertSize(state, 4)
    this.#count = state[0]!
    this.#last = state[1]!
    this.#gain = state[2]!
    this.#loss = state[3]!
  }

  #warmUp(gain: number, loss: number): void {
    if (this.#count++ === 0) return // the first value has no change
    this.#gain += gain
    this.#loss += loss
    if (this.#count > this.#length) {
      this.#gain /= this.#length
      this.#loss /= this.#length
    }
  }
}
