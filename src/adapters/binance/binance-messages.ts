// What Binance sends, read field by field into our words. Nothing here knows what was asked for.
//
//   depthUpdate  E time · s symbol · U, u first and last update id · pu (futures) the last id before · b, a [price, size] pairs
//   bookTicker   u update id · s · b, B best bid and its size · a, A best ask and its size · futures also e, E, T
//   aggTrade     E · s · a id, contiguous · p price · q size · f, l trades in it · T trade time · m the buyer was the maker
//   kline        E · s · k: t, T open and close time · i interval · o h l c v · x closed
//   depth (HTTP) lastUpdateId · bids · asks · futures also E, T
//
// Times are milliseconds, or microseconds where the address asked for `timeUnit=MICROSECOND`: told apart by their size.

import { stepsOf } from '../../connectivity/steps.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { BookLevel } from '../../domain/market.ts'
import type { Micros, Price, Quantity } from '../../domain/numbers.ts'
import type { DepthSnapshot, DepthUpdate } from './depth-rule.ts'

export type Fields = Readonly<Record<string, unknown>>

export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

/** Milliseconds have reached 10^13 in the year 2286, microseconds passed 10^14 in 1973. */
const MICROSECONDS_FROM = 100_000_000_000_000

/** Undefined when it is no time. */
export function timeOf(value: unknown): Micros | undefined {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value <= 0) return undefined
  return (value < MICROSECONDS_FROM ? value * 1000 : value) as Micros
}

export const idOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined

export const priceOf = (value: unknown, of: Instrument): Price | undefined =>
  typeof value === 'string' ? (stepsOf(value, of.priceDecimals) as Price | undefined) : undefined

export function sizeOf(value: unknown, of: Instrument): Quantity | undefined {
  const steps = typeof value === 'string' ? stepsOf(value, of.quantityDecimals) : undefined
  return steps === undefined || steps < 0 ? undefined : (steps as Quantity)
}

/** Undefined when one is no pair of numbers, has a price at or below zero, or is finer than the instrument. */
export function levelsOf(pairs: unknown, of: Instrument): readonly BookLevel[] | undefined {
  if (!Array.isArray(pairs)) return undefined
  const levels: BookLevel[] = []
  for (const pair of pairs) {
    if (!Array.isArray(pair)) return undefined
    const price = priceOf(pair[0], of)
    const quantity = sizeOf(pair[1], of)
    if (price === undefined || price <= 0 || quantity === undefined) return undefined
    levels.push({ price, quantity })
  }
  return levels
}

export function depthUpdateOf(data: Fields, of: Instrument): DepthUpdate | undefined {
  const eventTime = timeOf(data['T'] ?? data['E'])
  const first = idOf(data['U'])
  const last = idOf(data['u'])
  const previous = data['pu'] === undefined ? -1 : idOf(data['pu'])
  const bids = levelsOf(data['b'], of)
  const asks = levelsOf(data['a'], of)
  if (eventTime === undefined || first === undefined || last === undefined || previous === undefined) return undefined
  if (first > last || bids === undefined || asks === undefined) return undefined
  return { first, last, previous, eventTime, bids, asks }
}

export function depthSnapshotOf(data: Fields, of: Instrument, limit: number): DepthSnapshot | undefined {
  const updateId = idOf(data['lastUpdateId'])
  const bids = levelsOf(data['bids'], of)
  const asks = levelsOf(data['asks'], of)
  if (updateId === undefined || bids === undefined || asks === undefined) return undefined
  return { updateId, limit, eventTime: timeOf(data['T'] ?? data['E']), bids, asks }
}

export interface BestPrices {
  readonly updateId: number
  readonly eventTime: Micros | undefined
  readonly bid: Price
  readonly bidSize: Quantity
  readonly ask: Price
  readonly askSize: Quantity
}

export function bestPricesOf(data: Fields, of: Instrument): BestPrices | undefined {
  const updateId = idOf(data['u'])
  const bid = priceOf(data['b'], of)
  const bidSize = sizeOf(data['B'], of)
  const ask = priceOf(data['a'], of)
  const askSize = sizeOf(data['A'], of)
  if (updateId === undefined || bid === undefined || bidSize === undefined || ask === undefined || askSize === undefined)
    return undefined
  return { updateId, eventTime: timeOf(data['T'] ?? data['E']), bid, bidSize, ask, askSize }
}

export interface Print {
  readonly id: number
  readonly eventTime: Micros
  readonly price: Price
  readonly quantity: Quantity
  readonly aggressor: 'buy' | 'sell'
}

/** `aggTrade` of the stream, or a row of `/api/v3/aggTrades`. */
export function printOf(data: Fields, of: Instrument): Print | undefined {
  const id = idOf(data['a'])
  const eventTime = timeOf(data['T'])
  const price = priceOf(data['p'], of)
  const quantity = sizeOf(data['q'], of)
  const buyerIsMaker = data['m']
  if (id === undefined || eventTime === undefined || price === undefined || quantity === undefined) return undefined
  if (typeof buyerIsMaker !== 'boolean' || price <= 0 || quantity <= 0) return undefined
  return { id, eventTime, price, quantity, aggressor: buyerIsMaker ? 'sell' : 'buy' }
}

/** The rows of `/api/v3/aggTrades`; undefined when one cannot be read. */
export function printsOf(body: string, of: Instrument): readonly Print[] | undefined {
  let rows: unknown
  try {
    rows = JSON.parse(body)
  } catch {
    return undefined
  }
  if (!Array.isArray(rows)) return undefined
  const prints: Print[] = []
  for (const row of rows) {
    const fields = fieldsOf(row)
    const print = fields && printOf(fields, of)
    if (print === undefined) return undefined
    prints.push(print)
  }
  return prints
}

export interface Kline {
  readonly openTime: Micros
  /** The first instant after it. */
  readonly closeTime: Micros
  readonly open: Price
  readonly high: Price
  readonly low: Price
  readonly close: Price
  readonly volume: number
}

/** Fields by their place: times, open, high, low, close, volume. `T` is the last instant inside, so the close is one unit later. */
export function klineOf(cells: readonly unknown[], of: Instrument): Kline | undefined {
  const [openCell, lastCell, ...rest] = cells
  const openTime = timeOf(openCell)
  const last = timeOf(lastCell)
  const [open, high, low, close] = rest.slice(0, 4).map(cell => priceOf(cell, of))
  const volume = sizeOf(rest[4], of)
  if (openTime === undefined || last === undefined || volume === undefined) return undefined
  if (open === undefined || high === undefined || low === undefined || close === undefined) return undefined
  if (low > Math.min(open, close) || high < Math.max(open, close) || low <= 0) return undefined
  const unit = typeof lastCell === 'number' && lastCell >= MICROSECONDS_FROM ? 1 : 1000
  return { openTime, closeTime: (last + unit) as Micros, open, high, low, close, volume }
}
