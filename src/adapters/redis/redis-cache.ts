// The second level of a cache in Redis, shared by all processes of all machines.
import type { Redis } from 'ioredis'
import { type CacheLevel, formatKept, type Kept, parseKept } from '../../connectivity/two-level-cache.ts'
import { ask, openRedis, type RedisPlace } from './redis-connection.ts'

export class RedisCache implements CacheLevel {
  readonly #redis: Redis

  constructor(place: RedisPlace) {
    this.#redis = openRedis(place)
  }

  /** Throws SourceError UPSTREAM_REDIS. */
  async get(key: string): Promise<Kept | undefined> {
    const text = await ask(this.#redis, () => this.#redis.get(`cache:${key}`))
    return text === null ? undefined : parseKept(text)
  }

  async set(key: string, kept: Kept, keepMillis: number): Promise<void> {
    const millis = Math.max(1, Math.ceil(keepMillis))
    await ask(this.#redis, () => this.#redis.set(`cache:${key}`, formatKept(kept), 'PX', millis))
  }

  async remove(key: string): Promise<void> {
    await ask(this.#redis, () => this.#redis.del(`cache:${key}`))
  }

  async close(): Promise<void> {
    this.#redis.disconnect()
  }
}
