// The sockets of the engine. What plugs in lives in adapters; each socket has one contract suite in test/contracts/.
import type { Envelope, Event, FeedEvent } from '../domain/event.ts'
import type { Command, OrderEvent } from '../domain/order.ts'
import type { Step } from './step.ts'

/**
 * A stream of facts in order of received time, delivered in batches so that reading can be asynchronous while the
 * engine is not. A batch may be reused by the feed once the next one is asked for; its events may be kept.
 */
export interface Feed {
  batches(): AsyncIterable<readonly FeedEvent[]>
}

/** Takes orders. Answers come back later, as events, through `take` and the same front door as the market. */
export interface Venue {
  /** Every accepted event, before the engine sees it: the simulated venue's market, a real venue's nothing. */
  see(event: Event): void
  submit(command: Command, now: number): void
  /** The next answer due at or before `now`, or undefined. Answers come in order of their received time. */
  take(now: number): OrderEvent | undefined
  /** When the earliest answer is due, in microseconds; Infinity when none is. */
  readonly nextAnswerTime: number
}

/** Accepted envelopes, each one more than the last, durable when `flush` returns. A backtest has none. */
export interface Journal {
  append(envelope: Envelope): void
  /**
   * Everything appended so far is on disk when this returns. `consumed` is the number of events taken from feeds until
   * now, rejected ones included: a replay that is resumed skips as many.
   */
  flush(consumed: number): void
}

/** Sees each step that changed something, outside the path. Must not throw. */
export interface Observer {
  observe(step: Step): void
}
