// Moving average convergence and divergence.
import { assert } from '../../domain/assert.ts'
import type { Feature } from '../../domain/feature.ts'
import { fadeLength } from './fade.ts'
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
 * The three averages are those of ema.ts, written out here: as objects they took twice the time.
 */
export class Macd implements Feature<number> {
  readonly name: string
  readonly first: number
  readonly stableAfter: number
  readonly degenerate = false
  readonly #lengths: MacdLengths
  readonly #fastWeight: number
  readonly #slowWeight: number
  readonly #signalWeight: number
  #warm = false
  /** Values seen, up to the first one with an answer. */
  #count = 0
  /** Sums until each is seeded, averages after. */
  #fast = 0
  #slow = 0
  #signal = 0

  constructor(lengths: MacdLengths = { fast: 12, slow: 26, signal: 9 }) {
    const { fast, slow, signal } = lengths
    for (const length of [fast, slow, signal]) assert(Number.isInteger(length) && length > 0, 'an average has at least one value')
    assert(fast < slow, 'the fast average is shorter than the slow one')
    this.#lengths = lengths
    this.#fastWeight = 2 / (fast + 1)
    this.#slowWeight = 2 / (slow + 1)
    this.#signalWeight = 2 / (signal + 1)
    this.name = `macd(${fast}, ${slow}, ${signal})`
    this.first = slow + signal - 2
    // The lines are small beside the price, so what fades against the price has to fade longer against them.
    this.stableAfter = this.first + slow + 2 * fadeLength(this.#slowWeight) + fadeLength(this.#signalWeight)
  }

  update(value: number): void {
    assertFinite(value)
    if (!this.#warm) {
      this.#warmUp(value)
      return
    }
    this.#advance(value)
    this.#signal += (this.#fast - this.#slow - this.#signal) * this.#signalWeight
  }

  get value(): number {
    return this.#warm ? this.#fast - this.#slow : Number.NaN
  }

  get signal(): number {
    return this.#warm ? this.#signal : Number.NaN
  }

  get histogram(): number {
    return this.#warm ? this.#fast - this.#slow - this.#signal : Number.NaN
  }

  snapshot(): readonly number[] {
    return [this.#warm ? 1 : 0, this.#count, this.#fast, this.#slow, this.#signal]
  }

  restore(state: readonly number[]): void {
    assertSize(state, 5)
    this.#warm = state[0] === 1
    this.#count = state[1]!
    this.#fast = state[2]!
    this.#slow = state[3]!
    this.#signal = state[4]!
  }

  #advance(value: number): void {
    this.#fast += (value - this.#fast) * this.#fastWeight
    this.#slow += (value - this.#slow) * this.#slowWeight
  }

  #warmUp(value: number): void {
    const { fast, slow, signal } = this.#lengths
    const count = ++this.#count
    if (count <= slow) {
      this.#slow += value
      if (count > slow - fast) this.#fast += value
      if (count < slow) return
      this.#slow /= slow
      this.#fast /= fast
    } else {
      this.#advance(value)
    }

    this.#signal += this.#fast - this.#slow
    if (count > this.first) {
      this.#signal /= signal
      this.#warm = true
    }
  }
}
