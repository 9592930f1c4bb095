// Sessions in Redis, for several servers of one house: each sees what another opened, and hears at once what another ended.
import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { SessionRecord, SessionStore } from '../../access/stores.ts'
import { ask, openRedis, type RedisPlace, ready } from './redis-connection.ts'

// session:ID    hash of `refresh`, the hash in force, and `record`, the whole as JSON; gone when the session is over
// sessions:USER set of ids; lives as long as the longest of them
// ended:ID      says that a session was ended, until it would have been over: a late save does not bring it back
//
// Scripts run whole or not at all. KEYS: session:ID, sessions:USER, ended:ID, then ARGV.

/** ARGV: id, refresh hash, record, absolute end in milliseconds. */
const SAVE = `
if redis.call('EXISTS', KEYS[3]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'refresh', ARGV[2], 'record', ARGV[3])
redis.call('PEXPIREAT', KEYS[1], ARGV[4])
redis.call('SADD', KEYS[2], ARGV[1])
if redis.call('PTTL', KEYS[2]) < redis.call('PTTL', KEYS[1]) then redis.call('PEXPIREAT', KEYS[2], ARGV[4]) end
return 1`

/** ARGV: refresh hash, record, absolute end, the hash that must be in force. */
const ROTATE = `
if redis.call('HGET', KEYS[1], 'refresh') ~= ARGV[4] then return 0 end
redis.call('HSET', KEYS[1], 'refresh', ARGV[1], 'record', ARGV[2])
redis.call('PEXPIREAT', KEYS[1], ARGV[3])
return 1`

/** ARGV: id. */
const REMOVE = `
local left = redis.call('PTTL', KEYS[1])
if left > 0 then redis.call('SET', KEYS[3], '1', 'PX', left) end
redis.call('DEL', KEYS[1])
redis.call('SREM', KEYS[2], ARGV[1])
return left`

/** Without Redis nobody can sign in or refresh; who is signed in goes on until the access token ends. */
export class RedisSessions implements SessionStore {
  readonly #redis: Redis
  readonly #subscriber: Redis
  readonly #channel: string
  /** Tells this process's own words from the others'. */
  readonly #origin = randomUUID()
  readonly #listeners = new Set<(id: string) => void>()
  /** What this process may hold: after a break in listening, anything may have happened to them. */
  readonly #known = new Set<string>()
  #listening: Promise<void> | undefined

  constructor(place: RedisPlace) {
    this.#redis = openRedis(place)
    this.#subscriber = openRedis(place)
    this.#channel = `${place.prefix ?? 'quadrant:'}sessions`
    this.#subscriber.on('message', (_channel, message: string) => this.#heard(message))
    this.#subscriber.on('ready', () => this.#resume())
  }

  /** All throw SourceError UPSTREAM_REDIS when Redis cannot be reached. */
  async session(id: string): Promise<SessionRecord | undefined> {
    const record = await this.#ask(redis => redis.hget(`session:${id}`, 'record'))
    if (record === null) {
      this.#known.delete(id)
      return undefined
    }
    this.#known.add(id)
    return JSON.parse(record) as SessionRecord
  }

  async sessions(user: string): Promise<readonly SessionRecord[]> {
    const ids = await this.#ask(redis => redis.smembers(`sessions:${user}`))
    const found = await Promise.all(ids.map(id => this.session(id)))
    const over = ids.filter((_, i) => found[i] === undefined)
    if (over.length > 0) await this.#ask(redis => redis.srem(`sessions:${user}`, ...over))
    return found.filter(session => session !== undefined)
  }

  async save(session: SessionRecord): Promise<void> {
    const { id, refreshHash, expires } = session
    this.#known.add(id)
    const values = [id, refreshHash, JSON.stringify(session), expires]
    await this.#ask(redis => redis.eval(SAVE, 3, ...keysOf(session), ...values))
    await this.#say(id)
  }

  async remove(id: string): Promise<void> {
    const session = await this.session(id)
    this.#known.delete(id)
    if (session === undefined) return
    await this.#ask(redis => redis.eval(REMOVE, 3, ...keysOf(session), id))
    await this.#say(id)
  }

  async rotate(session: SessionRecord, expected: string): Promise<boolean> {
    const { id, refreshHash, expires } = session
    const values = [refreshHash, JSON.stringify(session), expires, expected]
    const done = await this.#ask(redis => redis.eval(ROTATE, 3, ...keysOf(session), ...values))
    if (done !== 1) return false
    await this.#say(id)
    return true
  }

  watch(changed: (id: string) => void): () => void {
    this.#listeners.add(changed)
    this.#listening ??= this.#listen()
    return () => void this.#listeners.delete(changed)
  }

  async close(): Promise<void> {
    this.#listeners.clear()
    await this.#listening
    this.#subscriber.disconnect()
    this.#redis.disconnect()
  }

  #ask<T>(commands: (redis: Redis) => Promise<T>): Promise<T> {
    return ask(this.#redis, () => commands(this.#redis))
  }

  /** Where it fails, the connection tries again by itself and `ready` comes back to it. */
  async #listen(): Promise<void> {
    await ready(this.#subscriber).catch(() => undefined)
  }

  #resume(): void {
    void this.#subscriber.subscribe(this.#channel).then(
      () => {
        for (const id of this.#known) this.#tell(id)
      },
      () => undefined,
    )
  }

  async #say(id: string): Promise<void> {
    await this.#ask(redis => redis.publish(this.#channel, `${this.#origin} ${id}`))
  }

  #heard(message: string): void {
    const [origin, id] = message.split(' ')
    if (origin !== this.#origin && id !== undefined) this.#tell(id)
  }

  #tell(id: string): void {
    for (const listener of this.#listeners) listener(id)
  }
}

const keysOf = ({ id, user }: SessionRecord): [string, string, string] => [`session:${id}`, `sessions:${user}`, `ended:${id}`]
