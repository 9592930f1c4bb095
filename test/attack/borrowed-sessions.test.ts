// Sessions of others: copied, planted, replayed, ridden on from another page, or brought back by a clock that was set back.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateSync } from 'otplib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { API_ROOT, ROUTE_NAMES, type RouteName } from '../../src/wire/contract.ts'
import { AccessWorld, FROM, outcome } from '../access-world.ts'
import { exampleRequest } from '../example-of.ts'
import { type BrowserSession, cookiesOf, type GatewayHouse, PASSWORD } from '../gateway-house.ts'
import { RawLine } from './raw-line.ts'
import { Changes, openRecordingHouse } from './recording-house.ts'

const changes = new Changes()
const folder = mkdtempSync(join(tmpdir(), 'quadrant-borrowed-'))
const agent = new Agent({ keepAlive: true })
let house: GatewayHouse

beforeAll(async () => {
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Quadrant</title>')
  ;({ house } = await openRecordingHouse(changes, { dashboard: folder }))
  await house.addUser('boss', ['admin', 'trade'])
  await house.addUser('eve', ['read', 'trade'], ['eves'])
})
afterAll(async () => {
  agent.destroy()
  await house.close()
  rmSync(folder, { recursive: true })
})

const signIn = (name: string) => {
  house.clock.millis += 5_000
  return house.signIn(name)
}
const codeAt = (secret: string, millis: number) => generateSync({ secret, epoch: Math.floor(millis / 1_000) })
const cookieIn = (text: string, name: string) => new RegExp(`${name}=([^;]*)`).exec(text)?.[1] ?? ''
const sessionIn = (cookie: string): string =>
  JSON.parse(Buffer.from(cookieIn(cookie, '__Host-at').split('.')[1]!, 'base64url').toString()).sid

describe('a refresh token', () => {
  const refresh = (cookie: string) =>
    house.ask(`${API_ROOT}/session/refresh`, { method: 'POST', headers: { cookie, origin: house.gateway.url }, agent })

  test('that comes fifty times at once is replaced by one other, or by none: never by two', async () => {
    const { cookie } = await signIn('boss')
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(cookie)))
    const good = answers.filter(({ status }) => status === 200)
    const given = new Set(good.map(({ headers }) => cookieIn(cookiesOf(headers), '__Host-rt')))

    expect([...new Set(answers.map(({ status }) => status))].filter(status => status !== 200 && status !== 401)).toEqual([])
    expect(given.size).toBe(1)
    // The first answer is repeated once, for it may have been lost; who comes a third time ends it all.
    const lives = (await house.ask(`${API_ROOT}/session`, { headers: { cookie: cookiesOf(good[0]!.headers) } })).status === 200
    expect(lives).toBe(good.length === answers.length)
  })

  test('that was replaced ends the session of whoever holds the new one, once the grace is over, also fifty at once', async () => {
    const { cookie } = await signIn('boss')
    const renewed = cookiesOf((await refresh(cookie)).headers)
    house.clock.millis += 11_000

    const stolen = await Promise.all(Array.from({ length: 50 }, () => refresh(cookie)))
    expect(stolen.map(({ status }) => status)).toEqual(stolen.map(() => 401))
    expect((await refresh(renewed)).status).toBe(401)
    expect((await house.ask(`${API_ROOT}/session`, { headers: { cookie: renewed } })).json.error.code).toBe('SESSION_ENDED')
  })

  test('of one session with the id of another is nobody’s', async () => {
    const [mine, theirs] = [await signIn('eve'), await signIn('boss')]
    const [, secret] = cookieIn(mine.cookie, '__Host-rt').split('.')
    const [session] = cookieIn(theirs.cookie, '__Host-rt').split('.')
    expect((await refresh(`__Host-rt=${session}.${secret}`)).json.error.code).toBe('REFRESH_REFUSED')
    expect((await refresh(theirs.cookie)).status, 'and ends nothing of theirs').toBe(200)
  })
})

test('a session that was planted in a browser is not the one its user signs in to', async () => {
  const eve = await signIn('eve')
  const answer = await house.ask(`${API_ROOT}/session`, {
    method: 'POST',
    headers: { cookie: eve.cookie, origin: house.gateway.url },
    body: { name: 'boss', password: PASSWORD },
  })
  const given = cookiesOf(answer.headers)

  expect(answer.json.user.name).toBe('boss')
  expect(sessionIn(given)).not.toBe(sessionIn(eve.cookie))
  expect((await house.ask(`${API_ROOT}/session`, { headers: { cookie: eve.cookie } })).json.user.name).toBe('eve')
})

const WRITING = ROUTE_NAMES.filter(name => !name.startsWith('GET '))

