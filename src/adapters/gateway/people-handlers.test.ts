// People over HTTPS: cookies that no script and no other site gets at, first run, sessions, tokens, and the trail of it all.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cookiesOf, GatewayHouse, PASSWORD } from '../../../test/gateway-house.ts'

const plenty = { perSecond: 1e6, burst: 1e6 }

let house: GatewayHouse
beforeEach(async () => {
  house = await GatewayHouse.open({ gateway: { rates: { 'sign-in': plenty, admin: plenty, anonymous: plenty } } })
})
afterEach(() => house.close())

const linesOf = (headers: Readonly<Record<string, unknown>>) => [headers['set-cookie'] ?? []].flat() as string[]

test('the first person makes the owner account with the token of the console, once', async () => {
  const setUp = (token: string) =>
    house.ask('/api/v1/setup', { method: 'POST', body: { token, name: 'owner', password: PASSWORD } })
  expect((await house.ask('/api/v1/setup')).json).toEqual({ needed: true })
  expect((await setUp('guess')).json.error.code).toBe('SETUP_REFUSED')

  const done = await setUp(house.access.setupToken)
  expect(done.status).toBe(201)
  expect(done.json.user).toMatchObject({ name: 'owner', roles: ['admin', 'trade'], accounts: ['*'] })
  expect((await house.ask('/api/v1/setup')).json).toEqual({ needed: false })
  expect((await setUp(house.access.setupToken)).json.error.code).toBe('SETUP_DONE')
})

test('every cookie is for this host over TLS alone, and no script or other site gets at it', async () => {
  await house.addUser('ann', ['read'])
  const { headers, text } = await house.ask('/api/v1/session', { method: 'POST', body: { name: 'ann', password: PASSWORD } })
  const cookies = linesOf(headers)

  expect(cookies.map(line => line.split('=')[0]).sort()).toEqual(['__Host-at', '__Host-device', '__Host-rt'])
  for (const line of cookies) {
    const attributes = line.split('; ').slice(1)
    expect(attributes).toEqual(expect.arrayContaining(['Path=/', 'HttpOnly', 'Secure', 'SameSite=Strict']))
    expect(line).not.toMatch(/Domain/i)
    expect(text, 'no token in what a script can read').not.toContain(line.split(';')[0]!.split('=')[1])
  }
})

test('signing out ends the session, its cookies and what the browser kept', async () => {
  await house.addUser('ann', ['read'])
  const ann = house.browser(await house.signIn('ann'))
  const { headers, json } = await house.ask('/api/v1/session', { method: 'DELETE', headers: ann })

  expect(json).toEqual({ done: true })
  expect(headers['clear-site-data']).toBe('"cache", "storage"')
  for (const name of ['__Host-at', '__Host-rt']) {
    const line = linesOf(headers).find(cookie => cookie.startsWith(`${name}=;`))
    expect(line).toMatch(/Expires=Thu, 01 Jan 1970/)
    expect(line).toMatch(/Secure/)
  }
  expect((await house.ask('/api/v1/session', { headers: ann })).json.error.code).toBe('SESSION_ENDED')
})

test('a refresh gives new cookies, and the old token of a thief ends the session for both', async () => {
  await house.addUser('ann', ['read'])
  const session = await house.signIn('ann')
  const refresh = (cookie: string) =>
    house.ask('/api/v1/session/refresh', { method: 'POST', headers: { cookie, origin: house.gateway.url } })

  const first = await refresh(session.cookie)
  expect(first.status).toBe(200)
  const renewed = cookiesOf(first.headers)
  expect(/__Host-rt=([^;]+)/.exec(renewed)![1]).not.toBe(/__Host-rt=([^;]+)/.exec(session.cookie)![1])

  house.clock.millis += 11_000
  const stolen = await refresh(session.cookie)
  expect([stolen.status, stolen.json.error.code]).toEqual([401, 'REFRESH_REUSED'])
  expect((await refresh(renewed)).status).toBe(401)
  expect((await refresh('')).json.error.code).toBe('REFRESH_REFUSED')
})

test('nobody learns whether a name exists', async () => {
  await house.addUser('ann', ['read'])
  const [wrong, unknown] = await Promise.all(
    ['ann', 'nobody'].map(name => house.ask('/api/v1/session', { method: 'POST', body: { name, password: 'wrong' } })),
  )
  const told = ({ json }: NonNullable<typeof wrong>) => ({ ...json.error, correlationId: '' })

  expect(wrong!.status).toBe(401)
  expect(unknown!.status).toBe(401)
  expect(told(wrong!)).toEqual(told(unknown!))
})

