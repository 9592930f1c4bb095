// Every route × every state that credentials can be in: who is not in the table of rights stays outside, and nothing runs for them.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SignedIn } from '../../src/access/sign-in.ts'
import type { Call, Handlers } from '../../src/adapters/gateway/handlers.ts'
import type { HouseRouteName } from '../../src/adapters/gateway/options.ts'
import { Metrics } from '../../src/operations/metrics.ts'
import { MetricsServer } from '../../src/operations/metrics-server.ts'
import { API_ROOT, ROUTE_NAMES, type RouteName } from '../../src/wire/contract.ts'
import type { Role } from '../../src/wire/route.ts'
import { TOPICS, type Topic } from '../../src/wire/topics.ts'
import { exampleRequest } from '../example-of.ts'
import { exampleHandlers, GatewayHouse, PASSWORD, type Said } from '../gateway-house.ts'
import { ROOT } from '../source.ts'
import { openKeyFile, Workbench } from './forged-token.ts'
import { PLENTY } from './plenty.ts'
import { RawLine } from './raw-line.ts'
import { BESIDE, ROWS, TOPIC_ROWS } from './rights-table.ts'

const NO_ONE = { address: '192.0.2.9', device: 'a test', correlationId: 'c' }
const ROOT_USER = { actor: 'system', session: '' }
const ROLES = ['read', 'trade', 'admin'] as const satisfies readonly Role[]

let house: GatewayHouse
let bench: Workbench
let line: RawLine
/** Calls that got as far as the house behind the gateway. */
let reached: { readonly name: RouteName; readonly who: Call['who'] }[] = []

beforeAll(async () => {
  const file = openKeyFile()
  const examples = exampleHandlers()
  const counting = Object.entries(examples).map(([name, handler]) => [
    name,
    (input: never, call: Call) => {
      reached.push({ name: name as RouteName, who: call.who })
      return (handler as (input: never, call: Call) => unknown)(input, call)
    },
  ])
  house = await GatewayHouse.open({
    gateway: { rates: PLENTY, limits: { requestsPerConnection: 1e6 } },
    access: { signingKeys: file, limits: { perUser: 50 } },
    handlers: Object.fromEntries(counting) as Handlers<HouseRouteName>,
  })
  bench = new Workbench(file, () => house.clock.millis)
  line = await openLine()
  await house.addUser('owner', ['admin'])
})
const openLine = () => RawLine.open({ port: house.gateway.port, ca: house.authority.pem })
afterAll(async () => {
  line.close()
  await house.close()
})

let users = 0
/** Somebody new, signed in with a password a moment ago. */
async function newcomer(
  roles: readonly Role[],
  accounts: readonly string[] = ['*'],
): Promise<SignedIn & { readonly name: string }> {
  const name = `user${users++}`
  // Nobody is the last admin, and nobody is held back for how often all of us signed in.
  house.clock.millis += 5_000
  await house.addUser(name, roles, accounts)
  return { ...(await house.access.signIn({ name, password: PASSWORD }, NO_ONE)), name }
}
const change = (name: string, what: Parameters<GatewayHouse['access']['changeUser']>[1]) =>
  house.access.changeUser(name, what, ROOT_USER, NO_ONE)
const token = async (owner: SignedIn, scopes: readonly Role[]) =>
  (await house.access.newToken(owner.identity, { name: 'a test', scopes: [...scopes], days: 1 }, NO_ONE)).token

interface Outcome {
  readonly status: number
  /** Of the error; empty where there is none. */
  readonly code: string
}

type Headers = Readonly<Record<string, string>>

async function call(name: RouteName, headers: Headers): Promise<Outcome> {
  const { method, path, body } = exampleRequest(name)
  const text = body === undefined ? undefined : JSON.stringify(body)
  const type: Headers = text === undefined ? {} : { 'content-type': 'application/json' }
  const answer = await line.ask({ method, path, body: text, headers: { ...type, ...headers } })
  const code = /^\{"error":\{"code":"([A-Z_]+)"/.exec(answer!.text)?.[1] ?? ''
  return { status: answer!.status, code }
}

const bearer = (text: string): Headers => ({ authorization: `Bearer ${text}` })
/** What our own page would send along with this cookie. */
const cookie = (text: string, csrf = 'x'): Headers => ({
  ...{ cookie: `__Host-at=${text}`, 'x-csrf': csrf, origin: 'https://localhost', 'sec-fetch-site': 'same-origin' },
})

test('every route of the contract has a row, and no row is without a route', () => {
  expect(Object.keys(ROWS).sort()).toEqual([...ROUTE_NAMES].sort())
})

test('what the server documents is the contract, route by route', async () => {
  const { text } = (await line.ask({ path: '/api/docs/json' }))!
  const { paths } = JSON.parse(text) as { readonly paths: Readonly<Record<string, object>> }
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => `${method.toUpperCase()} ${path.slice(API_ROOT.length).replace(/\{(\w+)\}/g, ':$1')}`),
  )
  expect(documented.sort()).toEqual([...ROUTE_NAMES].sort())
})

