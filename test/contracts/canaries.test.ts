// Secrets in every slot of a request: none comes out in a reply, a log line, the page of metrics or the audit trail.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { Agent } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RATES } from '../../src/adapters/gateway/rates.ts'
import { Logs } from '../../src/operations/logs.ts'
import { Metrics } from '../../src/operations/metrics.ts'
import { ROUTE_NAMES, routeOf } from '../../src/wire/contract.ts'
import { exampleOf } from '../example-of.ts'
import { type Answered, type Asked, GatewayHouse, PASSWORD } from '../gateway-house.ts'

const CANARY = 'canary4F9xQ2mZ7'
/** What the redactor is not told of: it must not come as far as the redactor. */
const UNKNOWN = 'finch8Kd1Lw3Tz'

let folder: string
let logs: Logs
let metrics: Metrics
let house: GatewayHouse
const terminal: string[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quadrant-canary-'))
  terminal.length = 0
  logs = await Logs.open({ folder, level: 'debug', terminal: { isTTY: true, write: text => terminal.push(text) } })
  logs.redactor.register(CANARY)
  metrics = new Metrics({ version: '0.1.0', process: false, scrub: text => logs.redactor.text(text) })
  metrics.heed(logs)
  house = await GatewayHouse.open({
    gateway: {
      meter: metrics,
      log: (level, message, fields) => logs.component('gateway')[level](message, fields),
      // Every request shall get as far as it can.
      rates: Object.fromEntries(Object.keys(RATES).map(name => [name, { perSecond: 1e6, burst: 1e6 }])),
    },
    handlers: {
      // What a broken part of the house might throw.
      'GET /runs': () => {
        throw Object.assign(new Error(`connect postgres://quadrant:${CANARY}@db failed: ${CANARY}`), { password: CANARY })
      },
      'GET /configurations': async () => {
        await new Promise(resolve => setImmediate(resolve))
        logs.component('runs').info('looked')
        return { items: [], recordings: [] }
      },
      'GET /jobs': () => {
        throw new Error('no', { cause: new Error(CANARY) })
      },
    },
  })
  await house.addUser('olga', ['admin', 'trade'])
})
afterEach(async () => {
  await house.close()
  await logs.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Everything that the house has said to anybody but the caller, and what it kept. */
async function said(): Promise<string> {
  const page = await metrics.text()
  await logs.close()
  const files = readdirSync(folder).map(name => readFileSync(join(folder, name), 'utf8'))
  return [...terminal, JSON.stringify(logs.lines({ limit: 2_000 })), ...files, page, JSON.stringify(house.audit)].join('\n')
}

test('a secret in any slot of any request is neither answered nor kept', async () => {
  const session = await house.signIn('olga')
  const browser = house.browser(session)
  const credentials: readonly Readonly<Record<string, string>>[] = [
    { authorization: `Bearer ${UNKNOWN}` },
    { authorization: `Bearer qt_${UNKNOWN}.${UNKNOWN}` },
    { authorization: `Basic ${Buffer.from(`olga:${UNKNOWN}`).toString('base64')}` },
    { cookie: `__Host-at=${UNKNOWN}; __Host-rt=${UNKNOWN}.${UNKNOWN}; __Host-device=${UNKNOWN}` },
    { ...browser, 'x-csrf': UNKNOWN },
    { ...browser, origin: `https://${UNKNOWN}.example` },
    { ...browser, referer: `https://localhost/?token=${UNKNOWN}`, 'x-forwarded-for': UNKNOWN, 'x-correlation-id': UNKNOWN },
  ]
  const asked: (readonly [string, Asked])[] = []
  // Whoever signs out, or gives an old refresh token again, gets no further.
  const ends = (name: string) => Number(name === 'DELETE /session' || name === 'POST /session/refresh')
  for (const name of ROUTE_NAMES.toSorted((a, b) => ends(a) - ends(b))) {
    const [method = '', path = ''] = name.split(' ')
    const { params, query, body } = routeOf(name)
    const filled = path.replace(/:\w+/g, params === undefined ? UNKNOWN : 'some-id')
    const search = query === undefined ? '' : `?token=${UNKNOWN}&limit=${UNKNOWN}`
    const filledBody = body === undefined ? {} : { body: withSecrets(body) }
    asked.push([`/api/v1${filled}`, { method, headers: browser, ...(body === undefined ? {} : { body: exampleOf(body) }) }])
    for (const headers of [...credentials, browser]) asked.push([`/api/v1${filled}${search}`, { method, headers, ...filledBody }])
  }
  const form = { method: 'POST', headers: { ...browser } }
  asked.push(
    ['/api/v1/session', { ...form, body: { name: 'olga', password: UNKNOWN, code: '000000' } }],
    ['/api/v1/session', { ...form, body: { name: UNKNOWN.toLowerCase(), password: UNKNOWN } }],
    ['/api/v1/session', { ...form, body: `{"name":"olga","password":"${UNKNOWN}"` }],
    ['/api/v1/session', { ...form, body: { name: 'olga', password: [UNKNOWN], extra: { secret: UNKNOWN } } }],
    ['/api/v1/password', { ...form, body: { current: PASSWORD, next: UNKNOWN } }],
    ['/api/v1/setup', { ...form, body: { token: UNKNOWN, name: 'eve', password: UNKNOWN } }],
    [`/${UNKNOWN}?token=${UNKNOWN}`, {}],
    [
      '/ws',
      { headers: { ...browser, upgrade: 'websocket', connection: 'upgrade', 'sec-websocket-protocol': `ticket.${UNKNOWN}` } },
    ],
  )

  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const statuses = new Set<number>()
  for (const [path, ask] of asked) {
    const { text, headers, status }: Answered = await house.ask(path, { ...ask, agent })
    statuses.add(status)
    const what = `${ask.method ?? 'GET'} ${path} answered ${status}`
    expect(`${JSON.stringify(headers)}${text}`, what).not.toContain(UNKNOWN)
    expect(text, what).not.toContain('.ts:')
  }
  agent.destroy()
  expect(asked.length).toBeGreaterThan(300)
  expect([...statuses].sort()).toEqual(expect.arrayContaining([200, 201, 400, 401, 403, 404, 500]))
  expect(await said()).not.toMatch(new RegExp(UNKNOWN, 'i'))
})

test('what breaks inside is logged without the secret, and answered without a word of it', async () => {
  const token = await house.apiToken('olga', ['read'])
  const headers = { authorization: `Bearer ${token}` }
  for (const path of ['/api/v1/runs', '/api/v1/jobs']) {
    const { status, text, json } = await house.ask(path, { headers })
    expect(status).toBe(500)
    expect(Object.keys(json.error).sort()).toEqual(['code', 'correlationId', 'fix', 'message'])
    expect(text).not.toMatch(/canary|postgres|\.ts|at async/i)
    expect(logs.lines({ correlationId: json.error.correlationId })).toHaveLength(1)
  }

  const everything = await said()
  expect(everything).toContain('connect postgres://quadrant:***')
  expect(everything).not.toContain(CANARY)
  for (const secret of [token, token.slice(4), PASSWORD]) expect(everything).not.toContain(secret)
})

test('what a handler logs, after any wait, has the id that the reply names', async () => {
  const headers = { authorization: `Bearer ${await house.apiToken('olga', ['read'])}` }
  const replies = await Promise.all([1, 2, 3].map(() => house.ask('/api/v1/configurations', { headers })))

  const ids = replies.map(reply => reply.headers['x-correlation-id'])
  expect(new Set(ids).size).toBe(3)
  expect(
    logs
      .lines({ component: 'runs' })
      .map(line => line.correlationId)
      .sort(),
  ).toEqual(ids.sort())
})

/** The smallest body of a form with a secret in a field that is none of its own, and in those that hold secrets. */
function withSecrets(form: Parameters<typeof exampleOf>[0]): unknown {
  const body = exampleOf(form) as Record<string, unknown>
  const secret = Object.keys(body).filter(name => /password|current|next|token|code/.test(name))
  return { ...body, ...Object.fromEntries(secret.map(name => [name, UNKNOWN])), unknownField: UNKNOWN }
}
