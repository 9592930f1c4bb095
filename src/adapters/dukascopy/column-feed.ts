// Dukascopy's JSON feed: columns of differences. One object holds an hour of ticks, or the candles of a day, month or year.
//
//   ticks    { timestamp, multiplier, ask, bid, times[], asks[], bids[], askVolumes[], bidVolumes[] }
//   candles  { timestamp, multiplier, open, high, low, close, shift, times[], opens[], highs[], lows[], closes[], volumes[] }
//
// `times` add up: milliseconds for ticks, numbers of `shift`s for candles; more than one means that flat candles were left
// out. Prices add up in units of `multiplier` from the base. An empty stretch has bases of null and empty columns.
// Volumes of ticks are in units, those of candles in millions of units.
import { schemaFailure } from '../../connectivity/json-reply.ts'
import { stepsOf } from '../../connectivity/steps.ts'
import type { InstrumentSpec } from '../../domain/instrument.ts'
import type { Bar, Quote } from '../../domain/market.ts'
import type { Micros, Price, Quantity } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'

const CANDLE_VOLUME_UNIT = 1_000_000

export interface ColumnContext {
  /** Names what was asked, for errors: 'dukascopy EUR-USD 2026-07-13T12'. */
  readonly where: string
  readonly instrument: InstrumentSpec
  readonly provenance: Provenance
  /** The stretch that was asked for; what lies outside of it was not. */
  readonly from: Micros
  readonly to: Micros
}

type Body = Readonly<Record<string, unknown>>

/** Throws SourceError SOURCE_SCHEMA where the body is not of this form. */
export function ticksOf(body: Body, context: ColumnContext): readonly Quote[] {
  const { instrument, provenance, where, from, to } = context
  const columns = columnsOf(body, ['times', 'asks', 'bids', 'askVolumes', 'bidVolumes'], where)
  const [times = [], asks = [], bids = [], askVolumes = [], bidVolumes = []] = columns
  if (times.length === 0) return []

  const factor = stepsPerUnit(body, context)
  let ask = baseOf(body, 'ask', context)
  let bid = baseOf(body, 'bid', context)
  let millis = startOf(body, where)
  const scale = 10 ** instrument.quantityDecimals
  return times.map((elapsed, row) => {
    millis += wholeOf(elapsed, 'times', where)
    ask += wholeOf(asks[row], 'asks', where) * factor
    bid += wholeOf(bids[row], 'bids', where) * factor
    const time = within(millis, { from, to, row, where })
    return {
      kind: 'quote',
      eventTime: time,
      receivedTime: time,
      sequence: row + 1,
      provenance,
      instrumentId: instrument.id,
      bid: priceOf(bid, where),
      ask: priceOf(ask, where),
      bidSize: volumeOf(bidVolumes[row], scale, where) as Quantity,
      askSize: volumeOf(askVolumes[row], scale, where) as Quantity,
    }
  })
}

/** Candles of one side of the market. Throws SourceError SOURCE_SCHEMA where the body is not of this form. */
export function candlesOf(body: Body, context: ColumnContext): readonly Bar[] {
  const { instrument, provenance, where, from, to } = context
  const columns = columnsOf(body, ['times', 'opens', 'highs', 'lows', 'closes', 'volumes'], where)
  const [times = [], opens = [], highs = [], lows = [], closes = [], volumes = []] = columns
  if (times.length === 0) return []

  const factor = stepsPerUnit(body, context)
  const shift = wholeOf(body['shift'], 'shift', where)
  const scale = CANDLE_VOLUME_UNIT * 10 ** instrument.quantityDecimals
  let open = baseOf(body, 'open', context)
  let high = baseOf(body, 'high', context)
  let low = baseOf(body, 'low', context)
  let close = baseOf(body, 'close', context)
  let millis = startOf(body, where)
  return times.map((elapsed, row) => {
    millis += wholeOf(elapsed, 'times', where) * shift
    open += wholeOf(opens[row], 'opens', where) * factor
    high += wholeOf(highs[row], 'highs', where) * factor
    low += wholeOf(lows[row], 'lows', where) * factor
    close += wholeOf(closes[row], 'closes', where) * factor
    if (low > Math.min(open, close) || high < Math.max(open, close)) throw schemaFailure(where, `row ${row} leaves its own range`)

    const openTime = within(millis, { from, to, row, where })
    const time = (openTime + shift * 1000) as Micros
    const bid = { open: priceOf(open, where), high: priceOf(high, where), low: priceOf(low, where), close: priceOf(close, where) }
    return {
      kind: 'bar',
      eventTime: time,
      receivedTime: time,
      sequence: row + 1,
      provenance,
      instrumentId: instrument.id,
      basis: 'bid',
      openTime,
      ...bid,
      askOpen: bid.open,
      askHigh: bid.high,
      askLow: bid.low,
      askClose: bid.close,
      volume: volumeOf(volumes[row], scale, where),
    }
  })
}

function columnsOf(body: Body, names: readonly string[], where: string): readonly (readonly unknown[])[] {
  const columns = names.map(name => {
    const column = body[name]
    if (Array.isArray(column)) return column as readonly unknown[]
    throw schemaFailure(where, `no column ${name}`)
  })
  if (columns.every(column => column.length === columns[0]!.length)) return columns
  throw schemaFailure(where, `columns of different length: ${columns.map(column => column.length).join(', ')}`)
}

/** The instrument's steps in one unit of the feed: 1 where both have the same decimals. */
function stepsPerUnit(body: Body, { instrument, where }: ColumnContext): number {
  const steps = stepsOf(String(body['multiplier']), instrument.priceDecimals)
  if (steps !== undefined && steps > 0) return steps
  throw schemaFailure(where, `a multiplier of ${shown(body['multiplier'])} does not fit ${instrument.priceDecimals} decimals`)
}

/** JSON's number has the shortest text that means it, which is the text that was sent. */
function baseOf(body: Body, name: string, { instrument, where }: ColumnContext): number {
  const steps = typeof body[name] === 'number' ? stepsOf(String(body[name]), instrument.priceDecimals) : undefined
  if (steps !== undefined) return steps
  throw schemaFailure(where, `a base ${name} of ${shown(body[name])}`)
}

const startOf = (body: Body, where: string): number => wholeOf(body['timestamp'], 'timestamp', where)

function wholeOf(value: unknown, name: string, where: string): number {
  if (Number.isSafeInteger(value)) return value as number
  throw schemaFailure(where, `${name} is ${shown(value)}`)
}

interface Stretch {
  readonly from: Micros
  readonly to: Micros
  readonly row: number
  readonly where: string
}

function within(millis: number, { from, to, row, where }: Stretch): Micros {
  const time = millis * 1000
  if (time >= from && time < to) return time as Micros
  throw schemaFailure(where, `row ${row} is of another time`)
}

/** Whether a price makes sense is for the quality gate to say. */
function priceOf(steps: number, where: string): Price {
  if (Number.isSafeInteger(steps)) return steps as Price
  throw schemaFailure(where, `a price of ${steps} steps`)
}

function volumeOf(value: unknown, scale: number, where: string): number {
  const steps = typeof value === 'number' ? Math.round(value * scale) + 0 : Number.NaN
  if (Number.isSafeInteger(steps) && steps >= 0) return steps
  throw schemaFailure(where, `a volume of ${shown(value)}`)
}

const shown = (value: unknown): string => String(JSON.stringify(value) ?? 'nothing').slice(0, 40)
