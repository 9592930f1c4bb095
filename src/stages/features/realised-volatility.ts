// Realised volatility.
import { assert } from '../../domain/assert.ts'
import type { Feature } from '../../domain/feature.ts'
import { assertFinite } from './finite.ts'
import { logReturn } from './log-return.ts'
import { MomentsWindow } from './moments-window.ts'
import { assertSize } from './snapshot.ts'

/**
 * Standard deviation of the sample (over N - 1) of the last N log returns, per update: 0.01 is one percent per bar. The
 * caller multiplies by the root of the bars in a year. A price at or below zero has no logarithm: the returns to and from
 * it count as 0, and `degenerate` is true as long as one of them is in the window.
 */
export class RealisedVolatility implements Feature<number> {
  readonly name: string
  readonly first: number
  readonly stableAfter: number
  readonly #length: number
  readonly #share: number
  readonly #returns: MomentsWindow
  /** NaN before there was one. */
  #last = Number.NaN
  /** Updates until the last undefined return leaves the window. */
  #undefinedFor = 0

  constructor(length = 20) {
    assert(length > 1, 'a deviation of a sample needs two returns')
    this.#length = length
    this.#share = 1 / (length - 1)
    this.#returns = new MomentsWindow(length)
    this.name = `realised-volatility(${length})`
    this.first = length
    this.stableAfter = length
  }

  update(price: number): void {
    assertFinite(price)
    const last = this.#last
    this.#last = price
    if (last > 0 && price > 0) {
      if (this.#undefinedFor > 0) this.#undefinedFor--
      this.#returns.update(logReturn(last, price))
    } else if (!Number.isNaN(last)) {
      this.#undefinedFor = this.#length
      this.#returns.update(0)
    }
  }

  get value(): number {
    return Math.sqrt(this.#returns.squaredDeviations * this.#share)
  }

  get degenerate(): boolean {
    return this.#undefinedFor > 0 && !Number.isNaN(this.value)
  }

  snapshot(): readonly number[] {
    const begun = !Number.isNaN(this.#last)
    const state = begun ? [1, this.#last, this.#undefinedFor] : [0, 0, 0]
    this.#returns.save(state)
    return state
  }

  restore(state: readonly number[]): void {
    this.#last = state[0] === 1 ? state[1]! : Number.NaN
    this.#undefinedFor = state[2]!
    assertSize(state, this.#returns.load(state, 3))
  }
}
