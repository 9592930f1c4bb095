// The server as a user meets it: started from the command line, set up, looked through, worked with, stopped.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Lake } from '../../src/adapters/lake/lake.ts'
import { runBacktest } from '../../src/apps/backtest.ts'
import { readRunConfig } from '../../src/apps/config.ts'
import { importBundled } from '../../src/apps/datasets.ts'
import { lakeFolder } from '../../src/apps/home.ts'
import { ROUTE_NAMES, type RouteName } from '../../src/wire/contract.ts'
import { quadrant, STACK_TRACE } from '../command.ts'
import { type Served, serve } from '../served.ts'
import { ServerClient } from '../server-client.ts'
import { ROOT } from '../source.ts'

const PASSWORD = 'four unrelated words here'
const INSTRUMENT = 'BRENT.EIA'

const folder = mkdtempSync(join(tmpdir(), 'q-serve-'))
const home = join(folder, '.quadrant')
let server: Served
let owner: ServerClient
let run = ''
let order = ''

beforeAll(async () => {
  const lake = new Lake(lakeFolder(home))
  await importBundled(lake)
  lake.close()
  run = (await runBacktest(readRunConfig(join(ROOT, 'config/brent-ema.yaml')), { home })).id

  server = await serve({ home, cwd: folder })
  owner = new ServerClient(server.url, home)
  await owner.setUp({ token: server.setupToken, name: 'owner', password: PASSWORD })
  // What was finished before is taken in while the server serves already.
  for (;;) {
    const { body } = await owner.call('GET /orders', { run, limit: 1 })
    order = body.items[0]?.id ?? ''
    if (order !== '') break
  }
}, 240_000)

