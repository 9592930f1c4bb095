// Jobs in their own processes, with the runs that they are.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from '../../../test/source.ts'
import { Lake } from '../../adapters/lake/lake.ts'
import { RunWatcher } from '../../adapters/run-link/run-watcher.ts'
import { importBundled } from '../datasets.ts'
import { lakeFolder } from '../home.ts'
import { type JobRow, Jobs, type JobWish } from './jobs.ts'

const home = mkdtempSync(join(tmpdir(), 'q-jobs-'))
const waiting = new Set<(row: JobRow) => void>()
const jobs = new Jobs({
  ...{ home, now: Date.now, taken: async () => undefined },
  onChange: row => {
    for (const tell of waiting) tell(row)
  },
})
let watcher: RunWatcher

beforeAll(async () => {
  const lake = new Lake(lakeFolder(home))
  await importBundled(lake)
  lake.close()
  watcher = new RunWatcher({ home, onRun: run => jobs.announce(run), onRows: () => undefined })
}, 60_000)
afterAll(async () => {
  await jobs.close()
  watcher.close()
  rmSync(home, { recursive: true, force: true })
})

const replay = (speed: number | undefined): JobWish => ({
  ...{ kind: 'replay', configuration: 'brent-ema', file: join(ROOT, 'config/brent-ema.yaml'), set: [] },
  ...{ replay: undefined, speed, by: 'ann', account: 'brent-ema' },
})

/** The job's row once it is as wanted. */
const becomes = ({ key }: JobRow, wanted: (row: JobRow) => boolean): Promise<JobRow> =>
  new Promise(resolve => {
    const tell = (row: JobRow): void => {
      if (row.key !== key || !wanted(row)) return
      waiting.delete(tell)
      resolve(row)
    }
    waiting.add(tell)
    const now = jobs.rows().find(row => row.key === key)
    if (now !== undefined) tell(now)
  })

test('a replay that was played to its end is played again from its beginning, and its row leads to it while it lives', async () => {
  const first = await becomes(jobs.start(replay(undefined)), ({ state }) => state !== 'running')
  expect(first).toMatchObject({ state: 'done', error: null })

  // A day of Brent takes nearly a second at this speed: 39 years do not end while anybody looks.
  const started = jobs.start(replay(100_000))
  expect(started.words).toBe('starts from the beginning')
  const living = await becomes(started, ({ run }) => run !== null)
  expect(living).toMatchObject({ state: 'running', run: first.run })

  jobs.announce({ run: 'another-run', pid: process.pid })
  expect(jobs.rows().find(({ key }) => key === started.key)?.run, 'not of this process').toBe(first.run)
  expect(await jobs.cancel(started.key)).toMatchObject({ state: 'canceled' })
}, 60_000)
