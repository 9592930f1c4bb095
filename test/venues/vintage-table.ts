// What ALFRED keeps of one series: each value with the day it appeared, and its answer to a question about a stretch of days.

export interface Vintage {
  /** The period it is about, by FRED's date: '2024-01-01'. */
  readonly date: string
  /** The day it appeared. */
  readonly known: string
  /** As FRED prints it; '.' where there is none. */
  readonly value: string
}

export interface ObservationRow {
  readonly realtime_start: string
  readonly realtime_end: string
  readonly date: string
  readonly value: string
}

const FOREVER = '9999-12-31'

/**
 * The rows of `series/observations` with output_type 1: a value stands from the day it appeared to the day before the next
 * one, and each row is cut to the window. Undefined where the series has no vintage yet.
 */
export function observationsIn(table: readonly Vintage[], start: string, end: string): readonly ObservationRow[] | undefined {
  if (table.every(({ known }) => known > end)) return undefined
  const rows: ObservationRow[] = []
  for (const vintages of Map.groupBy(table, ({ date }) => date).values()) {
    const inOrder = vintages.toSorted((a, b) => (a.known < b.known ? -1 : 1))
    inOrder.forEach(({ date, known, value }, index) => {
      const next = inOrder[index + 1]
      const until = next === undefined ? FOREVER : dayBefore(next.known)
      if (known > end || until < start) return
      rows.push({ realtime_start: known < start ? start : known, realtime_end: until > end ? end : until, date, value })
    })
  }
  return rows.sort((a, b) => (a.date + a.realtime_start < b.date + b.realtime_start ? -1 : 1))
}

const dayBefore = (day: string): string => new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10)