test('a person sees and ends only sessions of his own', async () => {
  for (const name of ['ann', 'eve']) await house.addUser(name, ['read'])
  const [here, there, eve] = [await house.signIn('ann'), await house.signIn('ann'), await house.signIn('eve')]
  const { json } = await house.ask('/api/v1/sessions', { headers: house.browser(here) })
  expect(json.items.map(({ current }: { current: boolean }) => current).sort()).toEqual([false, true])

  const other = json.items.find(({ current }: { current: boolean }) => !current).id
  const end = (session: typeof here) =>
    house.ask(`/api/v1/sessions/${other}`, { method: 'DELETE', headers: house.browser(session) })
  expect((await end(eve)).status).toBe(404)
  expect((await house.ask('/api/v1/session', { headers: house.browser(there) })).status).toBe(200)
  expect((await end(here)).status).toBe(200)
  expect((await house.ask('/api/v1/session', { headers: house.browser(there) })).status).toBe(401)
})

test('what an API token may do is in its scopes, and never what only its owner in person may', async () => {
  await house.addUser('ann', ['trade', 'admin'])
  const token = await house.apiToken('ann', ['read'])
  const ask = (path: string, method = 'GET', body?: unknown) =>
    house.ask(`/api/v1${path}`, { method, body, headers: { authorization: `Bearer ${token}` } })

  expect((await ask('/instruments')).status).toBe(200)
  expect((await ask('/users')).json.error.code).toBe('NOT_ALLOWED')
  expect((await ask('/session')).json.error.code).toBe('NOT_ALLOWED')
  expect((await ask('/tokens', 'POST', { name: 'more', scopes: ['admin'] })).json.error.code).toBe('NOT_ALLOWED')
  expect((await ask('/ws-ticket', 'POST')).json.error.code).toBe('NOT_ALLOWED')
})

test('fields that a form does not have are refused, whoever sends them', async () => {
  await house.addUser('boss', ['admin'])
  const boss = house.browser(await house.signIn('boss'))
  const user = { name: 'new', password: PASSWORD, roles: ['read'] }

  for (const extra of [{ version: 9 }, { passwordHash: 'x' }, { disabled: false }, { id: '1' }, { constructor: {} }]) {
    const { status, json } = await house.ask('/api/v1/users', { method: 'POST', headers: boss, body: { ...user, ...extra } })
    expect([status, json.error.code], JSON.stringify(extra)).toEqual([400, 'REQUEST_INVALID'])
  }
  expect((await house.ask('/api/v1/users', { method: 'POST', headers: boss, body: user })).status).toBe(201)
})

test('an admin reads the whole trail, everybody else his own actions', async () => {
  for (const [name, role] of [
    ['boss', 'admin'],
    ['ann', 'read'],
  ] as const)
    await house.addUser(name, [role])
  const [boss, ann] = [house.browser(await house.signIn('boss')), house.browser(await house.signIn('ann'))]
  const actors = async (headers: Record<string, string>, search = '') => {
    const { json } = await house.ask(`/api/v1/audit${search}`, { headers })
    return [...new Set(json.items.map(({ actor }: { actor: string }) => actor))].sort()
  }

  expect(await actors(boss)).toEqual(['ann', 'boss', 'system'])
  expect(await actors(ann)).toEqual(['ann'])
  expect(await actors(ann, '?actor=boss')).toEqual(['ann'])

  const exported = await house.ask('/api/v1/audit/export', { headers: boss })
  expect(exported.headers['content-type']).toBe('application/x-ndjson; charset=utf-8')
  expect(house.audit.at(-1)).toMatchObject({ actor: 'boss', action: 'audit.export', result: 'done' })
  expect((await house.ask('/api/v1/audit/verify', { method: 'POST', headers: boss })).json.whole).toBe(true)
})

test('what cannot be written into the trail does not happen', async () => {
  await house.addUser('ann', ['read'])
  const ann = house.browser(await house.signIn('ann'))
  const strict = await GatewayHouse.open({
    gateway: {
      audit: async () => {
        throw new Error('the disk is full')
      },
    },
  })
  await strict.addUser('boss', ['admin'])
  const boss = strict.browser(await strict.signIn('boss'))

  expect((await strict.ask('/api/v1/audit/export', { headers: boss })).status).toBe(500)
  expect((await house.ask('/api/v1/audit/export', { headers: ann })).status).toBe(403)
  await strict.close()
})
