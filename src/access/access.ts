// Who may do what: sign-in, sessions and rights of people and their tokens. Asked by the gateway at every request.
import { createHash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { AccessError } from './access-error.ts'
import { AccessTokens } from './access-token.ts'
import { ApiTokens } from './api-tokens.ts'
import type { AuditEntry } from './audit-entry.ts'
import type { Ended, House } from './house.ts'
import { InTurn } from './in-turn.ts'
import { KnownDevices } from './known-device.ts'
import { MemorySessions } from './memory-stores.ts'
import { type PasswordCost, Passwords } from './password.ts'
import { People } from './people.ts'
import {
  type Person,
  personOf,
  type SessionLine,
  type SessionReply,
  sessionLineOf,
  type TokenLine,
} from './people-on-the-wire.ts'
import type { Actor, Circumstances, Identity, Principal } from './principal.ts'
import { Proofs } from './proofs.ts'
import { SecondFactor } from './second-factor.ts'
import { SESSION_LIMITS, type SessionLimits, Sessions } from './sessions.ts'
import { type Credentials, type Presented, type SignedIn, SignIn } from './sign-in.ts'
import { type SigningKeyFile, SigningKeys } from './signing-keys.ts'
import type { PeopleStore, SessionStore } from './stores.ts'
import { Throttle } from './throttle.ts'
import { type NewUser, type UserChange, UserDesk } from './user-desk.ts'

export type { Presented }

export interface AccessOptions {
  readonly people: PeopleStore
  /** Memory when not given. Closed by `close`. */
  readonly sessions?: SessionStore
  /** 32 bytes, kept apart from the stores. Passwords, refresh tokens and known devices hang on it. */
  readonly pepper: Uint8Array
  readonly signingKeys?: SigningKeyFile
  /** For second-factor secrets at rest: AES-256-GCM or better; `about` is bound into the seal. */
  readonly seal: (text: string, about: string) => string
  readonly open: (sealed: string, about: string) => string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** The system's own when not given. */
  readonly random?: (bytes: number) => Buffer
  readonly passwordCost?: PasswordCost
  readonly limits?: Partial<SessionLimits>
  /** Nobody gets in without a client certificate in the user's name. */
  readonly requireCertificate?: boolean
  /** The audit trail. What it throws stops what was to be recorded. */
  readonly on?: (entry: AuditEntry) => void | Promise<void>
}

export class Access {
  readonly #house: House
  readonly #signIn: SignIn
  readonly #secondFactor: SecondFactor
  readonly #desk: UserDesk
  readonly #tokens: ApiTokens
  readonly #listeners = new Set<(ended: Ended) => void>()
  readonly #setup = new InTurn()
  readonly #setupToken: string

  constructor(options: AccessOptions) {
    const { people: store, pepper, now, random = randomBytes, on } = options
    const key = (purpose: string) => Buffer.from(hkdfSync('sha256', pepper, '', `quadrant ${purpose}`, 32))
    const tell = (ended: Ended) => {
      for (const listener of this.#listeners) listener(ended)
    }
    const people = new People({ store, now })
    const house: House = {
      store,
      people,
      sessions: new Sessions({
        store: options.sessions ?? new MemorySessions(),
        key: key('refresh'),
        userOf: people.find,
        now,
        random,
        limits: { ...SESSION_LIMITS, ...options.limits },
        ended: ({ user, id }, why) => tell({ user, session: id, why }),
      }),
      passwords: new Passwords({ pepper, random, ...(options.passwordCost ? { cost: options.passwordCost } : {}) }),
      throttle: new Throttle({ now }),
      devices: new KnownDevices(key('device')),
      now,
      random,
      seal: options.seal,
      open: options.open,
      record: async (by, from, { action, object, before = null, after = null, reason = '', result = 'done' }) =>
        on?.({
          actor: by.actor,
          session: by.session,
          address: from.address,
          correlationId: from.correlationId,
          action,
          object,
          before,
          after,
          reason,
          result,
        }),
      tell,
    }
    this.#house = house
    const tokens = new AccessTokens({ keys: new SigningKeys({ file: options.signingKeys, now }), now })
    this.#tokens = new ApiTokens(house)
    this.#secondFactor = new SecondFactor(house)
    this.#signIn = new SignIn({
      house,
      tokens,
      apiTokens: this.#tokens,
      proofs: new Proofs({ house, secondFactor: this.#secondFactor }),
      secondFactor: this.#secondFactor,
      requireCertificate: options.requireCertificate ?? false,
    })
    this.#desk = new UserDesk(house)
    this.#setupToken = random(24).toString('base64url')
  }

  /** Calls back at once when a session, a token or a user is let in no more; returns what ends the listening. */
  onEnded(listener: (ended: Ended) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async setupNeeded(): Promise<boolean> {
    return (await this.#house.people.all()).length === 0
  }

  /** What the server prints where the house has no users yet; whoever reads its console may make the owner. */
  get setupToken(): string {
    return this.#setupToken
  }

  /** Throws AccessError SETUP_DONE, SETUP_REFUSED, PASSWORD_WEAK, ATTEMPTS_EXCEEDED. */
  createOwner(owner: { readonly token: string } & Credentials, from: Circumstances): Promise<SignedIn> {
    return this.#setup.run('setup', async () => {
      if (!(await this.setupNeeded())) {
        throw new AccessError('SETUP_DONE', {
          status: 409,
          message: 'this house has an owner already',
          fix: 'sign in, or ask an admin for an account',
        })
      }
      const takeBack = this.#house.throttle.begin({ account: `the setup from ${from.address}`, address: from.address })
      if (!sameText(owner.token, this.#setupToken)) {
        throw new AccessError('SETUP_REFUSED', {
          status: 403,
          message: 'this is not the token that the server printed when it started',
          fix: "read it from the server's console, or start the server again for a new one",
        })
      }
      takeBack()
      this.#signIn.checkCertificate(owner.name, owner.certificate)
      const by: Actor = { actor: owner.name, session: '' }
      await this.#desk.add({ name: owner.name, password: owner.password, roles: ['admin', 'trade'], accounts: ['*'] }, by, from)
      return this.#signIn.signIn(owner, from)
    })
  }

  /** Throws AccessError SIGN_IN_REFUSED, SECOND_FACTOR_NEEDED, ATTEMPTS_EXCEEDED, PASSWORD_CHECK_BUSY, CERTIFICATE_REQUIRED. */
  signIn(credentials: Credentials, from: Circumstances): Promise<SignedIn> {
    return this.#signIn.signIn(credentials, from)
  }

  /** Throws AccessError REFRESH_REFUSED, REFRESH_REUSED: the session is over. */
  refresh(refreshToken: string | undefined, from: Circumstances): Promise<SignedIn> {
    return this.#signIn.refresh(refreshToken, from)
  }

  /** A fresh sign-in within the session. Throws AccessError as `signIn` does. */
  confirm(
    who: Principal,
    proof: { readonly password: string; readonly code?: string | undefined },
    from: Circumstances,
  ): Promise<SignedIn> {
    return this.#signIn.confirm(who, proof, from)
  }

  async signOut(who: Principal, from: Circumstances): Promise<void> {
    await this.#house.sessions.end(who.session, 'signed-out')
    await this.#house.record(who, from, { action: 'session.end', object: `session:${who.session}`, reason: 'signed out' })
  }

  /** Throws AccessError SIGN_IN_REQUIRED, ACCESS_EXPIRED, SESSION_ENDED, CERTIFICATE_REQUIRED. */
  identify(given: Presented): Promise<Identity> {
    return this.#signIn.identify(given)
  }

  /**
   * Whom `identify` found, as he is now: for an open socket. Undefined when he is let in no more. Does not keep the session from
   * becoming idle.
   */
  again(who: Identity): Promise<Identity | undefined> {
    return this.#signIn.again(who)
  }

  /** What `GET /session` says. */
  describe(who: Identity): Promise<SessionReply> {
    return this.#signIn.describe(who)
  }

  async sessionsOf(who: Principal): Promise<readonly SessionLine[]> {
    return (await this.#house.sessions.of(who.user)).map(session => sessionLineOf(session, who.session))
  }

  /** One of your own. Throws AccessError SESSION_NOT_FOUND. */
  async endSession(who: Principal, id: string, from: Circumstances): Promise<void> {
    const own = (await this.#house.sessions.of(who.user)).some(session => session.id === id)
    if (!own) {
      throw new AccessError('SESSION_NOT_FOUND', {
        status: 404,
        message: 'none of your sessions has this id',
        fix: 'it may have ended already; look at the list again',
      })
    }
    await this.#house.sessions.end(id, 'ended')
    await this.#house.record(who, from, { action: 'session.end', object: `session:${id}`, reason: 'ended by its user' })
  }

  /** Every session ends; what is returned is the new one. Throws AccessError SIGN_IN_REFUSED, PASSWORD_WEAK and as `signIn`. */
  changePassword(
    who: Principal,
    passwords: { readonly current: string; readonly next: string },
    from: Circumstances,
  ): Promise<SignedIn> {
    return this.#signIn.changePassword(who, passwords, from)
  }

  /** Throws AccessError SECOND_FACTOR_PRESENT. */
  beginSecondFactor(who: Principal, from: Circumstances): Promise<{ readonly secret: string; readonly uri: string }> {
    return this.#secondFactor.begin(who, from)
  }

  /** Every other session ends, and this one gets a new id. Throws AccessError SECOND_FACTOR_ABSENT, CODE_WRONG. */
  confirmSecondFactor(
    who: Principal,
    code: string,
    from: Circumstances,
  ): Promise<{ readonly recoveryCodes: readonly string[]; readonly signedIn: SignedIn }> {
    return this.#signIn.confirmSecondFactor(who, code, from)
  }

  /** As above. */
  dropSecondFactor(who: Principal, code: string, from: Circumstances): Promise<SignedIn> {
    return this.#signIn.dropSecondFactor(who, code, from)
  }

  async users(): Promise<readonly Person[]> {
    return (await this.#house.people.all()).map(personOf)
  }

  /** Throws AccessError USER_EXISTS, PASSWORD_WEAK. */
  addUser(user: NewUser, by: Actor, from: Circumstances): Promise<Person> {
    return this.#desk.add(user, by, from)
  }

  /** Throws AccessError USER_NOT_FOUND, LAST_ADMIN, PASSWORD_WEAK. */
  changeUser(name: string, change: UserChange, by: Actor, from: Circumstances): Promise<Person> {
    return this.#desk.change(name, change, by, from)
  }

  /** Your own, or everybody's for an admin. */
  tokens(who: Principal): Promise<readonly TokenLine[]> {
    return this.#tokens.list(who)
  }

  /** Throws AccessError TOKEN_SCOPE. */
  newToken(
    who: Principal,
    wanted: { readonly name: string; readonly scopes: TokenLine['scopes']; readonly days: number },
    from: Circumstances,
  ): Promise<{ readonly token: string; readonly line: TokenLine }> {
    return this.#tokens.make(who, wanted, from)
  }

  /** Your own, or anybody's for an admin. Throws AccessError TOKEN_NOT_FOUND. */
  revokeToken(who: Principal, id: string, from: Circumstances): Promise<void> {
    return this.#tokens.revoke(who, id, from)
  }

  async preferences(who: Pick<Principal, 'user'>): Promise<Readonly<Record<string, unknown>>> {
    return (await this.#house.people.find(who.user))?.preferences ?? {}
  }

  async savePreferences(who: Pick<Principal, 'user'>, preferences: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#house.people.change(who.user, user => ({ ...user, preferences }))
  }

  /** Sessions in force, of everybody. */
  async sessionCount(): Promise<number> {
    const of = await Promise.all((await this.#house.people.all()).map(({ name }) => this.#house.sessions.of(name)))
    return of.reduce((sum, sessions) => sum + sessions.length, 0)
  }

  /** To be called every second: ends what is over by the clock or was ended by another process, forgets what no longer counts. */
  async sweep(): Promise<void> {
    this.#house.throttle.sweep()
    // A store that cannot be read keeps nobody in longer.
    const read = await Promise.allSettled([this.#house.people.refresh(), this.#tokens.refresh()])
    await this.#house.sessions.sweep()
    for (const each of read) if (each.status === 'rejected') throw each.reason
  }

  async close(): Promise<void> {
    this.#listeners.clear()
    await this.#house.sessions.close()
  }
}

function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
