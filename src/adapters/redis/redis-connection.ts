// One connection to Redis: bounded in how long it waits, how often it tries, and what it holds back.
import { Redis } from 'ioredis'
import { SourceError } from '../../connectivity/source-error.ts'

export interface RedisPlace {
  /** 'redis://127.0.0.1:6379/0' or 'rediss://user:password@host:6380'. */
  readonly url: string
  /** Before every key; 'quadrant:' when not given. */
  readonly prefix?: string
  /** How long a command may take; 2,000 ms when not given. */
  readonly commandMillis?: number
}

const RECONNECT_MILLIS_MAX = 5_000

/**
 * Commands fail at once while there is no connection: a cache that makes people wait is worse than none, and a lease that
 * comes late is none. It reconnects with jitter, at least every five seconds, until closed.
 */
export function openRedis({ url, prefix = 'quadrant:', commandMillis = 2_000 }: RedisPlace): Redis {
  const redis = new Redis(url, {
    keyPrefix: prefix,
    lazyConnect: true,
    connectTimeout: commandMillis,
    commandTimeout: commandMillis,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: tries => Math.ceil(Math.random() * Math.min(RECONNECT_MILLIS_MAX, 50 * 2 ** Math.min(tries, 10))),
  })
  // Said by the commands that fail.
  redis.on('error', () => undefined)
  return redis
}

/** Connected, or why not. Called before the first command; later ones find the connection or fail. */
export async function ready(redis: Redis): Promise<void> {
  const isReady = () => redis.status === 'ready'
  if (isReady()) return
  if (redis.status === 'wait') {
    await redis.connect().catch(error => {
      throw unreachable(error)
    })
  }
  if (!isReady()) throw unreachable(new Error(`the connection is ${redis.status}`))
}

/** The address stays out of it: whoever is refused a sign-in reads this too. */
const unreachable = (error: Error & { readonly code?: string }): SourceError =>
  new SourceError('UPSTREAM_REDIS', {
    message: `Redis cannot be reached: ${error.code ?? 'it does not answer'}`,
    fix: 'start it, correct its address, or take it out of the configuration: memory and files do without',
    passing: true,
  })
