// Replay: a recording through the durable journal, at a chosen speed. Started again after a crash it continues.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openJournal } from '../adapters/journal/lmdb-journal.ts'
import { openFeed } from '../adapters/lake/feed.ts'
import { Lake } from '../adapters/lake/lake.ts'
import type { OperatorCommand } from '../domain/event.ts'
import { DERIVED } from '../domain/provenance.ts'
import type { Session } from '../engine/session.ts'
import { run } from '../research/backtest.ts'
import type { RunSummary } from '../research/summary.ts'
import { codeHash } from './code-hash.ts'
import { loadStrategies } from './compose.ts'
import { journalFolder, lakeFolder } from './home.ts'
import { readKill } from './kill-switch.ts'
import { factsOf, interrupted, type RunOptions, recorded, runId } from './recorded-run.ts'
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
    const identity = {
      runId: id,
      configHash: config.configHash,
      dataHash: createHash('sha256').update(opened.dataHash).update(code).digest('hex'),
    }
    const journal = openJournal(join(journalFolder(home), id), identity)
    try {
      const total = factsOf(opened)
      const pace = new Pace(speed)
      return await recorded('REPLAY', { config, strategies, opened, id, code, started, options }, journal, async session => {
        const skip = journal.consumed
        session.recover(journal.read())
        let killed = ''
        await run(session, opened, {
          skip,
          between: async () => {
            if (signal?.aborted) throw interrupted()
            onProgress?.(session.consumed, total)
            killed = heedKill(session, home, killed)
            await pace.keep(session)
            return false
          },
        })
      })
    } finally {
      await journal.close()
    }
  } finally {
    lake.close()
  }
}

/** Passes a kill on once; a reset takes it back. Returns what is in force now. */
function heedKill(session: Session, home: string, before: string): string {
  const kill = readKill(home)
  const now = kill === undefined ? '' : `${kill.time} ${kill.mode}`
  if (now === before) return before
  const time = session.engine.now
  const command = (operator: string, reason: string, order: OperatorCommand['order']): OperatorCommand => ({
    kind: 'operator-command',
    eventTime: time,
    receivedTime: time,
    sequence: 0,
    provenance: DERIVED,
    operator,
    reason,
    order,
  })
  if (kill === undefined) session.command(command('operator', 'the kill was reset', { action: 'reset' }))
  else session.command(command(kill.operator, kill.reason, { action: 'kill', scope: 'all', target: '', mode: kill.mode }))
  return now
}

/** Lets recorded time pass no faster than it should. */
class Pace {
  readonly #speed: number | undefined
  #startClock = 0
  #startTime: number | undefined

  constructor(speed: number | undefined) {
    this.#speed = speed
  }

  async keep(session: Session): Promise<void> {
    if (this.#speed === undefined || session.lastTime === undefined) return
    if (this.#startTime === undefined) {
      this.#startTime = session.lastTime
      this.#startClock = performance.now()
      return
    }
    const due = this.#startClock + (session.lastTime - this.#startTime) / 1000 / this.#speed
    const wait = due - performance.now()
    if (wait > 0) await sleep(Math.min(wait, 2 ** 31 - 1))
  }
}
