// A lease in Redis: held while its key lives, renewed by a heartbeat, numbered by a counter that only grows.
import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Hold, Lease } from '../../connectivity/lease.ts'
import { ask, openRedis, type RedisPlace } from './redis-connection.ts'

// Scripts run whole or not at all. KEYS: the lease, its counter. ARGV: the holder's id, milliseconds.

const ACQUIRE = `
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return redis.call('INCR', KEYS[2]) end
return 0`

/** Only the holder's own: a lease that ran out may be another's by now. */
const RENEW = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0`

const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`

/**
 * With one Redis this is as safe as that Redis: a failover to a replica that had not heard of the lease can give it twice. What
 * is done under it must bear that; token records do, by their generation.
 */
export class RedisLease implements Lease {
  readonly #redis: Redis
  readonly #staleMillis: number

  /** `staleMillis`: without a heartbeat for so long, the lease runs out; 30,000 when not given. */
  constructor(place: RedisPlace, { staleMillis = 30_000 }: { readonly staleMillis?: number } = {}) {
    this.#redis = openRedis(place)
    this.#staleMillis = staleMillis
  }

  /** Throws SourceError UPSTREAM_REDIS: without Redis nobody holds anything. */
  async acquire(name: string): Promise<Hold | undefined> {
    const keys = [`lease:${name}`, `fence:${name}`] as const
    const id = randomUUID()
    const fence = Number(await ask(this.#redis, () => this.#redis.eval(ACQUIRE, 2, ...keys, id, this.#staleMillis)))
    if (fence === 0) return undefined

    const renew = () => this.#redis.eval(RENEW, 1, keys[0], id, this.#staleMillis).catch(() => undefined)
    const timer = setInterval(renew, this.#staleMillis / 5)
    timer.unref()
    return {
      fence,
      current: async () => (await ask(this.#redis, () => this.#redis.get(keys[0]))) === id,
      release: async () => {
        clearInterval(timer)
        await ask(this.#redis, () => this.#redis.eval(RELEASE, 1, keys[0], id))
      },
    }
  }

  async close(): Promise<void> {
    this.#redis.disconnect()
  }
}
