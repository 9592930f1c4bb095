// A paper run as the server sees it: every row of every topic in the wire's form, orders and stops of people heeded at once.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Errors } from 'typebox/value'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunQuestion, RunWatcher } from '../../src/adapters/run-link/run-watcher.ts'
import { parseRunConfig } from '../../src/apps/config.ts'
import { explain } from '../../src/apps/explain.ts'
import { writeHouseLimit } from '../../src/apps/house-limits.ts'
import { engageKill, readKill, resetKill } from '../../src/apps/kill-switch.ts'
import { runPaper } from '../../src/apps/live/paper.ts'
import type { PaperOptions } from '../../src/apps/live/paper-options.ts'
import type { Note } from '../../src/apps/live/step-notes.ts'
import { showRun } from '../../src/apps/run-folder.ts'
import { type RowOf, TOPICS, type Topic } from '../../src/wire/topics.ts'
import { BTC, KrakenMarket, paperText, storeBitcoin } from './kraken-market.ts'

const folder = mkdtempSync(join(tmpdir(), 'q-'))
let market: KrakenMarket

beforeAll(async () => {
  market = await KrakenMarket.start(11)
})
afterAll(async () => {
  await market.stop()
  rmSync(folder, { recursive: true, force: true })
})

const config = (bar: string, senses = '[]') =>
  parseRunConfig(paperText({ name: 'watched', bar, senses, order: '100%' }), { file: 'watched.yaml' })

const home = (name: string): string => storeBitcoin(join(folder, name))

/** Sees the rows of a home's runs, and lets a test wait for one. */
class Onlooker {
  readonly watcher: RunWatcher
  readonly faults: string[] = []
  readonly #rows = new Map<Topic, Map<string, unknown>>()
  #check: (() => void) | undefined

  constructor(path: string) {
    this.watcher = new RunWatcher({
      home: path,
      onRows: (_, { topic, rows, gone = [] }) => {
        const known = this.#rows.get(topic) ?? new Map<string, unknown>()
        this.#rows.set(topic, known)
        for (const row of rows) {
          for (const { instancePath, message } of Errors(TOPICS[topic].row, row))
            this.faults.push(`${topic}${instancePath}: ${message} in ${JSON.stringify(row)}`)
          known.set((row as { key?: string }).key ?? String(known.size), row)
        }
        for (const key of gone) known.delete(key)
        this.#check?.()
      },
    })
  }

