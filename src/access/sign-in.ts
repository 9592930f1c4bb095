// Signing in and staying in: passwords and codes become a session, a session becomes short-lived access.
import { AccessError } from './access-error.ts'
import type { AccessClaims, AccessTokens } from './access-token.ts'
import { looksLikeApiToken } from './api-token.ts'
import type { ApiTokens } from './api-tokens.ts'
import type { House } from './house.ts'
import { checkPassword } from './password-rule.ts'
import { type SessionReply, sessionReplyOf } from './people-on-the-wire.ts'
import type { Circumstances, Identity, Principal } from './principal.ts'
import type { Proofs } from './proofs.ts'
import { rightsOf } from './rights.ts'
import type { SecondFactor } from './second-factor.ts'
import type { SessionRecord, UserRecord } from './stores.ts'

export interface Credentials {
  readonly name: string
  readonly password: string
  /** Of an authenticator, or a recovery code. */
  readonly code?: string | undefined
  /** The mark that an earlier sign-in left in this browser. */
  readonly deviceToken?: string | undefined
  /** The common name of a verified client certificate. */
  readonly certificate?: string | undefined
}

/** What came with a request. A bearer is looked at first; where it is no good, a cookie does not help. */
export interface Presented {
  readonly bearer?: string | undefined
  readonly accessCookie?: string | undefined
  readonly address: string
  /** The common name of a verified client certificate. */
  readonly certificate?: string | undefined
  /** Asked for by the server itself: does not keep the session from becoming idle. */
  readonly passive?: boolean | undefined
}

/** What a browser gets; tokens are for HttpOnly cookies only. */
export interface SignedIn {
  readonly accessToken: string
  /** Undefined where the one it has stays in force. */
  readonly refreshToken: string | undefined
  /** To be kept for months: marks this browser as known. Undefined where nothing changes. */
  readonly deviceToken: string | undefined
  /** Milliseconds. */
  readonly accessExpires: number
  readonly sessionExpires: number
  readonly identity: Identity
  readonly reply: SessionReply
}

export interface SignInParts {
  readonly house: House
  readonly tokens: AccessTokens
  readonly apiTokens: ApiTokens
  readonly proofs: Proofs
  readonly secondFactor: SecondFactor
  readonly requireCertificate: boolean
}

export class SignIn {
  readonly #parts: SignInParts
  readonly #house: House

  constructor(parts: SignInParts) {
    this.#parts = parts
    this.#house = parts.house
  }

