// One macro measure as it became known: its newest value scored against its own past.
import type { Digest } from '../../../domain/digest.ts'
import type { Release } from '../../../domain/macro.ts'
import type { Micros } from '../../../domain/numbers.ts'
import { SortedWindow } from '../sorted-window.ts'
import { FREQUENCIES, type Measure, periodNumber } from './measures.ts'

const YEARS = 10

/**
 * Scores the newest period against the ten years before it, itself not counted: so a higher figure never lowers the score.
 * The newest vintage of a period replaces older ones, and the past is then read again with it.
 */
export class MeasuredSeries {
  readonly measure: Measure
  readonly #values = new Map<number, number>()
  readonly #past: SortedWindow
  #newest = Number.NEGATIVE_INFINITY
  #value = Number.NaN
  #score = Number.NaN
  #asOf = 0 as Micros

  constructor(measure: Measure) {
    this.measure = measure
    this.#past = new SortedWindow(YEARS * FREQUENCIES[measure.frequency].perYear)
  }

  /** The transformed value of the newest period, in the measure's unit; NaN when a period it needs is missing. */
  get value(): number {
    return this.#value
  }

  /** −1…+1, a rise meaning more of the block; NaN with less than three years of history. */
  get score(): number {
    return this.#score
  }

  /** When the newest period became known. */
  get asOf(): Micros {
    return this.#asOf
  }

  isCurrent(now: Micros): boolean {
    return !Number.isNaN(this.#score) && now - this.#asOf <= FREQUENCIES[this.measure.frequency].staleAfter
  }

  release(release: Release): void {
    const period = periodNumber(this.measure.frequency, release.periodStart)
    this.#values.set(period, release.value)

    if (period > this.#newest) {
      this.#past.add(this.#value)
      this.#newest = period
      this.#asOf = release.receivedTime
      this.#rate()
    } else {
      this.#reread()
    }
  }

  digest(into: Digest): void {
    into.number(this.#values.size).number(this.#value).number(this.#score).number(this.#asOf)
    this.#past.digest(into)
  }

  #at(period: number): number {
    return this.measure.of(ago => this.#values.get(period - ago) ?? Number.NaN)
  }

  #rate(): void {
    this.#value = this.#at(this.#newest)
    const enough = this.#past.count >= FREQUENCIES[this.measure.frequency].least
    this.#score = enough && Number.isFinite(this.#value) ? this.measure.polarity * this.#past.score(this.#value) : Number.NaN
  }

  #reread(): void {
    this.#past.clear()
    const periods = [...this.#values.keys()].filter(period => period < this.#newest).sort((a, b) => a - b)
    for (const period of periods) this.#past.add(this.#at(period))
    this.#rate()
  }
}
