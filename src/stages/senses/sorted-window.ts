// The newest values of a stream, kept in order, for medians and robust scores.
import { assert } from '../../domain/assert.ts'
import type { Digest } from '../../domain/digest.ts'

/** Makes the median absolute deviation comparable with a standard deviation: the third quartile of the normal law. */
const NORMAL_QUARTILE = 0.6745

/**
 * A rolling window with its values also sorted. Allocates once; adding is two binary searches and a short move of memory.
 * What is not finite is not added, so a feature that is still warming up can be passed on as it is.
 */
export class SortedWindow {
  readonly #recent: Float64Array
  readonly #sorted: Float64Array
  #next = 0
  #count = 0

  constructor(length: number) {
    assert(Number.isSafeInteger(length) && length > 0, 'a window has at least one value')
    this.#recent = new Float64Array(length)
    this.#sorted = new Float64Array(length)
  }

  get count(): number {
    return this.#count
  }

  add(value: number): void {
    if (!Number.isFinite(value)) return
    const sorted = this.#sorted

    if (this.#count === sorted.length) {
      const leaving = this.#place(this.#recent[this.#next]!)
      sorted.copyWithin(leaving, leaving + 1, this.#count--)
    }

    const place = this.#place(value)
    sorted.copyWithin(place + 1, place, this.#count++)
    sorted[place] = value

    this.#recent[this.#next] = value
    this.#next = (this.#next + 1) % sorted.length
  }

  clear(): void {
    this.#next = 0
    this.#count = 0
  }

  /** NaN while empty; the mean of the two middle values when their number is even. */
  get median(): number {
    const half = this.#count >> 1
    if (this.#count === 0) return Number.NaN
    return this.#count % 2 === 1 ? this.#sorted[half]! : (this.#sorted[half - 1]! + this.#sorted[half]!) / 2
  }

  /** Median absolute deviation from the median; NaN while empty. One pass over half the window. */
  get deviation(): number {
    const sorted = this.#sorted
    const median = this.median

    // Distances grow to both sides of the median, so walking outwards meets them in order.
    let right = this.#count >> 1
    let left = right - 1
    let previous = Number.NaN
    let distance = Number.NaN
    for (let met = 0; met <= this.#count >> 1; met++) {
      previous = distance
      const below = left >= 0 ? median - sorted[left]! : Number.POSITIVE_INFINITY
      const above = right < this.#count ? sorted[right]! - median : Number.POSITIVE_INFINITY
      distance = Math.min(below, above)
      if (below <= above) left--
      else right++
    }
    return this.#count % 2 === 1 ? distance : (previous + distance) / 2
  }

  /**
   * Robust score of a value against the window, −1…+1: clip(0.6745 (x − median) / MAD, ±3) / 3. Never falls when the value
   * rises. Against a window whose middle half is one value it is the sign of the difference.
   */
  score(value: number): number {
    const difference = value - this.median
    const deviation = this.deviation
    if (deviation === 0) return Math.sign(difference)
    return Math.max(-3, Math.min(3, (NORMAL_QUARTILE * difference) / deviation)) / 3
  }

  /** Its size, place and middle: enough to tell two windows apart that were fed differently. */
  digest(into: Digest): void {
    into.number(this.#count).number(this.#next).number(this.median).number(this.deviation)
  }

  /** Index of the first value that is not smaller. */
  #place(value: number): number {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#sorted[middle]! < value) low = middle + 1
      else high = middle
    }
    return low
  }
}
