// The last figures of each process, kept while the page is open: what its small charts are drawn from.

/** At one figure a second, five minutes. */
const KEPT = 300

export interface Sample {
  /** UTC seconds. */
  readonly time: number
  readonly values: Readonly<Record<string, number | null>>
}

export class FigureHistory {
  readonly #samples = new Map<string, Sample[]>()

  /** A sample that is not newer than the last is left out. True when it was taken. */
  add(key: string, sample: Sample): boolean {
    const known = this.#samples.get(key) ?? []
    if (known.length > 0 && sample.time <= known.at(-1)!.time) return false
    this.#samples.set(key, [...known.slice(-(KEPT - 1)), sample])
    return true
  }

  of(key: string): readonly Sample[] {
    return this.#samples.get(key) ?? []
  }

  /** One figure of a process over time. */
  line(key: string, figure: string): { readonly time: readonly number[]; readonly values: readonly (number | null)[] } {
    const samples = this.of(key)
    return { time: samples.map(({ time }) => time), values: samples.map(({ values }) => values[figure] ?? null) }
  }
}
