// Who is let in: deny by default, two proofs for a change by cookie, and no more often than the rates say.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exampleRequest } from '../../../test/example-of.ts'
import { type BrowserSession, GatewayHouse, PASSWORD } from '../../../test/gateway-house.ts'
import { rightsOf } from '../../access/rights.ts'
import { ROUTE_NAMES, routeOf } from '../../wire/contract.ts'
import type { Role } from '../../wire/route.ts'
import { RATES } from './rates.ts'

const plenty = { perSecond: 1e6, burst: 1e6 }
const RELAXED = {
  'sign-in': plenty,
  refresh: plenty,
  read: plenty,
  order: plenty,
  admin: plenty,
  export: plenty,
  anonymous: plenty,
  'stop-by-reader': plenty,
}

describe('every route', () => {
  let house: GatewayHouse
  beforeAll(async () => {
    house = await GatewayHouse.open({ gateway: { rates: RELAXED } })
  })
  afterAll(() => house.close())

  test.each(ROUTE_NAMES.filter(name => routeOf(name).right !== 'public'))('%s is closed to who is not signed in', async name => {
    const { method, path, body } = exampleRequest(name)
    for (const headers of [
      {},
      { authorization: 'Bearer ' },
      { authorization: 'Bearer nonsense' },
      { authorization: 'Basic YTpi' },
      { cookie: '__Host-at=nonsense' },
    ] as Record<string, string>[]) {
      const { status, json } = await house.ask(path, { method, body, headers: { ...headers, origin: house.gateway.url } })
      expect(status, JSON.stringify(headers)).toBe(401)
      expect(json.error.code).toBe('SIGN_IN_REQUIRED')
    }
  })

  test('is open to exactly the roles that have its right', async () => {
    for (const role of ['read', 'trade', 'admin'] as const satisfies readonly Role[]) {
      await house.addUser(role, [role])
      for (const name of ROUTE_NAMES) {
        const { right } = routeOf(name)
        if (right === 'public' || right === 'self') continue
        const token = await tokenOf(role)
        const { method, path, body } = exampleRequest(name)
        const { json } = await house.ask(path, { method, body, headers: { authorization: `Bearer ${token}` } })
        expect(json?.error?.code === 'NOT_ALLOWED', `${role} ${name}`).toBe(!rightsOf([role]).has(right))
      }
    }
  })
  const tokens = new Map<Role, string>()
  const tokenOf = async (role: Role) => {
    if (!tokens.has(role)) tokens.set(role, await house.apiToken(role, [role]))
    return tokens.get(role)!
  }

  test('that is refused is in the trail before it is answered', async () => {
    await house.addUser('nosy', ['read'])
    const nosy = await house.signIn('nosy')
    const { headers } = await house.ask('/api/v1/users', { headers: house.browser(nosy) })

    expect(house.audit.at(-1)).toMatchObject({
      actor: 'nosy',
      address: '127.0.0.1',
      action: 'request.refuse',
      object: 'GET /users',
      result: 'refused',
      correlationId: headers['x-correlation-id'],
    })
  })

  test('that needs a fresh sign-in is refused after five minutes, until the password is given again', async () => {
    await house.addUser('boss', ['admin'])
    const boss = await house.signIn('boss')
    const add = () =>
      house.ask('/api/v1/users', {
        method: 'POST',
        headers: house.browser(boss),
        body: { name: `new${house.audit.length}`, password: PASSWORD, roles: ['read'] },
      })
    expect((await add()).status).toBe(201)

    house.clock.millis += 5 * 60_000 + 1
    const { cookie } = await house.access
      .refresh(/__Host-rt=([^;]+)/.exec(boss.cookie)![1], { address: '', device: '', correlationId: '' })
      .then(({ accessToken }) => ({ cookie: `__Host-at=${accessToken}` }))
    boss.cookie = cookie
    const late = await add()
    expect(late.status).toBe(403)
    expect(late.json.error.code).toBe('SIGN_IN_NOT_FRESH')

    const confirmed = await house.ask('/api/v1/session/confirm', {
      method: 'POST',
      headers: house.browser(boss),
      body: { password: PASSWORD },
    })
    expect(confirmed.status).toBe(200)
    expect((await add()).status).toBe(201)
  })

  test('knows its own methods and no others', async () => {
    for (const method of ['PUT', 'PATCH', 'TRACE', 'OPTIONS', 'HEAD', 'PROPFIND']) {
      expect((await house.ask('/api/v1/session', { method })).status, method).toBe(404)
    }
    expect(
      (await house.ask('/api/v1/session', { method: 'POST', headers: { 'x-http-method-override': 'DELETE' }, body: {} })).status,
    ).toBe(400)
  })
})

