// The whole promise of the first page: clone, two commands, no data pack, nothing prepared.
import { existsSync, globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { cloneTest, freshClone, INSIDE_CLONE, lendPackages, type Outcome, removeClone, run } from './clone.ts'

const MINUTE = 60_000

/** What issue and README promise machines, as `backtest run --json` and `quickstart --json` print it. */
const CONTRACT = {
  id: 'string',
  mode: 'string',
  events: 'number',
  elapsedSeconds: 'number',
  eventsPerSecond: 'number',
  decisions: 'number',
  signals: 'number',
  refused: 'object',
  orders: 'number',
  fills: 'number',
  trades: 'number',
  netProfit: 'string',
  return: 'number',
  maxDrawdown: 'number',
  costs: 'string',
  startEquity: 'string',
  finalEquity: 'string',
  ledgerSum: 'object',
  stateHash: 'string',
  dataHash: 'string',
  configHash: 'string',
  report: 'string',
}

/** A number, or null where the statistic does not exist (no losing trade, a single day). */
const STATISTICS = ['sharpe', 'sortino', 'profitFactor', 'winRate']

interface Quickstart {
  readonly dataset: string
  readonly runs: readonly (Readonly<Record<string, unknown>> & {
    readonly name: string
    readonly stateHash: string
    readonly report: string
  })[]
}

const folder = INSIDE_CLONE ? '' : freshClone()
let first: Outcome = { status: -1, stdout: '', stderr: '' }

beforeAll(() => {
  if (INSIDE_CLONE) return
  first = run(folder, ['make', 'quickstart'])
  if (first.stderr.includes('SETUP_NETWORK')) {
    // No registry here and now: the packages of this tree stand in, and everything after the installation is still tested.
    lendPackages(folder)
    first = run(folder, ['make', 'quickstart'])
  }
}, 10 * MINUTE)

afterAll(() => {
  if (folder) removeClone(folder)
})

cloneTest('make quickstart in a fresh clone prints a table and leaves a report, and the tree stays clean', () => {
  expect(first.status, first.stderr).toBe(0)
  expect(first.stdout).toMatch(/quadrant /)

  const reports = globSync('.quadrant/runs/*/report.html', { cwd: folder })
  expect(reports.length).toBeGreaterThan(0)
  for (const report of reports) expect(statSync(join(folder, report)).size).toBeGreaterThan(10_000)

  if (existsSync(join(folder, '.git'))) expect(run(folder, ['git', 'status', '--porcelain']).stdout).toBe('')
})

cloneTest(
  'a second quickstart answers machines in the promised form, from the lake that is already there',
  () => {
    const before = partitions()
    const { status, stdout, stderr } = run(folder, ['bin/quadrant', 'quickstart', '--json'])
    expect(status, stderr).toBe(0)

    const { dataset, runs } = JSON.parse(stdout) as Quickstart
    expect(dataset).toBe('bundled')
    expect(runs.length).toBeGreaterThan(0)
    for (const summary of runs) {
      for (const [field, type] of Object.entries(CONTRACT)) expect(typeof summary[field], `${summary.name}: ${field}`).toBe(type)
      for (const field of STATISTICS)
        expect(summary[field] === null ? 'number' : typeof summary[field], `${summary.name}: ${field}`).toBe('number')
      expect(summary['mode']).toBe('BACKTEST')
      expect(Object.values(summary['ledgerSum'] as object).every(sum => sum === '0')).toBe(true)
      expect(existsSync(join(folder, summary.report)) || existsSync(summary.report), summary.report).toBe(true)
    }

    expect(before.length).toBeGreaterThan(0)
    expect(partitions(), 'the same files, written once').toEqual(before)
  },
  5 * MINUTE,
)

cloneTest(
  'make test in the clone passes without the data pack',
  () => {
    const { status, stdout, stderr } = run(folder, ['make', 'test'])
    expect(status, `${stdout.slice(-6000)}\n${stderr.slice(-2000)}`).toBe(0)
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^\d+ passed, 0 failed, \d+ skipped$/)
    expect(stdout).toContain('skipped: needs the data pack')
  },
  20 * MINUTE,
)

/** Every file of the lake's facts with the moment it was written. */
function partitions(): string[] {
  return globSync('.quadrant/lake/**/*.parquet', { cwd: folder })
    .sort()
    .map(path => `${path} ${statSync(join(folder, path)).mtimeMs}`)
}
