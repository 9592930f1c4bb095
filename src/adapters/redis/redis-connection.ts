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

const openings = new WeakMap<Redis, Promise<void>>()

/**
 * Connected, or why not: those that come while it is being opened the first time wait for the same opening, later ones find
 * the connection or fail. Commands go through `ask`. Throws SourceError UPSTREAM_REDIS.
 */
export async function ready(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return
  if (redis.status === 'wait') openings.set(redis, open(redis))
  const opening = openings.get(redis)
  if (opening === undefined) throw unreachable(new Error(`the connection is ${redis.status}`))
  await opening
}

async function open(redis: Redis): Promise<void> {
  try {
    await redis.connect()
  } catch (error) {
    throw unreachable(error as Error)
  } finally {
    openings.delete(redis)
  }
}

/**
 * What the commands answer. A connection that looks ready can break under a command, be it before it is written or while its
 * answer is waited for: that is said in the same words as one that could not be made. Throws SourceError UPSTREAM_REDIS.
 */
export async function ask<T>(redis: Redis, commands: () => Promise<T>): Promise<T> {
  await ready(redis)
  try {
    return await commands()
  } catch (error) {
    throw error instanceof SourceError ? error : unreachable(error as Error)
  }
}

/** The address stays out of it: whoever is refused a sign-in reads this too. A refusal is known by its first word (OOM, NOAUTH). */
const unreachable = (error: Error & { readonly code?: string }): SourceError =>
  new SourceError('UPSTREAM_REDIS', {
    message:
      error.name === 'ReplyError'
        ? `Redis refuses: ${error.message.split(' ', 1)}`
        : `Redis cannot be reached: ${error.code ?? 'it does not answer'}`,
    fix: 'start it, correct its address, or take it out of the configuration: memory and files do without',
    passing: true,
  })
