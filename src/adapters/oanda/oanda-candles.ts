// OANDA's candles as history: bid and ask, complete ones only.
//
//   GET /v3/instruments/EUR_USD/candles?price=BA&granularity=M1&from=…&to=…&dailyAlignment=17&alignmentTimezone=America/New_York
//   { candles: [{ time, complete, volume, bid: { o, h, l, c }, ask: { o, h, l, c } }] }         prices are texts
import { jsonObject, schemaFailure } from '../../connectivity/json-reply.ts'
import type { Downloader, HistoryRequest, Piece, SourceParts } from '../../connectivity/source.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import { stepsOf } from '../../connectivity/steps.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { Bar } from '../../domain/market.ts'
import { DAY, formatMicros, HOUR, MINUTE, type Micros, type Price, parseMicros, SECOND } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { zonedToUtc } from '../../domain/zone.ts'
import { accountOf, type OandaAccount, refusalOf } from './oanda-account.ts'

const GRANULARITY: ReadonlyMap<number, string> = new Map([
  [5 * SECOND, 'S5'],
  [10 * SECOND, 'S10'],
  [15 * SECOND, 'S15'],
  [30 * SECOND, 'S30'],
  [MINUTE, 'M1'],
  [5 * MINUTE, 'M5'],
  [15 * MINUTE, 'M15'],
  [30 * MINUTE, 'M30'],
  [HOUR, 'H1'],
  [4 * HOUR, 'H4'],
  [DAY, 'D'],
])
/** OANDA allows 5,000. A day of seconds, a month of quarters, a decade of days. */
const CANDLES_MAX = 4000
const NEW_YORK = 'America/New_York'

type Fields = Readonly<Record<string, unknown>>

export class OandaCandles implements Downloader<HistoryRequest> {
  readonly #parts: SourceParts
  readonly #account: OandaAccount
  readonly #provenance: Provenance

  constructor(parts: SourceParts, licence: string) {
    this.#parts = parts
    this.#account = accountOf(parts)
    this.#provenance = Object.freeze({
      ...{ source: 'oanda', kind: 'recorded', checksum: '', licence },
      origin: `https://${this.#account.rest}/v3/instruments`,
    } as const)
  }

  /** Stretches of opening times. A candle that may not be complete yet is left for another time. */
  pieces(request: HistoryRequest): readonly Piece[] {
    const { granularity, length } = lengthOf(request)
    // A day in New York may have 25 hours.
    const closed = this.#parts.clock.now() - length - (length >= 4 * HOUR ? HOUR : 0)
    const until = floorTo(Math.min(request.to, closed), length)
    const pieces: Piece[] = []
    for (let from = floorTo(request.from, length); from < until; ) {
      const to = Math.min(from + CANDLES_MAX * length, until) as Micros
      const asked = new URLSearchParams({
        ...{ price: 'BA', granularity, from: formatMicros(from), to: formatMicros(to), includeFirst: 'true' },
        ...{ dailyAlignment: '17', alignmentTimezone: NEW_YORK },
      })
      const url = `https://${this.#account.rest}/v3/instruments/${encodeURIComponent(request.symbol)}/candles?${asked}`
      const key = `${formatMicros(from).slice(0, 19)}_${formatMicros(to).slice(0, 19)}`.replaceAll(':', '')
      pieces.push({ key, from, to, request: { method: 'GET', url, headers: this.#account.headers } })
      from = to
    }
    return pieces
  }

  read(request: HistoryRequest, piece: Piece, bytes: Uint8Array): readonly Bar[] {
    const { length } = lengthOf(request)
    const where = `oanda ${request.symbol} ${piece.key}`
    const body = jsonObject(bytes, where)
    refusalOf(body, where)
    const candles = body['candles']
    if (!Array.isArray(candles)) throw schemaFailure(where, 'no candles')

    const bars: Bar[] = []
    for (const candle of candles as readonly Fields[]) {
      const openTime = typeof candle?.['time'] === 'string' ? parseMicros(candle['time']) : undefined
      if (openTime === undefined) throw schemaFailure(where, 'a candle without its time')
      if (openTime < piece.from || openTime >= piece.to) continue
      if (candle['complete'] !== true) throw schemaFailure(where, `the candle of ${formatMicros(openTime)} is not complete`)
      bars.push(this.#bar(candle, { openTime, length, instrument: request.instrument, where, sequence: bars.length + 1 }))
    }
    return bars
  }

  #bar(candle: Fields, of: { openTime: Micros; length: number; instrument: Instrument; where: string; sequence: number }): Bar {
    const { openTime, length, instrument, where, sequence } = of
    const [bid, ask] = [sideOf(candle['bid'], instrument, where), sideOf(candle['ask'], instrument, where)]
    const volume = candle['volume']
    if (typeof volume !== 'number' || !Number.isSafeInteger(volume) || volume < 0)
      throw schemaFailure(where, 'a volume that is none')
    const time = closeOf(openTime, length)
    return {
      kind: 'bar',
      eventTime: time,
      receivedTime: time,
      sequence,
      provenance: this.#provenance,
      instrumentId: instrument.id,
      basis: 'bid',
      openTime,
      open: bid.o,
      high: bid.h,
      low: bid.l,
      close: bid.c,
      askOpen: ask.o,
      askHigh: ask.h,
      askLow: ask.l,
      askClose: ask.c,
      // The number of price changes.
      volume,
    }
  }
}

function lengthOf({ kind, barMicros = 0 }: HistoryRequest): { readonly granularity: string; readonly length: number } {
  const granularity = kind === 'bar' ? GRANULARITY.get(barMicros) : undefined
  if (granularity !== undefined) return { granularity, length: barMicros }
  throw new SourceError('SOURCE_UNSUPPORTED', {
    message: `oanda's history is bars of 5s to 1d, and no ${kind === 'bar' ? 'bars of another length' : `${kind}s`}`,
    fix: '--kind bar with --bar 5s, 10s, 15s, 30s, 1m, 5m, 15m, 30m, 1h, 4h or 1d',
  })
}

/** Days begin at 17:00 in New York; twice a year one has 23 or 25 hours. */
function closeOf(openTime: Micros, length: number): Micros {
  if (length < DAY) return (openTime + length) as Micros
  const noon = new Date((openTime + 36 * HOUR) / 1000)
  const close = zonedToUtc(NEW_YORK, noon.getUTCFullYear(), noon.getUTCMonth() + 1, noon.getUTCDate(), 17)
  return close - openTime > 30 * HOUR ? ((close - DAY) as Micros) : close
}

function sideOf(side: unknown, { priceDecimals }: Instrument, where: string): Readonly<Record<'o' | 'h' | 'l' | 'c', Price>> {
  const { o, h, l, c } = (side ?? {}) as Fields
  const [open, high, low, close] = [o, h, l, c].map(text =>
    typeof text === 'string' ? stepsOf(text, priceDecimals) : undefined,
  ) as (Price | undefined)[]
  if (open === undefined || high === undefined || low === undefined || close === undefined) {
    throw schemaFailure(where, `a price that does not fit ${priceDecimals} decimals`)
  }
  if (low > Math.min(open, close) || high < Math.max(open, close))
    throw schemaFailure(where, 'a candle that leaves its own range')
  return { o: open, h: high, l: low, c: close }
}

const floorTo = (time: number, length: number): Micros => (Math.floor(time / length) * length) as Micros
