// cTrader's trendbars as history: bars of the bid, asked for over the venue's own connection, newest page first.
//
//   2137 { ctidTraderAccountId, symbolId, period, fromTimestamp, toTimestamp }                      milliseconds, both included
//   2138 { period, hasMore, trendbar: [{ volume, low, deltaOpen, deltaHigh, deltaClose, utcTimestampInMinutes }] }
//
// Prices are whole 1/100000; the others lie above `low` by their deltas. A minute without a tick has no bar.
import type { Frame } from '../../connectivity/conversation.ts'
import { schemaFailure } from '../../connectivity/json-reply.ts'
import { RateGovernor } from '../../connectivity/rate-governor.ts'
import type { Downloader, HistoryRequest, Piece, SourceParts } from '../../connectivity/source.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { Bar } from '../../domain/market.ts'
import { DAY, formatMicros, HOUR, MINUTE, type Micros, type Price } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { type Account, CtraderSession } from './ctrader-session.ts'
import { originOf } from './ctrader-wiring.ts'
import { JSON_CODEC } from './json-codec.ts'
import { enumOf, type Fields, fieldOf, listOf, PAYLOAD, wholeOf } from './open-api-message.ts'
import { PROTOBUF_CODEC } from './protobuf-codec.ts'
import { joinedPages, splitPages } from './reply-pages.ts'
import { PRICE_DECIMALS, rescaled } from './symbol-stream.ts'

/** In the order of the venue's numbers, from 0, which is none. */
const PERIODS = ['', 'M1', 'M2', 'M3', 'M4', 'M5', 'M10', 'M15', 'M30', 'H1']
/** Longer ones begin at the venue's midnight, which it does not document; the engine makes them of these. */
const LENGTHS: ReadonlyMap<number, (typeof PERIODS)[number]> = new Map([
  [MINUTE, 'M1'],
  [2 * MINUTE, 'M2'],
  [3 * MINUTE, 'M3'],
  [4 * MINUTE, 'M4'],
  [5 * MINUTE, 'M5'],
  [10 * MINUTE, 'M10'],
  [15 * MINUTE, 'M15'],
  [30 * MINUTE, 'M30'],
  [HOUR, 'H1'],
])
/** The venue limits the stretch of one request by the period; these are well below. */
const SPAN_SHORT = 2 * DAY
const SPAN_LONG = 28 * DAY

/** Five requests for history in any second of a connection. */
const RATE = { limits: [{ weight: 5, windowMillis: 1000 }] }

interface Wanted {
  readonly period: number
  /** Microseconds. */
  readonly length: number
}

export class CtraderTrendbars implements Downloader<HistoryRequest> {
  readonly #parts: SourceParts
  readonly #origin: string
  readonly #session: CtraderSession
  readonly #rate: RateGovernor
  readonly #provenance: Provenance

  constructor(parts: SourceParts, licence: string) {
    this.#parts = parts
    this.#origin = originOf(parts)
    this.#session = new CtraderSession(parts)
    this.#rate = new RateGovernor(new URL(this.#origin).hostname, RATE, parts.clock)
    this.#provenance = Object.freeze({ source: 'ctrader', kind: 'recorded', origin: this.#origin, checksum: '', licence })
  }

