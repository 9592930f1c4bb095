// What a replay survives: sudden death, Ctrl-C, a second one beside it, a damaged journal, and a person's stop.
import type { ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Lake } from '../../src/adapters/lake/lake.ts'
import { importBundled } from '../../src/apps/datasets.ts'
import { journalFolder, lakeFolder, runsFolder } from '../../src/apps/home.ts'
import { openReplayJournal } from '../../src/apps/replay-journal.ts'
import type { ShownRun } from '../../src/apps/run-folder.ts'
import type { OperatorCommand } from '../../src/domain/event.ts'
import { type Ended, quadrant, STACK_TRACE } from '../command.ts'
import { dice } from '../small-world.ts'
import { ROOT } from '../source.ts'

// Many processes one after the other, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

/** Oil and the ten-year yield, 50,059 facts, 858 orders: two seconds or so. */
const CONFIG = join(ROOT, 'config/oil-macro-trend.yaml')
const KILLS = process.env['CAMPAIGN'] ? 100 : 3
const SEED = randomInt(2 ** 31)

let folder = ''
let imported = ''
let backtest: ShownRun
let replay: ShownRun
let replayMillis = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quadrant-kill-'))
  imported = join(folder, 'imported')
  const lake = new Lake(lakeFolder(imported))
  await importBundled(lake)
  lake.close()

  const first = home()
  backtest = await shown(first, succeeded(await run(first, ['backtest', 'run', CONFIG])))
  const started = performance.now()
  const done = await run(first, ['replay', CONFIG])
  replayMillis = performance.now() - started
  replay = await shown(first, succeeded(done))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A state folder with the bundled figures in its lake and nothing else. */
function home(): string {
  const made = mkdtempSync(join(folder, 'home-'))
  cpSync(lakeFolder(imported), lakeFolder(made), { recursive: true })
  return made
}

const run = (state: string, args: readonly string[], during: (child: ChildProcess) => void = () => {}): Promise<Ended> =>
  quadrant([...args, '--json'], { cwd: folder, env: { QUADRANT_HOME: state }, during })

/** The printed summary's run id. */
function succeeded({ exit, stdout, stderr }: Ended): string {
  expect(exit, stderr + stdout).toBe(0)
  return (JSON.parse(stdout) as { readonly id: string }).id
}

function failed({ exit, stdout, stderr }: Ended): { readonly exit: number | null; readonly code: string; readonly fix: string } {
  expect(stdout + stderr).not.toMatch(STACK_TRACE)
  const { error } = JSON.parse(stdout) as { readonly error: { readonly code: string; readonly fix: string } }
  return { exit, code: error.code, fix: error.fix }
}

async function shown(state: string, id: string): Promise<ShownRun> {
  const { exit, stdout, stderr } = await run(state, ['backtest', 'show', id])
  expect(exit, stderr).toBe(0)
  return JSON.parse(stdout) as ShownRun
}

/** All but the run's name, its place, its mode and how long it took. */
const lasting = ({ id: _, mode: __, report: ___, elapsedSeconds: ____, eventsPerSecond: _____, ...rest }: ShownRun) => rest

const journalOf = (state: string): string => join(journalFolder(state), replay.id)

/** A replay that plays a year in a third of a second or so, up to its first orders on disk; then `act`. */
async function interruptedReplay(state: string, act: () => Promise<unknown> = async () => {}): Promise<Ended> {
  let child: ChildProcess | undefined
  const ended = run(state, ['replay', CONFIG, '--speed', '100000000', '--no-serve'], started => {
    child = started
  })
  while (journalBytes(state) < 1_000_000 && child?.exitCode === null) await sleep(20)
  await act()
  child?.kill('SIGINT')
  return ended
}

function journalBytes(state: string): number {
  try {
    return statSync(join(journalOf(state), 'data.mdb')).size
  } catch {
    return 0
  }
}

/** What operators said, as the journal kept it. No replay may be running. */
async function spoken(state: string): Promise<readonly OperatorCommand[]> {
  const { codeHash } = JSON.parse(readFileSync(join(runsFolder(state), replay.id, 'origin.json'), 'utf8'))
  const journal = openReplayJournal(state, { ...replay, codeHash })
  try {
    return [...journal.read()].flatMap(({ event }) => (event.kind === 'operator-command' ? [event] : []))
  } finally {
    await journal.close()
  }
}

test('a replay is the backtest, journaled', () => {
  expect(replay.orderList.length, 'orders, so that what follows means something').toBeGreaterThan(500)
  expect(lasting(replay)).toEqual(lasting(backtest))
})

test(`a replay that is killed again and again ends as if nothing had happened (${KILLS} kills, seed ${SEED})`, async () => {
  const roll = dice(SEED)
  let state = home()
  let killed = 0

  while (killed < KILLS) {
    let timer: NodeJS.Timeout | undefined
    const ended = await run(state, ['replay', CONFIG], child => {
      timer = setTimeout(() => child.kill('SIGKILL'), replayMillis * (0.1 + 0.9 * roll()))
    })
    clearTimeout(timer)
    if (ended.exit === null) killed += 1
    else {
      // It was faster than the kill: that was one life, and the next begins.
      expect(lasting(await shown(state, succeeded(ended))), `seed ${SEED}, after ${killed} kills`).toEqual(lasting(replay))
      state = home()
    }
  }

  expect(lasting(await shown(state, succeeded(await run(state, ['replay', CONFIG]))))).toEqual(lasting(replay))
  expect(readdirSync(runsFolder(state)), 'nothing is left of the attempts').toEqual([replay.id])
}, 600_000)

