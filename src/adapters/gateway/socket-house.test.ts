// WebSockets over real TLS: who gets one, what is sent over it, and when it has to go.
import type { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { type BrowserSession, GatewayHouse, TestSocket } from '../../../test/gateway-house.ts'
import type { GatewayLimits } from './options.ts'

const ADMIN = { actor: 'system', session: '' }
const HERE = { address: '', device: '', correlationId: '' }
const plenty = { perSecond: 1e6, burst: 1e6 }
const RATES = { read: plenty, 'sign-in': plenty, admin: plenty, anonymous: plenty }

const quote = (key: string, last: string) =>
  ({
    key,
    bid: null,
    ask: null,
    last,
    change: null,
    time: '2026-11-21T09:00:00Z',
    source: 's',
    live: true,
    quality: null,
  }) as const

async function houseWith(limits: Partial<GatewayLimits> = {}): Promise<GatewayHouse> {
  const house = await GatewayHouse.open({ gateway: { limits, rates: RATES } })
  await house.addUser('ann', ['trade'], ['one'])
  await house.addUser('boss', ['admin'])
  return house
}

/** The status an upgrade is refused with, or 101. */
async function refusal(opening: Promise<TestSocket>): Promise<number> {
  return opening.then(
    ({ socket }) => {
      socket.terminate()
      return 101
    },
    (error: Error) => Number(/\d{3}/.exec(error.message)?.[0]),
  )
}

describe('a socket', () => {
  let house: GatewayHouse
  let ann: BrowserSession
  let own: Record<string, string>
  beforeAll(async () => {
    house = await houseWith({ socketsPerSession: 50 })
    ann = await house.signIn('ann')
    own = { cookie: ann.cookie, origin: house.gateway.url }
  })
  afterAll(() => house.close())

  const open = (protocols: string[], headers: Record<string, string>, path = '/ws') =>
    refusal(
      TestSocket.open(
        new WebSocket(`wss://127.0.0.1:${house.gateway.port}${path}`, protocols, { ca: house.authority.pem, headers }),
      ),
    )
  const ticket = async () => `ticket.${await house.ticket(ann)}`

  test('opens for a session with a ticket of its own, and speaks quadrant.v1', async () => {
    const visitor = await house.socket(ann)
    expect(visitor.socket.protocol).toBe('quadrant.v1')
    expect(visitor.socket.extensions).toBe('')
    expect(await visitor.until(({ type }) => type === 'hello')).toMatchObject({
      user: 'ann',
      sessionExpires: '2026-11-21T21:00:00.000Z',
    })
    visitor.socket.terminate()
  })

  test('opens with a ticket once', async () => {
    const once = await ticket()
    expect(await open(['quadrant.v1', once], own)).toBe(101)
    expect(await open(['quadrant.v1', once], own)).toBe(403)
  })

  test('opens with a ticket for thirty seconds', async () => {
    const old = await ticket()
    house.clock.millis += 30_000
    expect(await open(['quadrant.v1', old], own)).toBe(403)
  })

  test('does not open with somebody else’s ticket, and using it up is all that does', async () => {
    const boss = await house.signIn('boss')
    const foreign = `ticket.${await house.ticket(boss)}`
    expect(await open(['quadrant.v1', foreign], own)).toBe(403)
    expect(await open(['quadrant.v1', foreign], { cookie: boss.cookie, origin: house.gateway.url })).toBe(403)
  })

  test('does not open without a ticket, a session or a right to look', async () => {
    expect(await open(['quadrant.v1'], own)).toBe(403)
    expect(await open(['quadrant.v1', 'ticket.'], own)).toBe(403)
    expect(await open(['quadrant.v1', await ticket()], { origin: house.gateway.url })).toBe(401)
    expect(await open(['quadrant.v1'], { authorization: 'Bearer nonsense' })).toBe(401)
    expect(house.audit.at(-1)).toMatchObject({ actor: 'ann', action: 'request.refuse', object: 'GET /ws', result: 'refused' })
  })

  test('does not open for pages of others, whatever cookies and tickets they have', async () => {
    const port = house.gateway.port
    for (const origin of [
      'https://evil.example',
      'null',
      `http://127.0.0.1:${port}`,
      `https://127.0.0.1:${port + 1}`,
      `https://localhost:${port}`,
    ]) {
      expect(await open(['quadrant.v1', await ticket()], { ...own, origin }), origin).toBe(403)
    }
    expect(await open(['quadrant.v1', await ticket()], { cookie: ann.cookie }), 'a browser always says').toBe(403)
    const token = await house.apiToken('ann', ['read'])
    expect(await open([], { authorization: `Bearer ${token}`, origin: 'https://evil.example' })).toBe(403)
    expect(await open([], { authorization: `Bearer ${token}`, host: 'evil.example' })).toBe(421)
  })

  test('opens for a token in the header, and never for one in the address', async () => {
    const token = await house.apiToken('ann', ['read'])
    expect(await open([], { authorization: `Bearer ${token}` })).toBe(101)
    expect(await open([], {}, `/ws?token=${token}`)).toBe(404)
    expect(await open([], { authorization: `Bearer ${token}` }, '/ws?x=1')).toBe(404)
    expect(await open([], { authorization: `Bearer ${token}` }, '/other')).toBe(404)
    expect(await open([], { ...own, authorization: `Bearer ${token}` })).toBe(400)
  })

  test('brings a snapshot and then what changed', async () => {
    house.hub.publish('quotes', [quote('A.X', '1')])
    const visitor = await house.socket(ann)
    visitor.say({ type: 'subscribe', topic: 'quotes' })
    expect(await visitor.until(({ type }) => type === 'snapshot')).toMatchObject({ topic: 'quotes', rows: [quote('A.X', '1')] })

    house.hub.publish('quotes', [quote('A.X', '2')])
    expect(await visitor.until(({ type }) => type === 'delta')).toMatchObject({ rows: [quote('A.X', '2')] })

    visitor.say({ type: 'unsubscribe', topic: 'quotes' })
    visitor.say({ type: 'ping' })
    await visitor.until(({ type }) => type === 'pong')
    visitor.socket.terminate()
  })

  test('brings nothing that its owner has no right to, and the trail hears of the attempt once', async () => {
    const before = house.audit.filter(({ object }) => object === 'topic:logs').length
    const visitor = await house.socket(ann)
    visitor.say({ type: 'subscribe', topic: 'logs' })
    visitor.say({ type: 'subscribe', topic: 'logs' })
    visitor.say({ type: 'subscribe', topic: 'orders' })
    house.hub.publish('orders', [{ key: 'r/1', account: 'one' } as never, { key: 'r/2', account: 'two' } as never])
    house.hub.publish('logs', [{ message: 'inside' } as never])
    visitor.say({ type: 'ping' })
    await visitor.until(({ type }) => type === 'pong')
    await visitor.until(({ rows }) => rows?.length === 1)

    expect(visitor.heard.filter(({ type }) => type === 'error').map(({ code }) => code)).toEqual(['NOT_ALLOWED', 'NOT_ALLOWED'])
    expect(JSON.stringify(visitor.heard)).not.toMatch(/inside|"two"/)
    expect(house.audit.filter(({ object }) => object === 'topic:logs').length).toBe(before + 1)
    visitor.socket.terminate()
  })

  test.each([
    '',
    'x',
    '[]',
    'null',
    '{"type":"subscribe"}',
    '{"type":"subscribe","topic":"secrets"}',
    '{"type":"subscribe","topic":"quotes","topic":"logs"}',
    '{"type":"subscribe","topic":"quotes","admin":true}',
    '{"type":"subscribe","topic":"__proto__"}',
    '{"type":"subscribe","topic":"quotes","after":-1}',
    '{"type":"subscribe","topic":"quotes","rate":1e9}',
    `${'['.repeat(50_000)}`,
  ])('answers what it does not know with an error and stays: %.60s', async words => {
    const visitor = await house.socket(ann)
    visitor.say(words)
    expect(await visitor.until(({ type }) => type === 'error')).toMatchObject({ code: 'MESSAGE_INVALID' })
    visitor.say({ type: 'ping' })
    await visitor.until(({ type }) => type === 'pong')
    visitor.socket.terminate()
  })
})

describe('a socket that misbehaves is closed, and the others notice nothing:', () => {
  let house: GatewayHouse
  let token: string
  let good: TestSocket
  beforeAll(async () => {
    house = await houseWith({ socketsPerSession: 50 })
    token = await house.apiToken('ann', ['read'])
    good = await house.socket({ token })
    good.say({ type: 'subscribe', topic: 'quotes' })
  })
  afterAll(async () => {
    house.hub.publish('quotes', [quote('END.X', '1')])
    await good.until(({ rows }) => rows?.some(({ key }: { key: string }) => key === 'END.X'))
    await house.close()
  })

  test('a message of 100 MiB', async () => {
    const bad = await house.socket({ token })
    bad.say(Buffer.alloc(100 * 2 ** 20, 0x20))
    expect((await bad.closed).code).toBeOneOf([1006, 1009])
  })

  test('a frame that only says it is 100 MiB', async () => {
    const bad = await house.socket({ token })
    const wire = (bad.socket as unknown as { _socket: Socket })._socket
    const header = Buffer.alloc(14)
    header[0] = 0x81
    header[1] = 0x80 | 127
    header.writeBigUInt64BE(100n * 2n ** 20n, 2)
    wire.write(header)
    expect((await bad.closed).code).toBeOneOf([1006, 1009])
  })

  test('a message one byte over the limit', async () => {
    const bad = await house.socket({ token })
    bad.say(' '.repeat(64 * 1024 + 1))
    expect((await bad.closed).code).toBe(1009)
  })

  test('a message in more than 64 fragments', async () => {
    const bad = await house.socket({ token })
    for (let i = 0; i < 100; i++) bad.socket.send(' ', { fin: false })
    expect((await bad.closed).code).toBe(1008)
  })

  test('a flood of messages', async () => {
    const bad = await house.socket({ token })
    for (let i = 0; i < 200; i++) bad.say({ type: 'ping' })
    expect(await bad.closed).toEqual({ code: 1008, reason: 'misbehaved' })
  })

  test('a flood of pings', async () => {
    const bad = await house.socket({ token })
    for (let i = 0; i < 200; i++) bad.socket.ping()
    expect(await bad.closed).toEqual({ code: 1008, reason: 'misbehaved' })
  })

  test('bytes where there should be text', async () => {
    const bad = await house.socket({ token })
    bad.socket.send(Buffer.from([1, 2, 3]), { binary: true })
    expect((await bad.closed).code).toBe(1008)
  })

  test('text that is none', async () => {
    const bad = await house.socket({ token })
    bad.socket.send(Buffer.from([0xff, 0xfe]), { binary: false })
    expect((await bad.closed).code).toBe(1007)
  })

  test('frames that are not masked', async () => {
    const bad = await house.socket({ token })
    ;(bad.socket as unknown as { _socket: Socket })._socket.write(Buffer.from([0x81, 1, 0x20]))
    expect((await bad.closed).code).toBe(1002)
  })
})

describe('a socket has to go', () => {
  test('when its session ends, when the user changes, and when the token is revoked', async () => {
    const house = await houseWith()
    const [first, second] = [await house.signIn('ann'), await house.signIn('ann')]
    const sockets = { first: await house.socket(first), second: await house.socket(second) }
    const token = await house.apiToken('ann', ['read'])
    const program = await house.socket({ token })

    await house.ask('/api/v1/session', { method: 'DELETE', headers: house.browser(first) })
    expect(await sockets.first.closed).toEqual({ code: 4401, reason: 'ended' })
    expect(sockets.second.socket.readyState).toBe(WebSocket.OPEN)

    const [line] = await house.access.tokens({ user: 'ann', roles: ['trade'] } as never)
    await house.access.revokeToken({ user: 'ann', roles: ['trade'], actor: 'ann', session: '' } as never, line!.id, HERE)
    expect((await program.closed).code).toBe(4401)
    expect(sockets.second.socket.readyState).toBe(WebSocket.OPEN)

    await house.access.changeUser('ann', { roles: ['read'] }, ADMIN, HERE)
    expect(await sockets.second.closed).toEqual({ code: 4401, reason: 'ended' })
    await house.close()
  })

  test('when the access token ends, unless it was renewed', async () => {
    const house = await houseWith()
    const [stays, goes] = [await house.signIn('ann'), await house.signIn('ann')]
    const [staying, going] = [await house.socket(stays), await house.socket(goes)]

    house.clock.millis += 4 * 60_000
    const refreshed = await house.ask('/api/v1/session/refresh', {
      method: 'POST',
      headers: { cookie: stays.cookie, origin: house.gateway.url },
    })
    expect(refreshed.status).toBe(200)

    house.clock.millis += 90_000
    expect(await going.closed).toEqual({ code: 4401, reason: 'expired' })
    expect(staying.socket.readyState).toBe(WebSocket.OPEN)
    await house.close()
  })

  test('when nobody looks after its session any more, at the next look', async () => {
    const house = await houseWith({ recheckMillis: 1_000 })
    const visitor = await house.socket(await house.signIn('ann'))

    // The store was changed behind the server's back.
    const user = await house.people.user('ann')
    await house.people.saveUser({ ...user!, disabled: true, version: user!.version + 1 }, user!.version)
    house.clock.millis += 61_000
    expect(await visitor.closed).toEqual({ code: 4401, reason: 'ended' })
    await house.close()
  })

  test('when it does not take what it is sent; it may come back and go on', async () => {
    const house = await houseWith({ unreadMillis: 500 })
    const token = await house.apiToken('ann', ['read'])
    const slow = await house.socket({ token })
    slow.say({ type: 'subscribe', topic: 'quotes' })
    const { sequence } = await slow.until(({ type }) => type === 'snapshot')
    const { epoch } = await slow.until(({ type }) => type === 'hello')
    const good = await house.socket({ token })
    good.say({ type: 'subscribe', topic: 'quotes' })
    await good.until(({ type }) => type === 'snapshot')

    slow.socket.pause()
    const publishing = setInterval(() => house.hub.publish('quotes', [quote('A.X', 'x'.repeat(20_000))]), 5)
    await house.socketsAtMost(1)
    clearInterval(publishing)
    expect(good.socket.readyState).toBe(WebSocket.OPEN)
    slow.socket.resume()
    await slow.closed

    const again = await house.socket({ token })
    again.say({ type: 'subscribe', topic: 'quotes', after: sequence, epoch })
    const delta = await again.until(({ type }) => type === 'delta')
    expect(delta.previous).toBe(sequence)
    expect(delta.rows.length).toBe(1)
    await house.close()
  })

  test('when it answers no ping', async () => {
    const house = await houseWith({ pingMillis: 300, deadMillis: 600, unreadMillis: 60_000 })
    const token = await house.apiToken('ann', ['read'])
    const dead = await house.socket({ token }, { autoPong: false })
    expect((await dead.closed).code).toBe(1001)
    await house.close()
  })

  test('when the server does', async () => {
    const house = await houseWith()
    const visitor = await house.socket({ token: await house.apiToken('ann', ['read']) })
    await house.close()
    expect(await visitor.closed).toEqual({ code: 1001, reason: 'closing' })
  })

  test('and there are no more of a session, or of all, than there may be', async () => {
    const house = await houseWith({ socketsPerSession: 2, sockets: 3 })
    const [ann, boss] = [{ token: await house.apiToken('ann', ['read']) }, { token: await house.apiToken('boss', ['read']) }]
    const [first] = [await house.socket(ann), await house.socket(ann)]
    expect(await refusal(house.socket(ann))).toBe(429)
    await house.socket(boss)
    expect(await refusal(house.socket(boss))).toBe(503)

    first!.socket.close()
    await first!.closed
    await house.socketsAtMost(2)
    await house.socket(boss)

    const many = await Promise.all(Array.from({ length: 10 }, () => refusal(house.socket(ann))))
    expect(many.filter(status => status === 101)).toEqual([])
    await house.close()
  })
})
