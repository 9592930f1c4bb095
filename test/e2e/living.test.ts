// The server beside a living paper run: what it shows, and what people do to the run through it. A simulated venue over real TLS.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readRunConfig } from '../../src/apps/config.ts'
import { runPaper } from '../../src/apps/live/paper.ts'
import type { Note } from '../../src/apps/live/step-notes.ts'
import type { BodyOf } from '../../src/wire/contract.ts'
import type { RowOf, Topic } from '../../src/wire/topics.ts'
import { type Served, serve, stopServed } from '../served.ts'
import { ServerClient } from '../server-client.ts'
import { BTC, KrakenMarket, paperText, storeBitcoin } from './kraken-market.ts'

const PASSWORD = 'four unrelated words here'

const folder = mkdtempSync(join(tmpdir(), 'q-living-'))
const home = join(folder, '.quadrant')
const configuration = join(folder, 'config', 'living.yaml')

let market: KrakenMarket
let server: Served
let owner: ServerClient
let guest: ServerClient
let run: Run
let bid = 0

interface Run {
  readonly id: string
  readonly notes: readonly Note[]
  /** Resolves with the folder of its recording. */
  readonly stop: () => Promise<string>
}

/** `quadrant run` in this process, so that its names lead to the simulated venue. */
async function startRun(): Promise<Run> {
  const notes: Note[] = []
  const stopping = new AbortController()
  let begun: (id: string) => void = () => {}
  const started = new Promise<string>(resolve => {
    begun = resolve
  })
  const ended = runPaper(readRunConfig(configuration), {
    ...{ home, signal: stopping.signal, ...market.options },
    onNote: note => {
      notes.push(note)
      if (note.type === 'start') begun(String(note['run']))
    },
  })
  const id = await Promise.race([started, ended.then(summary => summary.id)])
  return {
    ...{ id, notes },
    stop: async () => {
      stopping.abort()
      await ended
      return String(notes.find(({ type }) => type === 'stop')!['recording'])
    },
  }
}

/** Waits for rows of a topic, as a page does. */
async function shown<Name extends Topic>(
  topic: Name,
  until: (rows: readonly RowOf<Name>[]) => boolean = rows => rows.length > 0,
): Promise<readonly RowOf<Name>[]> {
  const known = new Map<string, RowOf<Name>>()
  await owner.watch(topic, rows => {
    for (const row of rows as unknown as RowOf<Name>[]) known.set((row as { key?: string }).key ?? String(known.size), row)
    return until([...known.values()])
  })
  return [...known.values()]
}

const order = (wish: Partial<BodyOf<'POST /orders'>>): BodyOf<'POST /orders'> => ({
  ...{ run: run.id, instrument: BTC, side: 'buy', quantity: '0.5', type: 'market', stop: (bid * 0.9).toFixed(1) },
  ...{ reason: 'it looks cheap', key: 'first-order' },
  ...wish,
})

const orders = async () => (await owner.call('GET /orders', { run: run.id })).body.items
const positions = async () => (await owner.call('GET /positions', { run: run.id })).body.items

beforeAll(async () => {
  market = await KrakenMarket.start(23)
  mkdirSync(join(folder, 'config'), { recursive: true })
  writeFileSync(configuration, paperText({ name: 'living' }))
  storeBitcoin(home)

  server = await serve({ home, cwd: folder })
  owner = new ServerClient(server.url, home)
  await owner.setUp({ token: server.setupToken, name: 'owner', password: PASSWORD })
  await owner.call('POST /users', {}, { name: 'guest', password: PASSWORD, roles: ['read', 'trade'] })
  guest = new ServerClient(server.url, home)
  guest.csrf = (await guest.call('POST /session', {}, { name: 'guest', password: PASSWORD })).body.csrf
  run = await startRun()
}, 120_000)

