// The minute bars that living runs told of since this server started, kept to draw charts that end now.
import { resolutionMicros } from '../../adapters/lake/layout.ts'
import { MINUTE } from '../../domain/numbers.ts'
import type { RowOf } from '../../wire/topics.ts'
import type { Bars } from './lake/lake-bars.ts'

type BarRow = RowOf<'bars'>

/** Two days of minutes. */
const KEPT = 2_880

export class LiveBars {
  /** By run and instrument; by opening time. */
  readonly #bars = new Map<string, Map<number, BarRow>>()

  take(run: string, rows: readonly BarRow[]): void {
    for (const row of rows) {
      const name = `${run} ${row.key}`
      const known = this.#bars.get(name) ?? new Map<number, BarRow>()
      this.#bars.set(name, known)
      known.set(row.time, row)
      if (known.size > KEPT) known.delete(known.keys().next().value!)
    }
  }

  end(run: string): void {
    for (const name of this.#bars.keys()) if (name.startsWith(`${run} `)) this.#bars.delete(name)
  }

  /** In a length that minutes make; empty for others, and where no run tells of the instrument. Oldest first. */
  of(
    instrument: string,
    { run, resolution }: { readonly run?: string | undefined; readonly resolution: string },
  ): readonly BarRow[] {
    const length = resolutionMicros(resolution) / 1e6
    const name = [...this.#bars.keys()].find(key =>
      run === undefined ? key.endsWith(` ${instrument}`) : key === `${run} ${instrument}`,
    )
    const minutes = name === undefined ? [] : [...this.#bars.get(name)!.values()].sort((a, b) => a.time - b.time)
    if (length < MINUTE / 1e6) return []
    if (length === MINUTE / 1e6) return minutes

    const longer = new Map<number, BarRow>()
    for (const minute of minutes) {
      const time = Math.floor(minute.time / length) * length
      const before = longer.get(time)
      longer.set(time, before === undefined ? { ...minute, time, resolution } : joined(before, minute))
    }
    return [...longer.values()]
  }
}

const joined = (before: BarRow, next: BarRow): BarRow => ({
  ...before,
  high: Math.max(before.high, next.high),
  low: Math.min(before.low, next.low),
  close: next.close,
  volume: before.volume + next.volume,
  closed: next.closed,
})

/** Recorded bars up to the first live one, then those; at most `limit`, the newest. */
export function withLive(recorded: Bars, live: readonly BarRow[], limit: number): Bars {
  const first = live[0]
  if (first === undefined) return recorded
  const kept = recorded.time.filter(time => time < first.time).length
  const column = (name: 'time' | 'open' | 'high' | 'low' | 'close' | 'volume'): number[] =>
    [...recorded[name].slice(0, kept), ...live.map(row => row[name])].slice(-limit)
  return {
    ...{ instrument: recorded.instrument, resolution: recorded.resolution },
    source: kept === 0 ? `${first.source}, live` : `${recorded.source}; ${first.source}, live`,
    ...{ time: column('time'), open: column('open'), high: column('high') },
    ...{ low: column('low'), close: column('close'), volume: column('volume') },
  }
}
