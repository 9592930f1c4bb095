// ALFRED as it answers `series/observations`: seeded series with revisions, missing figures, and its own refusals.
import { type Micros, parseMicros } from '../../src/domain/numbers.ts'
import { zonedToUtc } from '../../src/domain/zone.ts'
import { type ArchiveVenue, startArchive } from './archive-venue.ts'
import { mulberry32 } from './true-market.ts'
import type { VenueOptions } from './venue.ts'
import type { VenueRequest } from './venue-http.ts'
import { observationsIn, type Vintage } from './vintage-table.ts'

export const FRED_KEY = '4f6a1c0d9b8e7352a1c4d7f0e3b69285'
const HOST = 'api.stlouisfed.org'
const VINTAGES_MAX = 2000
const DAY_MILLIS = 86_400_000
/** Both are monthly and come out at 08:30 in New York. */
const SERIES = ['CPIAUCSL', 'UNRATE']

export function startFredVenue(options: VenueOptions): Promise<ArchiveVenue> {
  const tables = tablesOf(options.seed)
  return startArchive(
    {
      name: 'fred',
      host: HOST,
      path: /^\/fred\/series\/observations$/,
      limit: { what: 'requests', most: 120, withinMillis: 60_000 },
      truth: [...tables].flatMap(([series, table]) => truthOf(series, table)).sort(),
      answer: (request, report) => answer(tables, request, report),
    },
    options,
  )
}

function tablesOf(seed: number): ReadonlyMap<string, readonly Vintage[]> {
  const random = mulberry32(seed)
  return new Map(SERIES.map(series => [series, tableOf(random)]))
}

/** What a perfect download of one series holds, in order of time. */
export const fredTruth = (seed: number, series: string): readonly string[] =>
  truthOf(series, tablesOf(seed).get(series) ?? []).toSorted(
    (a, b) => timesOf(a)[0]! - timesOf(b)[0]! || timesOf(a)[2]! - timesOf(b)[2]!,
  )

const timesOf = (fact: string): number[] => fact.split(' ').map(Number)

/** Each figure comes 40 days after its month began, is now and then missing at first, and is revised once or twice. */
function tableOf(random: () => number): readonly Vintage[] {
  const table: Vintage[] = []
  for (let month = 0; month < 12 * 34; month++) {
    const start = Date.UTC(1991, month)
    const first = start + (40 + Math.floor(random() * 5)) * DAY_MILLIS
    table.push({ date: day(start), known: day(first), value: random() < 0.02 ? '.' : figure(100 + month / 4) })
    for (let revision = 1; revision <= 2; revision++) {
      if (random() < 0.5)
        table.push({
          date: day(start),
          known: day(first + revision * 31 * DAY_MILLIS),
          value: figure(101 + month / 4 + revision),
        })
    }
  }
  return table
}

const day = (millis: number): string => new Date(millis).toISOString().slice(0, 10)
const figure = (value: number): string => value.toFixed(3)

function truthOf(series: string, table: readonly Vintage[]): readonly string[] {
  return table
    .filter(({ value }) => value !== '.')
    .map(({ date, known, value }) =>
      fredFact(series, { periodStart: parseMicros(date)!, value: Number(value), receivedTime: morning(known) }),
    )
}

/** A fact of the truth, as both sides write it down. */
export const fredFact = (series: string, of: { periodStart: number; value: number; receivedTime: number }): string =>
  `${of.receivedTime} ${series} ${of.periodStart} ${of.value}`

function morning(known: string): Micros {
  const [year = 0, month = 0, date = 0] = known.split('-').map(Number)
  return zonedToUtc('America/New_York', year, month, date, 8, 30)
}

function answer(tables: ReadonlyMap<string, readonly Vintage[]>, { url }: VenueRequest, report: (violation: string) => void) {
  const asked = Object.fromEntries(url.searchParams)
  const { series_id: series = '', realtime_start: start = '', realtime_end: end = '', limit, api_key: key } = asked
  if (key !== FRED_KEY) return refusal('Bad Request.  The value for variable api_key is not registered.')
  if (asked['file_type'] !== 'json') report('asked for XML')
  if (asked['output_type'] !== '1') report(`asked for output type ${asked['output_type']}`)
  if (!(Number(limit) >= 1 && Number(limit) <= 100_000)) report(`a limit of ${limit}`)
  if (![start, end].every(date => /^\d{4}-\d\d-\d\d$/.test(date) && date >= '1776-07-04') || start > end) {
    report(`a real-time period from ${start} to ${end}`)
  }

  const table = tables.get(series)
  if (table === undefined) return refusal('Bad Request.  The series does not exist.')
  const vintages = new Set(table.map(({ known }) => known).filter(known => known >= start && known <= end)).size
  if (vintages > VINTAGES_MAX)
    return refusal(`Bad Request.  There are ${vintages} vintage dates.  This exceeds the maximum (2000).`)
  const observations = observationsIn(table, start, end)
  if (observations === undefined) return refusal('Bad Request.  The series does not exist in ALFRED but may exist in FRED.')
  const about = { realtime_start: start, realtime_end: end, observation_start: '1600-01-01', observation_end: '9999-12-31' }
  const body = {
    ...about,
    units: 'lin',
    output_type: 1,
    file_type: 'json',
    count: observations.length,
    offset: 0,
    limit: Number(limit),
    observations,
  }
  return { status: 200, body: JSON.stringify(body) }
}

const refusal = (error_message: string) => ({ status: 400, body: JSON.stringify({ error_code: 400, error_message }) })
