// Runs enter the history as their folders appear, once, and leave it with them; a folder of an older version has less to tell.
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../adapters/database/database.ts'
import { Projection } from '../../adapters/database/projection.ts'
import { Lake } from '../../adapters/lake/lake.ts'
import { runBacktest } from '../backtest.ts'
import { parseRunConfig } from '../config.ts'
import { importBundled } from '../datasets.ts'
import { lakeFolder, runsFolder } from '../home.ts'
import { showRun } from '../run-folder.ts'
import { runContent } from './run-content.ts'
import { RunIntake } from './run-intake.ts'

const SHIPPED = join(import.meta.dirname, '../../../config/oil-four-senses.yaml')
let home = ''
let run = ''
let database: Database
let projection: Projection
let intake: RunIntake
const failures: string[] = []

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'quadrant-intake-'))
  const lake = new Lake(lakeFolder(home))
  await importBundled(lake)
  lake.close()
  const config = parseRunConfig(readFileSync(SHIPPED, 'utf8'), { file: SHIPPED, overrides: ['to=1990-01-01'] })
  run = (await runBacktest(config, { home })).id

  database = await openDatabase({ home })
  projection = new Projection(database.kysely)
  intake = await RunIntake.open({ home, projection, failed: (what, error) => failures.push(`${what}: ${error}`) })
  await intake.look()
}, 120_000)

afterAll(async () => {
  await intake?.close()
  await database?.close()
  rmSync(home, { recursive: true, force: true })
})

const all = { accounts: '*' as const, limit: 100_000, offset: 0 }

test('a finished run is in the history as its folder holds it', async () => {
  const shown = showRun(home, run)
  const [orders, fills, trades] = await Promise.all([
    projection.orders({ ...all, run }),
    projection.fills({ ...all, run }),
    projection.trades({ ...all, run }),
  ])

  expect(shown.orderList.length).toBeGreaterThan(20)
  expect(orders.items.map(({ id }) => id).sort()).toEqual(shown.orderList.map(({ id }) => id).sort())
  expect([fills.total, trades.total]).toEqual([shown.fills, shown.trades])
  expect(await projection.run(run)).toMatchObject({
    run: { id: run, stateHash: shown.stateHash, finalEquity: shown.finalEquity, instruments: ['WTI.EIA'] },
  })
  // Every wish of a strategy, and what its senses said.
  expect((await projection.signals({ run, limit: 1, offset: 0 })).total).toBe(shown.signals)
  expect((await projection.opinions({ run, limit: 1, offset: 0 })).total).toBeGreaterThan(50)
  expect(await projection.funnel(run)).toMatchObject({ run, decisions: shown.decisions, signals: shown.signals })
  expect((await projection.equity(run))?.equity.at(-1)).toBeCloseTo(Number(shown.finalEquity), 2)
  expect(failures).toEqual([])
})

test('a folder without signals and curves tells what it has', () => {
  const older = `${run.slice(0, -8)}00000000`
  const folder = join(runsFolder(home), older)
  cpSync(join(runsFolder(home), run), folder, { recursive: true })
  for (const name of ['signals.jsonl', 'opinions.jsonl', 'series.json', 'funnel.json'])
    rmSync(join(folder, name), { force: true })

  const content = runContent(home, older)!
  expect([...content.orders].length).toBeGreaterThan(20)
  expect([[...content.signals], [...content.opinions], [...content.bars], content.equity, content.funnel]).toEqual([
    [],
    [],
    [],
    undefined,
    undefined,
  ])
  rmSync(folder, { recursive: true })
})

test('what living runs say can be asked for as soon as it is settled, and of a row the newest word holds', async () => {
  const order = (await projection.orders({ ...all, run, limit: 1 })).items[0]!
  const living = { ...order, key: 'paper-1/o1-0', run: 'paper-1', account: 'paper', id: 'o1-0' }
  intake.take('orders', [{ ...living, state: 'sent' }])
  intake.take('orders', [{ ...living, state: 'accepted' }])
  intake.take('quotes', [{ key: 'XAUUSD.OANDA' }])
  await intake.settled()

  expect((await projection.order('paper-1', 'o1-0'))?.order).toMatchObject({ state: 'accepted', account: 'paper' })
  expect((await projection.orders({ ...all, accounts: ['paper'] })).total).toBe(1)
})

test('a folder that is damaged is spoken of and passed over; one that is moved away is forgotten', async () => {
  const damaged = join(runsFolder(home), 'damaged-00000000')
  cpSync(join(runsFolder(home), run), damaged, { recursive: true })
  writeFileSync(join(damaged, 'summary.json'), '{"id":')
  const away = join(home, 'away')
  renameSync(join(runsFolder(home), run), away)
  await intake.look()

  expect(failures.filter(text => text.includes('damaged-00000000')).length).toBe(1)
  expect(await projection.run(run)).toBeUndefined()
  expect((await projection.orders({ ...all, run })).total).toBe(0)

  renameSync(away, join(runsFolder(home), run))
  await intake.look()
  expect((await projection.run(run))?.run.id).toBe(run)
})
