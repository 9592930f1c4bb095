// Binance's prints and klines as facts of ours: the same from the stream, from history and from the archives.
import type { Instrument } from '../../domain/instrument.ts'
import type { Bar, Quote, Trade } from '../../domain/market.ts'
import type { Micros } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import type { BestPrices, Kline, Print } from './binance-messages.ts'

export interface Origin {
  readonly instrument: Instrument
  readonly provenance: Provenance
  readonly receivedTime: Micros
}

export function tradeOf({ id, eventTime, price, quantity, aggressor }: Print, origin: Origin): Trade {
  const { instrument, provenance, receivedTime } = origin
  return {
    kind: 'trade',
    eventTime,
    receivedTime,
    sequence: id,
    provenance,
    instrumentId: instrument.id,
    price,
    quantity,
    aggressor,
  }
}

export function quoteOf(best: BestPrices, { instrument, provenance, receivedTime }: Origin): Quote {
  return {
    kind: 'quote',
    // Spot says no time with its best prices.
    eventTime: best.eventTime ?? receivedTime,
    receivedTime,
    sequence: best.updateId,
    provenance,
    instrumentId: instrument.id,
    bid: best.bid,
    ask: best.ask,
    bidSize: best.bidSize,
    askSize: best.askSize,
  }
}

export function barOf(
  kline: Kline,
  { instrument, provenance, receivedTime, sequence }: Origin & { readonly sequence: number },
): Bar {
  const { openTime, closeTime, open, high, low, close, volume } = kline
  return {
    kind: 'bar',
    eventTime: closeTime,
    receivedTime,
    sequence,
    provenance,
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
