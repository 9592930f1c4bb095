// A canary in every place where a secret goes, a real server, right and wrong use of it: afterwards no canary is anywhere it was not put.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { generateSync } from 'otplib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Lake } from '../../src/adapters/lake/lake.ts'
import { importBundled } from '../../src/apps/datasets.ts'
import { lakeFolder } from '../../src/apps/home.ts'
import { quadrant } from '../command.ts'
import { ROOT } from '../source.ts'

const PASSWORD = 'canary plinth quorum 77 first'
const NEXT_PASSWORD = 'canary tulip engine 88 second'
const WRONG_PASSWORD = 'canary velvet lamp 99 wrong'
const STORED_SECRET = 'k3v9q1zt7w4y8b2n6m5x0c7r1f8h3j9d'
const ENVIRONMENT = {
  QUADRANT_FRED_KEY: 'e5b1d7f3a9c2486e8b0d4f6a1c3e5d70',
  QUADRANT_OANDA_TOKEN: 'f00dfeedc0ffee11-77aa88bb99cc00dd',
  QUADRANT_SECRET_KEY: 'a pass phrase that only canaries sing',
}

const folder = mkdtempSync(join(tmpdir(), 'q-canary-'))
const home = join(folder, '.quadrant')
let server: ChildProcess
let url = ''
let metricsUrl = ''
let authority = ''
let said = ''
/** Every secret that was ever given or received, by what it is. */
const secrets = new Map<string, string>()
/** Answers that do not have to hold one. */
const answers: { readonly to: string; readonly text: string }[] = []

interface Answer {
  readonly status: number
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire is looked at field by field
  readonly json: any
}

const cookies = new Map<string, string>()
let csrf = ''

function ask(method: string, path: string, { body, headers = {}, tells = false }: Asked = {}): Promise<Answer> {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
  const own = cookies.size === 0 ? {} : { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
  const page = method === 'GET' ? {} : { origin: url, 'sec-fetch-site': 'same-origin', 'x-csrf': csrf }
  const type = text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
  return new Promise((resolve, reject) => {
    const sent = request(`${url}${path}`, {
      method,
      ca: authority,
      agent: false,
      headers: { ...own, ...page, ...type, ...headers },
    })
    sent.once('error', reject)
    sent.once('response', async reply => {
      for (const line of reply.headers['set-cookie'] ?? []) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        cookies.set(name, value)
        if (value !== '') secrets.set(`cookie ${name} ${secrets.size}`, value)
      }
      let received = ''
      for await (const chunk of reply) received += chunk
      // The one answer that shows a secret once is not looked through.
      if (!tells) answers.push({ to: `${method} ${path}`, text: received })
      resolve({ status: reply.statusCode ?? 0, text: received, json: parsed(received) })
    })
    sent.end(text)
  })
}
interface Asked {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Shows somebody a secret of their own. */
  readonly tells?: boolean
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

beforeAll(async () => {
  const lake = new Lake(lakeFolder(home))
  await importBundled(lake)
  lake.close()
  const main = join(ROOT, 'src/apps/cli/main.ts')
  const { QUADRANT_HOME: _, DATABASE_URL: __, QUADRANT_DEBUG: ___, ...outer } = process.env
  const env = { ...outer, ...ENVIRONMENT }
  const stored = spawnSync(process.execPath, [main, 'secrets', 'set', 'QUADRANT_TIINGO_TOKEN'], {
    cwd: folder,
    env,
    input: `${STORED_SECRET}\n`,
  })
  expect(stored.status, String(stored.stderr)).toBe(0)

  server = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', main, 'serve', '--port', '0', '--metrics-port', '0', '--home', home, '--json'],
    {
      ...{ cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] as const },
    },
  )
  for (const stream of [server.stdout!, server.stderr!]) stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  const [line] = (await once(createInterface(server.stdout!), 'line')) as [string]
  const told = JSON.parse(line) as { readonly url: string; readonly metricsUrl: string; readonly setupToken: string }
  ;({ url, metricsUrl } = told)
  authority = readFileSync(join(home, 'certificates', 'authority.pem'), 'utf8')
  for (const [name, value] of Object.entries(ENVIRONMENT)) secrets.set(name, value)
  secrets.set('stored secret', STORED_SECRET)
  secrets.set('password', PASSWORD).set('next password', NEXT_PASSWORD).set('wrong password', WRONG_PASSWORD)
  secrets.set('setup token', told.setupToken)
  // It is said once, to whoever started the server.
  said = said.replaceAll(told.setupToken, '')
  await use(told.setupToken)
}, 240_000)