test('no address is served beside the contract but those that are known', () => {
  const found = globSync('src/adapters/gateway/*.ts', { cwd: ROOT })
    .filter(path => !path.endsWith('.test.ts'))
    .flatMap(path => [
      ...readFileSync(join(ROOT, path), 'utf8').matchAll(
        /\b(?:app|scope)\.((?:get|post|put|patch|delete|head|options|all|route)\((?:'[^']*'\)?|\w+|\{))/g,
      ),
    ])
    .map(([, written = '']) => (written.endsWith(')') ? written : `${written})`).replace('{)', '{)'))
  expect(found.sort()).toEqual(Object.keys(BESIDE).sort())
})

/** The states of 1 … 20: what comes with the request, and what every route that is not open says to it. */
interface Bad {
  readonly what: string
  readonly code: 'SIGN_IN_REQUIRED' | 'ACCESS_EXPIRED' | 'SESSION_ENDED'
  readonly made: () => Promise<string>
}
const by = (what: string, forge: (admin: SignedIn) => string, code: Bad['code'] = 'SIGN_IN_REQUIRED'): Bad => ({
  ...{ what, code },
  made: async () => forge(await newcomer(ROLES)),
})

const BAD: readonly Bad[] = [
  { what: 'garbage', code: 'SIGN_IN_REQUIRED', made: async () => 'eyJhbGciOiJFZERTQSJ9.AAAA.AAAA' },
  by('a token signed by nobody (alg none)', admin => bench.unsigned(admin)),
  by('a token under HMAC with the public key', admin => bench.byPublicKey(admin)),
  by('a token under RSA', admin => bench.byOtherAlgorithm(admin, 'RS256')),
  by('a token under ECDSA', admin => bench.byOtherAlgorithm(admin, 'ES256')),
  by('a token of a key that nobody knows', admin => bench.ofKey(admin, '5f2c6c0e-0000-4000-8000-000000000000')),
  by('a token of a key that is a path', admin => bench.ofKey(admin, '../../../../dev/null')),
  by('a token of a key that is SQL', admin => bench.ofKey(admin, "x' UNION SELECT 'key' --")),
  by('a token of a key that is no text', admin => bench.ofKey(admin, { toString: 'x' })),
  by('a token that brings its own key (jwk, jku)', admin => bench.bringingItsOwnKey(admin)),
  by('a token of ours with jku', admin => bench.ours(admin, { header: { jku: 'https://evil.example/' } })),
  by('a token of ours with crit', admin => bench.ours(admin, { header: { crit: ['exp'] } })),
  by('a token of another issuer', admin => bench.ours(admin, { payload: { iss: 'https://evil.example' } })),
  by('a token for another audience', admin => bench.ours(admin, { payload: { aud: 'quadrant-metrics' } })),
  by('a token of another kind (JWT)', admin => bench.ours(admin, { header: { typ: 'JWT' } })),
  by('a refresh token as access', ({ refreshToken = '' }) => refreshToken),
  by('a device mark as access', ({ deviceToken = '' }) => deviceToken),
  by('a token that ended 31 s ago', admin => bench.ours(admin, { payload: { exp: bench.time - 31 } }), 'ACCESS_EXPIRED'),
  by('a token that begins in 31 s', admin => bench.ours(admin, { payload: { nbf: bench.time + 31 } })),
  by('a token without an end', admin => bench.ours(admin, { payload: { exp: undefined } })),
  by('a token with one bit flipped in its signature', admin => bench.withBitFlipped(admin)),
  {
    ...{ what: 'a token whose roles were edited', code: 'SIGN_IN_REQUIRED' },
    made: async () => bench.edited(await newcomer(['read']), { roles: ROLES }),
  },
  {
    ...{ what: 'a token of a session that was signed out', code: 'SESSION_ENDED' },
    made: async () => {
      const admin = await newcomer(ROLES)
      await house.access.signOut(admin.identity, NO_ONE)
      return admin.accessToken
    },
  },
  {
    ...{ what: 'a token of a user who was disabled', code: 'SESSION_ENDED' },
    made: async () => {
      const { name, accessToken } = await newcomer(ROLES)
      await change(name, { disabled: true })
      return accessToken
    },
  },
  {
    ...{ what: 'a token from before the password was changed', code: 'SESSION_ENDED' },
    made: async () => {
      const admin = await newcomer(ROLES)
      await house.access.changePassword(admin.identity, { current: PASSWORD, next: 'another four words here' }, NO_ONE)
      return admin.accessToken
    },
  },
  {
    ...{ what: 'a token from before a role was taken away', code: 'SESSION_ENDED' },
    made: async () => {
      const { name, accessToken } = await newcomer(ROLES)
      await change(name, { roles: ['read'] })
      return accessToken
    },
  },
  {
    ...{ what: 'a token of another user’s session', code: 'SESSION_ENDED' },
    made: async () => {
      const [reader, admin] = [await newcomer(['read']), await newcomer(ROLES)]
      return bench.ours(reader, { payload: { sid: admin.identity.session } })
    },
  },
  {
    ...{ what: 'an API token that was revoked', code: 'SIGN_IN_REQUIRED' },
    made: async () => {
      const admin = await newcomer(ROLES)
      const text = await token(admin, ROLES)
      await house.access.revokeToken(admin.identity, /qt_(.{16})/.exec(text)![1]!, NO_ONE)
      return text
    },
  },
  {
    ...{ what: 'an API token with another secret', code: 'SIGN_IN_REQUIRED' },
    made: async () => `${(await token(await newcomer(ROLES), ROLES)).slice(0, -8)}AAAAAAAA`,
  },
  {
    ...{ what: 'an API token of a user who was disabled', code: 'SIGN_IN_REQUIRED' },
    made: async () => {
      const admin = await newcomer(ROLES)
      const text = await token(admin, ROLES)
      await change(admin.name, { disabled: true })
      return text
    },
  },
]

const OPEN_ROUTES = ROUTE_NAMES.filter(name => ROWS[name].people === 'nobody')
const CLOSED_ROUTES = ROUTE_NAMES.filter(name => ROWS[name].people !== 'nobody')

/** What a route that needs no sign-in says to a stranger; credentials make no difference to it. */
const OPEN_OUTCOMES: Readonly<Record<string, RegExp>> = {
  'GET /setup': /^200 $/,
  'POST /setup': /^409 SETUP_DONE$/,
  'POST /session': /^401 SIGN_IN_REFUSED$|^429 ATTEMPTS_EXCEEDED$/,
  'POST /session/refresh': /^401 REFRESH_REFUSED$/,
}

async function outside(headers: Headers, code: string): Promise<void> {
  reached = []
  const wrong: string[] = []
  const answers = await Promise.all(ROUTE_NAMES.map(async name => [name, await call(name, headers)] as const))
  for (const [name, { status, code: said }] of answers) {
    const fits = OPEN_OUTCOMES[name]?.test(`${status} ${said}`) ?? (status === 401 && said === code)
    if (!fits) wrong.push(`${name} → ${status} ${said}`)
  }
  expect(wrong).toEqual([])
  expect(reached).toEqual([])
}

describe('stays outside of every route that needs a sign-in:', () => {
  test('who has no credentials', () => outside({}, 'SIGN_IN_REQUIRED'))

  test.each([
    ['an empty bearer', { authorization: 'Bearer ' }],
    ['a bearer without a token', { authorization: 'Bearer' }],
    ['Basic', { authorization: 'Basic YWRtaW46YWRtaW4=' }],
    ['a bearer of 5,000 letters', { authorization: `Bearer ${'a'.repeat(5_000)}` }],
    ['an empty cookie', { cookie: '__Host-at=' }],
  ] as const)('%s', (_what, headers) => outside(headers, 'SIGN_IN_REQUIRED'))

  test.each(BAD)('$what', async ({ made, code }) => {
    const text = await made()
    await outside(bearer(text), code)
    // As a cookie an API token is nothing at all.
    if (!text.startsWith('qt_')) await outside(cookie(text), code)
  })

  test('an API token in the place of a cookie', async () => {
    await outside(cookie(await token(await newcomer(ROLES), ROLES)), 'SIGN_IN_REQUIRED')
  })
})

const TURNED_AWAY = new Set([
  ...['SIGN_IN_REQUIRED', 'ACCESS_EXPIRED', 'SESSION_ENDED'],
  ...['NOT_ALLOWED', 'SIGN_IN_NOT_FRESH', 'CSRF_REFUSED', 'ORIGIN_REFUSED'],
])

/** Routes whose outcome for this caller is not what the table says; `fits` knows what it should be. */
async function walk(made: (name: RouteName) => Promise<Headers>, expected: (name: RouteName) => string): Promise<string[]> {
  const wrong: string[] = []
  for (const name of CLOSED_ROUTES) {
    reached = []
    const headers = await made(name)
    const { status, code } = await call(name, headers)
    const isIn = !TURNED_AWAY.has(code)
    const outcome = isIn ? (status >= 500 ? `${status}` : 'in') : code
    if (outcome !== expected(name)) wrong.push(`${name}: ${outcome} instead of ${expected(name)} (${status} ${code})`)
    if (!isIn && reached.length > 0) wrong.push(`${name} was refused and done`)
  }
  return wrong
}

const has = (name: RouteName, role: Role): boolean => ROWS[name].people.includes(role)

describe.each(ROLES)('a person with the role %s', role => {
  test.each(['cookie', 'bearer'] as const)('has exactly the routes of the table, by %s', async via => {
    const made = async () => {
      const { accessToken, reply } = await newcomer([role])
      return via === 'cookie' ? cookie(accessToken, reply.csrf) : bearer(accessToken)
    }
    const proven = (name: RouteName) => (has(name, role) ? 'in' : 'NOT_ALLOWED')
    expect(await walk(made, proven)).toEqual([])
  })

  test('does what needs a fresh sign-in for five minutes', async () => {
    const made = async () => {
      const { accessToken } = await newcomer([role])
      house.clock.millis += 5 * 60_000 + 1
      return bearer(accessToken)
    }
    const expected = (name: RouteName) => (!has(name, role) ? 'NOT_ALLOWED' : ROWS[name].fresh ? 'SIGN_IN_NOT_FRESH' : 'in')
    expect(await walk(made, expected)).toEqual([])
  })

  test('changes nothing by a cookie without the token of the session', async () => {
    const made = async (name: RouteName) => {
      const { accessToken } = await newcomer([role])
      const other = await newcomer([role])
      return name.startsWith('GET ') ? cookie(accessToken) : cookie(accessToken, other.reply.csrf)
    }
    const expected = (name: RouteName) => (!name.startsWith('GET ') ? 'CSRF_REFUSED' : has(name, role) ? 'in' : 'NOT_ALLOWED')
    expect(await walk(made, expected)).toEqual([])
  })
})

describe.each(ROLES)('an API token with the scope %s', scope => {
  test('of somebody with every role has exactly the routes of the table', async () => {
    const text = await token(await newcomer(ROLES), [scope])
    const expected = (name: RouteName) => {
      const row = ROWS[name]
      const isScope = row.tokens.includes(scope)
      // The right may be there, but nobody gave a password.
      const onlyStale =
        row.fresh === true && row.people.includes(scope) && name !== 'POST /tokens' && !name.includes('second-factor')
      return isScope ? 'in' : onlyStale ? 'SIGN_IN_NOT_FRESH' : 'NOT_ALLOWED'
    }
    expect(await walk(async () => bearer(text), expected)).toEqual([])
  })

  test('of somebody who lost the role has what is left', async () => {
    const owner = await newcomer(ROLES)
    const text = await token(owner, [scope])
    await change(owner.name, { roles: ['read'] })
    const expected = (name: RouteName) => (ROWS[name].tokens.includes(scope) && has(name, 'read') ? 'in' : 'NOT_ALLOWED')
    expect(await walk(async () => bearer(text), expected)).toEqual([])
  })
})

test('a trader of another account comes with his own accounts and no others', async () => {
  const { accessToken } = await newcomer(['trade'], ['his-own'])
  const names = CLOSED_ROUTES.filter(name => has(name, 'trade') && name in exampleHandlers())
  for (const name of names) {
    reached = []
    await call(name, bearer(accessToken))
    // Routes of people are answered by access itself.
    for (const { who } of reached) expect([name, who?.accounts, who?.roles]).toEqual([name, ['his-own'], ['trade']])
  }
})

describe('a WebSocket', () => {
  const TOPIC_NAMES = Object.keys(TOPICS) as Topic[]
  const row = (topic: Topic, account: string) => ({ key: `${topic} of ${account}`, run: `run-${account}`, account })

  /** What of each topic somebody sees: the accounts of its rows, or that it is refused. */
  async function seen(roles: readonly Role[], accounts: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const living = (account: string) => ({ ...row('runs', account), key: `run-${account}`, running: true })
    house.hub.publish('runs', [living('one'), living('two')] as never)
    for (const topic of TOPIC_NAMES) {
      // Notes name the run alone.
      const bare = ({ account: _, ...rest }: ReturnType<typeof row>) => rest
      const rows = ['one', 'two'].map(account => (topic === 'notes' ? bare(row(topic, account)) : row(topic, account)))
      if (topic !== 'runs') house.hub.publish(topic, rows as never)
    }
    const socket = await house.socket({ token: await token(await newcomer(roles, accounts), roles) })
    const found: Record<string, string> = {}
    for (const topic of TOPIC_NAMES) {
      const refused = socket.heard.filter(({ type }) => type === 'error').length
      socket.say({ type: 'subscribe', topic })
      const fits = ({ type, topic: of }: Said) => type === 'snapshot' && of === topic
      await socket.until(message => fits(message) || socket.heard.filter(({ type }) => type === 'error').length > refused)
      const rows = socket.heard.find(fits)?.rows as readonly { readonly run: string }[] | undefined
      found[topic] = rows === undefined ? 'refused' : [...new Set(rows.map(({ run }) => run))].sort().join(' ')
    }
    socket.socket.terminate()
    return found
  }
  const expected = (isAdmin: boolean) =>
    Object.fromEntries(
      Object.entries(TOPIC_ROWS).map(([topic, whose]) => {
        if (isAdmin || whose === 'all') return [topic, 'run-one run-two']
        return [topic, whose === 'for admins' ? 'refused' : 'run-one']
      }),
    )

  test.each(['read', 'trade'] as const)('shows a person with the role %s of each topic what the table says', async role => {
    expect(await seen([role], ['one'])).toEqual(expected(false))
  })

  test('shows an admin everything', async () => {
    expect(await seen(['admin'], [])).toEqual(expected(true))
  })
})

describe('beside the contract', () => {
  const STATES = async (): Promise<readonly Headers[]> => [
    {},
    bearer(bench.unsigned(await newcomer(ROLES))),
    bearer((await newcomer(['read'])).accessToken),
    bearer((await newcomer(['trade'])).accessToken),
    bearer((await newcomer(['admin'])).accessToken),
  ]

  test.each([
    ['GET', '/healthz', 200],
    ['GET', '/readyz', 200],
    ['GET', '/', 503],
    ['GET', '/orders', 503],
    ['GET', '/api/docs', 200],
    ['GET', '/api/docs/', 200],
    ['GET', '/api/docs/json', 200],
    ['GET', '/api/docs/yaml', 200],
    ['POST', '/healthz', 404],
    ['PUT', '/', 404],
    ['DELETE', '/api/docs/json', 404],
    ['GET', '/csp-reports', 503],
    ['GET', '/api', 404],
    ['GET', '/api/v1', 404],
    ['GET', '/api/v2/orders', 404],
    ['GET', '/api/v1/', 404],
    ['GET', '/api/v1/Orders', 404],
    ['GET', '/api/v1/orders/', 404],
    ['GET', '/API/v1/orders', 503],
    ['GET', '/metrics', 503],
    ['GET', '/debug/pprof', 503],
    ['GET', '/ws', 404],
    ['POST', '/ws', 404],
  ])('%s %s is answered with %i, whoever asks', async (method, path, status) => {
    reached = []
    for (const headers of await STATES()) {
      const answer = await line.ask({ method, path, headers })
      expect(answer?.status, `${JSON.stringify(headers)} ${answer?.text.slice(0, 200)}`).toBe(status)
    }
    expect(reached).toEqual([])
  })

  test('reports of browsers are taken from everybody and lead nowhere', async () => {
    for (const headers of await STATES()) {
      const answer = await line.ask({
        ...{ method: 'POST', path: '/csp-reports', body: '[]' },
        headers: { ...headers, 'content-type': 'application/reports+json' },
      })
      expect(answer?.status).toBe(204)
    }
  })

  test('the port of the metrics has one page, to be read', async () => {
    const metrics = new Metrics({ version: '0', process: false })
    const server = await MetricsServer.start({ metrics, port: 0 })
    const at = (path: string, init: RequestInit = {}) =>
      fetch(server.url.replace('/metrics', path), init).then(({ status }) => status)
    try {
      expect([await at('/metrics'), await at('/'), await at('/metrics/x'), await at('/api/v1/orders')]).toEqual([
        200, 404, 404, 404,
      ])
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])
        expect(await at('/metrics', { method })).toBeGreaterThan(400)
    } finally {
      await server.close()
    }
  })
})

test('open routes are few, and known', () => {
  expect([...OPEN_ROUTES].sort()).toEqual(Object.keys(OPEN_OUTCOMES).sort())
})