afterAll(async () => {
  await run?.stop().catch(() => {})
  owner?.close()
  guest?.close()
  server?.process.kill('SIGKILL')
  await market?.stop()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

test.each([
  'runs',
  'quotes',
  'books',
  'prints',
  'bars',
  'accounts',
  'limits',
  'feeds',
  'notes',
  'system',
  'health',
  'stop',
] as const)('a page that looks at %s sees what lives', async topic => {
  expect((await shown<Topic>(topic)).length).toBeGreaterThan(0)
})

test('the lists of the API have the run while it lives, for those who may see it', async () => {
  const [quote] = await shown('quotes')
  bid = Number(quote!.bid)

  expect((await owner.call('GET /runs/:id', { id: run.id })).body.run).toMatchObject({
    id: run.id,
    name: 'living',
    running: true,
  })
  expect((await owner.call('GET /accounts')).body.items).toMatchObject([{ key: run.id, account: 'living', equity: '1000000' }])
  expect((await owner.call('GET /feeds')).body).toMatchObject({
    ...{ run: run.id, running: true },
    instruments: [{ key: BTC, selected: 'kraken', level: 'live' }],
  })
  expect((await guest.call('GET /runs')).body.items).toEqual([])
  expect((await guest.call('GET /accounts')).body.items).toEqual([])
}, 60_000)

test("a person's order is on record, placed, filled and guarded, and the same key is the same order", async () => {
  const first = await owner.call('POST /orders', {}, order({}))
  expect([first.status, first.body], first.text).toEqual([202, { requested: true, key: 'first-order' }])
  await shown('positions', rows => rows.some(({ quantity, stop }) => Number(quantity) === 0.5 && stop !== null))
  const again = await owner.call('POST /orders', {}, order({}))
  expect(again.status, again.text).toBe(202)

  const all = await orders()
  expect(all.filter(({ role }) => role === 'entry')).toMatchObject([
    { state: 'filled', filled: '0.50000000', strategy: 'manual' },
  ])
  expect(all.filter(({ role }) => role === 'stop')).toMatchObject([{ side: 'sell', price: order({}).stop }])
  expect(await positions()).toMatchObject([{ instrument: BTC, account: 'living', quantity: '0.50000000', stop: order({}).stop }])

  const { body } = await owner.call('GET /audit', { limit: 50 })
  const placed = body.items.filter(({ action }) => action === 'order.place')
  expect(placed).toHaveLength(2)
  expect(placed.at(-1)).toMatchObject({
    actor: 'owner',
    result: 'done',
    object: `order:${run.id}/first-order`,
    reason: 'it looks cheap',
  })
  expect(Date.parse(placed.at(-1)!.time)).toBeLessThanOrEqual(Date.parse(all.find(({ role }) => role === 'entry')!.created))
}, 60_000)

test('an order that waits can be taken back', async () => {
  const placed = await owner.call(
    'POST /orders',
    {},
    order({ type: 'limit', price: (bid * 0.95).toFixed(1), key: 'waiting-order' }),
  )
  expect(placed.status, placed.text).toBe(202)
  const rows = await shown('orders', all =>
    all.some(({ role, type, state }) => role === 'entry' && type === 'limit' && state === 'accepted'),
  )
  const { id } = rows.find(({ role, type }) => role === 'entry' && type === 'limit')!

  const canceled = await owner.call('DELETE /orders/:run/:order', { run: run.id, order: id })
  expect([canceled.status, canceled.body], canceled.text).toEqual([202, { requested: true }])
  await shown('orders', all => all.some(row => row.id === id && row.state === 'canceled'))
  expect((await owner.call('GET /orders/:run/:order', { run: run.id, order: id })).body.order).toMatchObject({
    state: 'canceled',
  })
}, 60_000)

test('what risk refuses is refused to the person, in words, and is on record as refused', async () => {
  // 50 % of a million are 500,000: some tens of bitcoin are more at any price this venue makes.
  const large = await owner.call('POST /orders', {}, order({ quantity: (600_000 / bid).toFixed(2), key: 'large-order' }))
  expect([large.status, large.body], large.text).toMatchObject([422, { error: { code: 'NOTIONAL_EXCEEDS_MAX' } }])
  const naked = await owner.call('POST /orders', {}, { ...order({ key: 'naked-order' }), stop: undefined } as never)
  expect([naked.status, naked.body], naked.text).toMatchObject([422, { error: { code: 'STOP_REQUIRED' } }])

  const { body } = await owner.call('GET /audit', { limit: 50 })
  const entries = body.items.filter(({ object }) => object === `order:${run.id}/large-order`)
  expect(entries.map(({ result }) => result).toReversed()).toEqual(['done', 'refused'])
}, 60_000)

test('somebody who was not given the account finds neither run nor order', async () => {
  const { id } = (await orders())[0]!
  const answers = [
    await guest.call('POST /orders', {}, order({ key: 'foreign-order' })),
    await guest.call('DELETE /orders/:run/:order', { run: run.id, order: id }),
    await guest.call('GET /orders/:run/:order', { run: run.id, order: id }),
    await guest.call('GET /runs/:id', { id: run.id }),
    await guest.call('GET /runs/:id/equity', { id: run.id }),
  ]

  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404])
  expect((await guest.call('GET /orders')).body.items).toEqual([])
  expect((await orders()).length).toBe((await orders()).filter(({ strategy }) => strategy === 'manual').length)
}, 60_000)

test('a change of source is carried out by the run, in the name of who asked', async () => {
  const foreign = await guest.call('POST /feeds/failover', {}, { instrument: BTC, source: 'kraken', reason: 'not mine' })
  expect(foreign.status, foreign.text).toBeGreaterThanOrEqual(400)
  const asked = await owner.call('POST /feeds/failover', {}, { instrument: BTC, source: 'kraken', reason: 'a drill' })
  expect([asked.status, asked.body], asked.text).toMatchObject([202, { requested: true }])

  await shown('notes', rows => rows.some(({ type, words }) => type === 'command' && words.includes('a drill')))
  expect(run.notes.filter(({ type }) => type === 'command').at(-1)).toMatchObject({
    operator: 'owner',
    order: { action: 'failover', instrumentId: BTC, source: 'kraken' },
  })
}, 60_000)