describe('a change by cookie', () => {
  let house: GatewayHouse
  let ann: BrowserSession
  let own: Record<string, string>
  beforeAll(async () => {
    house = await GatewayHouse.open({ gateway: { rates: RELAXED } })
    await house.addUser('ann', ['trade'])
    ann = await house.signIn('ann')
    own = house.browser(ann)
  })
  afterAll(() => house.close())

  const stop = (headers: Record<string, string>, more: { body?: unknown } = {}) =>
    house.ask('/api/v1/emergency-stop', { method: 'POST', headers, body: { reason: 'a test' }, ...more })
  const without = (name: string) => Object.fromEntries(Object.entries(own).filter(([key]) => key !== name))

  test('from our own page goes through', async () => {
    expect((await stop(own)).status).toBe(200)
    expect((await stop(without('sec-fetch-site'))).status, 'older browsers do not say it').toBe(200)
  })

  test('without the token of the session, or with another’s, is refused and in the trail', async () => {
    await house.addUser('eve', ['trade'])
    const eve = await house.signIn('eve')
    for (const token of ['', 'x', eve.csrf, `${ann.csrf}x`, ann.csrf.slice(0, -1)]) {
      const { status, json } = await stop({ ...own, 'x-csrf': token })
      expect([status, json.error.code], token).toEqual([403, 'CSRF_REFUSED'])
    }
    expect((await stop(without('x-csrf'))).json.error.code).toBe('CSRF_REFUSED')
    expect(house.audit.at(-1)).toMatchObject({ actor: 'ann', action: 'request.refuse', result: 'refused' })
  })

  test('that does not say its origin, or another one, is refused', async () => {
    expect((await stop(without('origin'))).json.error.code).toBe('CSRF_REFUSED')
    const port = house.gateway.port
    for (const origin of [
      'null',
      'https://evil.example',
      `http://127.0.0.1:${port}`,
      'https://127.0.0.1',
      `https://127.0.0.1:${port + 1}`,
      `https://127.0.0.1:${port}.evil.example`,
      `https://localhost:${port}`,
      `${house.gateway.url}/`,
    ]) {
      const { status, json } = await stop({ ...own, origin })
      expect([status, json.error.code], origin).toEqual([403, 'ORIGIN_REFUSED'])
    }
  })

  test.each(['cross-site', 'same-site', 'none'])('that the browser calls %s is refused', async site => {
    expect((await stop({ ...own, 'sec-fetch-site': site })).json.error.code).toBe('ORIGIN_REFUSED')
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json-patch+json',
  ])('in a form of %s is refused', async type => {
    const { status, json } = await stop({ ...own, 'content-type': type }, { body: '{"reason":"a test"}' })
    expect([status, json.error.code]).toEqual([415, 'MEDIA_TYPE_REFUSED'])
  })

  test('that only reads needs neither', async () => {
    expect((await house.ask('/api/v1/session', { headers: { cookie: ann.cookie } })).status).toBe(200)
  })

  test('signing in and setting up do not take requests of other pages either', async () => {
    for (const path of ['/api/v1/session', '/api/v1/setup', '/api/v1/session/refresh']) {
      for (const headers of [
        { origin: 'null' },
        { origin: 'https://evil.example' },
        { 'sec-fetch-site': 'cross-site' },
      ] as Record<string, string>[]) {
        const { json } = await house.ask(path, {
          method: 'POST',
          headers: { ...headers, cookie: ann.cookie },
          body: { name: 'ann', password: PASSWORD },
        })
        expect(json.error.code, `${path} ${JSON.stringify(headers)}`).toBe('ORIGIN_REFUSED')
      }
    }
  })

  test('needs none of it with a token, which no browser adds by itself', async () => {
    const token = await house.apiToken('ann', ['trade'])
    expect((await stop({ authorization: `Bearer ${token}` })).status).toBe(200)
    expect((await stop({ authorization: `Bearer ${token}`, origin: 'https://evil.example' })).json.error.code).toBe(
      'ORIGIN_REFUSED',
    )
  })

  test('and by token together, or with the cookie twice, could be two people’s and is refused', async () => {
    const token = await house.apiToken('ann', ['read'])
    for (const headers of [
      { cookie: ann.cookie, authorization: `Bearer ${token}` },
      { cookie: `${ann.cookie}; __Host-at=other` },
      { cookie: `__Host-at=a; ${ann.cookie}` },
    ] as Record<string, string>[]) {
      const { status, json } = await house.ask('/api/v1/session', { headers })
      expect([status, json.error.code]).toEqual([400, 'CREDENTIALS_AMBIGUOUS'])
    }
  })

  test('with a cookie that anybody could have set (no __Host-) is nobody’s', async () => {
    const access = /__Host-at=([^;]+)/.exec(ann.cookie)![1]
    for (const name of ['at', '__Secure-at', '__host-at', 'Host-at']) {
      expect((await house.ask('/api/v1/session', { headers: { cookie: `${name}=${access}` } })).status, name).toBe(401)
    }
  })
})

