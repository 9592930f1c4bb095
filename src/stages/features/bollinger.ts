// Bollinger bands.
import { assert } from '../../domain/assert.ts'
import type { Feature } from '../../domain/feature.ts'
import { assertFinite } from './finite.ts'
import { MomentsWindow } from './moments-window.ts'
import { assertSize } from './snapshot.ts'

/**
 * Mean of the last N values (`value`, also `middle`) and bands `width` standard deviations of the population away, in the
 * unit of the input; `percentB` is where the newest value lies between them (0 the lower, 1 the upper), `bandwidth` their
 * distance over the size of the mean. On a flat window %B is ½; on a mean of zero the bandwidth is 0; both are `degenerate`.
 */
export class Bollinger implements Feature<number> {
  readonly name: string
  readonly first: number
  readonly stableAfter: number
  readonly #share: number
  readonly #width: number
  readonly #moments: MomentsWindow
  #last = 0
  #middle = Number.NaN
  #deviation = Number.NaN

  constructor(options: { readonly length: number; readonly width: number } = { length: 20, width: 2 }) {
    assert(options.width > 0, 'the bands are some way from the middle')
    this.#share = 1 / options.length
    this.#width = options.width
    this.#moments = new MomentsWindow(options.length)
    this.name = `bollinger(${options.length}, ${options.width})`
    this.first = options.length - 1
    this.stableAfter = this.first
  }

  update(value: number): void {
    assertFinite(value)
    this.#last = value
    this.#moments.update(value)
    this.#measure()
  }

  get value(): number {
    return this.#middle
  }

  get middle(): number {
    return this.#middle
  }

  /** Standard deviation of the population. */
  get deviation(): number {
    return this.#deviation
  }

  get upper(): number {
    return this.#middle + this.#width * this.#deviation
  }

  get lower(): number {
    return this.#middle - this.#width * this.#deviation
  }

  get percentB(): number {
    const reach = this.#width * this.#deviation
    return reach === 0 ? 0.5 : (this.#last - this.#middle + reach) / (2 * reach)
  }

  get bandwidth(): number {
    const size = Math.abs(this.#middle)
    return size === 0 ? 0 : (2 * this.#width * this.#deviation) / size
  }

  get degenerate(): boolean {
    return this.#deviation === 0 || this.#middle === 0
  }

  snapshot(): readonly number[] {
    const state = [this.#last]
    this.#moments.save(state)
    return state
  }

  restore(state: readonly number[]): void {
    this.#last = state[0]!
    assertSize(state, this.#moments.load(state, 1))
    this.#measure()
  }

  /** Once per update, since every output rests on it. */
  #measure(): void {
    this.#middle = this.#moments.mean
    this.#deviation = Math.sqrt(this.#moments.squaredDeviations * this.#share)
  }
}
