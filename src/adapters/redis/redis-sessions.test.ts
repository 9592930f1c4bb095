// Sessions in a real Redis: what every store of sessions keeps, and what only a shared one must.
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AccessWorld, FROM, outcome } from '../../../test/access-world.ts'
import { sessionRecord, sessionStoreContract } from '../../../test/contracts/session-store.ts'
import { MemoryPeople } from '../../../test/memory-people.ts'
import { describeRedis, RedisServer } from '../../../test/redis.ts'
import { RedisSessions } from './redis-sessions.ts'

describeRedis('sessions in Redis', () => {
  let server: RedisServer
  let places = 0
  beforeAll(async () => {
    server = await RedisServer.start()
  })
  afterAll(() => server.stop())
  const place = () => ({ url: server.url, prefix: `sessions-${++places}:` })

  sessionStoreContract(
    'Redis',
    () => {
      const shared = place()
      return { open: () => new RedisSessions(shared), close: async () => undefined }
    },
    { isShared: true },
  )

  test('a session is gone from Redis when it is over, and nothing of its user stays', async () => {
    const own = place()
    const store = new RedisSessions(own)
    const redis = new Redis(server.url)
    await store.save(sessionRecord('long', { expires: Date.now() + 3_600_000 }))
    await store.save(sessionRecord('short', { expires: Date.now() + 60_000 }))
    const lives = async (key: string) => redis.pttl(`${own.prefix}${key}`)
    expect(await lives('session:short')).toBeLessThanOrEqual(60_000)
    expect(await lives('session:long')).toBeGreaterThan(3_000_000)
    expect(await lives('sessions:anna'), 'the index lives as long as the longest').toBeGreaterThan(3_000_000)

    await store.save(sessionRecord('over', { expires: Date.now() - 1 }))
    expect(await store.session('over')).toBeUndefined()
    expect((await store.sessions('anna')).map(({ id }) => id).sort()).toEqual(['long', 'short'])
    expect(await redis.smembers(`${own.prefix}sessions:anna`), 'what is over is swept out').toHaveLength(2)
    redis.disconnect()
    await store.close()
  })

  test('a late save of another process does not bring an ended session back', async () => {
    const own = place()
    const [one, other] = [new RedisSessions(own), new RedisSessions(own)]
    const session = sessionRecord('one')
    await one.save(session)
    await other.remove('one')
    await one.save({ ...session, lastSeen: session.lastSeen + 1 })
    expect(await one.session('one')).toBeUndefined()
    expect(await one.sessions('anna')).toEqual([])
    await one.close()
    await other.close()
  })

  test('the first commands may come all at once, while the connection is being made', async () => {
    const store = new RedisSessions(place())
    const found = await Promise.all(Array.from({ length: 20 }, (_, i) => store.session(`s${i}`)))
    expect(found).toEqual(Array.from({ length: 20 }, () => undefined))
    await store.close()
  })

  test('after a break in listening, every session this process holds is looked at again', async () => {
    const own = await RedisServer.start()
    const store = new RedisSessions({ url: own.url })
    try {
      await store.save(sessionRecord('one'))
      let wake: (id: string) => void = () => undefined
      const heard = new Promise<string>(resolve => (wake = resolve))
      // The first time it listens it may speak of what it holds as well: only what comes after the break counts.
      let isBack = false
      store.watch(id => {
        if (isBack) wake(id)
      })
      await own.pause()
      await expect(store.session('one')).rejects.toMatchObject({ code: 'UPSTREAM_REDIS' })
      isBack = true
      await own.resume()
      expect(await heard).toBe('one')
    } finally {
      await store.close()
      await own.stop()
    }
  })

  test('commands under which the connection breaks say what a connection that cannot be made says', async () => {
    const own = await RedisServer.start()
    const store = new RedisSessions({ url: own.url })
    try {
      await store.save(sessionRecord('one'))
      const stopped = own.pause()
      const isOver = stopped.then(() => true)
      const words = new Set<string>()
      // From the moment it is told to stop until it is gone, a command at every turn of the loop.
      for (let over = false; !over; ) {
        const later = new Promise<false>(resolve => setImmediate(resolve, false))
        words.add(await outcome(store.session('one')))
        over = await Promise.race([isOver, later])
      }
      words.add(await outcome(store.session('one')))
      expect([...words].filter(word => word !== 'done')).toEqual(['UPSTREAM_REDIS'])
    } finally {
      await store.close()
      await own.stop()
    }
  })

  test('two servers of one house: who is put out at one is out at the other, sockets too', async () => {
    const shared = place()
    const people = new MemoryPeople()
    const [one, other] = [0, 1].map(() => new AccessWorld({ people, sessions: new RedisSessions(shared) })) as [
      AccessWorld,
      AccessWorld,
    ]
    // Redis forgets by the machine's clock, so theirs shows the same.
    const now = Date.now()
    for (const world of [one, other]) world.time = now
    await one.add('anna')
    const [first, second] = [await one.signIn('anna'), await one.signIn('anna')]
    const out = new Promise<string | undefined>(resolve => other.access.onEnded(({ session }) => resolve(session)))
    for (const each of [first, second]) expect(await other.access.again(each.identity)).toBeDefined()

    await one.access.endSession(first.identity, second.identity.session, FROM)
    expect(await out).toBe(second.identity.session)
    expect(await other.access.again(second.identity)).toBeUndefined()
    expect(await other.access.again(first.identity)).toBeDefined()

    const refreshed = await Promise.all([one, other].map(({ access }) => access.refresh(first.refreshToken, FROM)))
    expect(new Set(refreshed.map(({ refreshToken }) => refreshToken)).size, 'both servers gave the same token').toBe(1)
    await one.access.close()
    await other.access.close()
  })

  test('without Redis nobody signs in or refreshes, and who is signed in goes on until his access ends', async () => {
    const own = await RedisServer.start()
    const world = new AccessWorld({ sessions: new RedisSessions({ url: own.url }) })
    try {
      world.time = Date.now()
      await world.add('anna')
      const signedIn = await world.signIn('anna')
      await own.pause()
      world.pass(2 * 60_000)
      expect(await outcome(world.identify(signedIn))).toBe('done')
      expect(await outcome(world.signIn('anna'))).toBe('UPSTREAM_REDIS')
      expect(await outcome(world.access.refresh(signedIn.refreshToken, FROM))).toBe('UPSTREAM_REDIS')
      expect(await outcome(world.access.signOut(signedIn.identity, FROM))).toBe('UPSTREAM_REDIS')
      expect(await outcome(world.identify(signedIn)), 'here it is over all the same').toBe('SESSION_ENDED')
    } finally {
      await world.access.close()
      await own.stop()
    }
  })
})