  /** Stretches of opening times. A bar that may not be complete yet is left for another time. */
  pieces(request: HistoryRequest): readonly Piece[] {
    const { period, length } = wantedOf(request)
    const span = length < 10 * MINUTE ? SPAN_SHORT : SPAN_LONG
    const until = floorTo(Math.min(request.to, this.#parts.clock.now() - length), length)
    const pieces: Piece[] = []
    for (let from = floorTo(request.from, length); from < until; ) {
      const to = Math.min(from + span, until) as Micros
      const key = `${formatMicros(from).slice(0, 19)}_${formatMicros(to).slice(0, 19)}`.replaceAll(':', '')
      const url = `${this.#origin}#trendbars-${PERIODS[period]}-${encodeURIComponent(request.symbol)}-${key}`
      pieces.push({ key, from, to, request: { method: 'GET', url } })
      from = to
    }
    return pieces
  }

  fetch(request: HistoryRequest, piece: Piece, signal?: AbortSignal): Promise<Uint8Array> {
    return this.#session.during(account => this.#pages(request, piece, { account, signal }), signal)
  }

  close(): void {
    this.#session.close()
  }

  read(request: HistoryRequest, piece: Piece, bytes: Uint8Array): readonly Bar[] {
    const { period, length } = wantedOf(request)
    const where = whereOf(request, piece)
    const bars = new Map<Micros, Bar>()
    for (const fields of replies(piece, bytes, where)) {
      if (enumOf(fields, 'period', PERIODS) !== period) throw schemaFailure(where, 'bars of another length')
      for (const trendbar of listOf(fields, 'trendbar')) {
        const openTime = openTimeOf(trendbar, length)
        if (openTime === undefined) throw schemaFailure(where, 'a bar without its time')
        // The venue may add the bar in which the stretch begins.
        if (openTime < piece.from || openTime >= piece.to) continue
        if (bars.has(openTime)) throw schemaFailure(where, `two bars of ${formatMicros(openTime)}`)
        bars.set(openTime, this.#bar(trendbar, { openTime, length, instrument: request.instrument, where }))
      }
    }
    return [...bars.values()].sort((a, b) => a.openTime - b.openTime).map((bar, i) => ({ ...bar, sequence: i + 1 }))
  }

  /** The newest page first; each further one ends before the oldest bar of the one before. */
  async #pages(
    request: HistoryRequest,
    piece: Piece,
    { account, signal }: { readonly account: Account; readonly signal: AbortSignal | undefined },
  ): Promise<Uint8Array> {
    const { period, length } = wantedOf(request)
    const symbolId = account.symbolIds.get(request.symbol)
    if (symbolId === undefined) throw unknownSymbol(request.symbol)

    const frames: Frame[] = []
    const fromTimestamp = piece.from / 1000
    for (let toTimestamp = piece.to / 1000 - 1; toTimestamp >= fromTimestamp; ) {
      const turn = await this.#rate.take(signal === undefined ? {} : { signal })
      const question = { ...account.fields, symbolId, period, fromTimestamp, toTimestamp }
      // The venue repeats the id: the same question has the same answer, byte for byte.
      const { fields, frame } = await account.call
        .exchange(PAYLOAD.trendbars, question, `${piece.key} ${frames.length + 1}`)
        .finally(() => turn.done())
      frames.push(frame)
      if (fieldOf(fields, 'hasMore') !== true) break

      const oldest = Math.min(...listOf(fields, 'trendbar').map(each => openTimeOf(each, length) ?? Number.NaN))
      const before = oldest / 1000 - 1
      if (!(before < toTimestamp)) throw schemaFailure(whereOf(request, piece), 'more is promised, and nothing older comes')
      toTimestamp = before
    }
    return joinedPages(frames)
  }

  #bar(trendbar: Fields, of: { openTime: Micros; length: number; instrument: Instrument; where: string }): Bar {
    const { openTime, length, instrument, where } = of
    const low = wholeOf(trendbar, 'low')
    const [open, high, close] = ['deltaOpen', 'deltaHigh', 'deltaClose'].map(name => {
      // A delta of nothing may be left out.
      const delta = fieldOf(trendbar, name) === undefined ? 0 : wholeOf(trendbar, name)
      return low === undefined || delta === undefined || delta < 0 ? undefined : low + delta
    })
    const [o, h, l, c] = [open, high, low, close].map(
      count => rescaled(count, PRICE_DECIMALS, instrument.priceDecimals) as Price | undefined,
    )
    const volume = wholeOf(trendbar, 'volume')
    if (o === undefined || h === undefined || l === undefined || c === undefined)
      throw schemaFailure(where, `a price that does not fit ${instrument.priceDecimals} decimals`)
    if (h < Math.max(o, c)) throw schemaFailure(where, 'a bar that leaves its own range')
    if (volume === undefined || volume < 0) throw schemaFailure(where, 'a volume that is none')
    const time = (openTime + length) as Micros
    return {
      kind: 'bar',
      eventTime: time,
      receivedTime: time,
      sequence: 0,
      provenance: this.#provenance,
      instrumentId: instrument.id,
      basis: 'bid',
      openTime,
      open: o,
      high: h,
      low: l,
      close: c,
      // The venue says nothing of the ask.
      askOpen: o,
      askHigh: h,
      askLow: l,
      askClose: c,
      // The number of ticks.
      volume,
    }
  }
}

/** The answers in a piece, in the encoding of the door that they came through. */
function replies(piece: Piece, bytes: Uint8Array, where: string): readonly Fields[] {
  const isText = piece.request.url.startsWith('wss:')
  const pages = splitPages(bytes)
  if (pages === undefined || pages.length === 0) throw schemaFailure(where, `${bytes.length} bytes that are no whole answers`)
  return pages.map(page => {
    const message = isText ? JSON_CODEC.decode(new TextDecoder().decode(page)) : PROTOBUF_CODEC.decode(page)
    if (message?.type === PAYLOAD.trendbarsAnswer) return message.fields
    throw schemaFailure(where, message === undefined ? 'no message' : `an answer of type ${message.type}`)
  })
}

/** The bar's slot: the venue tells the minute of its first tick. */
function openTimeOf(trendbar: Fields, length: number): Micros | undefined {
  const minutes = wholeOf(trendbar, 'utcTimestampInMinutes')
  return minutes === undefined || minutes < 0 ? undefined : floorTo(minutes * MINUTE, length)
}

function wantedOf({ kind, barMicros = 0 }: HistoryRequest): Wanted {
  const name = kind === 'bar' ? LENGTHS.get(barMicros) : undefined
  if (name !== undefined) return { period: PERIODS.indexOf(name), length: barMicros }
  throw new SourceError('SOURCE_UNSUPPORTED', {
    message: `ctrader's history is bars of 1m to 1h, and no ${kind === 'bar' ? 'bars of another length' : `${kind}s`}`,
    fix: '--kind bar with --bar 1m, 2m, 3m, 4m, 5m, 10m, 15m, 30m or 1h',
  })
}

const unknownSymbol = (symbol: string): SourceError =>
  new SourceError('SOURCE_UNSUPPORTED', {
    message: `the cTrader account has no symbol ${symbol}`,
    fix: `brokers spell symbols in their own ways: quadrant symbols find ${symbol}`,
  })

const whereOf = ({ symbol }: HistoryRequest, { key }: Piece): string => `ctrader ${symbol} ${key}`

const floorTo = (time: number, length: number): Micros => (Math.floor(time / length) * length) as Micros
