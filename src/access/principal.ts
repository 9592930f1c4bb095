// Who is asking: what access found out about one request, and what follows from it.
import type { Right, Role } from '../wire/route.ts'

/** Made by access once for each request, and asked again whenever it may have changed. */
export interface Principal {
  /** The user's name, or `token:ID`'s user. */
  readonly user: string
  /** What the audit trail calls it: NAME or token:ID. */
  readonly actor: string
  readonly roles: readonly Role[]
  readonly accounts: readonly string[]
  readonly rights: ReadonlySet<Right>
  /** Empty for an API token. */
  readonly session: string
  /** When the password was last given, milliseconds; 0 for a token. */
  readonly signedIn: number
}

/** A principal and how it came: only what a browser sends by itself (a cookie) needs the CSRF header. */
export interface Identity extends Principal {
  readonly via: 'cookie' | 'bearer' | 'api-token'
  /** Milliseconds; of an API token both are the token's own end. */
  readonly accessExpires: number
  readonly sessionExpires: number
}

/** Where a request came from, for the audit trail and the throttles. */
export interface Circumstances {
  readonly address: string
  readonly device: string
  readonly correlationId: string
}

/** On whose account something is done: a principal, or `{ actor: 'os:NAME', session: '' }` for the machine's own shell. */
export type Actor = Pick<Principal, 'actor' | 'session'>

/** How long a sign-in counts as fresh. */
export const FRESH_MILLIS = 5 * 60_000

export const isFresh = ({ signedIn }: Principal, now: number): boolean => now - signedIn <= FRESH_MILLIS
