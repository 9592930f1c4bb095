// Replay: a recording through the durable journal, at a chosen speed. Started again after a crash it continues.
import { openFeed } from '../adapters/lake/feed.ts'
import { Lake } from '../adapters/lake/lake.ts'
import type { FeedEvent } from '../domain/event.ts'
import type { Feed } from '../engine/ports.ts'
import type { Session } from '../engine/session.ts'
import type { Step } from '../engine/step.ts'
import { run } from '../research/backtest.ts'
import type { RunSummary } from '../research/summary.ts'
import { codeHash } from './code-hash.ts'
import { loadStrategies } from './compose.ts'
import { lakeFolder } from './home.ts'
import { requireWithinHouse } from './house-limits.ts'
import { heedKillSignal } from './live/kill-signal.ts'
import { OperatorOrders } from './live/operator-orders.ts'
import { RunLink } from './live/run-link.ts'
import { type Note, notesOf } from './live/step-notes.ts'
import { Pace } from './pace.ts'
import { factsOf, interrupted, type RunOptions, recorded, runId } from './recorded-run.ts'
import { openFreshReplayJournal, openReplayJournal } from './replay-journal.ts'
import type { Look } from './rows/run-rows.ts'
import { TimedJournal } from './rows/system-row.ts'
import type { RunConfig } from './run-config.ts'
import { strategyPath } from './strategy-file.ts'

export interface ReplayOptions extends RunOptions {
  /** Recorded seconds per second of the clock; undefined is as fast as it goes. */
  readonly speed?: number
  /** From the beginning, whatever there is of it. */
  readonly fresh?: boolean
  /** What could not be done beside the run: the link to the server. */
  readonly onNote?: (note: Note) => void
}

/**
 * The same river as a backtest with two differences: what is accepted is journaled before it acts, and the kill switch
 * is heeded. A journal of the same configuration, data and code is continued to the same state as without a crash;
 * one that is complete already is played again from its own records at once, unless it is to begin afresh.
 */
export async function runReplay(config: RunConfig, options: ReplayOptions): Promise<RunSummary> {
  const { home, signal, onProgress, speed } = options
  requireWithinHouse(config, home)
  const strategies = await loadStrategies(config)
  const lake = new Lake(lakeFolder(home))
  try {
    const started = performance.now()
    const opened = await openFeed(lake, config)
    const code = codeHash(strategies.map(({ use }) => strategyPath(use)))
    const id = `replay-${runId(config, opened, code)}`
    const { configHash } = config
    const origin = { id, configHash, dataHash: opened.dataHash, codeHash: code }
    const journal = options.fresh === true ? await openFreshReplayJournal(home, origin) : openReplayJournal(home, origin)
    const timed = new TimedJournal(journal)
    const { instruments } = opened
    const onNote = options.onNote ?? (() => {})
    let link: RunLink | undefined
    let deafen = (): void => {}
    try {
      const total = factsOf(opened)
      const linked = new RunLink(home, {
        ...{ run: id, config, mode: 'REPLAY', live: false, environment: 'lake', instruments },
        started: new Date().toISOString(),
      })
      link = linked
      const orders = new OperatorOrders(home)
      const tell = {
        observe: (step: Step) => {
          for (const note of notesOf(step, instruments)) linked.rows.note(note, step.sequence)
        },
      }
      const job = { config, strategies, opened, id, code, started, options, observers: [linked.rows, orders, tell] }
      return await recorded('REPLAY', job, timed, async session => {
        const skip = journal.consumed
        const pace = new Pace(speed)
        session.recover(orders.follow(journal.read()), skip)
        await linked.start(onNote)
        linked.onRequest(request => orders.ask(request, instruments))
        deafen = heedKillSignal(home, () => orders.call())
        const look = (running: boolean): Look => ({
          ...{ session, now: session.engine.now, running },
          figures: { decisionMicros: null, journalSyncMicros: timed.syncMicros, queueDepth: 0, sockets: linked.listeners },
        })
        // What was consumed before a crash is not played again, only shown to the gate: it takes no time.
        const isOld = (): boolean => session.lastTime === undefined || session.consumed <= skip
        const between = async (): Promise<boolean> => {
          do {
            heed(orders, session)
            linked.beat(() => look(true))
            if (signal?.aborted) {
              session.flush()
              throw interrupted()
            }
          } while (!isOld() && (await pace.waits(session.lastTime!, NAP_MILLIS)))
          onProgress?.(session.consumed, total)
          return false
        }
        const feed = speed === undefined ? opened.feed : inSlices(opened.feed, speed * SLICE_MICROS)
        const tap = (event: FeedEvent): void => linked.rows.hear(event)
        await run(session, { known: opened.known, feed }, { skip, between, tap })
        await linked.close(look(false))
      })
    } finally {
      deafen()
      await link?.close()
      await journal.close()
    }
  } finally {
    lake.close()
  }
}

/** Passes on what people asked for: a kill once, its reset, orders. Durable at once. */
function heed(orders: OperatorOrders, session: Session): void {
  const commands = orders.take(session.engine.now)
  for (const command of commands) session.command(command)
  if (commands.length > 0) session.flush()
}

/** How much of the clock is played at once, microseconds. */
const SLICE_MICROS = 100_000
/** The longest a paced replay looks at neither Ctrl-C nor people, milliseconds. */
const NAP_MILLIS = 20

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