describe('rates', () => {
  test('hold for each person, say when to come back, and never hold back a stop', async () => {
    const one = { perSecond: 1 / 3_600, burst: 3 }
    const house = await GatewayHouse.open({
      gateway: { rates: { ...RELAXED, read: one, 'stop-by-reader': RATES['stop-by-reader'] } },
    })
    for (const [name, role] of [
      ['ann', 'trade'],
      ['bob', 'trade'],
      ['eve', 'read'],
    ] as const)
      await house.addUser(name, [role])
    const [ann, bob, eve] = await Promise.all(['ann', 'bob', 'eve'].map(async name => house.browser(await house.signIn(name))))
    const read = (headers: Record<string, string>) => house.ask('/api/v1/instruments', { headers })
    const stop = (headers: Record<string, string>) =>
      house.ask('/api/v1/emergency-stop', { method: 'POST', headers, body: { reason: 'a test' } })

    expect([(await read(ann!)).status, (await read(ann!)).status, (await read(ann!)).status]).toEqual([200, 200, 200])
    const refused = await read(ann!)
    expect([refused.status, refused.json.error.code]).toEqual([429, 'RATE_LIMITED'])
    // One an hour, and the bucket is empty.
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3_590)
    expect((await read(bob!)).status, 'of another it is another bucket').toBe(200)

    for (let i = 0; i < 20; i++) expect((await stop(ann!)).status).toBe(200)
    expect([(await stop(eve!)).status, (await stop(eve!)).status]).toEqual([200, 429])
    await house.close()
  })

  test('hold for each address where nobody is signed in', async () => {
    const few = { perSecond: 1 / 3_600, burst: 2 }
    const house = await GatewayHouse.open({ gateway: { rates: { ...RELAXED, anonymous: few, 'sign-in': few } } })
    await house.addUser('ann', ['read'])
    const ann = house.browser(await house.signIn('ann'))
    const guess = () => house.ask('/api/v1/session', { method: 'POST', body: { name: 'ann', password: 'wrong' } })
    const strange = () => house.ask('/api/v1/orders', { headers: { authorization: 'Bearer x' } })

    expect([(await guess()).status, (await guess()).status]).toEqual([401, 429])
    expect([(await strange()).status, (await strange()).status, (await strange()).status]).toEqual([401, 401, 429])
    expect((await house.ask('/api/v1/session', { headers: ann })).status, 'who is signed in is not held back').toBe(200)
    await house.close()
  })

  test('count who is behind a proxy only where the proxy is trusted', async () => {
    const few = { perSecond: 1 / 3_600, burst: 1 }
    const rates = { ...RELAXED, anonymous: few }
    const ask = async (trustedProxies: readonly string[]) => {
      const house = await GatewayHouse.open({ gateway: { rates, trustedProxies } })
      const as = (address: string) =>
        house.ask('/api/v1/orders', { headers: { 'x-forwarded-for': address, forwarded: `for=${address}` } })
      const statuses = [(await as('192.0.2.1')).status, (await as('192.0.2.2')).status]
      await house.close()
      return statuses
    }

    expect(await ask([])).toEqual([401, 429])
    expect(await ask(['127.0.0.1'])).toEqual([401, 401])
  })
})
