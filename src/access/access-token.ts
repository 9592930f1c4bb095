// Access tokens: JWTs of five minutes, signed with Ed25519 and nothing else (RFC 7519, RFC 9068, RFC 8725).
import { randomUUID } from 'node:crypto'
import { errors, type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose'
import type { Role } from '../wire/route.ts'
import type { SigningKeys } from './signing-keys.ts'

export interface AccessClaims {
  readonly user: string
  readonly session: string
  readonly roles: readonly Role[]
  /** The user's version when it was signed: a token from before a change of roles is worth nothing. */
  readonly version: number
  readonly methods: readonly string[]
  /** Milliseconds. */
  readonly signedIn: number
  readonly expires: number
}

export type Verdict =
  | { readonly kind: 'good'; readonly claims: AccessClaims }
  | { readonly kind: 'expired' }
  | { readonly kind: 'bad'; readonly why: string }

export const ACCESS_MILLIS = 5 * 60_000
const LEEWAY_SECONDS = 30
const CACHE_MILLIS = 60_000
const CACHED_MAX = 4_096
const LONGEST = 4_096
const ISSUER = 'quadrant'
const AUDIENCE = 'quadrant-api'
const TYPE = 'at+jwt'
/** Anything else in a header (jku, x5u, jwk, crit …) is an attempt to bring one's own key. */
const HEADERS = new Set(['alg', 'typ', 'kid'])
const REQUIRED = ['sub', 'sid', 'jti', 'ver', 'auth_time', 'iat', 'nbf', 'exp']

export class AccessTokens {
  readonly #keys: SigningKeys
  readonly #now: () => number
  /** By the whole token, so that nothing unverified is ever found. What it says about a session is checked each time. */
  readonly #verified = new Map<string, { readonly claims: AccessClaims; readonly until: number }>()

  constructor({ keys, now }: { readonly keys: SigningKeys; readonly now: () => number }) {
    this.#keys = keys
    this.#now = now
  }

  async sign(claims: Omit<AccessClaims, 'expires'>): Promise<{ readonly token: string; readonly expires: number }> {
    const { id, privateKey } = this.#keys.current()
    const issued = Math.floor(this.#now() / 1_000)
    const expires = issued + ACCESS_MILLIS / 1_000
    const token = await new SignJWT({
      sid: claims.session,
      ver: claims.version,
      roles: claims.roles,
      amr: claims.methods,
      auth_time: Math.floor(claims.signedIn / 1_000),
    })
      .setProtectedHeader({ alg: 'EdDSA', typ: TYPE, kid: id })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(claims.user)
      .setJti(randomUUID())
      .setIssuedAt(issued)
      .setNotBefore(issued)
      .setExpirationTime(expires)
      .sign(privateKey)
    return { token, expires: expires * 1_000 }
  }

  async verify(token: string): Promise<Verdict> {
    const now = this.#now()
    const known = this.#verified.get(token)
    if (known !== undefined && now <= known.until) return { kind: 'good', claims: known.claims }
    this.#verified.delete(token)
    if (token.length > LONGEST) return { kind: 'bad', why: 'too long' }

    try {
      const { payload } = await jwtVerify(token, header => this.#key(header), {
        algorithms: ['EdDSA'],
        typ: TYPE,
        issuer: ISSUER,
        audience: AUDIENCE,
        clockTolerance: LEEWAY_SECONDS,
        currentDate: new Date(now),
        requiredClaims: REQUIRED,
      })
      const claims: AccessClaims = {
        user: String(payload.sub),
        session: String(payload['sid']),
        roles: payload['roles'] as readonly Role[],
        version: Number(payload['ver']),
        methods: payload['amr'] as readonly string[],
        signedIn: Number(payload['auth_time']) * 1_000,
        expires: Number(payload.exp) * 1_000,
      }
      this.#remember(token, claims, now)
      return { kind: 'good', claims }
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { kind: 'expired' }
      return { kind: 'bad', why: (error as Error).message }
    }
  }

  #key(header: JWTHeaderParameters) {
    const foreign = Object.keys(header).find(name => !HEADERS.has(name))
    if (foreign !== undefined) throw new Error(`the header has a ${foreign}`)
    const key = typeof header.kid === 'string' ? this.#keys.verifying(header.kid) : undefined
    if (key === undefined) throw new Error('the key is none of ours')
    return key
  }

  #remember(token: string, claims: AccessClaims, now: number): void {
    if (this.#verified.size >= CACHED_MAX) this.#verified.clear()
    this.#verified.set(token, { claims, until: Math.min(now + CACHE_MILLIS, claims.expires + LEEWAY_SECONDS * 1_000 - 1) })
  }
}
