// Simple moving average.
import type { Feature } from '../../domain/feature.ts'
import { assertFinite } from './finite.ts'
import { assertSize } from './snapshot.ts'
import { SumWindow } from './sum-window.ts'

/** Mean of the last N values (TA-Lib SMA). In the unit of the input. */
export class Sma implements Feature<number> {
  readonly name: string
  readonly first: number
  readonly stableAfter: number
  readonly degenerate = false
  readonly #length: number
  readonly #sum: SumWindow

  constructor(length: number) {
    this.#length = length
    this.#sum = new SumWindow(length)
    this.name = `sma(${length})`
    this.first = length - 1
    this.stableAfter = this.first
  }

  update(value: number): void {
    assertFinite(value)
    this.#sum.update(value)
  }

  get value(): number {
    return this.#sum.value / this.#length
  }

  snapshot(): readonly number[] {
    const state: number[] = []
    this.#sum.save(state)
    return state
  }

  restore(state: readonly number[]): void {
    assertSize(state, this.#sum.load(state, 0))
  }
}
