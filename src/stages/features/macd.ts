// Moving average convergence and divergence.
import { assert } from '../../domain/assert.ts'
import type { Feature } from '../../domain/feature.ts'
import { Ema } from './ema.ts'
import { assertFinite } from './finite.ts'
import { assertSize } from './snapshot.ts'

export interface MacdLengths {
  readonly fast: number
  readonly slow: number
  readonly signal: number
}

/**
 * Fast less slow EMA (`value`), its own EMA (`signal`) and their difference (`histogram`), in the unit of the input.
 * As in TA-Lib the fast average is seeded so that both seeds end on the same value, and all three lines begin together.
 */
export class Macd implements Feature<number> {
  readonly name: string
  readonly first: number
  readonly stableAfter: number
  readonly degenerate = false
  readonly #fast: Ema
  readonly #slow: Ema
  readonly #signal: Ema
  /** Values the fast average still has to miss. */
  #early: number
  #line = Number.NaN

  constructor(lengths: MacdLengths = { fast: 12, slow: 26, signal: 9 }) {
    const { fast, slow, signal } = lengths
    assert(fast < slow, 'the fast average is shorter than the slow one')
    this.#fast = new Ema(fast)
    this.#slow = new Ema(slow)
    this.#signal = new Ema(signal)
    this.#early = slow - fast
    this.name = `macd(${fast}, ${slow}, ${signal})`
    this.first = this.#slow.first + this.#signal.first
    // The lines are small beside the price, so what fades against the price has to fade longer against them.
    this.stableAfter = 2 * this.#slow.stableAfter + this.#signal.stableAfter
  }

  update(value: number): void {
    assertFinite(value)
    this.#slow.update(value)
    if (this.#early > 0) {
      this.#early--
      return
    }
    this.#fast.update(value)
    this.#line = this.#fast.value - this.#slow.value
    if (!Number.isNaN(this.#line)) this.#signal.update(this.#line) // NaN while the averages warm up
  }

  get value(): number {
    return Number.isNaN(this.#signal.value) ? Number.NaN : this.#line
  }

  get signal(): number {
    return this.#signal.value
  }

  get histogram(): number {
    return this.#line - this.#signal.value
  }

  snapshot(): readonly number[] {
    return [this.#early, ...this.#fast.snapshot(), ...this.#slow.snapshot(), ...this.#signal.snapshot()]
  }

  restore(state: readonly number[]): void {
    assertSize(state, 7)
    this.#early = state[0]!
    this.#fast.restore(state.slice(1, 3))
    this.#slow.restore(state.slice(3, 5))
    this.#signal.restore(state.slice(5, 7))
    this.#line = this.#fast.value - this.#slow.value
  }
}
