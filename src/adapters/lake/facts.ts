// Releases and calendar entries out of the lake. Both are few, so the order of all files together is left to SQL.
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import type { CalendarEntry, Impact, Release } from '../../domain/macro.ts'
import { DAY, type Micros } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { chunks } from './chunks.ts'
import type { Range, Source } from './request.ts'
import { filePath, sqlText } from './sql.ts'

/**
 * How long before its time an entry counts as announced. Calendars say what was scheduled, not since when; statistical
 * offices publish their schedules months ahead, and the calendars people watch show a week.
 */
export const ANNOUNCED_BEFORE = 7 * DAY

/** Releases of all the series in order of received time, within `[from, to)`. */
export async function* releaseBatches(
  root: string,
  connection: DuckDBConnection,
  sources: readonly Source[],
  range: Range,
): AsyncGenerator<readonly Release[]> {
  const sql = `
    SELECT event_time::DOUBLE, received_time::DOUBLE, sequence::DOUBLE, period_start::DOUBLE, value, lagged::DOUBLE, filename
    FROM read_parquet(${fileList(root, sources)}, filename = true)
    WHERE ${within('received_time', range)}
    ORDER BY received_time, event_time, filename, sequence`
  const origins = originsOf(root, sources)

  for await (const chunk of chunks(connection, sql)) {
    yield chunk.getRows().map(([eventTime, receivedTime, sequence, periodStart, value, lagged, file]): Release => {
      const { series, provenance } = origins.get(file as string)!
      return {
        kind: 'release',
        eventTime: eventTime as Micros,
        receivedTime: receivedTime as Micros,
        sequence: sequence as number,
        provenance,
        series,
        periodStart: periodStart as Micros,
        value: value as number,
        lagged: lagged === 1,
      }
    })
  }
}

/**
 * Every entry twice: announced, without its result, and at its time, with it. A moved entry stands in several files
 * under one id; the one with a result counts, or else the one scheduled last.
 */
export async function* calendarBatches(
  root: string,
  connection: DuckDBConnection,
  sources: readonly Source[],
  range: Range,
): AsyncGenerator<readonly CalendarEntry[]> {
  const sql = `
    WITH entry AS (
      SELECT * FROM read_parquet(${fileList(root, sources)}, filename = true)
      QUALIFY row_number() OVER (PARTITION BY id ORDER BY isnan(actual), scheduled_time DESC, filename) = 1
    ), happening AS (
      SELECT *, scheduled_time - ${ANNOUNCED_BEFORE} AS told, true AS announced FROM entry
      UNION ALL
      SELECT *, received_time AS told, false AS announced FROM entry
    )
    SELECT event_time::DOUBLE, told::DOUBLE, sequence::DOUBLE, id, currency, impact, name,
           CASE WHEN announced THEN 'nan'::DOUBLE ELSE actual END, forecast, previous, scheduled_time::DOUBLE, filename
    FROM happening
    WHERE ${within('told', range)}
    ORDER BY told, announced, filename, sequence`
  const origins = originsOf(root, sources)

  for await (const chunk of chunks(connection, sql)) yield chunk.getRows().map(row => entryOf(row, origins))
}

function entryOf(row: readonly DuckDBValue[], origins: ReadonlyMap<string, Origin>): CalendarEntry {
  const [eventTime, told, sequence, id, currency, impact, name, actual, forecast, previous, scheduledTime, file] = row
  return {
    kind: 'calendar-entry',
    eventTime: eventTime as Micros,
    receivedTime: told as Micros,
    sequence: sequence as number,
    provenance: origins.get(file as string)!.provenance,
    id: id as string,
    currency: currency as string,
    impact: impact as Impact,
    name: name as string,
    actual: actual as number,
    forecast: forecast as number,
    previous: previous as number,
    scheduledTime: scheduledTime as Micros,
  }
}

interface Origin {
  readonly series: string
  readonly provenance: Provenance
}

const originsOf = (root: string, sources: readonly Source[]): ReadonlyMap<string, Origin> =>
  new Map(
    sources.map(({ manifest, partition }) => [
      filePath(root, partition.file),
      { series: manifest.series ?? '', provenance: Object.freeze({ ...manifest.provenance }) },
    ]),
  )

const fileList = (root: string, sources: readonly Source[]): string =>
  `[${sources.map(({ partition }) => sqlText(filePath(root, partition.file))).join(', ')}]`

function within(column: string, { from, to }: Range): string {
  const conditions = ['true']
  if (Number.isFinite(from)) conditions.push(`${column} >= ${from}`)
  if (Number.isFinite(to)) conditions.push(`${column} < ${to}`)
  return conditions.join(' AND ')
}
