// Everything that can happen, as one union: the engine's only input.
import type { CalendarEntry, Release } from './macro.ts'
import type { Bar, BookChange, BookSnapshot, Happened, Quote, Trade } from './market.ts'
import type { OrderEvent } from './order.ts'
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
