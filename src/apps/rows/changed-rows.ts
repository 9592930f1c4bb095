// Remembers what was said of each row, so that only what changed is said again.

/** The time of a row changes with every look and is no news by itself. */
export class ChangedRows<Row extends { readonly key: string }> {
  readonly #said = new Map<string, string>()

  /** Those of the rows that say something new. */
  of(rows: readonly Row[]): Row[] {
    return rows.filter(row => {
      const text = JSON.stringify({ ...row, time: '' })
      if (this.#said.get(row.key) === text) return false
      this.#said.set(row.key, text)
      return true
    })
  }

  /** Keys of rows that were said and are not among these; they are forgotten. */
  gone(keys: ReadonlySet<string>): string[] {
    const gone = [...this.#said.keys()].filter(key => !keys.has(key))
    for (const key of gone) this.#said.delete(key)
    return gone
  }
}
