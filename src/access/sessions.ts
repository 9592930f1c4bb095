// Sessions: kept in memory, where every request is checked, and written through to a store that outlives the process.
import { createHash, createHmac } from 'node:crypto'
import { InTurn } from './in-turn.ts'
import { RefreshTokens } from './refresh-token.ts'
import type { SessionRecord, SessionStore, UserRecord } from './stores.ts'

export interface SessionLimits {
  /** Without a request for so long, a session ends; of people who trade or administer sooner. */
  readonly idleMillis: number
  readonly idleMillisOfPower: number
  /** However busy it is, it ends. */
  readonly lifeMillis: number
  readonly perUser: number
  /** For so long after a refresh the token before it gets the same answer, once: the first answer may have been lost. */
  readonly graceMillis: number
}

export const SESSION_LIMITS: SessionLimits = {
  idleMillis: 30 * 60_000,
  idleMillisOfPower: 15 * 60_000,
  lifeMillis: 12 * 3_600_000,
  perUser: 5,
  graceMillis: 10_000,
}

/** Why a session is no more. */
export type SessionEnd =
  | 'signed-out'
  | 'ended'
  | 'idle'
  | 'expired'
  | 'user-changed'
  | 'too-many'
  | 'reused'
  | 'replaced'
  | 'elsewhere'

export type Refreshed =
  | { readonly kind: 'refreshed'; readonly session: SessionRecord; readonly refreshToken: string }
  /** An old token came again: somebody else may hold it. The session is over for both. */
  | { readonly kind: 'reused'; readonly session: SessionRecord }
  | { readonly kind: 'refused' }

export interface SessionsOptions {
  readonly store: SessionStore
  /** 32 bytes that are kept apart from the store. */
  readonly key: Uint8Array
  readonly userOf: (name: string) => Promise<UserRecord | undefined>
  readonly now: () => number
  readonly random: (bytes: number) => Buffer
  readonly limits: SessionLimits
  readonly ended: (session: SessionRecord, why: SessionEnd) => void
}

export type SessionStart = Pick<SessionRecord, 'methods' | 'address' | 'device' | 'signedIn'> & {
  /** The absolute end, where it is not the usual one. */
  readonly expires?: number
}

/** How often the store hears that a session is alive; memory knows exactly. */
const SEEN_MILLIS = 60_000

export class Sessions {
  readonly #options: SessionsOptions
  readonly #tokens: RefreshTokens
  readonly #live = new Map<string, SessionRecord>()
  /** When the store last heard of each. */
  readonly #told = new Map<string, number>()
  /** Ended here, until they would have ended anyway: a reading that was under way does not bring one back. */
  readonly #over = new Map<string, number>()
  /** The old token whose repetition was answered, by session. */
  readonly #graced = new Map<string, string>()
  /** Those that come while the first is under way share its answer. */
  readonly #refreshing = new Map<string, Promise<Refreshed>>()
  /** Changes of one session reach the store in the order they were made. */
  readonly #turns = new InTurn()
  readonly #unwatch: () => void

  constructor(options: SessionsOptions) {
    this.#options = options
    this.#tokens = new RefreshTokens(options)
    this.#unwatch = options.store.watch(id => void this.#look(id).catch(() => undefined))
  }

  async open(user: UserRecord, start: SessionStart): Promise<{ readonly session: SessionRecord; readonly refreshToken: string }> {
    const { store, now, random, limits } = this.#options
    const id = random(16).toString('base64url')
    const refreshToken = this.#tokens.first(id)
    const session: SessionRecord = {
      id,
      user: user.name,
      userVersion: user.version,
      created: now(),
      lastSeen: now(),
      expires: now() + limits.lifeMillis,
      ...start,
      refreshHash: sha256(refreshToken),
      previousHash: null,
      rotated: now(),
      csrfKey: random(32).toString('base64url'),
    }
    await store.save(session)
    this.#keep(session)
    await this.#makeRoom(session)
    return { session, refreshToken }
  }

