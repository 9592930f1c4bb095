// What a new listener is told: every table's newest rows, and as much of every log as is kept.
import { type RowOf, TOPICS, type Topic } from '../../wire/topics.ts'

/** A table: its rows by key. */
export type KeptTable = ReadonlyMap<string, unknown>

/** The end of a log. `first` is the place of `rows[0]` among all that were ever said. */
export interface KeptLog {
  readonly rows: readonly unknown[]
  readonly first: number
  readonly next: number
}

/** Rows kept of each log: a page of it, and what a slow reader may fall behind without loss. */
const LOG_ROWS = 1_000

export class KeptRows {
  readonly #tables = new Map<Topic, Map<string, unknown>>()
  readonly #logs = new Map<Topic, { rows: unknown[]; next: number }>()

  add<Name extends Topic>(topic: Name, rows: readonly RowOf<Name>[], gone: readonly string[]): void {
    if (TOPICS[topic].kind === 'log') {
      const log = this.#log(topic)
      for (const row of rows) log.rows.push(row)
      log.next += rows.length
      // Cut now and then: to shift at every row would cost more than the rows are worth.
      if (log.rows.length >= 2 * LOG_ROWS) log.rows = log.rows.slice(-LOG_ROWS)
      return
    }
    const table = this.#table(topic)
    for (const row of rows) table.set(keyOf(row), row)
    for (const key of gone) table.delete(key)
  }

  get topics(): readonly Topic[] {
    return [...this.#tables.keys(), ...this.#logs.keys()]
  }

  table(topic: Topic): KeptTable {
    return this.#tables.get(topic) ?? EMPTY
  }

  log(topic: Topic): KeptLog {
    const { rows, next } = this.#logs.get(topic) ?? { rows: [], next: 0 }
    return { rows, next, first: next - rows.length }
  }

  #table(topic: Topic): Map<string, unknown> {
    let table = this.#tables.get(topic)
    if (table === undefined) {
      table = new Map()
      this.#tables.set(topic, table)
    }
    return table
  }

  #log(topic: Topic): { rows: unknown[]; next: number } {
    let log = this.#logs.get(topic)
    if (log === undefined) {
      log = { rows: [], next: 0 }
      this.#logs.set(topic, log)
    }
    return log
  }
}

const EMPTY: KeptTable = new Map()

/** Every row of a table has one. */
export const keyOf = (row: unknown): string => (row as { readonly key: string }).key
