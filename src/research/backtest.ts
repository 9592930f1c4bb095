// The plain loop behind backtest, replay and explanation: facts in, a session stepped, nothing decided here.
import type { FeedEvent } from '../domain/event.ts'
import type { Feed } from '../engine/ports.ts'
import type { Session } from '../engine/session.ts'

export interface RunInput {
  /** What was known before the first fact of the feed, in order: history for the senses. */
  readonly known: readonly FeedEvent[]
  readonly feed: Feed
}

export interface RunWatch {
  /** Before the first batch and after each; return true to end the run early. Between batches is also where a pace is kept. */
  readonly between?: (session: Session) => boolean | Promise<boolean>
  /** So many facts were consumed before a crash: the engine knows them from the journal, only the gate sees them again. */
  readonly skip?: number
  /** Sees each fact before the session does. */
  readonly tap?: (event: FeedEvent) => void
}

/** A flush waits for the disk. Orders are flushed before they leave anyway, so the rest may be written in larger pieces. */
const FLUSH_FACTS = 4096

/** Steps the session through everything there is. Errors of the feed pass through. */
export async function run(session: Session, { known, feed }: RunInput, { between, skip = 0, tap }: RunWatch = {}): Promise<void> {
  let left = skip
  for (const event of known) {
    if (left > 0) {
      left -= 1
      session.skipKnown(event)
    } else session.learn(event)
  }
  if (between !== undefined && (await between(session))) return
  let unflushed = 0
  for await (const batch of feed.batches()) {
    let at = 0
    for (; left > 0 && at < batch.length; left--, at++) session.skip(batch[at]!)
    if (tap === undefined) for (; at < batch.length; at++) session.step(batch[at]!)
    else
      for (; at < batch.length; at++) {
        tap(batch[at]!)
        session.step(batch[at]!)
      }
    unflushed += batch.length
    if (unflushed >= FLUSH_FACTS) {
      session.flush()
      unflushed = 0
    }
    if (between !== undefined && (await between(session))) return
  }
  session.flush()
}
