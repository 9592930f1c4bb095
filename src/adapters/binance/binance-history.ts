// Binance's history: klines by REST, at most 1,000 in a reply, oldest first; trades from the archives.
//
//   GET /api/v3/klines?symbol=BTCUSDT&interval=1m&startTime=…&endTime=…&limit=1000
//   [[open time, open, high, low, close, volume, close time, quote volume, trades, taker volume, taker quote volume, ignore], …]

import type { Clock } from '../../connectivity/clock.ts'
import { schemaFailure } from '../../connectivity/json-reply.ts'
import type { Downloader, HistoryRequest, Piece } from '../../connectivity/source.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import type { Bar, Trade } from '../../domain/market.ts'
import { DAY, formatMicros, HOUR, MINUTE, type Micros, SECOND } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { barOf } from './binance-facts.ts'
import { klineOf } from './binance-messages.ts'
import { BINANCE_LICENCE, BINANCE_NAME, BINANCE_REST } from './binance-terms.ts'
import { ARCHIVE_HOST, archivePieces, tradesOfArchive } from './trade-archive.ts'

/** Weeks and months are left out: they are not of one length, or begin on a Monday. */
const INTERVALS: ReadonlyMap<number, string> = new Map([
  [SECOND, '1s'],
  [MINUTE, '1m'],
  [3 * MINUTE, '3m'],
  [5 * MINUTE, '5m'],
  [15 * MINUTE, '15m'],
  [30 * MINUTE, '30m'],
  [HOUR, '1h'],
  [2 * HOUR, '2h'],
  [4 * HOUR, '4h'],
  [6 * HOUR, '6h'],
  [8 * HOUR, '8h'],
  [12 * HOUR, '12h'],
  [DAY, '1d'],
])
const ROWS = 1000
const WEIGHT = 2

export class BinanceHistory implements Downloader<HistoryRequest> {
  readonly #provenance: Provenance = Object.freeze({
    source: BINANCE_NAME,
    kind: 'recorded',
    origin: `https://${ARCHIVE_HOST} and ${BINANCE_REST}`,
    checksum: '',
    licence: BINANCE_LICENCE,
  })
  readonly #clock: Clock

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock
  }

  pieces(request: HistoryRequest): readonly Piece[] {
    if (request.kind === 'trade') return archivePieces(request, this.#clock.now())
    const { length, interval } = intervalOf(request)
    const span = ROWS * length
    const pieces: Piece[] = []
    for (let from = Math.floor(request.from / span) * span; from < request.to; from += span) {
      // Both ends belong to it, and an open time of the next span must not.
      const times = `startTime=${from / 1000}&endTime=${(from + span) / 1000 - 1}`
      const query = `symbol=${encodeURIComponent(request.symbol)}&interval=${interval}&${times}&limit=${ROWS}`
      pieces.push({
        key: formatMicros(from as Micros)
          .slice(0, 19)
          .replaceAll(':', '-'),
        from: from as Micros,
        to: (from + span) as Micros,
        request: { method: 'GET', url: `${BINANCE_REST}/klines?${query}`, weight: WEIGHT },
      })
    }
    return pieces
  }

  /** A kline that is not over yet is left out. */
  read(request: HistoryRequest, piece: Piece, bytes: Uint8Array, receivedTime: Micros): readonly (Bar | Trade)[] {
    if (request.kind === 'trade') return tradesOfArchive(request, piece, { bytes, provenance: this.#provenance })
    const where = `binance ${request.symbol} ${piece.key}`
    const { length } = intervalOf(request)
    const bars: Bar[] = []
    let last = Number.NEGATIVE_INFINITY
    for (const row of rowsOf(bytes, where)) {
      const cells = Array.isArray(row) ? row : []
      const kline = klineOf([cells[0], cells[6], ...cells.slice(1, 6)], request.instrument)
      if (kline === undefined) throw schemaFailure(where, `a kline that cannot be read: ${JSON.stringify(row)}`)
      if (kline.openTime <= last) throw schemaFailure(where, 'klines out of order')
      last = kline.openTime
      if (kline.closeTime > receivedTime || kline.openTime < piece.from || kline.openTime >= piece.to) continue
      // Where the venue halted, a kline may end early; its close is still that of its interval.
      const whole = { ...kline, closeTime: (kline.openTime + length) as Micros }
      const { instrument } = request
      // History is known when its kline closes, whenever it is fetched.
      bars.push(barOf(whole, { instrument, provenance: this.#provenance, receivedTime: whole.closeTime, sequence: bars.length }))
    }
    return bars
  }
}

function intervalOf({ kind, barMicros = 0 }: HistoryRequest): { readonly length: number; readonly interval: string } {
  const interval = kind === 'bar' ? INTERVALS.get(barMicros) : undefined
  if (interval !== undefined) return { length: barMicros, interval }
  throw new SourceError('SOURCE_UNSUPPORTED', {
    message: `binance has no ${kind === 'bar' ? 'bars of this length' : `history of ${kind}s`} here`,
    fix: `--kind trade, or --kind bar with --bar ${[...INTERVALS.values()].join(', ')}`,
  })
}

function rowsOf(bytes: Uint8Array, where: string): readonly unknown[] {
  let rows: unknown
  try {
    rows = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw schemaFailure(where, `${bytes.length} bytes that are no whole JSON`)
  }
  if (Array.isArray(rows)) return rows
  throw schemaFailure(where, 'no list of klines')
}
