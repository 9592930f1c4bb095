// Coinbase's matches and tickers as facts of ours: the same from both feeds and from REST.
import type { Instrument } from '../../domain/instrument.ts'
import type { Quote, Trade } from '../../domain/market.ts'
import type { Micros, Price, Quantity } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { aggressorOf, type Fields, idOf, priceOf, sizeOf, timeOf } from './coinbase-messages.ts'

export interface Origin {
  readonly instrument: Instrument
  readonly provenance: Provenance
  readonly receivedTime: Micros
}

/** Undefined when it cannot be read. `trade_id` counts a product's trades without holes. */
export function tradeOf(fields: Fields, { instrument, provenance, receivedTime }: Origin): Trade | undefined {
  const eventTime = timeOf(fields['time'])
  const sequence = idOf(fields['trade_id'])
  const price = priceOf(fields['price'], instrument)
  const quantity = sizeOf(fields['size'], instrument)
  const aggressor = aggressorOf(fields['side'])
  if (eventTime === undefined || sequence === undefined || price === undefined || aggressor === undefined) return undefined
  if (quantity === undefined || quantity <= 0) return undefined
  return { kind: 'trade', eventTime, receivedTime, sequence, provenance, instrumentId: instrument.id, price, quantity, aggressor }
}

export interface Best {
  readonly time: Micros
  readonly sequence: number
  readonly bid: Price
  readonly ask: Price
}

/** Undefined when the bid is not below the ask. Sizes are zero where the feed does not say them. */
export function quoteOf(fields: Fields, origin: Origin, { time, sequence, bid, ask }: Best): Quote | undefined {
  if (bid >= ask) return undefined
  const { instrument, provenance, receivedTime } = origin
  const size = (...names: readonly string[]): Quantity =>
    names.map(name => sizeOf(fields[name], instrument)).find(found => found !== undefined) ?? (0 as Quantity)
  return {
    kind: 'quote',
    eventTime: time,
    receivedTime,
    sequence,
    provenance,
    instrumentId: instrument.id,
    bid,
    ask,
    bidSize: size('best_bid_size', 'best_bid_quantity'),
    askSize: size('best_ask_size', 'best_ask_quantity'),
  }
}
