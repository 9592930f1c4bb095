// Runs engine-run.ts jobs in processes of their own, in turn, so that all of them meet the same moods of the machine.
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Lake } from '../src/adapters/lake/lake.ts'
import { dataPack } from '../src/apps/data-pack.ts'
import { importFiles } from '../src/apps/import.ts'
import type { EngineJob, EngineTimes } from './engine-run.ts'
import { percentiles } from './figure.ts'

/** Benches have a lake of their own, kept between runs; importing a file that is there adds nothing. */
export const BENCH_HOME = resolve(import.meta.dirname, 'out/home')

/** Fills the bench's lake from the data pack; false, with a word about it, on a machine without the pack. */
export async function benchLake(): Promise<boolean> {
  const pack = dataPack()
  if (pack === undefined) {
    process.stdout.write('skipped: needs the data pack\n')
    return false
  }
  mkdirSync(BENCH_HOME, { recursive: true })
  const lake = new Lake(join(BENCH_HOME, 'lake'))
  const { importBundled } = await import('../src/apps/datasets.ts')
  await importBundled(lake)
  await importFiles('lean', [join(pack, 'cfd/lean/oanda/tick/xauusd'), join(pack, 'fx/lean/oanda/second/eurusd')], {}, lake)
  await importFiles('forexfactory', [join(pack, 'calendar/forexfactory_json')], {}, lake)
  lake.close()
  return true
}

export interface JobResult extends EngineTimes {
  /** Events a second of the warm runs of every round, in the engine and in all; the first run of each process is cold. */
  readonly engineRates: readonly number[]
  readonly totalRates: readonly number[]
  readonly coldTotalRates: readonly number[]
}

/** As bin/quadrant runs it, the size of the nursery included. Every job once a round, round by round. Throws when a job does not answer the same twice. */
export function inTurn<Name extends string>(jobs: Readonly<Record<Name, EngineJob>>, rounds: number): Record<Name, JobResult> {
  const results = new Map<
    Name,
    { last: EngineTimes; engine: number[]; total: number[]; cold: number[]; marks: EngineTimes['marks'][number][]; rss: number }
  >()
  for (let round = 0; round < rounds; round++) {
    for (const [name, job] of Object.entries(jobs) as [Name, EngineJob][]) {
      const times = engineRun(job)
      const known = results.get(name)
      if (known !== undefined && known.last.stateHash !== times.stateHash)
        throw new Error(`${name} answered differently the second time`)
      const result = known ?? { last: times, engine: [], total: [], cold: [], marks: [], rss: 0 }
      result.engine.push(...times.engine.slice(1).map(seconds => times.events / seconds))
      result.total.push(...times.total.slice(1).map(seconds => times.events / seconds))
      result.cold.push(times.events / times.total[0]!)
      result.marks.push(...times.marks)
      result.rss = Math.max(result.rss, times.rssPeakMb)
      results.set(name, result)
    }
  }
  return Object.fromEntries(
    [...results].map(([name, { last, engine, total, cold, marks, rss }]) => [
      name,
      { ...last, marks, rssPeakMb: rss, engineRates: engine, totalRates: total, coldTotalRates: cold },
    ]),
  ) as unknown as Record<Name, JobResult>
}

function engineRun(job: EngineJob): EngineTimes {
  const script = join(import.meta.dirname, 'engine-run.ts')
  const out = execFileSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=16', script, JSON.stringify(job)],
    {
      encoding: 'utf8',
      env: { ...process.env, QUADRANT_HOME: BENCH_HOME },
      maxBuffer: 1 << 26,
    },
  )
  return JSON.parse(out) as EngineTimes
}

export const median = (samples: readonly number[]): number => percentiles(samples).p50
