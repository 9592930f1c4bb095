// On-balance volume.
import { assert } from '../../domain/assert.ts'
import type { BarInput, Feature } from '../../domain/feature.ts'
import { assertFinite } from './finite.ts'
import { assertSize } from './snapshot.ts'

/**
 * Volume added on a higher close and taken off on a lower one (Granville; TA-Lib OBV), in the unit of the volume. It begins
 * with the first bar's volume, as in TA-Lib; its level depends on where the data begin for ever, so only differences say anything.
 */
export class Obv implements Feature<BarInput> {
  readonly name = 'obv'
  readonly first = 0
  readonly stableAfter = Number.POSITIVE_INFINITY
  readonly degenerate = false
  #begun = false
  #close = 0
  #balance = 0

  update(bar: BarInput): void {
    assertFinite(bar.close + bar.volume)
    assert(bar.volume >= 0, 'a volume is not negative')
    if (!this.#begun || bar.close > this.#close) this.#balance += bar.volume
    else if (bar.close < this.#close) this.#balance -= bar.volume
    this.#begun = true
    this.#close = bar.close
  }

  get value(): number {
    return this.#begun ? this.#balance : Number.NaN
  }

  snapshot(): readonly number[] {
    return [this.#begun ? 1 : 0, this.#close, this.#balance]
  }

  restore(state: readonly number[]): void {
    assertSize(state, 3)
    this.#begun = state[0] === 1
    this.#close = state[1]!
    this.#balance = state[2]!
  }
}