  async signIn(given: Credentials, from: Circumstances): Promise<SignedIn> {
    const { devices, sessions, random } = this.#house
    const name = given.name.toLowerCase()
    this.checkCertificate(name, given.certificate)
    const known = devices.read(name, given.deviceToken)
    const { user, methods } = await this.#parts.proofs.prove({ ...given, name, device: known }, from)

    const opened = await sessions.open(user, {
      methods: given.certificate === undefined ? methods : [...methods, 'certificate'],
      address: from.address,
      device: from.device,
      signedIn: this.#house.now(),
    })
    const { session } = opened
    try {
      const by = { actor: user.name, session: session.id }
      await this.#house.record(by, from, {
        action: 'session.create',
        object: `user:${user.name}`,
        after: { methods: session.methods },
      })
    } catch (error) {
      await sessions.end(session.id, 'ended')
      throw error
    }
    return this.#grant(user, session, {
      refreshToken: opened.refreshToken,
      deviceToken: devices.issue(name, known ?? random(16).toString('base64url')),
    })
  }

  async refresh(refreshToken: string | undefined, from: Circumstances): Promise<SignedIn> {
    const { sessions, people, record } = this.#house
    const refreshed = refreshToken === undefined ? { kind: 'refused' as const } : await sessions.refresh(refreshToken)
    if (refreshed.kind === 'reused') {
      const { id, user } = refreshed.session
      const reason = 'a refresh token that was replaced came again: somebody else may hold it'
      await record({ actor: user, session: id }, from, {
        action: 'session.reuse',
        object: `session:${id}`,
        reason,
        result: 'refused',
      })
      throw new AccessError('REFRESH_REUSED', {
        status: 401,
        message: 'this refresh token was used before; the session is over, because a copy of it may be in other hands',
        fix: 'sign in again; if you did not expect this, look at your sessions and change your password',
      })
    }
    const user = refreshed.kind === 'refused' ? undefined : await people.find(refreshed.session.user)
    if (refreshed.kind === 'refused' || user === undefined) {
      throw new AccessError('REFRESH_REFUSED', { status: 401, message: 'the session is over', fix: 'sign in again' })
    }
    return this.#grant(user, refreshed.session, { refreshToken: refreshed.refreshToken })
  }

  async confirm(
    who: Principal,
    { password, code }: { readonly password: string; readonly code?: string | undefined },
    from: Circumstances,
  ): Promise<SignedIn> {
    const { user, methods } = await this.#parts.proofs.prove({ name: who.user, password, code, device: who.session }, from)
    const session = await this.#house.sessions.confirm(who.session, methods)
    if (session === undefined) throw ended()
    await this.#house.record(who, from, { action: 'session.confirm', object: `session:${session.id}`, after: { methods } })
    return this.#grant(user, session, {})
  }

  async changePassword(
    who: Principal,
    { current, next }: { readonly current: string; readonly next: string },
    from: Circumstances,
  ): Promise<SignedIn> {
    const { people, passwords, now, record } = this.#house
    checkPassword(next, who.user)
    const session = await this.#own(who)
    await this.#parts.proofs.provePassword({ name: who.user, password: current, device: who.session }, from)
    const passwordHash = await passwords.hash(next)
    const user = await people.change(who.user, async user => {
      await record(who, from, { action: 'user.password', object: `user:${who.user}`, reason: 'changed by the user' })
      return { ...user, passwordHash, passwordTime: now(), version: user.version + 1 }
    })
    // Where there is a second factor the password alone makes no fresh sign-in.
    return this.#replace(session, user, user.totpSecret === null ? { signedIn: now() } : {}, from)
  }

  async confirmSecondFactor(
    who: Principal,
    code: string,
    from: Circumstances,
  ): Promise<{ readonly recoveryCodes: readonly string[]; readonly signedIn: SignedIn }> {
    const session = await this.#own(who)
    const { user, recoveryCodes } = await this.#parts.secondFactor.confirm(who, code, from)
    const methods = [...new Set([...session.methods, 'code'])]
    return { recoveryCodes, signedIn: await this.#replace(session, user, { methods }, from) }
  }

  async dropSecondFactor(who: Principal, code: string, from: Circumstances): Promise<SignedIn> {
    const session = await this.#own(who)
    const user = await this.#parts.secondFactor.drop(who, code, from)
    return this.#replace(session, user, {}, from)
  }

  async identify({ bearer, accessCookie, certificate, passive = false }: Presented): Promise<Identity> {
    const token = bearer ?? accessCookie
    if (token === undefined || token === '') throw required()
    const identity =
      bearer !== undefined && looksLikeApiToken(bearer)
        ? await this.#parts.apiTokens.identify(bearer)
        : await this.#identifySession(token, { via: bearer === undefined ? 'cookie' : 'bearer', passive })
    if (identity === undefined) throw required()
    this.checkCertificate(identity.user, certificate)
    return identity
  }

  /** The same principal as he is now, for an open socket; undefined when he is let in no more. Keeps nothing from becoming idle. */
  async again(who: Identity): Promise<Identity | undefined> {
    if (who.via === 'api-token') return this.#parts.apiTokens.again(who)
    const session = await this.#house.sessions.current(who.session)
    const user = session === undefined ? undefined : await this.#house.people.find(session.user)
    return session === undefined || user === undefined ? undefined : identityOf(user, session, who)
  }

  async describe(who: Identity): Promise<SessionReply> {
    const { sessions, people } = this.#house
    const session = await sessions.current(who.session)
    const user = await people.find(who.user)
    if (session === undefined || user === undefined) throw ended()
    return sessionReplyOf(user, { ...who, signedIn: session.signedIn, sessionExpires: session.expires }, sessions.csrf(session))
  }

  /** Throws AccessError CERTIFICATE_REQUIRED. */
  checkCertificate(user: string, certificate: string | undefined): void {
    if (certificate === undefined ? !this.#parts.requireCertificate : certificate === user) return
    throw new AccessError('CERTIFICATE_REQUIRED', {
      status: 401,
      message:
        certificate === undefined
          ? 'this house asks for a client certificate'
          : 'the client certificate is not in this user’s name',
      fix: 'give the browser the certificate that was made for this user',
    })
  }

  async #identifySession(
    token: string,
    { via, passive }: { readonly via: 'cookie' | 'bearer'; readonly passive: boolean },
  ): Promise<Identity | undefined> {
    const verdict = await this.#parts.tokens.verify(token)
    if (verdict.kind === 'expired') {
      throw new AccessError('ACCESS_EXPIRED', {
        status: 401,
        message: 'the access token has ended',
        fix: 'POST /session/refresh makes the next one',
      })
    }
    if (verdict.kind === 'bad') return undefined

    const { claims } = verdict
    const { sessions, people } = this.#house
    const session = await sessions.current(claims.session)
    const user = session === undefined ? undefined : await people.find(session.user)
    if (session === undefined || user === undefined || !matches(claims, session, user)) throw ended()
    if (!passive) await sessions.seen(session.id)
    return identityOf(user, session, { via, accessExpires: claims.expires })
  }

  /** Taken before the user is changed: a change ends the sessions of before. */
  async #own(who: Principal): Promise<SessionRecord> {
    const session = await this.#house.sessions.current(who.session)
    if (session === undefined) throw ended()
    return session
  }

  /** A new session with a new id in the place of this one, as long as this one had; all others of the user end. */
  async #replace(
    before: SessionRecord,
    user: UserRecord,
    { methods = before.methods, signedIn = before.signedIn }: Partial<Pick<SessionRecord, 'methods' | 'signedIn'>>,
    from: Circumstances,
  ): Promise<SignedIn> {
    const { sessions } = this.#house
    await sessions.end(before.id, 'replaced')
    await sessions.endAll(user.name, 'user-changed')
    const { address, device } = from
    const opened = await sessions.open(user, { methods, signedIn, address, device, expires: before.expires })
    return this.#grant(user, opened.session, { refreshToken: opened.refreshToken })
  }

  async #grant(
    user: UserRecord,
    session: SessionRecord,
    { refreshToken, deviceToken }: { readonly refreshToken?: string; readonly deviceToken?: string },
  ): Promise<SignedIn> {
    const { token, expires } = await this.#parts.tokens.sign({
      user: user.name,
      session: session.id,
      roles: user.roles,
      version: user.version,
      methods: session.methods,
      signedIn: session.signedIn,
    })
    const identity = identityOf(user, session, { via: 'cookie', accessExpires: expires })
    return {
      accessToken: token,
      refreshToken,
      deviceToken,
      accessExpires: expires,
      sessionExpires: session.expires,
      identity,
      reply: sessionReplyOf(user, identity, this.#house.sessions.csrf(session)),
    }
  }
}

const identityOf = (
  user: UserRecord,
  session: SessionRecord,
  { via, accessExpires }: Pick<Identity, 'via' | 'accessExpires'>,
): Identity => ({
  user: user.name,
  actor: user.name,
  roles: user.roles,
  accounts: user.accounts,
  rights: rightsOf(user.roles),
  session: session.id,
  signedIn: session.signedIn,
  via,
  accessExpires,
  sessionExpires: session.expires,
})

/** A token says whose it is and of when; the records have the last word. */
const matches = (claims: AccessClaims, session: SessionRecord, user: UserRecord): boolean =>
  claims.user === user.name && claims.session === session.id && claims.version === user.version

const required = (): AccessError =>
  new AccessError('SIGN_IN_REQUIRED', { status: 401, message: 'nobody is signed in', fix: 'sign in, or send an API token' })

const ended = (): AccessError =>
  new AccessError('SESSION_ENDED', { status: 401, message: 'the session is over', fix: 'sign in again' })
