// A hundred orders at the same moment, each of which would fit alone: together they never get past a limit, nor past the stop.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunQuestion, RunWatcher } from '../../src/adapters/run-link/run-watcher.ts'
import { parseRunConfig } from '../../src/apps/config.ts'
import { engageKill } from '../../src/apps/kill-switch.ts'
import { runPaper } from '../../src/apps/live/paper.ts'
import { showRun } from '../../src/apps/run-folder.ts'
import type { RowOf, Topic } from '../../src/wire/topics.ts'
import { BTC, KrakenMarket, paperText, storeBitcoin } from '../e2e/kraken-market.ts'

const EQUITY = 1_000_000
/** Of equity, in all positions of an instrument together. */
const POSITION_PERCENT = 60
const ORDERS = 100

const folder = mkdtempSync(join(tmpdir(), 'q-race-'))
let market: KrakenMarket

beforeAll(async () => {
  market = await KrakenMarket.start(23)
})
afterAll(async () => {
  await market.stop()
  rmSync(folder, { recursive: true, force: true })
})

const CONFIG = paperText({ name: 'raced', position: `${POSITION_PERCENT}%` })

/** A paper run with a person's hand on it. */
class Raced {
  readonly home: string
  readonly watcher: RunWatcher
  readonly #rows = new Map<Topic, Map<string, unknown>>()
  readonly #stop = new AbortController()
  readonly #ended: ReturnType<typeof runPaper>
  #look: (() => void) | undefined

  constructor(name: string) {
    this.home = join(folder, name)
    storeBitcoin(this.home)
    this.watcher = new RunWatcher({
      home: this.home,
      onRows: (_run, { topic, rows, gone = [] }) => {
        const known = this.#rows.get(topic) ?? new Map<string, unknown>()
        this.#rows.set(topic, known)
        for (const row of rows) known.set((row as { readonly key: string }).key, row)
        for (const key of gone) known.delete(key)
        this.#look?.()
      },
    })
    this.#ended = runPaper(parseRunConfig(CONFIG, { file: 'raced.yaml' }), {
      ...{ home: this.home, signal: this.#stop.signal, ...market.options, onNote: () => {} },
    })
    this.#ended.catch(() => {})
  }

  rows<Name extends Topic>(topic: Name): RowOf<Name>[] {
    return [...(this.#rows.get(topic)?.values() ?? [])] as RowOf<Name>[]
  }

  async until(fact: () => boolean): Promise<void> {
    await new Promise<void>(resolve => {
      this.#look = () => fact() && resolve()
      this.#look()
    })
  }

  get id(): string {
    return this.rows('runs')[0]!.key
  }

  get bid(): number {
    return Number(this.rows('quotes')[0]!.bid)
  }

  async end() {
    this.#stop.abort()
    const summary = await this.#ended
    this.watcher.close()
    return summary
  }
}

/** Each a little over half of what may be held. */
function orders({ bid }: Raced, type: 'market' | 'limit'): Extract<RunQuestion, { type: 'order' }>[] {
  const quantity = ((EQUITY * 0.35) / bid).toFixed(8)
  const price = type === 'limit' ? { price: (bid * 0.99).toFixed(1) } : {}
  return Array.from({ length: ORDERS }, (_each, i) => ({
    ...{ type: 'order', operator: `user${i % 7}`, reason: 'it looks cheap', instrument: BTC, side: 'buy', quantity, ...price },
    ...{ orderType: type, stop: (bid * 0.8).toFixed(1), key: `race-${type}-${String(i).padStart(3, '0')}` },
  }))
}

test.each(['market', 'limit'] as const)(
  `${ORDERS} %s orders at once that fit one by one stay within the limit together`,
  async type => {
    const run = new Raced(type)
    await run.until(() => run.rows('quotes').length > 0)
    const limit = (EQUITY * POSITION_PERCENT) / 100
    const answers = await Promise.all(orders(run, type).map(order => run.watcher.request(run.id, order)))
    const taken = answers.filter(({ ok }) => ok)

    // 35 % fits once into 60 %, never twice.
    expect(taken.length).toBe(1)
    const refusals = new Set(answers.filter(({ ok }) => !ok).map(({ code }) => code))
    expect([...refusals]).toEqual(['POSITION_LIMIT_EXCEEDED'])

    const { id } = await run.end()
    const { orderList, fillList } = showRun(run.home, id)
    const entries = orderList.filter(({ role }) => role === 'entry')
    expect(entries.length).toBe(1)
    const bought = fillList.reduce(
      (sum, { side, quantity, price }) => sum + (side === 'buy' ? 1 : -1) * Number(quantity) * Number(price),
      0,
    )
    expect(bought).toBeLessThanOrEqual(limit)
  },
  120_000,
)

test('the same key a hundred times at once is one order', async () => {
  const run = new Raced('keys')
  await run.until(() => run.rows('quotes').length > 0)
  const [order] = orders(run, 'market')
  const small = { ...order!, quantity: '0.01000000' }
  const answers = await Promise.all(Array.from({ length: ORDERS }, () => run.watcher.request(run.id, small)))
  expect(answers.every(({ ok }) => ok)).toBe(true)

  const { id } = await run.end()
  expect(showRun(run.home, id).orderList.filter(({ role }) => role === 'entry').length).toBe(1)
}, 120_000)

test('the stop stands before every order that comes after it, also one that goes to the run directly', async () => {
  const run = new Raced('stop')
  await run.until(() => run.rows('quotes').length > 0)
  engageKill(run.home, { mode: 'halt', reason: 'a drill', operator: 'ann' })
  const told = run.watcher.request(run.id, { type: 'stop-changed' })
  const answers = await Promise.all(orders(run, 'market').map(order => run.watcher.request(run.id, order)))
  expect(await told).toMatchObject({ ok: true })

  expect(answers.filter(({ ok }) => ok)).toEqual([])
  const { id } = await run.end()
  expect(showRun(run.home, id).orderList).toEqual([])
}, 120_000)