describe('a page of somebody else changes nothing, whatever route it aims at:', () => {
  let boss: BrowserSession
  beforeAll(async () => {
    boss = await signIn('boss')
  })
  type Own = Record<string, string>
  interface Ride {
    readonly what: string
    readonly bent: (own: Own) => Own
    /** Who is not signed in has no cookie to ride on: there only a page that comes from elsewhere counts. */
    readonly byCookie?: true
  }
  const RIDES: readonly Ride[] = [
    { what: 'a form of another site', bent: own => ({ ...own, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }) },
    { what: 'a form in a sandbox (Origin: null)', bent: own => ({ ...own, origin: 'null' }) },
    { what: 'a page of the same machine on another port', bent: own => ({ ...own, origin: 'https://127.0.0.1:1' }) },
    { what: 'a page over plain HTTP', bent: own => ({ ...own, origin: house.gateway.url.replace('https', 'http') }) },
    { what: 'a sibling of the site', bent: own => ({ ...own, 'sec-fetch-site': 'same-site' }) },
    { what: 'an address that was typed', bent: own => ({ ...own, 'sec-fetch-site': 'none' }) },
    { what: 'a page that sends no Origin', bent: ({ origin: _, ...own }) => own as Own, byCookie: true },
    { what: 'a page without the token', bent: ({ 'x-csrf': _, ...own }) => own as Own, byCookie: true },
  ]

  test.each(RIDES)('$what', async ({ bent, byCookie = false }) => {
    const wrong: string[] = []
    for (const name of WRITING) {
      if (byCookie && /^POST \/(?:setup|session|session\/refresh)$/.test(name)) continue
      const { method, path, body } = exampleRequest(name)
      const { status, headers, json } = await house.ask(path, { method, body, agent, headers: bent(house.browser(boss)) })
      const done = changes.take(String(headers['x-correlation-id']))
      if (status !== 403 || !/^(?:ORIGIN|CSRF)_REFUSED$/.test(json.error.code) || done.length > 0)
        wrong.push(`${name} ${status} ${done}`)
    }
    expect(wrong).toEqual([])
  })

  test('a form that is written as text or as a form', async () => {
    const wrong: string[] = []
    for (const name of WRITING) {
      const { method, path, body } = exampleRequest(name)
      if (body === undefined) continue
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
        const asked = { method, body, agent, headers: { ...house.browser(boss), 'content-type': type } }
        const { status, headers } = await house.ask(path, asked)
        const done = changes.take(String(headers['x-correlation-id']))
        if (status !== 415 || done.length > 0) wrong.push(`${name} as ${type}: ${status} ${done}`)
      }
    }
    expect(wrong).toEqual([])
  })

  test('and reads nothing: no route lets another origin in', async () => {
    for (const name of ROUTE_NAMES) {
      const { path } = exampleRequest(name)
      for (const origin of ['https://evil.example', 'null', house.gateway.url]) {
        const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-csrf' }
        for (const method of ['GET', 'OPTIONS']) {
          const { headers } = await house.ask(path, { method, agent, headers: { cookie: boss.cookie, origin, ...asked } })
          expect(Object.keys(headers).filter(header => header.startsWith('access-control'))).toEqual([])
        }
      }
    }
  })
})

test('another method, or one that a header names, does nothing that the route does not', async () => {
  const boss = await signIn('boss')
  const line = await RawLine.open({ port: house.gateway.port, ca: house.authority.pem })
  const own = { ...house.browser(boss), origin: 'https://localhost' }
  const wrong: string[] = []
  const bare = (name: RouteName) => exampleRequest(name).path.split('?')[0]!
  for (const path of new Set(ROUTE_NAMES.map(bare))) {
    const known = new Set(ROUTE_NAMES.filter(name => bare(name) === path).map(name => name.split(' ')[0]!))
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'MOVE', 'LINK']) {
      if (known.has(method)) continue
      const answer = (await line.ask({ method, path, headers: own }))!
      const done = changes.take(answer.headers['x-correlation-id']!)
      if (answer.status !== 404 || done.length > 0) wrong.push(`${method} ${path} ${answer.status} ${done}`)
    }
    if (!known.has('GET')) continue
    for (const header of ['x-http-method-override', 'x-http-method', 'x-method-override', '_method']) {
      const answer = (await line.ask({ path, headers: { ...own, [header]: 'DELETE' } }))!
      const done = changes.take(answer.headers['x-correlation-id']!).filter(what => !what.startsWith('recorded audit.export'))
      if (done.length > 0) wrong.push(`${header} ${path} ${done}`)
    }
  }
  line.close()
  expect(wrong).toEqual([])
})

