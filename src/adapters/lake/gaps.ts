// Where data are missing although the market was open.
import type { DuckDBConnection } from '@duckdb/node-api'
import { type SessionCalendar, sessionCalendar } from '../../domain/calendar.ts'
import { DAY, MINUTE, type Micros } from '../../domain/numbers.ts'
import type { Lake } from './lake.ts'
import { resolutionMicros, subjectName } from './layout.ts'
import { type Manifest, type Partition, subjectOf } from './manifest.ts'
import { filePath, sqlText } from './sql.ts'

export interface Gap {
  /** 'quote XAUUSD.OANDA'. */
  readonly what: string
  readonly instrumentId: string
  /** Received times of the last datum before and the first after. */
  readonly from: Micros
  readonly to: Micros
  /** For how long of it the market was open, less the one bar that is due at its end. Microseconds. */
  readonly openMicros: number
}

/** A quiet market has pauses: shorter ones are no gaps. */
export const GAP_MIN_DEFAULT = 5 * MINUTE

/**
 * Gaps of instruments, in order of subject and time. A gap is where the market was open for longer than `gapMin`
 * (microseconds; bars: beyond the one bar that is due) and nothing is there; for daily bars, where a trading day is absent.
 * Instruments whose calendar is unknown count as always open.
 */
export async function gaps(
  lake: Lake,
  {
    instrumentId,
    gapMin = GAP_MIN_DEFAULT,
  }: { readonly instrumentId?: string | undefined; readonly gapMin?: number | undefined } = {},
): Promise<Gap[]> {
  const manifests = lake
    .list()
    .filter(({ instrument }) => instrument && (instrumentId === undefined || instrument.id === instrumentId))
  const subjects = [...Map.groupBy(manifests, manifest => subjectName(subjectOf(manifest)))].sort(([a], [b]) => (a < b ? -1 : 1))

  const connection = await lake.connect()
  try {
    const found: Gap[] = []
    for (const [what, group] of subjects) found.push(...(await gapsOf(lake.root, connection, { what, group, gapMin })))
    return found
  } finally {
    connection.closeSync()
  }
}

async function gapsOf(
  root: string,
  connection: DuckDBConnection,
  { what, group, gapMin }: { what: string; group: readonly Manifest[]; gapMin: number },
): Promise<Gap[]> {
  const { instrument, resolution } = group[0]!
  const calendar = sessionCalendar(instrument!.calendar)
  const due = resolution === null ? 0 : resolutionMicros(resolution)

  // A session may end within a bar, so nearly a whole bar counts as one that is missing.
  const shortest = due >= DAY ? 0 : Math.max(gapMin, 0.9 * due)

  const found: Gap[] = []
  for (const [from, to] of await silences(root, connection, {
    partitions: group.flatMap(({ partitions }) => partitions),
    longerThan: due + gapMin,
  })) {
    const openMicros = due >= DAY ? absentDays(calendar, from, to) * DAY : openTime(calendar, from, to) - due
    if (openMicros > shortest) found.push({ what, instrumentId: instrument!.id, from, to, openMicros })
  }
  return found
}

/** Neighbouring received times that lie further apart than this, open market or not. */
async function silences(
  root: string,
  connection: DuckDBConnection,
  { partitions, longerThan }: { partitions: readonly Partition[]; longerThan: number },
): Promise<[Micros, Micros][]> {
  const found: [Micros, Micros][] = []
  let last: number | undefined

  for (const files of overlapping(partitions)) {
    const first = files[0]!.firstTime
    if (last !== undefined && first - last > longerThan) found.push([last as Micros, first as Micros])
    last = Math.max(...files.map(file => file.lastTime))

    const list = files.map(({ file }) => sqlText(filePath(root, file))).join(', ')
    const result = await connection.runAndReadAll(`
      SELECT before::DOUBLE, received_time::DOUBLE
      FROM (SELECT received_time, lag(received_time) OVER (ORDER BY received_time) AS before FROM read_parquet([${list}]))
      WHERE received_time - before > ${longerThan}
      ORDER BY before`)
    found.push(...(result.getRows() as [Micros, Micros][]))
  }
  return found
}

/** Files in order of time; those that overlap stand together, since one may fill another's silence. */
function overlapping(partitions: readonly Partition[]): Partition[][] {
  const groups: Partition[][] = []
  let end = Number.NEGATIVE_INFINITY
  for (const partition of partitions.toSorted((a, b) => a.firstTime - b.firstTime)) {
    if (partition.firstTime < end) groups.at(-1)!.push(partition)
    else groups.push([partition])
    end = Math.max(end, partition.lastTime)
  }
  return groups
}

function openTime(calendar: SessionCalendar | undefined, from: Micros, to: Micros): number {
  if (!calendar) return to - from
  return calendar.expected(from, to).reduce((sum, { open, close }) => sum + close - open, 0)
}

/** Trading days that lie wholly between two daily bars: the later bar accounts for one. */
function absentDays(calendar: SessionCalendar | undefined, from: Micros, to: Micros): number {
  if (!calendar) return Math.max(0, Math.round((to - from) / DAY) - 1)
  const days = new Set(calendar.expected(from, to).map(({ open }) => calendar.sessionId(open)))
  return Math.max(0, days.size - 1)
}
