// Coinbase's candles: at most 300 in a reply, newest first, and none where nothing was traded.
//
//   GET /products/BTC-USD/candles?granularity=60&start=…&end=…   [[time (s), low, high, open, close, volume], …]
//
// Prices are JSON numbers, so their text is read as it stands in the reply, never as a float.
import { schemaFailure } from '../../connectivity/json-reply.ts'
import type { Downloader, HistoryRequest, Piece } from '../../connectivity/source.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import { stepsOf } from '../../connectivity/steps.ts'
import type { Bar } from '../../domain/market.ts'
import { formatMicros, type Micros, type Price, SECOND } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { COINBASE_LICENCE, COINBASE_NAME, EXCHANGE_REST_HOST } from './coinbase-terms.ts'

const GRANULARITIES = [60, 300, 900, 3600, 21_600, 86_400]
const ROWS = 300

export class CoinbaseHistory implements Downloader<HistoryRequest> {
  readonly #provenance: Provenance = Object.freeze({
    source: COINBASE_NAME,
    kind: 'recorded',
    origin: `https://${EXCHANGE_REST_HOST}`,
    checksum: '',
    licence: COINBASE_LICENCE,
  })

  pieces(request: HistoryRequest): readonly Piece[] {
    const length = lengthOf(request)
    const span = ROWS * length
    const pieces: Piece[] = []
    for (let from = Math.floor(request.from / span) * span; from < request.to; from += span) {
      const [start, end] = [iso(from as Micros), iso((from + span - length) as Micros)]
      const query = `granularity=${length / SECOND}&start=${start}&end=${end}`
      pieces.push({
        key: start.replaceAll(':', '-'),
        from: from as Micros,
        to: (from + span) as Micros,
        request: {
          method: 'GET',
          url: `https://${EXCHANGE_REST_HOST}/products/${encodeURIComponent(request.symbol)}/candles?${query}`,
        },
      })
    }
    return pieces
  }

  /** A candle that is not over yet is left out. */
  read(request: HistoryRequest, piece: Piece, bytes: Uint8Array, receivedTime: Micros): readonly Bar[] {
    const where = `coinbase ${request.symbol} ${piece.key}`
    const length = lengthOf(request)
    return rowsOf(bytes, where)
      .map((row, i) => this.#bar(row, { request, length, where, sequence: i }))
      .filter(bar => bar.openTime >= piece.from && bar.openTime < piece.to && bar.eventTime <= receivedTime)
      .sort((a, b) => a.openTime - b.openTime)
      .map((bar, sequence) => ({ ...bar, sequence }))
  }

  #bar(row: readonly string[], about: { request: HistoryRequest; length: number; where: string; sequence: number }): Bar {
    const { request, length, where, sequence } = about
    const { instrument } = request
    const [timeText = '', ...prices] = row
    const [low, high, open, close] = prices.slice(0, 4).map(text => stepsOf(text, instrument.priceDecimals) as Price | undefined)
    const volume = stepsOf(row[5] ?? '', instrument.quantityDecimals)
    const seconds = stepsOf(timeText, 0)
    if (low === undefined || high === undefined || open === undefined || close === undefined || volume === undefined)
      throw schemaFailure(where, `a candle that cannot be read: ${row.join(', ')}`)
    if (seconds === undefined || low <= 0 || low > Math.min(open, close) || high < Math.max(open, close))
      throw schemaFailure(where, `an impossible candle: ${row.join(', ')}`)
    const openTime = (seconds * SECOND) as Micros
    const closeTime = (openTime + length) as Micros
    return {
      kind: 'bar',
      eventTime: closeTime,
      // History is known when its candle closes, whenever it is fetched.
      receivedTime: closeTime,
      sequence,
      provenance: this.#provenance,
      instrumentId: instrument.id,
      basis: 'trade',
      openTime,
      open,
      high,
      low,
      close,
      askOpen: open,
      askHigh: high,
      askLow: low,
      askClose: close,
      volume,
    }
  }
}

function lengthOf({ kind, barMicros }: HistoryRequest): number {
  const seconds = (barMicros ?? 0) / SECOND
  if (kind === 'bar' && GRANULARITIES.includes(seconds)) return seconds * SECOND
  throw new SourceError('SOURCE_UNSUPPORTED', {
    message: `coinbase has bars of 1m, 5m, 15m, 1h, 6h and 1d, and no ${kind === 'bar' ? 'bars of another length' : `history of ${kind}s`}`,
    fix: '--kind bar with --bar 1m, 5m, 15m, 1h, 6h or 1d',
  })
}

const NUMBER = '-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?'
const BODY = new RegExp(`^\\s*\\[\\s*(?:\\[\\s*${NUMBER}(?:\\s*,\\s*${NUMBER}){5}\\s*\\]\\s*(?:,\\s*(?=\\[)|(?=\\])))*\\]\\s*$`)

function rowsOf(bytes: Uint8Array, where: string): readonly (readonly string[])[] {
  const text = new TextDecoder().decode(bytes)
  if (!BODY.test(text)) throw schemaFailure(where, `no list of candles: ${text.slice(0, 100)}`)
  return [...text.matchAll(/\[([^[\]]+)\]/g)].map(match => (match[1] ?? '').split(',').map(cell => cell.trim()))
}

/** '2026-07-01T10:00:00Z': whole seconds. */
const iso = (time: Micros): string => formatMicros(time).replace(/\.\d+Z$/, 'Z')