  rows<Name extends Topic>(topic: Name): RowOf<Name>[] {
    return [...(this.#rows.get(topic)?.values() ?? [])] as RowOf<Name>[]
  }

  get topics(): string[] {
    return [...this.#rows].filter(([, rows]) => rows.size > 0).map(([topic]) => topic)
  }

  async until(fact: () => boolean): Promise<void> {
    await new Promise<void>(resolve => {
      this.#check = () => fact() && resolve()
      this.#check()
    })
    this.#check = undefined
  }
}

interface Run {
  readonly notes: readonly Note[]
  readonly stop: () => void
  readonly ended: ReturnType<typeof runPaper>
}

function start(path: string, of: ReturnType<typeof config>, more: Partial<PaperOptions> = {}): Run {
  const notes: Note[] = []
  const stop = new AbortController()
  const ended = runPaper(of, {
    ...{ home: path, signal: stop.signal, ...market.options },
    onNote: note => notes.push(note),
    ...more,
  })
  // Told where it is awaited.
  ended.catch(() => {})
  return { notes, stop: () => stop.abort(), ended }
}

test('a run that trades shows every topic in the form of the wire, and what it shows is what it kept', async () => {
  const path = home('shows')
  const eye = new Onlooker(path)
  const run = start(path, config('100ms', '[how, what, when]'))
  await eye.until(() => eye.rows('fills').length >= 4 && eye.rows('opinions').length > 0 && eye.rows('books').length > 0)
  run.stop()
  const summary = await run.ended
  await eye.until(() => eye.rows('runs').every(({ running }) => !running))
  eye.watcher.close()

  expect(eye.faults).toEqual([])
  expect(eye.topics.sort()).toEqual(
    [
      ...['accounts', 'bars', 'books', 'failovers', 'feeds', 'fills', 'limits', 'notes', 'opinions', 'orders', 'positions'],
      ...['prints', 'quotes', 'runs', 'signals', 'system', 'trades'],
    ].sort(),
  )
  const { orderList, fillList, tradeList } = showRun(path, summary.id)
  expect(eye.rows('trades').map(({ key, exit, profit }) => [key, exit, profit])).toEqual(
    tradeList.map(({ exit, profit }, number) => [`${summary.id}/${number}`, exit, profit]),
  )
  const [line] = eye.rows('runs')
  expect(line!.instruments).toEqual([...new Set(fillList.map(({ instrument }) => instrument))])
  expect(Date.parse(line!.from)).toBeLessThanOrEqual(Date.parse(fillList[0]!.time))
  expect(line!.from > '2020').toBe(true)
  expect(eye.rows('fills').map(({ id, price, quantity }) => [id, price, quantity])).toEqual(
    fillList.map(({ id, price, quantity }) => [id, price, quantity]),
  )
  expect(
    eye
      .rows('orders')
      .map(({ id, state, filled }) => [id, state, filled])
      .sort(),
  ).toEqual(orderList.map(({ id, state, filled }) => [id, state, filled]).sort())
  expect(eye.rows('signals').filter(({ outcome }) => outcome === 'filled').length).toBeGreaterThan(0)
  expect(eye.rows('accounts')).toMatchObject([{ account: 'watched', equity: summary.finalEquity, running: false }])
  // The same id from the note to the order and its fill.
  const [order] = eye.rows('orders')
  expect(order!.correlationId).toBe(`${summary.id}:${order!.id.slice(1).split('-')[0]}`)
  expect(eye.rows('notes').filter(({ correlationId }) => correlationId === order!.correlationId).length).toBeGreaterThan(0)
  expect(existsSync(join(path, 'live')) && readdirSync(join(path, 'live'))).toEqual([])
}, 120_000)

test("a person's order is placed, guarded and explained, once for a key, and in the recording too", async () => {
  const path = home('orders')
  const eye = new Onlooker(path)
  const run = start(path, config('1h'))
  await eye.until(() => eye.rows('quotes').length > 0)
  const { key: id } = eye.rows('runs')[0]!
  const bid = Number(eye.rows('quotes')[0]!.bid)
  const order: Extract<RunQuestion, { type: 'order' }> = {
    ...{ type: 'order', operator: 'ann', reason: 'it looks cheap', instrument: BTC, side: 'buy', quantity: '0.5' },
    ...{ orderType: 'market', stop: (bid * 0.9).toFixed(1), key: 'first-order' },
  }

  const { stop: __, ...unguarded } = order
  expect(await eye.watcher.request(id, { ...unguarded, key: 'no-stop-1' })).toMatchObject({ ok: false, code: 'STOP_REQUIRED' })
  expect(await eye.watcher.request(id, { ...order, quantity: '0.123456789' })).toMatchObject({ ok: false, code: 'ORDER_INVALID' })
  const placed = await eye.watcher.request(id, order)
  expect(placed).toMatchObject({ ok: true, message: expect.stringMatching(/^o\d+-0$/) })
  expect(await eye.watcher.request(id, order)).toMatchObject({ ok: true, message: expect.stringContaining('nothing changed') })
  await eye.until(() => eye.rows('positions').some(({ quantity }) => Number(quantity) === 0.5))
  await eye.until(() => eye.rows('positions').some(({ stop }) => stop === order.stop))
  expect(eye.rows('positions')).toMatchObject([{ strategy: 'manual', quantity: '0.50000000' }])

  // One that waits below the market, and its cancel.
  const low = (bid * 0.95).toFixed(1)
  const waiting = await eye.watcher.request(id, { ...order, key: 'second-order', orderType: 'limit', price: low })
  expect(await eye.watcher.request(id, { type: 'cancel', operator: 'ann', order: waiting.message! })).toMatchObject({ ok: true })
  await eye.until(() => eye.rows('orders').some(row => row.id === waiting.message && row.state === 'canceled'))
  run.stop()
  const summary = await run.ended
  eye.watcher.close()

  expect(summary.refused).toEqual({ STOP_REQUIRED: 1 })
  const why = await explain(path, summary.id, { order: placed.message! })
  expect('chain' in why && why.chain.at(-1)).toMatchObject({
    reason: expect.stringContaining('it looks cheap'),
    ids: ['ann', 'first-order'],
  })
  const again = start(path, config('1h'), { replay: String(run.notes.find(({ type }) => type === 'stop')!['recording']) })
  await again.ended
  expect(again.notes.find(({ type }) => type === 'stop')).toMatchObject({ equal: true })
}, 120_000)

test('a stop is heeded when it is called, by whichever way it comes', async () => {
  const path = home('stops')
  const eye = new Onlooker(path)
  const run = start(path, config('1h'))
  await eye.until(() => eye.rows('quotes').length > 0)
  const { key: id } = eye.rows('runs')[0]!
  const commands = () => run.notes.filter(({ type }) => type === 'command').map(({ operator, reason }) => [operator, reason])

  await engageKill(path, { mode: 'halt', reason: 'a drill', operator: 'ann' }).durable
  expect(await eye.watcher.request(id, { type: 'stop-changed' })).toEqual({ ok: true })
  await resetKill(path, 'over', 'bob')
  await eye.watcher.request(id, { type: 'stop-changed' })
  process.kill(process.pid, 'SIGUSR2')
  await eye.until(() => eye.rows('notes').filter(({ type }) => type === 'command').length === 3)
  expect(readKill(path)).toMatchObject({ mode: 'halt', reason: 'signal' })
  await resetKill(path, 'over', 'bob')
  await eye.watcher.request(id, { type: 'stop-changed' })
  writeFileSync(join(path, 'KILL'), '')
  await eye.until(() => eye.rows('notes').filter(({ type }) => type === 'command').length === 5)
  run.stop()
  await run.ended
  eye.watcher.close()

  expect(commands().map(([, reason]) => reason)).toEqual([
    ...['a drill', 'the kill was reset', 'signal', 'the kill was reset', 'the file KILL was put there'],
  ])
  // Taking the file away is no reset.
  rmSync(join(path, 'KILL'))
  expect(readKill(path)).toMatchObject({ mode: 'halt', operator: 'file' })
}, 120_000)

test('a recording at a pace is the same run, until somebody steers it; then it is explained with their order', async () => {
  const path = home('paced')
  const first = start(path, config('1h'), { forMillis: 3_000 })
  await first.ended
  const replay = String(first.notes.find(({ type }) => type === 'stop')!['recording'])

  const alone = start(path, config('1h'), { replay, speed: 20 })
  await alone.ended
  expect(alone.notes.find(({ type }) => type === 'stop')).toMatchObject({ equal: true })

  const eye = new Onlooker(path)
  const run = start(path, config('1h'), { replay, speed: 1 })
  await eye.until(() => eye.rows('quotes').length > 0)
  const { key: id } = eye.rows('runs')[0]!
  const stop = (Number(eye.rows('quotes')[0]!.bid) * 0.9).toFixed(1)
  const placed = await eye.watcher.request(id, {
    ...{ type: 'order', operator: 'ann', reason: 'what if', instrument: BTC, side: 'buy', quantity: '1' },
    ...{ orderType: 'market', stop, key: 'what-if-1' },
  })
  expect(placed).toMatchObject({ ok: true })
  const summary = await run.ended
  eye.watcher.close()

  expect(run.notes.find(({ type }) => type === 'stop')).toMatchObject({ equal: null })
  expect(eye.faults).toEqual([])
  expect(eye.rows('quotes')[0]).toMatchObject({ live: false })
  const why = await explain(path, summary.id, { order: placed.message! })
  expect('chain' in why && why.chain.at(-1)).toMatchObject({ reason: expect.stringContaining('what if') })
}, 120_000)

test('a limit wider than the house allows keeps a paper run from starting', async () => {
  const path = home('house')
  const entry = { by: 'bob', reason: 'a bad year', time: '2026-01-02T00:00:00Z' }
  writeHouseLimit(path, 'dailyLoss', { ...entry, ceiling: '5%' })
  writeHouseLimit(path, 'orderNotional', { ...entry, ceiling: '2000000' })

  // 90 % of equity a day is wider than 5 %; an order of 100 % is a million, and two are allowed.
  await expect(start(path, config('1h')).ended).rejects.toMatchObject({
    ...{ code: 'LIMIT_ABOVE_HOUSE', exit: 3 },
    message: 'watched.yaml: risk.dailyLoss is 90%, the house allows 5% (bob: a bad year)',
  })
  expect(existsSync(join(path, 'journal'))).toBe(false)
})
