// Windows on the senses and on their fusion, for strategies that trade opinions or heed the calendar.
import type { BarInput } from '../domain/feature.ts'
import type { Opinion, Reading, Sense } from '../domain/opinion.ts'
import type { Measure, Surroundings } from '../domain/strategy.ts'

/** One sense's newest reading. Silent (all zero, with a reason) while it abstains or is switched off. */
export class SenseView implements Measure {
  readonly first = 0
  readonly #sense: Sense
  #reading: Reading | undefined

  constructor(sense: Sense) {
    this.#sense = sense
  }

  update(_bar: BarInput, around: Surroundings): void {
    this.#reading = around.reading(this.#sense)
  }

  get speaks(): boolean {
    return this.#reading?.kind === 'reading'
  }
  /** -1 down … +1 up. */
  get direction(): number {
    return this.#reading?.kind === 'reading' ? this.#reading.direction : 0
  }
  get strength(): number {
    return this.#reading?.kind === 'reading' ? this.#reading.strength : 0
  }
  get confidence(): number {
    return this.#reading?.kind === 'reading' ? this.#reading.confidence : 0
  }
  /** Direction times strength: one number, -1…+1. */
  get lean(): number {
    return this.direction * this.strength
  }
  /** New risk should wait. */
  get standAside(): boolean {
    return this.#reading?.kind === 'reading' && this.#reading.standAside !== ''
  }
  /** Why to stand aside, or why the sense says nothing. */
  get reason(): string {
    if (this.#reading === undefined) return `the sense ${this.#sense} is switched off`
    return this.#reading.kind === 'reading' ? this.#reading.standAside : this.#reading.reason
  }

  numbers(): Readonly<Record<string, number>> {
    return { direction: this.direction, strength: this.strength, confidence: this.confidence }
  }
}

export const why = (): SenseView => new SenseView('why')
export const how = (): SenseView => new SenseView('how')
export const what = (): SenseView => new SenseView('what')
export const when = (): SenseView => new SenseView('when')

/** The fused opinion of all senses that are switched on. */
export class OpinionView implements Measure {
  readonly first = 0
  #opinion: Opinion | undefined

  update(_bar: BarInput, around: Surroundings): void {
    this.#opinion = around.opinion
  }

  get speaks(): boolean {
    return this.#opinion !== undefined
  }
  /** Probability that the price is higher at the horizon; 0.5 while there is no opinion. */
  get probabilityUp(): number {
    return this.#opinion?.probabilityUp ?? 0.5
  }
  get confidence(): number {
    return this.#opinion?.confidence ?? 0
  }
  get conflict(): boolean {
    return this.#opinion?.conflict ?? false
  }
  get standAside(): string {
    return this.#opinion?.standAside ?? ''
  }

  numbers(): Readonly<Record<string, number>> {
    return { probabilityUp: this.probabilityUp, confidence: this.confidence, conflict: this.conflict ? 1 : 0 }
  }
}

export const opinion = (): OpinionView => new OpinionView()