afterAll(async () => {
  if (server.exitCode === null) server.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const API = '/api/v1'

/** As people use it, and as people misuse it. */
async function use(setupToken: string): Promise<void> {
  await ask('POST', `${API}/setup`, { body: { token: `${setupToken}x`, name: 'owner', password: PASSWORD } })
  const made = await ask('POST', `${API}/setup`, { body: { token: setupToken, name: 'owner', password: PASSWORD }, tells: true })
  expect(made.status, made.text).toBe(201)
  csrf = made.json.csrf
  secrets.set('csrf', csrf)

  // Wrong in every way that leaves a trace somewhere.
  const names = ['owner', 'nobody', WRONG_PASSWORD.toLowerCase().replaceAll(' ', '.')]
  for (const name of names) await ask('POST', `${API}/session`, { body: { name, password: WRONG_PASSWORD } })
  await ask('POST', `${API}/session`, { body: `{"name":"owner","password":"${WRONG_PASSWORD}"` })
  await ask('POST', `${API}/session`, { body: { name: 'owner', password: [WRONG_PASSWORD], code: '000000' } })
  await ask('POST', `${API}/password`, { body: { current: WRONG_PASSWORD, next: NEXT_PASSWORD } })
  await ask('POST', `${API}/password`, { body: { current: PASSWORD, next: 'short' } })
  await ask('GET', `${API}/orders?password=${encodeURIComponent(WRONG_PASSWORD)}`)
  await ask('GET', `/nothing?token=${encodeURIComponent(STORED_SECRET)}`)
  await ask('GET', `${API}/session`, { headers: { authorization: `Bearer ${STORED_SECRET}`, cookie: '' } })
  await ask('GET', `${API}/session`, {
    headers: { authorization: `Basic ${Buffer.from(`owner:${WRONG_PASSWORD}`).toString('base64')}`, cookie: '' },
  })
  await ask('POST', `${API}/session/refresh`, { headers: { cookie: '__Host-rt=AAAA.BBBB' } })

  // A second factor, an API token, another user, another password: all that the house makes or takes.
  const begun = await ask('POST', `${API}/second-factor`, { tells: true })
  expect(begun.status, begun.text).toBe(200)
  secrets.set('second factor', begun.json.secret)
  const code = generateSync({ secret: begun.json.secret, epoch: Math.floor(Date.now() / 1_000) })
  const confirmed = await ask('PUT', `${API}/second-factor`, { body: { code }, tells: true })
  expect(confirmed.status, confirmed.text).toBe(200)
  for (const [i, recovery] of (confirmed.json.recoveryCodes as string[]).entries()) {
    secrets.set(`recovery code ${i}`, recovery).set(`recovery code ${i}, plain`, recovery.replaceAll('-', ''))
  }
  csrf = (await ask('GET', `${API}/session`, { tells: true })).json.csrf
  secrets.set('csrf after the second factor', csrf)
  const token = await ask('POST', `${API}/tokens`, { body: { name: 'nightly', scopes: ['read', 'trade'], days: 1 }, tells: true })
  expect(token.status, token.text).toBe(201)
  secrets.set('API token', token.json.token).set('secret of the API token', token.json.token.split('.')[1])
  const ticket = await ask('POST', `${API}/ws-ticket`, { tells: true })
  secrets.set('ticket', ticket.json.ticket)
  const user = { name: 'guest', password: `${NEXT_PASSWORD} third`, roles: ['read', 'trade'] }
  expect((await ask('POST', `${API}/users`, { body: user })).status).toBe(201)

  // Work in processes of their own.
  const job = await ask('POST', `${API}/runs`, { body: { kind: 'replay', configuration: 'brent-ema', speed: 50_000 } })
  expect(job.status, job.text).toBe(202)
  const children = existsSync('/proc/self/environ') ? await childrenOf(server.pid!) : []
  for (const pid of [server.pid!, ...children]) {
    // Other systems have no such folder to be read by others.
    if (!existsSync('/proc/self/environ')) break
    said += readFileSync(`/proc/${pid}/cmdline`, 'latin1')
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
    // What the person who started it put there is there; nothing else may be.
    said += environment.filter(line => !(line.split('=')[0]! in ENVIRONMENT)).join('\n')
  }
  await ask('DELETE', `${API}/jobs/${job.json.key}`)
  for (const route of [
    '/jobs',
    '/runs',
    '/feeds',
    '/logs?limit=1000',
    '/system',
    '/settings',
    '/users',
    '/tokens',
    '/sessions',
    '/audit?limit=500',
    '/configurations',
    '/health',
  ])
    expect((await ask('GET', `${API}${route}`)).status, route).toBe(200)

  const changed = await ask('POST', `${API}/password`, { body: { current: PASSWORD, next: NEXT_PASSWORD } })
  expect(changed.status, changed.text).toBe(200)
  csrf = (await ask('GET', `${API}/session`, { tells: true })).json.csrf
  secrets.set('csrf after the password', csrf)
  expect((await ask('POST', `${API}/emergency-stop`, { body: { reason: 'a drill' } })).status).toBe(200)
}

/** Processes that it started, once there is one. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  for (;;) {
    const found = readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .filter(name => parentOf(name) === pid)
    if (found.length > 0) return found.map(Number)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
function parentOf(pid: string): number {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1])
  } catch {
    return 0
  }
}

/** In which of the forms that somebody could still read it. */
const formsOf = (secret: string): readonly string[] => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('hex'),
  JSON.stringify(secret).slice(1, -1),
]

function found(where: string, text: string): string[] {
  return [...secrets]
    .filter(([, value]) => formsOf(value).some(form => text.includes(form)))
    .map(([what]) => `${what} in ${where}`)
}

/** Keys are kept below `keys/`, and certificates with theirs, for their owner alone; everything else is looked through. */
function filesBelow(path: string): string[] {
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
}

test('enough canaries were set free', () => {
  expect(secrets.size).toBeGreaterThan(35)
  expect(answers.length).toBeGreaterThan(25)
})

test('no answer tells one, right or wrong', () => {
  expect(answers.flatMap(({ to, text }) => found(to, text))).toEqual([])
})

test('neither the output, nor a command line, nor an environment of a process has one', () => {
  expect(found('what was said', said)).toEqual([])
})

test('the page of the metrics has none', async () => {
  expect(found('the metrics', await (await fetch(metricsUrl)).text())).toEqual([])
})

test('the trail has none, read, exported and checked', async () => {
  const out = join(folder, 'trail.jsonl')
  const exported = await quadrant(['audit', 'export', '--out', out, '--home', home], {
    cwd: folder,
    env: { ...ENVIRONMENT, DATABASE_URL: '' },
  })
  expect(exported.exit, exported.stderr).toBe(0)
  const trail = readFileSync(out, 'utf8')
  expect(trail).toContain('user.password')
  expect(found('the trail', trail)).toEqual([])
  expect(found('the output of the export', exported.stdout + exported.stderr)).toEqual([])
}, 60_000)

test('no file of the state folder has one once the server has ended: logs, database, journal, runs', async () => {
  server.kill('SIGTERM')
  if (server.exitCode === null) await once(server, 'close')
  expect(found('what was said at the end', said)).toEqual([])

  const files = filesBelow(home)
  const hits = files.flatMap(path => found(path.slice(home.length), readFileSync(path, 'latin1')))
  expect(hits).toEqual([])
  expect(files.some(path => path.includes('/logs/')) && files.some(path => path.includes('/database/'))).toBe(true)
  expect(existsSync(join(home, 'secrets'))).toBe(true)
  const isHidden = (path: string): boolean => path !== home && ((statSync(path).mode & 0o077) === 0 || isHidden(dirname(path)))
  const open = files.filter(path => /\/(?:keys|secrets|database|logs)\//.test(path) && !isHidden(path))
  expect(open, 'of their owner alone, or in a folder that is').toEqual([])
}, 60_000)
