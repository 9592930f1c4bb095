// Sessions: kept in memory, where every request is checked, and written through to a store that outlives the process.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
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
  /** 32 bytes; makes refresh tokens that are recognised as ours and cannot be made from the store's contents. */
  readonly key: Uint8Array
  readonly now: () => number
  readonly random: (bytes: number) => Buffer
  readonly limits: SessionLimits
  readonly ended: (session: SessionRecord, why: SessionEnd) => void
}

/** How often the store hears that a session is alive; memory knows exactly. */
const SEEN_MILLIS = 60_000

export class Sessions {
  readonly #options: SessionsOptions
  readonly #live = new Map<string, SessionRecord>()
  /** When the store last heard of each. */
  readonly #told = new Map<string, number>()
  /** The tokens whose repetition was answered once. */
  readonly #graced = new Map<string, string>()
  /** Those that come while the first is under way share its answer. */
  readonly #refreshing = new Map<string, Promise<Refreshed>>()
  readonly #unwatch: () => void

  constructor(options: SessionsOptions) {
    this.#options = options
    this.#unwatch = options.store.watch(id => void this.#look(id).catch(() => undefined))
  }

  async open(
    user: UserRecord,
    from: Pick<SessionRecord, 'methods' | 'address' | 'device' | 'signedIn'> & { readonly expires?: number },
  ): Promise<{ readonly session: SessionRecord; readonly refreshToken: string }> {
    const { store, now, random, limits } = this.#options
    const id = random(16).toString('base64url')
    const refreshToken = this.#issue(id, random(32).toString('base64url'))
    const session: SessionRecord = {
      id,
      user: user.name,
      userVersion: user.version,
      created: now(),
      lastSeen: now(),
      expires: now() + limits.lifeMillis,
      ...from,
      refreshHash: sha256(refreshToken),
      previousHash: null,
      rotated: now(),
      csrfKey: random(32).toString('base64url'),
    }
    await store.save(session)
    this.#keep(session)
    await this.#makeRoom(user)
    return { session, refreshToken }
  }

  /** The session, if it still stands for this user as he is now; what no longer does is ended. */
  async current(id: string, userOf: (name: string) => Promise<UserRecord | undefined>): Promise<SessionRecord | undefined> {
    const session = this.#live.get(id) ?? (await this.#load(id))
    if (session === undefined) return undefined
    const why = this.#over(session, await userOf(session.user))
    if (why === undefined) return this.#live.get(id) ?? undefined
    await this.end(id, why)
    return undefined
  }

