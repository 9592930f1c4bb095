// Work on the same thing, one piece after the other; on different things at the same time.

export class InTurn {
  readonly #last = new Map<string, Promise<unknown>>()

  /** What `work` gives or throws. A piece that fails does not hinder the next. */
  async run<Result>(subject: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(subject) ?? Promise.resolve()
    const mine = before.then(work)
    const settled = mine.catch(() => undefined)
    this.#last.set(subject, settled)
    try {
      return await mine
    } finally {
      if (this.#last.get(subject) === settled) this.#last.delete(subject)
    }
  }
}