  /** The session, if it still stands for its user as he is now; what no longer does is ended. */
  async current(id: string): Promise<SessionRecord | undefined> {
    const session = this.#live.get(id) ?? (await this.#load(id))
    if (session === undefined) return undefined
    const why = this.#fault(session, await this.#options.userOf(session.user))
    if (why === undefined) return this.#live.get(id)
    await this.end(id, why)
    return undefined
  }

  /** A request came: the session is not idle. */
  async seen(id: string): Promise<void> {
    const session = this.#live.get(id)
    const now = this.#options.now()
    if (session === undefined || session.lastSeen >= now) return
    this.#live.set(id, { ...session, lastSeen: now })
    if (now - (this.#told.get(id) ?? 0) < SEEN_MILLIS) return
    this.#told.set(id, now)
    // A store that is away for a while must not turn people away whom memory knows.
    await this.#save(id).catch(() => undefined)
  }

  /** The password was given again. Undefined when the session is over. */
  async confirm(id: string, methods: readonly string[]): Promise<SessionRecord | undefined> {
    const session = this.#live.get(id)
    if (session === undefined) return undefined
    this.#keep({ ...session, signedIn: this.#options.now(), methods })
    await this.#save(id)
    return this.#live.get(id)
  }

  /** Replaces a refresh token. Of many at the same time one is the first, and the others get what it got. */
  refresh(token: string): Promise<Refreshed> {
    const running = this.#refreshing.get(token)
    if (running !== undefined) return running
    const refreshing = this.#refresh(token).finally(() => this.#refreshing.delete(token))
    this.#refreshing.set(token, refreshing)
    return refreshing
  }

  /** Of this user, the last seen first. */
  async of(user: string): Promise<readonly SessionRecord[]> {
    const stored = await this.#options.store.sessions(user)
    const now = this.#options.now()
    return stored
      .filter(({ id, expires }) => expires > now && !this.#over.has(id))
      .map(session => this.#live.get(session.id) ?? session)
      .sort((a, b) => b.lastSeen - a.lastSeen)
  }

  /** At once in memory, then in the store. Undefined when there is no such session. */
  async end(id: string, why: SessionEnd): Promise<SessionRecord | undefined> {
    const session = this.#live.get(id) ?? (await this.#load(id))
    if (session === undefined || !this.#live.has(id)) return undefined
    this.#forget(session)
    this.#options.ended(session, why)
    await this.#turns.run(id, () => this.#options.store.remove(id))
    return session
  }

  async endAll(user: string, why: SessionEnd, { except }: { readonly except?: string } = {}): Promise<void> {
    const endSome = (sessions: Iterable<SessionRecord>) => {
      const wanted = [...sessions].filter(session => session.user === user && session.id !== except)
      return Promise.all(wanted.map(({ id }) => this.end(id, why)))
    }
    // What is in memory ends before the store is waited for.
    await endSome(this.#live.values())
    await endSome(await this.#options.store.sessions(user))
  }

  /** Ends what is over by the clock or by its user, so that an open socket does not outlive its session. */
  async sweep(): Promise<void> {
    const now = this.#options.now()
    for (const [id, until] of this.#over) if (now >= until) this.#over.delete(id)
    await Promise.all([...this.#live.keys()].map(id => this.current(id)))
  }

  /** What a page sends back as X-CSRF: only who may read the session's answers can know it. */
  csrf({ id, csrfKey }: SessionRecord): string {
    return createHmac('sha256', csrfKey).update(id).digest('base64url')
  }

  async close(): Promise<void> {
    this.#unwatch()
    await this.#options.store.close()
  }

  async #refresh(token: string): Promise<Refreshed> {
    const known = this.#tokens.read(token)
    if (known === undefined) return { kind: 'refused' }
    const { session: id, next: refreshToken } = known
    const hash = sha256(token)

    let session = await this.current(id)
    for (let tries = 0; session !== undefined && tries < 3; tries++) {
      if (session.refreshHash === hash) {
        const replaced = await this.#turns.run(id, () => this.#rotate(id, hash, sha256(refreshToken)))
        if (replaced !== undefined) return { kind: 'refreshed', session: replaced, refreshToken }
      } else if (tries > 0 && this.#isLate(session, hash)) {
        this.#graced.set(id, hash)
        return { kind: 'refreshed', session, refreshToken }
      }
      // Another process may have been faster: the store knows, and what follows is decided by what it says.
      if (tries < 2) session = await this.#load(id)
    }
    if (session === undefined || (await this.end(id, 'reused')) === undefined) return { kind: 'refused' }
    return { kind: 'reused', session }
  }

  async #rotate(id: string, before: string, after: string): Promise<SessionRecord | undefined> {
    const session = this.#live.get(id)
    if (session === undefined) return undefined
    const { now, store } = this.#options
    const next = { ...session, refreshHash: after, previousHash: before, rotated: now(), lastSeen: now() }
    if (!(await store.rotate(next, before)) || !this.#live.has(id)) return undefined
    this.#keep(next)
    return next
  }

  /** The answer to this token may have been lost, and nobody asked for it again yet. */
  #isLate({ id, previousHash, rotated }: SessionRecord, hash: string): boolean {
    const { now, limits } = this.#options
    return previousHash === hash && now() - rotated <= limits.graceMillis && this.#graced.get(id) !== hash
  }

  #fault(session: SessionRecord, user: UserRecord | undefined): SessionEnd | undefined {
    const { now, limits } = this.#options
    if (user === undefined || user.disabled || user.version !== session.userVersion) return 'user-changed'
    if (now() >= session.expires) return 'expired'
    const hasPower = user.roles.includes('trade') || user.roles.includes('admin')
    const idle = hasPower ? limits.idleMillisOfPower : limits.idleMillis
    return now() - session.lastSeen >= idle ? 'idle' : undefined
  }

  /** The oldest give way to the new one; what is over by the clock is cleared away. */
  async #makeRoom({ id, user }: SessionRecord): Promise<void> {
    const { store, now } = this.#options
    const stored = await store.sessions(user)
    for (const past of stored.filter(({ expires }) => expires <= now())) await store.remove(past.id)
    const others = (await this.of(user)).filter(other => other.id !== id).sort((a, b) => a.created - b.created)
    const surplus = Math.max(0, others.length + 1 - this.#options.limits.perUser)
    for (const oldest of others.slice(0, surplus)) await this.end(oldest.id, 'too-many')
  }

  async #save(id: string): Promise<void> {
    await this.#turns.run(id, async () => {
      const session = this.#live.get(id)
      if (session !== undefined) await this.#options.store.save(session)
    })
  }

  async #load(id: string): Promise<SessionRecord | undefined> {
    if (this.#over.has(id)) return undefined
    return this.#turns.run(id, async () => {
      const session = await this.#options.store.session(id)
      if (session === undefined || this.#over.has(id)) return undefined
      this.#keep({ ...session, lastSeen: Math.max(session.lastSeen, this.#live.get(id)?.lastSeen ?? 0) })
      return this.#live.get(id)
    })
  }

  /** Another process changed or ended it. */
  async #look(id: string): Promise<void> {
    if (!this.#live.has(id) || (await this.#load(id)) !== undefined) return
    const gone = this.#live.get(id)
    if (gone === undefined) return
    this.#forget(gone)
    this.#options.ended(gone, 'elsewhere')
  }

  #keep(session: SessionRecord): void {
    this.#live.set(session.id, session)
    this.#told.set(session.id, this.#options.now())
  }

  #forget({ id, expires }: SessionRecord): void {
    this.#over.set(id, expires)
    this.#live.delete(id)
    this.#told.delete(id)
    this.#graced.delete(id)
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
