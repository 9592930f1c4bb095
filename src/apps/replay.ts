// Replay: a recording through the durable journal, at a chosen speed. Started again after a crash it continues.
import { setTimeout as sleep } from 'node:timers/promises'
import { openFeed } from '../adapters/lake/feed.ts'
import { Lake } from '../adapters/lake/lake.ts'
import type { Feed } from '../engine/ports.ts'
import type { Session } from '../engine/session.ts'
import { run } from '../research/backtest.ts'
import type { RunSummary } from '../research/summary.ts'
import { codeHash } from './code-hash.ts'
import { loadStrategies } from './compose.ts'
import { lakeFolder } from './home.ts'
import { OperatorOrders } from './live/operator-orders.ts'
import { factsOf, interrupted, type RunOptions, recorded, runId } from './recorded-run.ts'
import { openReplayJournal } from './replay-journal.ts'
import type { RunConfig } from './run-config.ts'
import { strategyPath } from './strategy-file.ts'

export interface ReplayOptions extends RunOptions {
  /** Recorded seconds per second of the clock; undefined is as fast as it goes. */
  readonly speed?: number
}

/**
 * The same river as a backtest with two differences: what is accepted is journaled before it acts, and the kill switch
 * is heeded. A journal of the same configuration, data and code is continued to the same state as without a crash;
 * one that is complete already is played again from its own records.
 */
export async function runReplay(config: RunConfig, options: ReplayOptions): Promise<RunSummary> {
  const { home, signal, onProgress, speed } = options
  const strategies = await loadStrategies(config)
  const lake = new Lake(lakeFolder(home))
  try {
    const started = performance.now()
    const opened = await openFeed(lake, config)
    const code = codeHash(strategies.map(({ use }) => strategyPath(use)))
    const id = `replay-${runId(config, opened, code)}`
    const { configHash } = config
    const journal = openReplayJournal(home, { id, configHash, dataHash: opened.dataHash, codeHash: code })
    try {
      const total = factsOf(opened)
      return await recorded('REPLAY', { config, strategies, opened, id, code, started, options }, journal, async session => {
        const skip = journal.consumed
        const pace = new Pace(speed, skip)
        const orders = new OperatorOrders(home)
        session.recover(orders.follow(journal.read()), skip)
        const between = async (): Promise<boolean> => {
          do {
            heed(orders, session)
            if (signal?.aborted) {
              session.flush()
              throw interrupted()
            }
          } while (await pace.waits(session))
          onProgress?.(session.consumed, total)
          return false
        }
        const feed = speed === undefined ? opened.feed : inSlices(opened.feed, speed * SLICE_MICROS)
        await run(session, { known: opened.known, feed }, { skip, between })
      })
    } finally {
      await journal.close()
    }
  } finally {
    lake.close()
  }
}

/** Passes a kill on once; a reset takes it back. Either is durable at once. */
function heed(orders: OperatorOrders, session: Session): void {
  const command = orders.kill(session.engine.now)
  if (command === undefined) return
  session.command(command)
  session.flush()
}

/** How much of the clock is played at once, microseconds. */
const SLICE_MICROS = 100_000
/** The longest the run looks at neither Ctrl-C nor the kill switch, milliseconds. */
const NAP_MILLIS = 200

/** Lets recorded time pass no faster than it should. */
class Pace {
  readonly #speed: number | undefined
  readonly #skip: number
  #startClock = 0
  #startTime: number | undefined

  /** What was consumed before a crash is not played again, only shown to the gate: `skip` facts take no time. */
  constructor(speed: number | undefined, skip: number) {
    this.#speed = speed
    this.#skip = skip
  }

  /** Sleeps for a moment and returns true, or returns false when it is time to go on. */
  async waits({ lastTime, consumed }: Session): Promise<boolean> {
    if (this.#speed === undefined || lastTime === undefined || consumed <= this.#skip) return false
    if (this.#startTime === undefined) {
      this.#startTime = lastTime
      this.#startClock = performance.now()
    }
    const due = this.#startClock + (lastTime - this.#startTime) / 1000 / this.#speed
    const wait = due - performance.now()
    if (wait <= 0) return false
    await sleep(Math.min(wait, NAP_MILLIS))
    return true
  }
}

/** The same feed in batches that span at most so many recorded microseconds: whole batches may be hours at once. */
function inSlices(feed: Feed, spanMicros: number): Feed {
  return {
    async *batches() {
      for await (const batch of feed.batches()) {
        for (let start = 0; start < batch.length; ) {
          const until = batch[start]!.receivedTime + spanMicros
          let end = start + 1
          while (end < batch.length && batch[end]!.receivedTime < until) end++
          yield batch.slice(start, end)
          start = end
        }
      }
    },
  }
}
