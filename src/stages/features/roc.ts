// Rate of change.
import type { Feature } from '../../domain/feature.ts'
import { assertFinite } from './finite.ts'
import { LagWindow } from './lag-window.ts'
import { assertSize } from './snapshot.ts'

/**
 * `(x / x[N ago] - 1) × 100`, in percent (TA-Lib ROC). A percentage of nothing or of less than nothing (WTI on 2020-04-20)
 * means nothing: then it is 0 and `degenerate`.
 */
export class Roc implements Feature<number> {
  readonly name: string
  readonly first: number
  readonly stableAfter: number
  readonly #past: LagWindow
  #last = 0
  #base = 0
  #ready = false

  constructor(length = 10) {
    this.#past = new LagWindow(length)
    this.name = `roc(${length})`
    this.first = length
    this.stableAfter = length
  }

  update(value: number): void {
    assertFinite(value)
    const base = this.#past.replace(value)
    if (Number.isNaN(base)) return // warming up
    this.#last = value
    this.#base = base
    this.#ready = true
  }

  get value(): number {
    if (!this.#ready) return Number.NaN
    return this.#base > 0 ? (this.#last / this.#base - 1) * 100 : 0
  }

  get degenerate(): boolean {
    return this.#ready && this.#base <= 0
  }

  snapshot(): readonly number[] {
    const state = [this.#ready ? 1 : 0, this.#last, this.#base]
    this.#past.save(state)
    return state
  }

  restore(state: readonly number[]): void {
    this.#ready = state[0] === 1
    this.#last = state[1]!
    this.#base = state[2]!
    assertSize(state, this.#past.load(state, 3))
  }
}
