// Redis as the shared level of the cache and as a lease, against a real server.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cacheContract } from '../../../test/contracts/cache.ts'
import { leaseContract } from '../../../test/contracts/lease.ts'
import { describeRedis, RedisServer } from '../../../test/redis.ts'
import { TwoLevelCache } from '../../connectivity/two-level-cache.ts'
import { micros } from '../../domain/numbers.ts'
import { RedisCache } from './redis-cache.ts'
import { RedisLease } from './redis-lease.ts'

describeRedis('Redis', () => {
  let server: RedisServer
  let places = 0
  beforeAll(async () => {
    server = await RedisServer.start()
  })
  afterAll(() => server.stop())

  cacheContract('Redis', async () => {
    const place = { url: server.url, prefix: `cache-${++places}:` }
    return () => new RedisCache(place)
  })

  leaseContract('Redis', () => {
    const place = { url: server.url, prefix: `lease-${++places}:` }
    const opened: RedisLease[] = []
    const admin = new RedisCache(place)
    return {
      open: () => {
        const lease = new RedisLease(place, { staleMillis: 600_000 })
        opened.push(lease)
        return lease
      },
      // What the server does to a key whose holder no longer renews it.
      passStale: async () => {
        await forget(server.url, `${place.prefix}lease:one`)
      },
      close: async () => {
        await admin.close()
        for (const lease of opened) await lease.close()
      },
    }
  })

  test('a holder renews its lease for as long as it lives', async () => {
    const place = { url: server.url, prefix: `lease-${++places}:` }
    const lease = new RedisLease(place, { staleMillis: 500 })
    const hold = await lease.acquire('one')
    await new Promise(resolve => setTimeout(resolve, 1_500))
    expect(await hold?.current()).toBe(true)
    await hold?.release()
    await lease.close()
  })

  test('without Redis commands fail at once, a cache does without, and both come back with it', async () => {
    const own = await RedisServer.start()
    const level = new RedisCache({ url: own.url })
    const lease = new RedisLease({ url: own.url })
    const cache = new TwoLevelCache({ clock: { now: () => micros(1) }, second: level })
    const freshness = { freshMillis: 0, staleMillis: 1 }
    try {
      expect((await cache.get('k', freshness, async () => '1')).value).toBe('1')
      await own.pause()
      expect((await cache.get('k', { freshMillis: -1, staleMillis: 1 }, async () => '2')).value).toBe('2')
      await expect(level.get('k')).rejects.toThrow()
      await expect(lease.acquire('one')).rejects.toThrow()

      await own.resume()
      const deadline = performance.now() + 30_000
      let hold: unknown
      while (hold === undefined && performance.now() < deadline) {
        hold = await lease.acquire('one').catch(() => undefined)
        await new Promise(resolve => setTimeout(resolve, 20))
      }
      expect(hold).toBeDefined()
    } finally {
      await level.close()
      await lease.close()
      await own.stop()
    }
  })

  test('a key that is somebody else’s text is no value', async () => {
    const place = { url: server.url, prefix: `cache-${++places}:` }
    const level = new RedisCache(place)
    await put(server.url, `${place.prefix}cache:k`, 'not ours')
    expect(await level.get('k')).toBeUndefined()
    await level.close()
  })
})

async function withRedis(url: string, act: (redis: import('ioredis').Redis) => Promise<unknown>): Promise<void> {
  const { Redis } = await import('ioredis')
  const redis = new Redis(url)
  await act(redis)
  redis.disconnect()
}

const forget = (url: string, key: string) => withRedis(url, redis => redis.del(key))
const put = (url: string, key: string, value: string) => withRedis(url, redis => redis.set(key, value))
