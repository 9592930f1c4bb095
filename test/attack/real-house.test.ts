// The whole server with its own handlers, database and data, under requests that are almost right and people who want more than theirs.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Compile } from 'typebox/compile'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Lake } from '../../src/adapters/lake/lake.ts'
import { runBacktest } from '../../src/apps/backtest.ts'
import { readRunConfig } from '../../src/apps/config.ts'
import { importBundled } from '../../src/apps/datasets.ts'
import { lakeFolder } from '../../src/apps/home.ts'
import { Server } from '../../src/apps/serve/server.ts'
import { API_ROOT, ROUTE_NAMES, type RouteName, routeOf } from '../../src/wire/contract.ts'
import type { Role } from '../../src/wire/route.ts'
import { ServerClient } from '../server-client.ts'
import { ROOT } from '../source.ts'
import { Dice } from './dice.ts'
import { hostileRequest, learn } from './hostile-request.ts'
import { type RawAnswer, RawLine } from './raw-line.ts'

const PASSWORD = 'four unrelated words here'
const INSTRUMENT = 'BRENT.EIA'
const REQUESTS = process.env['CAMPAIGN'] ? 40_000 : 4_000
const SEED = process.env['CAMPAIGN'] ? Date.now() % 2 ** 31 : 20_261_122
const INSIDE =
  /\n\s+at |node_modules|\/src\/|\.ts:\d|file:\/\/|TypeError|SyntaxError|RangeError|syntax error at|SQLSTATE|ENOENT|\[object /

const folder = mkdtempSync(join(tmpdir(), 'q-real-'))
const home = join(folder, '.quadrant')
let server: Server
let owner: ServerClient
let guest: ServerClient
let run = ''

beforeAll(async () => {
  const lake = new Lake(lakeFolder(home))
  await importBundled(lake)
  lake.close()
  run = (await runBacktest(readRunConfig(join(ROOT, 'config/brent-ema.yaml')), { home })).id
  server = await Server.start({
    ...{ home, host: '127.0.0.1', port: 0, metricsPort: 0, databaseUrl: '', redisUrl: '', ownCertificate: undefined },
    ...{ clientAuthorities: undefined, terminal: { write: () => {} } },
  })
  owner = new ServerClient(server.url, home)
  await owner.setUp({ token: server.setupToken!, name: 'owner', password: PASSWORD })
  expect(
    (await owner.call('POST /users', {}, { name: 'guest', password: PASSWORD, roles: ['trade'], accounts: ['other'] })).status,
  ).toBe(201)
  guest = new ServerClient(server.url, home)
  guest.csrf = (await guest.call('POST /session', {}, { name: 'guest', password: PASSWORD })).body.csrf
  for (;;) if (((await owner.call('GET /orders', { run, limit: 1 })).body.total ?? 0) > 0) break
}, 240_000)

afterAll(async () => {
  owner?.close()
  guest?.close()
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function tokensOf(client: ServerClient, scopes: Role[], count: number): Promise<string[]> {
  const made = Array.from({ length: count }, () => client.call('POST /tokens', {}, { name: 'a test', scopes, days: 1 }))
  return (await Promise.all(made)).flatMap(({ status, body }) => (status === 201 ? [body.token] : []))
}

/** What must be the same afterwards, whatever was refused. */
async function standing(): Promise<string> {
  const users = (await owner.call('GET /users')).body.items.map(({ lastSignIn: _, ...user }) => user)
  const tokens = (await owner.call('GET /tokens')).body.items.map(({ lastUsed: _, ...token }) => token)
  const limits = (await owner.call('GET /risk/limits')).body.items.map(({ key, ceiling }) => [key, ceiling])
  return JSON.stringify({ users, tokens, limits, sessions: (await owner.call('GET /sessions')).body.items.length })
}

const replies = new Map(ROUTE_NAMES.map(name => [name, Compile(routeOf(name).reply)]))

function faultOf(route: RouteName | undefined, { status, text, headers }: RawAnswer): string | undefined {
  if (status >= 500) return `a fault of ours: ${status}`
  if (status === 417) return undefined
  if (headers['content-type']?.startsWith('application/json') && INSIDE.test(text)) return 'a word of the inside'
  if (headers['x-content-type-options'] !== 'nosniff') return 'no nosniff'
  if (status >= 300 || route === undefined || routeOf(route).mediaType !== undefined) return undefined
  return replies.get(route)!.Check(JSON.parse(text)) ? undefined : 'a reply in another form than the contract gives it'
}

test(`${REQUESTS} requests bent out of shape reach the real handlers (seed ${SEED})`, async () => {
  learn(run, INSTRUMENT, 'brent-ema')
  const traders = await tokensOf(guest, ['read', 'trade'], 18)
  const admins = await tokensOf(owner, ['read', 'admin'], 18)
  expect(traders.length + admins.length).toBeGreaterThan(30)
  const before = await standing()

  const dice = new Dice(SEED)
  const faults: string[] = []
  let understood = 0
  let asked = 0
  const work = async () => {
    let line = await openLine()
    while (asked++ < REQUESTS) {
      const name = dice.one(ROUTE_NAMES)
      // An admin's wish to run something would be granted, again and again.
      const isAdmin = dice.percent(50) && name !== 'POST /runs' && !name.endsWith('/explanation')
      const request = hostileRequest(name, dice)
      const headers = { authorization: `Bearer ${dice.one(isAdmin ? admins : traders)}`, ...request.headers }
      let answer = await line.ask({ ...request, headers })
      if (answer === undefined || line.isOver) line = await openLine()
      answer ??= await line.ask({ ...request, headers })
      const fault = answer === undefined ? 'no answer' : faultOf(request.route, answer)
      const what = `${request.method} ${request.path.slice(0, 200)} ${request.body?.slice(0, 200) ?? ''}`
      if (fault !== undefined) faults.push(`${fault}: ${what} → ${answer?.text.slice(0, 300)}`)
      if (answer !== undefined && answer.status < 300) understood++
    }
    line.close()
  }
  await Promise.all([1, 2, 3, 4].map(work))

  expect(faults).toEqual([])
  expect(understood).toBeGreaterThan(REQUESTS * 0.03)
  expect(await standing()).toBe(before)
}, 600_000)
const openLine = () =>
  RawLine.open({ port: Number(new URL(server.url).port), ca: readFileSync(join(home, 'certificates', 'authority.pem'), 'utf8') })

describe('who starts runs', () => {
  test('does not choose which files of the machine are loaded as code', async () => {
    const planted = join(folder, 'planted.ts')
    const proof = join(folder, 'was-loaded')
    writeFileSync(
      planted,
      `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(proof)}, '')\nexport default {}\n`,
    )
    for (const use of [planted, '../../../planted.ts', '../strategies/ema-cross.ts']) {
      const wish = { kind: 'backtest' as const, configuration: 'brent-ema', set: [`strategies.0.use=${use}`] }
      const { status, body } = await owner.call('POST /runs', {}, wish)
      expect([status, body], use).toMatchObject([403, { error: { code: 'STRATEGY_DENIED' } }])
    }
    expect((await owner.call('GET /jobs')).body.items.filter(({ by }) => by === 'owner')).toEqual([])
    expect(() => readFileSync(proof)).toThrow()
  })

  test('does not choose another account by an override', async () => {
    const wish = { kind: 'paper' as const, configuration: 'paper-crypto' }
    for (const set of [[], ['name=paper-fx'], ['name=*'], ['name=(research)'], ['name=Other'], ['name=other/../x']]) {
      const { status, text } = await guest.call('POST /runs', {}, { ...wish, set })
      expect([403, 422], `${set} ${text}`).toContain(status)
    }
    expect((await owner.call('GET /jobs')).body.items.filter(({ kind }) => kind === 'paper')).toEqual([])
  })

  test('names no file by the name of a configuration or a run', async () => {
    for (const name of ['..', '../brent-ema', '%2e%2e%2fbrent-ema', 'brent-ema.yaml', 'brent-ema%00', '....//x']) {
      const { status } = await owner.get(`${API_ROOT}/runs/${name}/report`)
      expect([400, 404], name).toContain(status)
      const started = await owner.call('POST /runs', {}, { kind: 'backtest', configuration: name })
      expect([400, 404], name).toContain(started.status)
      const replayed = await owner.call('POST /runs', {}, { kind: 'paper', configuration: 'paper-crypto', recording: name })
      expect([400, 404], name).toContain(replayed.status)
    }
  })
})

test('what people write comes back as JSON that no browser takes for a page', async () => {
  const reason = '<img src=x onerror=alert(1)> =HYPERLINK("http://evil") \u202e'
  await owner.call('POST /emergency-stop/reset', {}, { reason: 'what came before' })
  const pulled = await owner.call('POST /emergency-stop', {}, { reason })
  expect(pulled.status, pulled.text).toBe(200)
  const line = await openLine()
  const [token] = await tokensOf(owner, ['read', 'admin'], 1)
  for (const path of ['/emergency-stop', '/audit?limit=20', '/logs?limit=50']) {
    const { headers, text } = (await line.ask({ path: `${API_ROOT}${path}`, headers: { authorization: `Bearer ${token}` } }))!
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(JSON.parse(text)).toBeDefined()
  }
  line.close()
  expect((await owner.call('GET /emergency-stop')).body.reason).toBe(reason)
  expect((await owner.call('POST /emergency-stop', {}, { reason: 'a line\r\nof another' })).status).toBe(400)
  expect((await owner.call('POST /emergency-stop/reset', {}, { reason: 'it was a test' })).status).toBe(200)
})