test('the emergency stop closes what is open, and names the run that obeyed', async () => {
  const stopped = await owner.call('POST /emergency-stop', {}, { mode: 'flatten', reason: 'enough for today' })

  expect([stopped.status, stopped.body], stopped.text).toMatchObject([
    200,
    { engaged: true, mode: 'flatten', operator: 'owner', obeyed: [{ run: run.id }] },
  ])
  await shown('positions', rows => rows.every(({ quantity }) => Number(quantity) === 0))
  expect(await positions()).toEqual([])
  expect((await orders()).filter(({ state }) => state === 'accepted' || state === 'sent')).toEqual([])
}, 60_000)

test('the stop is in force after a restart of both, until an admin takes it back', async () => {
  const port = Number(new URL(server.url).port)
  await run.stop()
  expect(await stopServed(server)).toBe(0)
  server = await serve({ home, cwd: folder, port })
  run = await startRun()
  await shown('quotes')

  expect((await owner.call('GET /emergency-stop')).body).toMatchObject({
    engaged: true,
    mode: 'flatten',
    reason: 'enough for today',
  })
  const refused = await owner.call('POST /orders', {}, order({ key: 'after-restart' }))
  expect([refused.status, refused.body], refused.text).toMatchObject([422, { error: { code: 'KILL_SWITCH_ACTIVE' } }])
  expect((await guest.call('POST /emergency-stop/reset', {}, { reason: 'I want to trade' })).status).toBe(403)

  const reset = await owner.call('POST /emergency-stop/reset', {}, { reason: 'a new day' })
  expect([reset.status, reset.body], reset.text).toMatchObject([200, { engaged: false }])
  const placed = await owner.call('POST /orders', {}, order({ key: 'after-reset' }))
  expect(placed.status, placed.text).toBe(202)
  await shown('positions', rows => rows.some(({ quantity }) => Number(quantity) === 0.5))
}, 120_000)

test('what a person ordered is explained back to the person once the run has ended', async () => {
  const entry = (await orders()).find(({ role, why }) => role === 'entry' && why !== '')!
  const early = await owner.call('GET /orders/:run/:order/explanation', { run: run.id, order: entry.id })
  expect([early.status, early.body]).toMatchObject([409, { error: { code: 'RUN_STILL_RUNNING' } }])
  await run.stop()
  await shown('runs', rows => rows.every(({ running }) => !running))

  const { status, body, text } = await owner.call('GET /orders/:run/:order/explanation', { run: run.id, order: entry.id })
  expect(status, text).toBe(200)
  expect(body.links.at(-1)).toMatchObject({
    reason: expect.stringContaining('it looks cheap'),
    ids: ['owner', expect.any(String)],
  })
}, 120_000)

test('a recording is played again as a job, at a pace, and steered while it plays', async () => {
  const { body: startable } = await owner.call('GET /configurations')
  const [recording] = startable.recordings
  expect(recording).toMatchObject({ configuration: 'living', instruments: [BTC], ended: expect.any(String) })
  const wish = { kind: 'paper', configuration: 'living', recording: recording!.name, speed: 0.5 } as const
  const foreign = await guest.call('POST /runs', {}, wish)
  expect([foreign.status, foreign.body]).toMatchObject([403, { error: { code: 'ACCOUNT_DENIED' } }])
  const unknown = await owner.call('POST /runs', {}, { ...wish, recording: 'no-such' })
  expect([unknown.status, unknown.body]).toMatchObject([404, { error: { code: 'RECORDING_NOT_FOUND' } }])

  const started = await owner.call('POST /runs', {}, wish)
  expect(started.status, started.text).toBe(202)
  const { key } = started.body
  const [living] = await shown('runs', rows => rows.some(({ running }) => running))
  await shown('quotes', rows => rows.some(({ live }) => !live))
  const placed = await owner.call('POST /orders', {}, order({ run: living!.key, key: 'in-the-past' }))
  expect(placed.status, placed.text).toBe(202)
  const rows = await shown('orders', all => all.some(one => one.run === living!.key && one.state === 'filled'))
  expect(rows.find(one => one.run === living!.key && one.state === 'filled')).toMatchObject({ strategy: 'manual' })

  const stopped = await owner.call('DELETE /jobs/:id', { id: key })
  expect(stopped.status, stopped.text).toBe(200)
  const { body: jobs } = await owner.call('GET /jobs')
  expect(jobs.items.find(job => job.key === key)).toMatchObject({ kind: 'paper', state: 'canceled', by: 'owner' })
}, 120_000)
