// Answers that are given again for a moment: many pages ask the same of a database that answers one at a time.

/** What another process writes is seen after so long at the latest; what this one writes is seen at once. */
const KEPT_MILLIS = 1_000
const QUESTIONS_MAX = 200

interface Kept {
  readonly answer: Promise<unknown>
  readonly until: number
}

export class KeptAnswers {
  readonly #now: () => number
  readonly #kept = new Map<string, Kept>()

  /** `now` in milliseconds from anywhere, monotonic. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Asked once, however many want to know; an answer that fails is asked for again. Nobody changes what was answered. */
  of<Answer>(question: readonly unknown[], ask: () => Promise<Answer>): Promise<Answer> {
    const key = JSON.stringify(question)
    const known = this.#kept.get(key)
    if (known !== undefined && this.#now() < known.until) return known.answer as Promise<Answer>

    const kept: Kept = { answer: ask(), until: this.#now() + KEPT_MILLIS }
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    if (this.#kept.size > QUESTIONS_MAX) this.#kept.delete(this.#kept.keys().next().value!)
    kept.answer.catch(() => {
      if (this.#kept.get(key) === kept) this.#kept.delete(key)
    })
    return kept.answer as Promise<Answer>
  }

  /** Something was written: whatever was answered before may be old. */
  forget(): void {
    this.#kept.clear()
  }
}
