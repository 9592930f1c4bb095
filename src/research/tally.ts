// Counts texts in bounded memory: the first so many distinct ones by name, the rest together.

export interface Counted {
  readonly text: string
  readonly count: number
}

/** A reason may carry numbers, so that a long run can have millions of distinct ones. */
export class Tally {
  readonly #distinctMax: number
  readonly #counts = new Map<string, { count: number }>()
  #total = 0

  // The same reason mostly comes again and again; then the map is not asked.
  #lastText: string | undefined
  #lastEntry = { count: 0 }

  constructor(distinctMax = 200) {
    this.#distinctMax = distinctMax
  }

  add(text: string): void {
    this.#total++
    if (text === this.#lastText) {
      this.#lastEntry.count++
      return
    }

    let entry = this.#counts.get(text)
    if (entry === undefined) {
      if (this.#counts.size === this.#distinctMax) return
      entry = { count: 0 }
      this.#counts.set(text, entry)
    }

    entry.count++
    this.#lastText = text
    this.#lastEntry = entry
  }

  get total(): number {
    return this.#total
  }

  /** The most frequent first, equal ones by text; what is beyond `limit`, or was never named, is added up as 'other'. */
  top(limit = this.#distinctMax): Counted[] {
    const all = [...this.#counts].map(([text, { count }]) => ({ text, count }))
    all.sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1))

    const named = all.slice(0, limit)
    const other = this.#total - named.reduce((sum, { count }) => sum + count, 0)
    return other > 0 ? [...named, { text: 'other', count: other }] : named
  }
}
