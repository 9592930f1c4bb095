// The complete answer to "what happened and why" of one event. Only what changed is in it.
import type { Event } from '../domain/event.ts'
import type { Bar } from '../domain/market.ts'
import type { Micros, Money } from '../domain/numbers.ts'
import type { Opinion } from '../domain/opinion.ts'
import type { Command, OrderEvent, OrderIntent, OrderState } from '../domain/order.ts'
import type { Posting, RoundTrip } from '../domain/portfolio.ts'
import type { Signal } from '../domain/signal.ts'
import type { SizeRefusal } from '../stages/allocation/size.ts'
import type { Refusal } from '../stages/risk/review.ts'

/** What one strategy said at one bar, and what became of it before risk. */
export interface Decision {
  readonly strategy: string
  readonly instrumentId: string
  readonly time: Micros
  readonly bar: Bar
  readonly signal: Signal
  readonly opinion: Opinion | undefined
  /** Feature values by name. Only filled when the engine runs with `explain`, since building it costs more than deciding. */
  readonly features: Readonly<Record<string, number>> | undefined
}

/** How a signal became an intent, or why it did not. */
export interface Sizing {
  readonly decision: Decision
  readonly intent: OrderIntent | undefined
  /** The arithmetic of the size in words, or the reason there is none. */
  readonly reason: string
  /** Set where a wish to trade got no size; a target that is met already is no refusal. */
  readonly refusal?: SizeRefusal
}

export interface Verdict {
  readonly intent: OrderIntent
  readonly kind: 'approved' | 'refused'
  readonly refusals: readonly Refusal[]
}

export interface OrderChange {
  readonly orderId: string
  readonly intent: OrderIntent
  readonly from: OrderState
  readonly to: OrderState
  readonly reason: string
  readonly event: OrderEvent | undefined
}

export interface Booking {
  readonly orderId: string
  readonly intent: OrderIntent
  readonly event: OrderEvent
  readonly postings: readonly Posting[]
  /** Set when the fill closed a round trip. */
  readonly roundTrip: RoundTrip | undefined
}

export interface Step {
  readonly sequence: number
  readonly event: Event
  readonly bars: readonly Bar[]
  readonly opinions: readonly Opinion[]
  readonly decisions: readonly Decision[]
  readonly sizings: readonly Sizing[]
  readonly verdicts: readonly Verdict[]
  readonly changes: readonly OrderChange[]
  readonly bookings: readonly Booking[]
  readonly commands: readonly Command[]
  /** Equity of the account in its currency, set on steps that closed a bar or booked a fill. */
  readonly equity: Money | undefined
}
