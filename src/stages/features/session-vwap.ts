// Volume-weighted average price of the session.
import { assert } from '../../domain/assert.ts'
import type { BarInput, Feature } from '../../domain/feature.ts'
import { assertFinite } from './finite.ts'
import { assertSize } from './snapshot.ts'

/** A number that is the same for two bars of one trading session and differs between sessions; the day's number, say. */
export type SessionOf = (bar: BarInput) => number

/**
 * Σ(typical price × volume) / Σ volume since the session began, in price units; the typical price is (H + L + C) / 3. The
 * sums are of distances from the session's first price, which keeps digits. Before any volume the newest typical price
 * stands in, and `degenerate` is true. What came before this session is forgotten.
 */
export class SessionVwap implements Feature<BarInput> {
  readonly name = 'session-vwap'
  readonly first = 0
  /** Right from the next session on, however many bars away that is. */
  readonly stableAfter = Number.POSITIVE_INFINITY
  readonly #sessionOf: SessionOf
  #begun = false
  #session = 0
  #anchor = 0
  #weighted = 0
  #volume = 0
  #typical = 0

  constructor(sessionOf: SessionOf) {
    this.#sessionOf = sessionOf
  }

  update(bar: BarInput): void {
    assertFinite(bar.high + bar.low + bar.close + bar.volume)
    assert(bar.volume >= 0, 'a volume is not negative')
    const session = this.#sessionOf(bar)
    this.#typical = (bar.high + bar.low + bar.close) / 3
    if (!this.#begun || session !== this.#session) this.#begin(session)

    this.#weighted += (this.#typical - this.#anchor) * bar.volume
    this.#volume += bar.volume
  }

  get value(): number {
    if (!this.#begun) return Number.NaN
    return this.#volume === 0 ? this.#typical : this.#anchor + this.#weighted / this.#volume
  }

  get degenerate(): boolean {
    return this.#begun && this.#volume === 0
  }

  snapshot(): readonly number[] {
    return [this.#begun ? 1 : 0, this.#session, this.#anchor, this.#weighted, this.#volume, this.#typical]
  }

  restore(state: readonly number[]): void {
    assertSize(state, 6)
    this.#begun = state[0] === 1
    this.#session = state[1]!
    this.#anchor = state[2]!
    this.#weighted = state[3]!
    this.#volume = state[4]!
    this.#typical = state[5]!
  }

  #begin(session: number): void {
    this.#begun = true
    this.#session = session
    this.#anchor = this.#typical
    this.#weighted = 0
    this.#volume = 0
  }
}
