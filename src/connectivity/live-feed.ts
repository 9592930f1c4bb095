// One source's living stream: connects, watches, backs off, replaces connections, and turns a conversation into events.

import type { LiveEvent } from '../domain/event.ts'
import { FeedRun } from './feed-run.ts'
import type { LiveFeedOptions } from './live-feed-options.ts'
import type { LiveSource } from './source.ts'

/**
 * Says of itself idle → connecting → authenticating → syncing → live, degraded, backoff, fatal. `authenticating` and
 * `syncing` are said by the conversation, as is `live`: a fact of an instrument is withheld until the conversation has said
 * `live` of it, or of all (an empty instrument id sets all). Facts are let through at the end of the call that told them:
 * what is not live by then is not told at all.
 *
 * After a lost connection it waits a random time below 250 ms × 2ⁿ, at most 30 s; n starts again at zero after 60 s of health.
 * `reconnect('now')` opens the replacement beside the old connection and switches when it is live: books begin again with a
 * snapshot, trades already delivered are left out.
 */
export class LiveFeed implements LiveSource {
  readonly #options: LiveFeedOptions

  constructor(options: LiveFeedOptions) {
    this.#options = options
  }

  /** Connects at the first `next`. Ends with the connection closed when the iteration is left, and by itself after `fatal`. */
  batches(): AsyncIterable<readonly LiveEvent[]> {
    return { [Symbol.asyncIterator]: () => iterate(new FeedRun(this.#options)) }
  }
}

/** By hand, because `return` of a generator waits for the event that `next` waits for. */
function iterate(run: FeedRun): AsyncIterator<readonly LiveEvent[]> {
  return {
    async next() {
      run.start()
      const batch = await run.take()
      return batch === undefined ? { done: true, value: undefined } : { done: false, value: batch }
    },
    async return() {
      run.stop()
      return { done: true, value: undefined }
    },
  }
}
