// Dukascopy's history of currencies, metals, energy, indices, bonds, funds and coins, in the two formats it has been published in.
//
//   JSON   https://jetta.dukascopy.com/v1/ticks/EUR-USD/2026/7/13/12            months from one, not padded
//          https://jetta.dukascopy.com/v1/candles/minute/EUR-USD/BID/2026/7/13  an hour's in /2026/7, a day's in /2026
//   bi5    https://datafeed.dukascopy.com/datafeed/EURUSD/2026/06/13/12h_ticks.bi5            months from zero, padded
//          https://datafeed.dukascopy.com/datafeed/EURUSD/2026/06/13/BID_candles_min_1.bi5    … /2026/06/BID_candles_hour_1.bi5
//
// The older data feed has not answered since 2026-07-07; archives of it are on many disks (`quadrant data import bi5`).
import { jsonObject, schemaFailure } from '../../connectivity/json-reply.ts'
import type { Downloader, HistoryRequest, Piece, SourceDescriptor, SourceParts } from '../../connectivity/source.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import type { FeedEvent } from '../../domain/event.ts'
import { DAY, HOUR, MINUTE, type Micros } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { ArchiveFault, CANDLE_BYTES, candleAt, TICK_BYTES, tickAt, unpackSized } from './bi5.ts'
import { candlesOf, ticksOf } from './column-feed.ts'
import { dukascopyInstruments } from './dukascopy-instruments.ts'

const JSON_HOST = 'jetta.dukascopy.com'
const ARCHIVE_HOST = 'datafeed.dukascopy.com'
const HOSTS = [JSON_HOST, ARCHIVE_HOST]
const LICENCE = "Dukascopy's own prices, for personal use; no consolidated tape, no redistribution"
/** Nothing is documented; addresses that ask more are known to be blocked. */
const POLITE = { limits: [{ weight: 10, windowMillis: 1500 }] }

export const DUKASCOPY: SourceDescriptor = {
  name: 'dukascopy',
  title: 'Dukascopy history',
  assetClasses: ['forex', 'metal', 'energy', 'index', 'bond', 'etf', 'crypto'],
  gives: ['history', 'quotes', 'bars', 'instruments'],
  needs: [],
  hosts: { live: HOSTS, practice: HOSTS },
  rates: { [JSON_HOST]: POLITE, [ARCHIVE_HOST]: POLITE },
  level: 'L1',
  licence: LICENCE,
  symbolExample: 'EUR-USD',
  instruments: async () => dukascopyInstruments(),
  history: parts => new DukascopyHistory(parts),
}

/** A stretch of time that one request answers, by what is asked for. */
type Bucket = 'hour' | 'day' | 'month' | 'year'

interface Wanted {
  readonly bucket: Bucket
  /** Microseconds of one candle; zero for ticks. */
  readonly length: number
  /** As the JSON feed and the archives call it. */
  readonly json: string
  readonly archive: string
}

const TICKS: Wanted = { bucket: 'hour', length: 0, json: 'ticks', archive: 'h_ticks' }
const CANDLES: readonly Wanted[] = [
  { bucket: 'day', length: MINUTE, json: 'candles/minute', archive: 'BID_candles_min_1' },
  { bucket: 'month', length: HOUR, json: 'candles/hour', archive: 'BID_candles_hour_1' },
  { bucket: 'year', length: DAY, json: 'candles/day', archive: 'BID_candles_day_1' },
]

/** Candles have one side of the market only: the bid. Whoever needs the spread takes ticks. */
class DukascopyHistory implements Downloader<HistoryRequest> {
  readonly absent = 'empty'
  readonly #parts: SourceParts
  readonly #archives: boolean
  readonly #provenance: Provenance

