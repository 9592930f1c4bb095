// Facts about a market: quotes, trades, bars and the order book's changes.
import type { Micros, Price, Quantity } from './numbers.ts'
import type { Provenance } from './provenance.ts'

/**
 * What every fact carries. `eventTime` is what it is about (the source's clock); `receivedTime` is when we could first
 * know it. The engine's "now" is the received time of the event in hand, so nothing is used before it was known.
 */
export interface Happened {
  readonly eventTime: Micros
  readonly receivedTime: Micros
  /** Counts up within one provenance: the row of the file, the message of the stream. */
  readonly sequence: number
  readonly provenance: Provenance
}

export type Side = 'buy' | 'sell'

export interface Quote extends Happened {
  readonly kind: 'quote'
  readonly instrumentId: string
  readonly bid: Price
  readonly ask: Price
  /** Zero when the source does not say. */
  readonly bidSize: Quantity
  readonly askSize: Quantity
}

export interface Trade extends Happened {
  readonly kind: 'trade'
  readonly instrumentId: string
  readonly price: Price
  readonly quantity: Quantity
  /** Who crossed the spread, where the venue says so. */
  readonly aggressor: Side | 'unknown'
}

/**
 * Open, high, low and close of one interval `[openTime, eventTime)`, known at its close: `eventTime` is the close time.
 * Quote bars have both sides; where the source has one, or a bar is of trades, the ask fields equal the others.
 */
export interface Bar extends Happened {
  readonly kind: 'bar'
  readonly instrumentId: string
  readonly basis: PriceBasis
  readonly openTime: Micros
  readonly open: Price
  readonly high: Price
  readonly low: Price
  readonly close: Price
  readonly askOpen: Price
  readonly askHigh: Price
  readonly askLow: Price
  readonly askClose: Price
  /** Quantity steps traded, or the number of ticks where the source counts those; zero when unknown. */
  readonly volume: number
}

/** Which price a bar is made of. With `mid`, half steps are rounded down. */
export type PriceBasis = 'bid' | 'mid' | 'trade'

/** Absolute size resting at one price; a size of zero removes the level. */
export interface BookLevel {
  readonly price: Price
  readonly quantity: Quantity
}

export interface BookSnapshot extends Happened {
  readonly kind: 'book-snapshot'
  readonly instrumentId: string
  readonly updateId: number
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
}

export interface BookChange extends Happened {
  readonly kind: 'book-change'
  readonly instrumentId: string
  readonly firstUpdateId: number
  readonly lastUpdateId: number
  /** The update id this one follows, where the venue says it (Binance futures `pu`); -1 where it does not. */
  readonly previousUpdateId: number
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
}
