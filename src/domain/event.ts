// Everything that can happen, as one union: the engine's only input.
import type { CalendarEntry, Release } from './macro.ts'
import type { Bar, BookChange, BookSnapshot, Happened, Quote, Side, Trade } from './market.ts'
import type { Price, Quantity } from './numbers.ts'
import type { OrderEvent, OrderType } from './order.ts'
import type { SourceChange, SourceNotice } from './source.ts'

/** Time passing. The session inserts them, from a timer when live and by arithmetic otherwise; the engine has no clock. */
export interface Tick extends Happened {
  readonly kind: 'tick'
}

export type OperatorAction =
  | {
      readonly action: 'kill'
      readonly scope: 'all' | 'instrument' | 'strategy'
      readonly target: string
      readonly mode: 'halt' | 'cancel' | 'flatten'
    }
  | { readonly action: 'reset' }
  /** Read the instrument from this source from now on. An empty source: from the best of the others. */
  | { readonly action: 'failover'; readonly instrumentId: string; readonly source: string }
  | ManualOrder
  | { readonly action: 'cancel'; readonly orderId: string }

/** A person's own order, of the size the person gives. Risk reviews it like any other. */
export interface ManualOrder {
  readonly action: 'order'
  /** Of the person's choosing: the same key never places two orders. */
  readonly key: string
  readonly instrumentId: string
  readonly side: Side
  readonly quantity: Quantity
  readonly type: OrderType
  /** The limit of a limit order, the trigger of a stop; undefined for a market order. */
  readonly price: Price | undefined
  /** Guards of what it opens; an order that opens a position needs the stop. */
  readonly stop: Price | undefined
  readonly takeProfit: Price | undefined
}

/** An order from a person, with who and why. */
export interface OperatorCommand extends Happened {
  readonly kind: 'operator-command'
  readonly operator: string
  readonly reason: string
  readonly order: OperatorAction
}

export type MarketEvent = Quote | Trade | Bar | BookSnapshot | BookChange
/** What a feed may deliver. The rest is made inside: ticks by the session, order events by venues, commands by operators. */
export type FeedEvent = MarketEvent | Release | CalendarEntry
/** What a live feed may deliver: facts, and what the source says of itself. */
export type LiveEvent = FeedEvent | SourceNotice
export type Event = FeedEvent | OrderEvent | Tick | OperatorCommand | SourceChange

/** An event with its place in the one sequence of a run. Order ids are made from this number. */
export interface Envelope {
  readonly sequence: number
  readonly event: Event
}
