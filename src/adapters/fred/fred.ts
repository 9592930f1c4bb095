// FRED and ALFRED: indicators and rates as they became known, every vintage of every value. The pattern for sources of series.
//
//   GET /fred/series/observations?series_id=CPIAUCSL&realtime_start=1989-12-31&realtime_end=1994-12-31&output_type=1&…
//   { count, limit, observations: [{ realtime_start, realtime_end, date, value }] }     value "." means: there is none
//   { error_code: 400, error_message: "Bad Request.  The value for variable api_key is not registered." }
//
// A row stands for the vintages from realtime_start to realtime_end, cut to the window that was asked for. One request may
// span 2,000 vintages, so windows are five years long; each begins a day early, and what stood on that day is not news.
import { jsonObject, schemaFailure } from '../../connectivity/json-reply.ts'
import type { Downloader, Piece, SeriesRequest, SourceDescriptor, SourceParts } from '../../connectivity/source.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import type { Release } from '../../domain/macro.ts'
import { DAY, formatMicros, type Micros, parseMicros } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { assumedLag, frequencyOf, periodOf, publicationLag, publishedAt } from '../../domain/publication-lag.ts'
import { utcOffset } from '../../domain/zone.ts'

const HOST = 'api.stlouisfed.org'
const KEY = 'QUADRANT_FRED_KEY'
const LICENCE = 'FRED and ALFRED, Federal Reserve Bank of St. Louis; cite it; the terms of each original publisher apply'

export const FRED: SourceDescriptor = {
  name: 'fred',
  title: 'FRED and ALFRED, St. Louis Fed',
  assetClasses: ['macro', 'rate'],
  gives: ['series', 'vintages'],
  needs: [{ variable: KEY, what: 'API key, free from fredaccount.stlouisfed.org', secret: true, pattern: /^[0-9a-z]{32}$/ }],
  hosts: { live: [HOST], practice: [HOST] },
  rates: { [HOST]: { limits: [{ weight: 120, windowMillis: 60_000 }] } },
  level: 'L1',
  licence: LICENCE,
  symbolExample: 'CPIAUCSL',
  series: parts => new FredVintages(parts),
}

/** The earliest day that FRED's real-time period knows, and the year from which windows are five years long. */
const FIRST_DAY = parseMicros('1776-07-04')!
const FIRST_WINDOW = 1990
const ROWS_MAX = 100_000

/** Time is when a value became known: a piece holds the vintages of its days, whatever they are about. */
class FredVintages implements Downloader<SeriesRequest> {
  readonly #parts: SourceParts
  readonly #provenance: Provenance = Object.freeze({
    source: 'fred',
    kind: 'recorded',
    origin: `https://${HOST}/fred/series/observations`,
    checksum: '',
    licence: LICENCE,
  })

  constructor(parts: SourceParts) {
    this.#parts = parts
  }

  /** Whole days in St. Louis. Today may still bring vintages, so it is left for tomorrow. */
  pieces({ series, from, to }: SeriesRequest): readonly Piece[] {
    const pieces: Piece[] = []
    const now = this.#parts.clock.now()
    const until = Math.min(dayOf(to), dayOf(now + utcOffset('America/Chicago', now)))
    for (let start = Math.max(dayOf(from), FIRST_DAY); start < until; ) {
      const end = Math.min(windowEnd(start), until)
      const [first, last] = [textOf(Math.max(start - DAY, FIRST_DAY)), textOf(end - DAY)]
      const asked = new URLSearchParams({
        series_id: series,
        realtime_start: first,
        realtime_end: last,
        output_type: '1',
        file_type: 'json',
        sort_order: 'asc',
        limit: String(ROWS_MAX),
        api_key: this.#parts.credentials[KEY] ?? '',
      })
      const url = `https://${HOST}/fred/series/observations?${asked}`
      pieces.push({
        key: `${textOf(start)}_${last}`,
        from: start as Micros,
        to: end as Micros,
        request: { method: 'GET', url },
      })
      start = end
    }
    return pieces
  }

  read({ series }: SeriesRequest, piece: Piece, bytes: Uint8Array): readonly Release[] {
    const where = `fred ${series} ${piece.key}`
    const body = jsonObject(bytes, where)
    if (typeof body['error_message'] === 'string') return nothingOr(body['error_message'], series)
    const rows = body['observations']
    if (!Array.isArray(rows)) throw schemaFailure(where, 'no observations')
    if (typeof body['count'] !== 'number' || body['count'] > rows.length) {
      throw schemaFailure(where, `${rows.length} of ${body['count']} observations`)
    }

    const vintages = rows.map(row => vintageOf(row, where))
    const dates = [...new Set(vintages.map(({ date }) => date))].sort((a, b) => a - b)
    const lag = publicationLag(series) ?? assumedLag(frequencyOf(dates))
    return vintages
      .filter(({ known, value }) => known >= piece.from && known < piece.to && value !== undefined)
      .map(({ date, known, value = Number.NaN }) => {
        const { start, end } = periodOf(date, lag)
        // A period still running has no end to be about yet: such a value counts from there.
        return { start, end, known: Math.max(publishedAt(known, lag), end) as Micros, value }
      })
      .sort((a, b) => a.known - b.known || a.start - b.start)
      .map(({ start, end, known, value }, index) => ({
        kind: 'release',
        eventTime: end,
        receivedTime: known,
        sequence: index + 1,
        provenance: this.#provenance,
        series,
        periodStart: start,
        value,
        lagged: false,
      }))
  }
}

interface Vintage {
  readonly date: Micros
  /** The day it appeared, midnight as if it were UTC. */
  readonly known: Micros
  readonly value: number | undefined
}

function vintageOf(row: unknown, where: string): Vintage {
  const { date, realtime_start: start, value } = (row ?? {}) as Readonly<Record<string, unknown>>
  const [about, known] = [dateOf(date), dateOf(start)]
  if (about === undefined || known === undefined) throw schemaFailure(where, 'a row without its dates')
  if (value === '.') return { date: about, known, value: undefined }
  if (typeof value === 'string' && /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) && Number.isFinite(Number(value))) {
    return { date: about, known, value: Number(value) }
  }
  throw schemaFailure(where, 'a value that is no number')
}

/** Before its first vintage a series is not in ALFRED: a window there is empty. */
function nothingOr(message: string, series: string): readonly Release[] {
  if (/not exist in ALFRED/i.test(message)) return []
  if (/series does not exist/i.test(message)) {
    throw new SourceError('SERIES_NOT_FOUND', {
      message: `FRED has no series '${series}'`,
      fix: 'look it up on fred.stlouisfed.org: the id stands in brackets behind its title',
    })
  }
  const refused = /api_key/.test(message)
  throw new SourceError('SOURCE_REFUSED', {
    message: `FRED refused the request: ${message.replaceAll(/\s+/g, ' ').slice(0, 200)}`,
    fix: refused ? `set ${KEY} to a key that is registered (fredaccount.stlouisfed.org)` : 'check the id of the series',
  })
}

const dayOf = (time: number): number => Math.floor(time / DAY) * DAY
const textOf = (day: number): string => formatMicros(day as Micros).slice(0, 10)

function windowEnd(start: number): number {
  const year = new Date(start / 1000).getUTCFullYear()
  return Date.UTC(year < FIRST_WINDOW ? FIRST_WINDOW : year - (year % 5) + 5, 0) * 1000
}

function dateOf(text: unknown): Micros | undefined {
  return typeof text === 'string' && /^\d{4}-\d\d-\d\d$/.test(text) ? parseMicros(text) : undefined
}
