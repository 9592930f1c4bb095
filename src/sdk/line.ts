// A measure's newest values, as a strategy reads them: `now`, `ago(n)`, and crossings. Never further back than declared.
import { assert } from '../domain/assert.ts'
import type { BarInput, Feature } from '../domain/feature.ts'
import type { Measure } from '../domain/strategy.ts'

/** How many values back `ago` may ask. */
export const AGO_MAX = 63
const SIZE = AGO_MAX + 1

/** The recent past of one number. NaN where there is none yet. */
export class Trace {
  readonly #values = new Float64Array(SIZE).fill(Number.NaN)
  #at = 0

  push(value: number): void {
    this.#at = (this.#at + 1) % SIZE
    this.#values[this.#at] = value
  }

  /** The value at the last closed bar. */
  get now(): number {
    return this.#values[this.#at]!
  }

  /** The value `n` bars before the last one; `ago(0)` is `now`. */
  ago(n: number): number {
    assert(Number.isInteger(n) && n >= 0 && n <= AGO_MAX, `ago(n) reaches from 0 to ${AGO_MAX} bars back`)
    return this.#values[(this.#at - n + SIZE) % SIZE]!
  }

  /** Above the other now, and not above it one bar before. */
  crossedAbove(other: Trace | number): boolean {
    return typeof other === 'number'
      ? this.now > other && this.ago(1) <= other
      : this.now > other.now && this.ago(1) <= other.ago(1)
  }

  crossedBelow(other: Trace | number): boolean {
    return typeof other === 'number'
      ? this.now < other && this.ago(1) >= other
      : this.now < other.now && this.ago(1) >= other.ago(1)
  }

  get rising(): boolean {
    return this.now > this.ago(1)
  }

  get falling(): boolean {
    return this.now < this.ago(1)
  }
}

/** A feature of one number, fed at each bar. */
export class Line extends Trace implements Measure {
  readonly name: string
  readonly first: number
  readonly #advance: (bar: BarInput) => number

  constructor(feature: Pick<Feature<never>, 'name' | 'first'>, advance: (bar: BarInput) => number) {
    super()
    this.name = feature.name
    this.first = feature.first
    this.#advance = advance
  }

  update(bar: BarInput): void {
    this.push(this.#advance(bar))
  }

  numbers(): Readonly<Record<string, number>> {
    return { '': this.now }
  }
}

/** A feature of several numbers: one trace each, by name. */
export class Bundle<Name extends string> implements Measure {
  readonly name: string
  readonly first: number
  readonly traces: Readonly<Record<Name, Trace>>
  readonly #advance: (bar: BarInput) => void
  readonly #read: Readonly<Record<Name, () => number>>
  readonly #names: readonly Name[]

  constructor(
    feature: Pick<Feature<never>, 'name' | 'first'>,
    advance: (bar: BarInput) => void,
    read: Readonly<Record<Name, () => number>>,
  ) {
    this.name = feature.name
    this.first = feature.first
    this.#advance = advance
    this.#read = read
    this.#names = Object.keys(read) as Name[]
    this.traces = Object.fromEntries(this.#names.map(name => [name, new Trace()])) as Record<Name, Trace>
  }

  update(bar: BarInput): void {
    this.#advance(bar)
    for (const name of this.#names) this.traces[name].push(this.#read[name]())
  }

  numbers(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#names.map(name => [name, this.traces[name].now]))
  }
}
