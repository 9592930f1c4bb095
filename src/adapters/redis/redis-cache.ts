// The second level of a cache in Redis, shared by all processes of all machines.
import type { Redis } from 'ioredis'
import { type CacheLevel, formatKept, type Kept, parseKept } from '../../connectivity/two-level-cache.ts'
import { openRedis, type RedisPlace, ready } from './redis-connection.ts'

export class RedisCache implements CacheLevel {
  readonly #redis: Redis

  constructor(place: RedisPlace) {
    this.#redis = openRedis(place)
  }

  /** Throws SourceError UPSTREAM_REDIS. */
  async get(key: string): Promise<Kept | undefined> {
    await ready(this.#redis)
    const text = await this.#redis.get(`cache:${key}`)
    return text === null ? undefined : parseKept(text)
  }

  async set(key: string, kept: Kept, keepMillis: number): Promise<void> {
    await ready(this.#redis)
    await this.#redis.set(`cache:${key}`, formatKept(kept), 'PX', Math.max(1, Math.ceil(keepMillis)))
  }

  async remove(key: string): Promise<void> {
    await ready(this.#redis)
    await this.#redis.del(`cache:${key}`)
  }

  async close(): Promise<void> {
    this.#redis.disconnect()
  }
}
