// A backtest: a configuration's history through the engine, as fast as it goes.
import { type OpenedFeed, openFeed } from '../adapters/lake/feed.ts'
import { Lake } from '../adapters/lake/lake.ts'
import { run } from '../research/backtest.ts'
import type { RunSummary } from '../research/summary.ts'
import { codeHash } from './code-hash.ts'
import { loadStrategies } from './compose.ts'
import { lakeFolder } from './home.ts'
import { factsOf, interrupted, type Job, type RunOptions, recorded, runId } from './recorded-run.ts'
import type { RunConfig } from './run-config.ts'
import { findRun } from './run-folder.ts'
import { strategyPath } from './strategy-file.ts'

/** Throws Failure, LakeError (DATA_MISSING …) and, when the signal is aborted, Failure INTERRUPTED. */
export async function runBacktest(config: RunConfig, options: RunOptions): Promise<RunSummary> {
  const strategies = await loadStrategies(config)
  const lake = new Lake(lakeFolder(options.home))
  try {
    const started = performance.now()
    const opened = await openFeed(lake, config)
    const code = codeHash(strategies.map(({ use }) => strategyPath(use)))
    const id = runId(config, opened, code)
    const stored = options.reuse ? findRun(options.home, id) : undefined
    if (stored !== undefined) return stored.summary
    return await execute({ config, strategies, opened, id, code, started, options })
  } finally {
    lake.close()
  }
}

async function execute(job: Job & { readonly opened: OpenedFeed }): Promise<RunSummary> {
  const { signal, onProgress } = job.options
  const total = factsOf(job.opened)
  return recorded('BACKTEST', job, undefined, session =>
    run(session, job.opened, {
      between: () => {
        if (signal?.aborted) throw interrupted()
        onProgress?.(session.consumed, total)
        return false
      },
    }),
  )
}