afterAll(() => {
  owner?.close()
  server?.process.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

test('keys are of the server alone, and the token of the first run is in no file', () => {
  const keys = join(home, 'keys')
  expect(statSync(keys).mode & 0o777).toBe(0o700)
  expect(readdirSync(keys).map(name => (statSync(join(keys, name)).mode & 0o777).toString(8))).toEqual(
    readdirSync(keys).map(() => '600'),
  )
  expect(server.setupToken.length).toBeGreaterThan(20)
  for (const name of readdirSync(join(home, 'logs'))) {
    expect(readFileSync(join(home, 'logs', name), 'utf8')).not.toContain(server.setupToken)
  }
})

/** What each route of the contract needs to be asked for; those that are not here need nothing. */
function askedWith(name: RouteName): Readonly<Record<string, string>> {
  if (name === 'GET /data/gaps') return { instrument: INSTRUMENT, kind: 'bar' }
  if (name === 'GET /signals/funnel') return { run }
  if (name.startsWith('GET /instruments/:id')) return { id: INSTRUMENT, ...(/bars|marks/.test(name) ? { run } : {}) }
  if (name.startsWith('GET /orders/:run')) return { run, order }
  if (name.startsWith('GET /runs/:id')) return { id: run, ...(/moment|explanation/.test(name) ? { at: '2015-06-01' } : {}) }
  return {}
}

test.each(ROUTE_NAMES.filter(name => name.startsWith('GET ')))(
  '%s answers a signed-in owner',
  async name => {
    const { status, text } = await owner.call(name, askedWith(name))

    expect(status, text).toBe(200)
    expect(text).not.toMatch(STACK_TRACE)
  },
  120_000,
)

test('what is shown of a finished run is what the run left', async () => {
  const { body: stored } = await owner.call('GET /runs/:id', { id: run })
  const { body: orders } = await owner.call('GET /orders', { run, limit: 1 })
  const { body: trades } = await owner.call('GET /trades', { run, limit: 1 })
  const { body: bars } = await owner.call('GET /instruments/:id/bars', { id: INSTRUMENT, run, limit: 5 })
  const summary = JSON.parse(readFileSync(join(home, 'runs', run, 'summary.json'), 'utf8'))

  expect(stored.run).toMatchObject({ stateHash: summary.stateHash, netProfit: summary.netProfit, running: false })
  expect([orders.total, trades.total]).toEqual([summary.orders, summary.trades])
  expect(bars.close.at(-1), 'the last price of the file').toBe(lastPriceOf('BRENT.csv'))
})

/** The last line of a bundled file that has a price. */
function lastPriceOf(name: string): number {
  const lines = readFileSync(join(ROOT, 'data', name), 'utf8')
    .trim()
    .split('\n')
  return Number(lines.findLast(line => /,\d/.test(line))!.split(',')[1])
}

test('somebody without accounts sees markets and history, and begins nothing on an account', async () => {
  const made = await owner.call('POST /users', {}, { name: 'guest', password: PASSWORD, roles: ['read', 'trade'] })
  expect(made.status, made.text).toBe(201)
  const guest = new ServerClient(server.url, home)
  try {
    guest.csrf = (await guest.call('POST /session', {}, { name: 'guest', password: PASSWORD })).body.csrf

    for (const list of ['GET /instruments', 'GET /runs', 'GET /orders', 'GET /fills', 'GET /trades'] as const) {
      expect((await guest.call(list)).body.items.length, list).toBeGreaterThan(0)
    }
    for (const { account } of (await guest.call('GET /orders')).body.items) expect(account).toBe('(research)')
    for (const one of ['GET /runs/:id', 'GET /runs/:id/report', 'GET /orders/:run/:order'] as RouteName[]) {
      expect([(await guest.call(one, askedWith(one))).status, one]).toEqual([200, one])
    }

    const { status } = await guest.call('DELETE /orders/:run/:order', { run, order })
    expect(status, 'a run that does not live, whoever asks').toBe(409)
    const started = await guest.call('POST /runs', {}, { kind: 'paper', configuration: 'paper-crypto' })
    expect([started.status, started.body]).toMatchObject([403, { error: { code: 'ACCOUNT_DENIED' } }])
    const raised = await guest.call('GET /system')
    expect(raised.status, 'figures of the house are for admins').toBe(403)
  } finally {
    guest.close()
  }
})

test('a backtest started from the dashboard is watched to its end and can be read', async () => {
  const wish = { kind: 'backtest' as const, configuration: 'brent-ema', set: ['strategies.0.params.fast=7'] }
  const { status, body: job, text } = await owner.call('POST /runs', {}, wish)
  expect(status, text).toBe(202)

  let ended: Record<string, unknown> | undefined
  await owner.watch('jobs', rows => {
    ended = rows.find(({ key, state }) => key === job.key && state !== 'running')
    return ended !== undefined
  })

  expect(ended).toMatchObject({ state: 'done', progress: 1, by: 'owner', error: null })
  const made = await owner.call('GET /runs/:id', { id: String(ended?.['run']) })
  expect(made.status, made.text).toBe(200)
  expect(made.body.overrides).toEqual(['strategies.0.params.fast=7'])
  expect(made.body.run.id).not.toBe(run)
}, 120_000)

test('what cannot be run is refused before anything starts', async () => {
  const unknown = await owner.call('POST /runs', {}, { kind: 'backtest', configuration: 'brent-emma' })
  expect([unknown.status, unknown.body]).toMatchObject([404, { error: { code: 'CONFIG_NOT_FOUND' } }])
  expect(unknown.text).toContain('brent-ema')

  const invalid = await owner.call(
    'POST /runs',
    {},
    { kind: 'backtest', configuration: 'brent-ema', set: ['account.equity=much'] },
  )
  expect([invalid.status, invalid.body]).toMatchObject([422, { error: { code: 'CONFIG_INVALID' } }])

  const sped = await owner.call('POST /runs', {}, { kind: 'backtest', configuration: 'brent-ema', speed: 2 })
  expect(sped.body).toMatchObject({ error: { code: 'USAGE_SPEED' } })
})

test('the emergency stop is pulled, seen by the command line, and taken back, all on record', async () => {
  const pulled = await owner.call('POST /emergency-stop', {}, { reason: 'a drill' })
  expect([pulled.status, pulled.body]).toMatchObject([200, { engaged: true, mode: 'halt', operator: 'owner', reason: 'a drill' }])
  expect(JSON.parse(readFileSync(join(home, 'kill.json'), 'utf8'))).toMatchObject({ mode: 'halt', operator: 'owner' })

  const reset = await owner.call('POST /emergency-stop/reset', {}, { reason: 'the drill is over' })
  expect([reset.status, reset.body]).toMatchObject([200, { engaged: false }])
  expect(existsSync(join(home, 'kill.json'))).toBe(false)
  expect((await owner.call('POST /emergency-stop/reset', {}, { reason: 'once more' })).body).toMatchObject({
    error: { code: 'KILL_NOT_FOUND' },
  })

  const { body: audit } = await owner.call('GET /audit', { limit: 100 })
  const stops = audit.items.filter(({ action }) => action.startsWith('stop.')).toReversed()
  expect(stops.map(({ action, actor, reason }) => [action, actor, reason])).toEqual([
    ['stop.trip', 'owner', 'a drill'],
    ['stop.reset', 'owner', 'the drill is over'],
  ])
  expect(stops[1]).toMatchObject({ before: { mode: 'halt', reason: 'a drill' }, after: null })
})

test('the metrics of the house are on a port of their own', async () => {
  const page = await (await fetch(server.metricsUrl)).text()

  expect(page).toContain('quadrant_emergency_stop_engaged')
  expect(page).toContain('http_requests_total{')
})

test('a second server of the same folder is refused, and told where the first one is', async () => {
  const { exit, stdout } = await quadrant(['serve', '--port', '0', '--metrics-port', '0', '--json', '--home', home], {
    cwd: folder,
  })

  expect(exit).toBe(1)
  expect(JSON.parse(stdout).error).toMatchObject({ code: 'SERVER_RUNNING', message: expect.stringContaining(server.url) })
}, 120_000)

test('a port that is taken is refused with a way out, and nothing is left of the attempt', async () => {
  const other = join(folder, 'other')
  const { port } = new URL(server.url)
  const { exit, stdout } = await quadrant(['serve', '--port', port, '--metrics-port', '0', '--json', '--home', other], {
    cwd: folder,
  })

  expect(exit).toBe(1)
  expect(JSON.parse(stdout).error).toMatchObject({ code: 'PORT_IN_USE', fix: expect.stringContaining('--port') })
  expect(existsSync(join(other, 'server.json'))).toBe(false)
}, 120_000)

test('commands reach the people of a running server', async () => {
  const { exit, stdout, stderr } = await quadrant(['user', 'list', '--json'], { cwd: folder, env: { QUADRANT_HOME: home } })

  expect(exit, stderr).toBe(0)
  expect(stdout).toContain('"guest"')
})

test('SIGTERM ends it with 0: jobs and sockets are closed, the trail is signed, and the folder is free', async () => {
  const job = await owner.call('POST /runs', {}, { kind: 'replay', configuration: 'brent-ema', speed: 100_000 })
  expect(job.status, job.text).toBe(202)
  const closed = owner.watch('system', () => false).catch((error: Error) => error.message)
  await owner.watch('jobs', rows => rows.some(({ key, words }) => key === job.body.key && String(words).includes('events')))

  server.process.kill('SIGTERM')

  expect(await server.ended).toBe(0)
  expect(await closed).toBe('the socket was closed with 1001')
  expect(existsSync(join(home, 'server.json'))).toBe(false)
  expect(readdirSync(join(home, 'live')), 'the replay has ended too').toEqual([])
  expect(readdirSync(join(home, 'runs')).filter(name => name.startsWith('.'))).toEqual([])

  const verified = await quadrant(['audit', 'verify', '--json'], { cwd: folder, env: { QUADRANT_HOME: home } })
  expect(verified.exit, verified.stderr).toBe(0)
  expect(JSON.parse(verified.stdout)).toMatchObject({ whole: true, faults: [] })
}, 120_000)
