// Releases and calendar entries out of the lake. Both are few, so the order of all files together is left to SQL.
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import type { CalendarEntry, Impact, Release } from '../../domain/macro.ts'
import { DAY, type Micros } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { unreadable } from './lake-error.ts'
import type { Source } from './request.ts'
import { filePath, sqlText } from './sql.ts'

/**
 * How long before its time an entry counts as announced. Calendars say what was scheduled, not since when; statistical
 * offices publish their schedules months ahead, and the calendars people watch show a week.
 */
export const ANNOUNCED_BEFORE = 7 * DAY

/** Releases of all the series, series by series. */
export async function readReleases(root: string, connection: DuckDBConnection, sources: readonly Source[]): Promise<Release[]> {
  const releases: Release[] = []
  for (const { manifest, partition } of sources) {
    const provenance = Object.freeze({ ...manifest.provenance })
    const series = manifest.series ?? ''
    const path = filePath(root, partition.file)
    const sql = `
      SELECT event_time::DOUBLE, received_time::DOUBLE, sequence::DOUBLE, period_start::DOUBLE, value, lagged::DOUBLE
      FROM read_parquet(${sqlText(path)})`

    const rows = (await rowsOf(connection, sql, path)) as number[][]
    for (const [eventTime, receivedTime, sequence, periodStart, value, lagged] of rows) {
      releases.push({
        kind: 'release',
        eventTime: eventTime as Micros,
        receivedTime: receivedTime as Micros,
        sequence: sequence!,
        provenance,
        series,
        periodStart: periodStart as Micros,
        value: value!,
        lagged: lagged === 1,
      })
    }
  }
  return withoutRepeats(releases)
}

async function rowsOf(connection: DuckDBConnection, sql: string, path: string): Promise<DuckDBValue[][]> {
  try {
    return (await connection.runAndReadAll(sql)).getRows()
  } catch (error) {
    throw unreadable(error, path)
  }
}

/**
 * Latest-vintage files overlap: the same period's value may stand in several. It counts once, at the latest time any of
 * them states, so that nothing is known too early. True vintages are different facts and stay.
 */
function withoutRepeats(releases: readonly Release[]): Release[] {
  const latest = new Map<string, Release>()
  for (const release of releases) {
    const { series, periodStart, receivedTime, lagged } = release
    const key = `${series} ${periodStart} ${lagged ? '' : receivedTime}`
    const known = latest.get(key)
    if (!known || receivedTime > known.receivedTime) latest.set(key, release)
  }
  return [...latest.values()]
}

/**
 * Every entry twice: announced, without its result, and at its time, with it. A moved entry stands in several files
 * under one id; the one with a result counts, or else the one scheduled last.
 */
export async function readCalendar(
  root: string,
  connection: DuckDBConnection,
  sources: readonly Source[],
): Promise<CalendarEntry[]> {
  if (sources.length === 0) return []
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
    ORDER BY told, announced, filename, sequence`
  const origins = originsOf(root, sources)

  const rows = await rowsOf(connection, sql, 'A file of the calendar')
  return rows.map(row => entryOf(row, origins))
}

function entryOf(row: readonly DuckDBValue[], origins: ReadonlyMap<string, Provenance>): CalendarEntry {
  const [eventTime, told, sequence, id, currency, impact, name, actual, forecast, previous, scheduledTime, file] = row
  return {
    kind: 'calendar-entry',
    eventTime: eventTime as Micros,
    receivedTime: told as Micros,
    sequence: sequence as number,
    provenance: origins.get(file as string)!,
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

const originsOf = (root: string, sources: readonly Source[]): ReadonlyMap<string, Provenance> =>
  new Map(sources.map(({ manifest, partition }) => [filePath(root, partition.file), Object.freeze({ ...manifest.provenance })]))

const fileList = (root: string, sources: readonly Source[]): string =>
  `[${sources.map(({ partition }) => sqlText(filePath(root, partition.file))).join(', ')}]`
