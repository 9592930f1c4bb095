// The three lists a run leaves behind, one line each: orders, fills and trades.
import type { Instrument } from '../domain/instrument.ts'
import type { Side } from '../domain/market.ts'
import type { Micros, Money, Price, Quantity } from '../domain/numbers.ts'
import type { OrderIntent, OrderState } from '../domain/order.ts'
import type { RoundTrip } from '../domain/portfolio.ts'
import { microsText, moneyText, stepsText } from './record-text.ts'

/** An order and what became of it. */
export interface OrderRecord {
  readonly id: string
  readonly intent: OrderIntent
  readonly state: OrderState
  /** Why it is in that state, in the words of whoever moved it there. */
  readonly reason: string
  readonly filled: Quantity
  readonly createdTime: Micros
  readonly changedTime: Micros
}

export interface FillRecord {
  readonly id: string
  readonly orderId: string
  readonly instrumentId: string
  readonly strategy: string
  readonly side: Side
  readonly price: Price
  readonly quantity: Quantity
  /** In the settle currency. */
  readonly commission: Money
  readonly time: Micros
}

export type OrderLine = ReturnType<typeof orderLine>
export type FillLine = ReturnType<typeof fillLine>
export type TradeLine = ReturnType<typeof tradeLine>

/** As `--json` and orders.jsonl print it. Quantities and prices are exact decimals in units; times are micros and ISO. */
export const orderLine = (order: OrderRecord, of: Instrument) => ({
  id: order.id,
  instrument: order.intent.instrumentId,
  strategy: order.intent.strategy,
  side: order.intent.side,
  quantity: stepsText(order.intent.quantity, of.quantityDecimals),
  type: order.intent.type,
  role: order.intent.role,
  price: order.intent.price === undefined ? null : stepsText(order.intent.price, of.priceDecimals),
  state: order.state,
  filled: stepsText(order.filled, of.quantityDecimals),
  reason: order.reason,
  why: order.intent.why,
  createdMicros: order.createdTime,
  created: microsText(order.createdTime),
  changedMicros: order.changedTime,
  changed: microsText(order.changedTime),
})

export const fillLine = (fill: FillRecord, of: Instrument) => ({
  id: fill.id,
  orderId: fill.orderId,
  instrument: fill.instrumentId,
  strategy: fill.strategy,
  side: fill.side,
  quantity: stepsText(fill.quantity, of.quantityDecimals),
  price: stepsText(fill.price, of.priceDecimals),
  commission: moneyText(fill.commission),
  currency: of.settle,
  timeMicros: fill.time,
  time: microsText(fill.time),
})

/** Average prices are quotients for display, in price units. */
export const tradeLine = (trip: RoundTrip, of: Instrument) => ({
  instrument: trip.instrumentId,
  strategy: trip.strategy,
  side: trip.side,
  quantity: stepsText(trip.quantity, of.quantityDecimals),
  ...averagePrices(trip, of),
  commission: moneyText(trip.commission),
  profit: moneyText(trip.profit),
  currency: trip.currency,
  entryOrderId: trip.entryOrderId,
  exitOrderId: trip.exitOrderId,
  entryReason: trip.entryReason,
  exitReason: trip.exitReason,
  entryMicros: trip.entryTime,
  entry: microsText(trip.entryTime),
  exitMicros: trip.exitTime,
  exit: microsText(trip.exitTime),
})

/** The values of a round trip are sizes without a sign; the exit price has one, and the gain says how far the entry lay from it. */
export function averagePrices(trip: RoundTrip, of: Instrument): { readonly entryPrice: number; readonly exitPrice: number } {
  const size = trip.exitValue < 0n ? -trip.exitValue : trip.exitValue
  const exit = trip.exitPrice < 0 ? -size : size
  const gain = trip.profit + trip.commission
  const entry = trip.side === 'buy' ? exit - gain : exit + gain

  return { entryPrice: inPriceUnits(entry, trip.quantity, of), exitPrice: inPriceUnits(exit, trip.quantity, of) }
}

/** Three decimals finer than the instrument's. */
function inPriceUnits(value: bigint, quantity: Quantity, of: Instrument): number {
  const steps = Number(value) / Number(of.moneyScale) / quantity
  return Math.round(steps * 1000) / (of.priceScale * 1000)
}