  /** A request came: the session is not idle. */
  async seen(id: string): Promise<void> {
    const session = this.#live.get(id)
    const now = this.#options.now()
    if (session === undefined || session.lastSeen >= now) return
    const next = { ...session, lastSeen: now }
    this.#live.set(id, next)
    if (now - (this.#told.get(id) ?? 0) < SEEN_MILLIS) return
    this.#told.set(id, now)
    await this.#options.store.save(next)
  }

  /** The password was given again. */
  async confirm(id: string, methods: readonly string[]): Promise<SessionRecord | undefined> {
    const session = this.#live.get(id)
    if (session === undefined) return undefined
    const next = { ...session, signedIn: this.#options.now(), methods }
    await this.#options.store.save(next)
    this.#keep(next)
    return next
  }

  /** Replaces a refresh token. Of many at the same time one is the first, and the others get what it got. */
  refresh(token: string, userOf: (name: string) => Promise<UserRecord | undefined>): Promise<Refreshed> {
    const running = this.#refreshing.get(token)
    if (running !== undefined) return running
    const refreshing = this.#refresh(token, userOf).finally(() => this.#refreshing.delete(token))
    this.#refreshing.set(token, refreshing)
    return refreshing
  }

  async of(user: string): Promise<readonly SessionRecord[]> {
    const stored = await this.#options.store.sessions(user)
    const now = this.#options.now()
    return stored
      .map(session => this.#live.get(session.id) ?? session)
      .filter(session => session.expires > now)
      .sort((a, b) => b.lastSeen - a.lastSeen)
  }

  async end(id: string, why: SessionEnd): Promise<SessionRecord | undefined> {
    const session = this.#live.get(id) ?? (await this.#options.store.session(id))
    if (session === undefined) return undefined
    this.#forget(id)
    this.#options.ended(session, why)
    await this.#options.store.remove(id)
    return session
  }

  async endAll(user: string, why: SessionEnd, { except }: { readonly except?: string } = {}): Promise<void> {
    const stored = await this.#options.store.sessions(user)
    const live = [...this.#live.values()].filter(session => session.user === user)
    const ids = new Set([...stored, ...live].map(({ id }) => id))
    if (except !== undefined) ids.delete(except)
    // What is in memory ends at once, before the store is waited for.
    await Promise.all([...ids].map(id => this.end(id, why)))
  }

  /** Ends what is over by the clock, so that an open socket does not outlive its session. */
  async sweep(userOf: (name: string) => Promise<UserRecord | undefined>): Promise<void> {
    for (const session of [...this.#live.values()]) await this.current(session.id, userOf)
  }

  /** What a page sends back as X-CSRF: it can only be known by who may read the session's answers. */
  csrf({ id, csrfKey }: SessionRecord): string {
    return createHmac('sha256', csrfKey).update(id).digest('base64url')
  }

  async close(): Promise<void> {
    this.#unwatch()
    await this.#options.store.close()
  }

  async #refresh(token: string, userOf: (name: string) => Promise<UserRecord | undefined>): Promise<Refreshed> {
    const [id = '', secret = ''] = token.split('.')
    if (!safeEqual(token, this.#issue(id, secret))) return { kind: 'refused' }

    const session = await this.current(id, userOf)
    if (session === undefined) return { kind: 'refused' }
    const { store, now } = this.#options
    const hash = sha256(token)
    const refreshToken = this.#next(id, secret)

    if (session.refreshHash === hash) {
      const next = { ...session, refreshHash: sha256(refreshToken), previousHash: hash, rotated: now(), lastSeen: now() }
      if (await store.rotate(next, hash)) {
        // It may have been ended while the store was asked: what is over stays over.
        if (!this.#live.has(id)) return { kind: 'refused' }
        this.#keep(next)
        return { kind: 'refreshed', session: next, refreshToken }
      }
    }

    // Another process was faster, or the token is an old one: the store knows.
    const stored = (await this.#load(id)) ?? undefined
    if (stored === undefined) return { kind: 'refused' }
    const isLate = stored.previousHash === hash && now() - stored.rotated <= this.#options.limits.graceMillis
    if (isLate && this.#graced.get(id) !== hash) {
      this.#graced.set(id, hash)
      return { kind: 'refreshed', session: stored, refreshToken }
    }
    await this.end(id, 'reused')
    return { kind: 'reused', session: stored }
  }

  /** SESSION.SECRET.SEAL: the seal says that it is one of ours, however old, so that only a real token can betray a theft. */
  #issue(id: string, secret: string): string {
    return `${id}.${secret}.${this.#mac('seal', id, secret).subarray(0, 16).toString('base64url')}`
  }

  /** The token after this one: the same whoever asks and however often, and unknown without the key. */
  #next(id: string, secret: string): string {
    return this.#issue(id, this.#mac('next', id, secret).toString('base64url'))
  }

  #mac(purpose: string, id: string, secret: string): Buffer {
    return createHmac('sha256', this.#options.key).update(`${purpose}\n${id}\n${secret}`).digest()
  }

  #over(session: SessionRecord, user: UserRecord | undefined): SessionEnd | undefined {
    const { now, limits } = this.#options
    if (user === undefined || user.disabled || user.version !== session.userVersion) return 'user-changed'
    if (now() >= session.expires) return 'expired'
    const hasPower = user.roles.includes('trade') || user.roles.includes('admin')
    const idle = hasPower ? limits.idleMillisOfPower : limits.idleMillis
    return now() - session.lastSeen >= idle ? 'idle' : undefined
  }

  async #makeRoom(user: UserRecord): Promise<void> {
    const all = [...(await this.#options.store.sessions(user.name))].sort((a, b) => a.created - b.created)
    for (const { id } of all.slice(0, Math.max(0, all.length - this.#options.limits.perUser))) await this.end(id, 'too-many')
  }

  async #load(id: string): Promise<SessionRecord | undefined> {
    const session = await this.#options.store.session(id)
    if (session !== undefined) this.#keep(session)
    return session
  }

  /** Another process changed or ended it. */
  async #look(id: string): Promise<void> {
    const known = this.#live.get(id)
    if (known === undefined) return
    const stored = await this.#options.store.session(id)
    if (stored !== undefined) {
      this.#keep({ ...stored, lastSeen: Math.max(stored.lastSeen, known.lastSeen) })
      return
    }
    if (!this.#live.has(id)) return
    this.#forget(id)
    this.#options.ended(known, 'elsewhere')
  }

  #keep(session: SessionRecord): void {
    this.#live.set(session.id, session)
    this.#told.set(session.id, this.#options.now())
  }

  #forget(id: string): void {
    this.#live.delete(id)
    this.#told.delete(id)
    this.#graced.delete(id)
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

function safeEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