test('nothing of somebody else is found by its id', async () => {
  const [boss, eve] = [await signIn('boss'), await signIn('eve')]
  const own = house.browser(boss)
  const made = await house.ask(`${API_ROOT}/tokens`, {
    method: 'POST',
    headers: own,
    body: { name: 'x', scopes: ['read'], days: 1 },
  })
  const token = made.json.line.id as string
  const session = sessionIn(boss.cookie)
  const near = [session, session.slice(0, -1), `${session.slice(0, -1)}A`, `${session}%00`, session.toLowerCase()]
  for (const id of near) {
    const { status, headers } = await house.ask(`${API_ROOT}/sessions/${id}`, {
      method: 'DELETE',
      headers: house.browser(eve),
      agent,
    })
    expect([400, 404], id).toContain(status)
    expect(changes.take(String(headers['x-correlation-id']))).toEqual([])
  }
  const revoked = await house.ask(`${API_ROOT}/tokens/${token}`, { method: 'DELETE', headers: house.browser(eve) })
  expect([revoked.status, revoked.json.error.code]).toEqual([404, 'TOKEN_NOT_FOUND'])
  const { json } = await house.ask(`${API_ROOT}/tokens`, { headers: house.browser(eve) })
  expect(json.items.filter((line: { user: string }) => line.user !== 'eve')).toEqual([])
  expect((await house.ask(`${API_ROOT}/session`, { headers: own })).status).toBe(200)
})

test('a person makes nothing more of himself by fields that forms do not have', async () => {
  const eve = house.browser(await signIn('eve'))
  const extra = {
    role: 'admin',
    roles: ['admin'],
    accountId: '*',
    accounts: ['*'],
    user: 'boss',
    by: 'boss',
    operator: 'boss',
    version: 9,
  }
  for (const name of WRITING as readonly RouteName[]) {
    const { method, path, body } = exampleRequest(name)
    if (body === undefined || /users/.test(name)) continue
    for (const [key, value] of Object.entries(extra)) {
      const { status, headers } = await house.ask(path, {
        method,
        headers: eve,
        agent,
        body: { ...(body as object), [key]: value },
      })
      expect([400, 401, 403], `${name} ${key}`).toContain(status)
      expect(changes.take(String(headers['x-correlation-id']))).toEqual([])
    }
  }
  expect((await house.ask(`${API_ROOT}/session`, { headers: eve })).json.user).toMatchObject({
    roles: ['read', 'trade'],
    accounts: ['eves'],
  })
})

test('no address leads to another site', async () => {
  const line = await RawLine.open({ port: house.gateway.port, ca: house.authority.pem })
  const evil = [
    '//evil.example',
    '/\\evil.example',
    '/%2f%2fevil.example',
    '/https://evil.example',
    '/api/docs//evil.example',
    '/.evil.example',
  ]
  const asking = [
    '/?next=https://evil.example',
    '/sign-in?return=//evil.example',
    '/api/docs?url=https://evil.example',
    '/orders/..//evil.example',
  ]
  for (const path of [...evil, ...asking]) {
    const answer = (await line.ask({ path, headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' } }))!
    expect(answer.headers['location'] ?? '', path).not.toMatch(/evil|^\/\/|^http/)
    expect(answer.headers['refresh']).toBeUndefined()
    if (answer.status < 400) expect(answer.text).not.toContain('evil.example')
  }
  line.close()
})

describe('a clock that is set back', () => {
  test('brings no session back that was over', async () => {
    const world = new AccessWorld()
    await world.add('anna', ['trade'])
    for (const end of ['idle', 'signed out', 'disabled'] as const) {
      await world.access.changeUser('anna', { disabled: false }, { actor: 'os:test', session: '' }, FROM)
      const start = world.time
      const anna = await world.signIn('anna')
      if (end === 'signed out') await world.access.signOut(anna.identity, FROM)
      if (end === 'disabled') await world.access.changeUser('anna', { disabled: true }, { actor: 'os:test', session: '' }, FROM)
      if (end === 'idle') world.pass(16 * 60_000)
      await world.access.sweep()
      world.time = start
      expect([end, await outcome(world.identify(anna))]).toEqual([end, 'SESSION_ENDED'])
      expect([end, await outcome(world.access.refresh(anna.refreshToken, FROM))]).toEqual([end, 'REFRESH_REFUSED'])
      world.time = start + 20 * 60_000
    }
  })

  test('makes no code of a second factor good again', async () => {
    const world = new AccessWorld()
    await world.add('anna', ['trade'])
    const anna = await world.signIn('anna')
    const { secret } = await world.access.beginSecondFactor(anna.identity, FROM)
    await world.access.confirmSecondFactor(anna.identity, codeAt(secret, world.time), FROM)
    world.pass(60_000)
    const code = codeAt(secret, world.time)
    expect(await outcome(world.signIn('anna', { code }))).toBe('done')

    for (const back of [0, 30_000, 60_000]) {
      world.time -= back
      for (const old of [code, codeAt(secret, world.time)])
        expect(await outcome(world.signIn('anna', { code: old }))).toMatch(/^(?:SIGN_IN_REFUSED|ATTEMPTS_EXCEEDED)$/)
    }
  })

  test('gives nobody more attempts', async () => {
    const world = new AccessWorld()
    await world.add('anna', ['trade'])
    const guess = () => outcome(world.signIn('anna', { password: 'a wrong guess at it' }))
    const said: string[] = []
    for (let i = 0; i < 100; i++) {
      world.time += i % 2 === 0 ? -60_000 : 61_000
      said.push(await guess())
    }
    expect(said.filter(code => code === 'SIGN_IN_REFUSED').length).toBeLessThanOrEqual(10)
  })
})
