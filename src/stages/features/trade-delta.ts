// Who crossed the spread: volume bought at the ask less volume sold at the bid.
import { assert } from '../../domain/assert.ts'
import type { BarInput, Feature } from '../../domain/feature.ts'
import { assertFinite } from './finite.ts'
import type { SessionOf } from './session-vwap.ts'
import { assertSize } from './snapshot.ts'

/**
 * Buy less sell volume of the newest bar (`value`) and of the session so far (`cumulative`), in the unit of the volume.
 * Needs a tape that names the aggressor: a bar without one (NaN sides) is not for this feature.
 */
export class TradeDelta implements Feature<BarInput> {
  readonly name = 'trade-delta'
  readonly first = 0
  /** The bar's own delta at once; the session's from the next session on. */
  readonly stableAfter = Number.POSITIVE_INFINITY
  readonly #sessionOf: SessionOf
  #begun = false
  #session = 0
  #delta = 0
  #cumulative = 0
  #traded = 0

  constructor(sessionOf: SessionOf) {
    this.#sessionOf = sessionOf
  }

  update(bar: BarInput): void {
    assertFinite(bar.buyVolume + bar.sellVolume)
    assert(bar.buyVolume >= 0 && bar.sellVolume >= 0, 'a volume is not negative')
    const session = this.#sessionOf(bar)
    if (!this.#begun || session !== this.#session) this.#cumulative = 0

    this.#begun = true
    this.#session = session
    this.#delta = bar.buyVolume - bar.sellVolume
    this.#traded = bar.buyVolume + bar.sellVolume
    this.#cumulative += this.#delta
  }

  get value(): number {
    return this.#begun ? this.#delta : Number.NaN
  }

  get cumulative(): number {
    return this.#begun ? this.#cumulative : Number.NaN
  }

  /** Delta over the bar's volume, -1 all sold … +1 all bought; 0 without a trade, which is `degenerate`. */
  get share(): number {
    if (!this.#begun) return Number.NaN
    return this.#traded === 0 ? 0 : this.#delta / this.#traded
  }

  get degenerate(): boolean {
    return this.#begun && this.#traded === 0
  }

  snapshot(): readonly number[] {
    return [this.#begun ? 1 : 0, this.#session, this.#delta, this.#cumulative, this.#traded]
  }

  restore(state: readonly number[]): void {
    assertSize(state, 5)
    this.#begun = state[0] === 1
    this.#session = state[1]!
    this.#delta = state[2]!
    this.#cumulative = state[3]!
    this.#traded = state[4]!
  }
}