test('a complete replay that is started again is played from its own journal to the same end', async () => {
  const state = home()
  succeeded(await run(state, ['replay', CONFIG]))
  const bytes = journalBytes(state)

  expect(lasting(await shown(state, succeeded(await run(state, ['replay', CONFIG]))))).toEqual(lasting(replay))
  expect(journalBytes(state), 'nothing was written twice').toBe(bytes)
})

test('Ctrl-C ends a replay with 130, leaves no run behind, and the next start continues it', async () => {
  const state = home()
  expect(failed(await interruptedReplay(state))).toMatchObject({ exit: 130, code: 'INTERRUPTED' })
  expect(readdirSync(runsFolder(state))).toEqual([])

  expect(lasting(await shown(state, succeeded(await run(state, ['replay', CONFIG]))))).toEqual(lasting(replay))
})

test('of two replays at once the second is refused, and the first does not notice', async () => {
  const state = home()
  let second: Ended | undefined
  await interruptedReplay(state, async () => {
    second = await run(state, ['replay', CONFIG])
  })
  expect(failed(second!)).toMatchObject({ exit: 1, code: 'JOURNAL_LOCKED' })

  expect(lasting(await shown(state, succeeded(await run(state, ['replay', CONFIG]))))).toEqual(lasting(replay))
})

test('a damaged journal is refused with the way out, and nothing is written', async () => {
  const state = home()
  succeeded(await run(state, ['replay', CONFIG]))
  rmSync(runsFolder(state), { recursive: true })
  const file = join(journalOf(state), 'data.mdb')
  const bytes = readFileSync(file)
  // One bit of every place that names the series: the batches that do not are whole.
  for (let at = bytes.indexOf('PAYEMS'); at >= 0; at = bytes.indexOf('PAYEMS', at + 1)) bytes[at]! ^= 1
  writeFileSync(file, bytes)
  const before = readdirSync(state).sort()

  const refused = failed(await run(state, ['replay', CONFIG]))

  expect(refused).toMatchObject({ exit: 1, code: 'JOURNAL_CORRUPT' })
  expect(refused.fix).toContain('start the run anew')
  expect(readdirSync(state).sort()).toEqual(before)
})

describe('a kill that is engaged while a replay runs', () => {
  let state = ''
  beforeAll(async () => {
    state = home()
    const ended = await interruptedReplay(state, () => run(state, ['kill', '--reason', 'drill']))
    expect(failed(ended).code).toBe('INTERRUPTED')
  })

  test('lets no new risk leave from then on, not even after a new start, and positions may still be closed', async () => {
    const stopped = mkdtempSync(join(folder, 'stopped-'))
    cpSync(state, stopped, { recursive: true })

    const { orderList, refused } = await shown(stopped, succeeded(await run(stopped, ['replay', CONFIG])))

    const commands = await spoken(stopped)
    expect(commands.map(({ reason, order }) => [reason, order.action])).toEqual([['drill', 'kill']])
    const since = commands[0]!.receivedTime
    const after = orderList.filter(order => order.createdMicros > since)
    // An entry that had left before may still be filled, and then gets its guard.
    expect(after.filter(order => order.role === 'entry')).toEqual([])
    expect(refused['KILL_SWITCH_ACTIVE']).toBeGreaterThan(0)

    const before = replay.orderList.filter(order => order.createdMicros <= since).map(order => order.id)
    expect(before.length, 'orders before the kill').toBeGreaterThan(0)
    expect(before.length, 'orders that the kill prevented').toBeLessThan(replay.orderList.length)
    expect(orderList.slice(0, before.length).map(order => order.id)).toEqual(before)

    // What a person did is in no data: the explanation comes from the journal.
    const closing = after[0] ?? orderList.at(-1)!
    const why = await run(stopped, ['why', replay.id, '--order', closing.id])
    expect(JSON.parse(why.stdout).chain.at(-1), why.stdout).toMatchObject({ stage: 'source' })
    const prevented = replay.orderList.filter(order => order.createdMicros > since && order.role === 'entry')
    const codes: string[] = []
    for (const { created } of prevented.slice(0, 6)) {
      const not = await run(stopped, ['why', replay.id, '--not', '--at', created])
      for (const { ids } of JSON.parse(not.stdout).reasons) codes.push(...ids)
      if (codes.includes('KILL_SWITCH_ACTIVE')) break
    }
    expect(codes).toContain('KILL_SWITCH_ACTIVE')
  })

  test('is taken back by a reset while the run is down', async () => {
    const freed = mkdtempSync(join(folder, 'freed-'))
    cpSync(state, freed, { recursive: true })
    expect(await run(freed, ['kill', '--reset', '--reason', 'all clear'])).toMatchObject({ exit: 0 })

    const { orderList } = await shown(freed, succeeded(await run(freed, ['replay', CONFIG])))

    const commands = await spoken(freed)
    expect(commands.map(({ order }) => order.action)).toEqual(['kill', 'reset'])
    const since = commands[1]!.receivedTime
    expect(orderList.filter(order => order.createdMicros > since && order.role === 'entry').length).toBeGreaterThan(0)
  })
})