  constructor(parts: SourceParts) {
    this.#parts = parts
    this.#archives = parts.settings?.['format'] === 'bi5'
    this.#provenance = Object.freeze({
      source: 'dukascopy',
      kind: 'recorded',
      origin: `https://${this.#archives ? ARCHIVE_HOST : JSON_HOST}`,
      checksum: '',
      licence: LICENCE,
    })
  }

  /** Whole stretches, from the one that holds `from`. One that is not over yet is left for another time. */
  pieces(request: HistoryRequest): readonly Piece[] {
    const wanted = wantedOf(request)
    const until = Math.min(request.to, this.#parts.clock.now())
    const pieces: Piece[] = []
    for (let from = startOf(wanted.bucket, request.from); from < until; ) {
      const to = startOf(wanted.bucket, from, 1)
      if (to > this.#parts.clock.now()) break
      const url = this.#archives ? archiveUrl(request.symbol, wanted, from) : jsonUrl(request.symbol, wanted, from)
      pieces.push({ key: keyOf(wanted.bucket, from), from, to, request: { method: 'GET', url } })
      from = to
    }
    return pieces
  }

  read(request: HistoryRequest, piece: Piece, bytes: Uint8Array): readonly FeedEvent[] {
    const where = `dukascopy ${request.symbol} ${piece.key}`
    const wanted = wantedOf(request)
    if (this.#archives) return this.#readArchive(request, { piece, wanted, where }, bytes)

    const context = { where, instrument: request.instrument, provenance: this.#provenance, from: piece.from, to: piece.to }
    const body = jsonObject(bytes, where)
    if (wanted.length === 0) return ticksOf(body, context)
    if (body['shift'] === wanted.length / 1000) return candlesOf(body, context)
    throw schemaFailure(where, 'candles of another length')
  }

  #readArchive(request: HistoryRequest, about: { piece: Piece; wanted: Wanted; where: string }, bytes: Uint8Array): FeedEvent[] {
    const { piece, wanted, where } = about
    const recordBytes = wanted.length === 0 ? TICK_BYTES : CANDLE_BYTES
    const context = {
      start: piece.from,
      until: piece.to,
      length: wanted.length,
      instrument: request.instrument,
      provenance: this.#provenance,
    }
    const events: FeedEvent[] = []
    try {
      const records = unpackSized(bytes, recordBytes)
      for (let offset = 0; offset < records.length; offset += recordBytes) {
        const event = wanted.length === 0 ? tickAt(records, offset, context) : candleAt(records, offset, context)
        if (typeof event === 'string') throw schemaFailure(where, `the record at byte ${offset} is impossible`)
        events.push(event)
      }
    } catch (error) {
      if (!(error instanceof ArchiveFault)) throw error
      throw error.kind === 'damaged' ? schemaFailure(where, error.message) : noDecoder(where, error)
    }
    return events
  }
}

function wantedOf({ kind, barMicros }: HistoryRequest): Wanted {
  const wanted = kind === 'quote' ? TICKS : kind === 'bar' ? CANDLES.find(({ length }) => length === barMicros) : undefined
  if (wanted) return wanted
  throw new SourceError('SOURCE_UNSUPPORTED', {
    message: `dukascopy has quotes and bars of 1m, 1h and 1d, and no ${kind === 'bar' ? 'bars of another length' : `${kind}s`}`,
    fix: '--kind quote, or --kind bar with --bar 1m, 1h or 1d',
  })
}

const noDecoder = (where: string, cause: Error): SourceError =>
  new SourceError('SOURCE_DECODER_MISSING', {
    message: `${where} is packed with LZMA, and the native part that unpacks it is not installed: ${cause.message}`,
    fix: 'install the packages again on the pinned Node: make quickstart does',
  })

/** The start of the stretch that holds this instant, or of one that many later. */
function startOf(bucket: Bucket, time: number, later = 0): Micros {
  if (bucket === 'hour') return ((Math.floor(time / HOUR) + later) * HOUR) as Micros
  if (bucket === 'day') return ((Math.floor(time / DAY) + later) * DAY) as Micros
  const date = new Date(time / 1000)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  return ((bucket === 'month' ? Date.UTC(year, month + later) : Date.UTC(year + later, 0)) * 1000) as Micros
}

/** '2026-07-13T12', '2026-07-13', '2026-07', '2026'. */
const keyOf = (bucket: Bucket, from: Micros): string =>
  new Date(from / 1000).toISOString().slice(0, { hour: 13, day: 10, month: 7, year: 4 }[bucket])

function jsonUrl(symbol: string, { json, bucket, length }: Wanted, from: Micros): string {
  const date = new Date(from / 1000)
  const parts = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours()]
  const place = parts.slice(0, ['year', 'month', 'day', 'hour'].indexOf(bucket) + 1).join('/')
  const side = length === 0 ? '' : '/BID'
  return `https://${JSON_HOST}/v1/${json}/${encodeURIComponent(symbol)}${side}/${place}`
}

function archiveUrl(symbol: string, { archive, bucket, length }: Wanted, from: Micros): string {
  const date = new Date(from / 1000)
  const two = (value: number): string => String(value).padStart(2, '0')
  const parts = [String(date.getUTCFullYear()), two(date.getUTCMonth()), two(date.getUTCDate())]
  const folder = parts.slice(0, bucket === 'year' ? 1 : bucket === 'month' ? 2 : 3).join('/')
  const file = length === 0 ? `${two(date.getUTCHours())}${archive}` : archive
  return `https://${ARCHIVE_HOST}/datafeed/${encodeURIComponent(symbol.replaceAll('-', ''))}/${folder}/${file}.bi5`
}
