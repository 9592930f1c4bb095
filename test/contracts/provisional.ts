// A feature of a bar that is not finished: its last input may still be replaced.
import type { Feature } from '../../src/domain/feature.ts'

/**
 * Keeps the feature's state from before its last input, so that `replaceLast` leaves the feature as if the replaced input
 * had never been seen: what a chart of unfinished bars will do, written here until one exists. Each update costs a snapshot.
 */
export class Provisional<Input> {
  readonly feature: Feature<Input>
  #before: readonly number[]

  constructor(feature: Feature<Input>) {
    this.feature = feature
    this.#before = feature.snapshot()
  }

  update(input: Input): void {
    const before = this.feature.snapshot()
    this.feature.update(input)
    this.#before = before // last, so that a refused input does not move it
  }

  /** Before the first update there is nothing to replace, and the input counts as the first. */
  replaceLast(input: Input): void {
    this.feature.restore(this.#before)
    this.feature.update(input)
  }
}
