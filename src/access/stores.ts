// What the keeping of people needs of a store. The database, Redis and plain memory provide it; one suite holds them all to it.
import type { Role } from '../wire/route.ts'

/** Times are milliseconds since 1970, UTC. */
export interface UserRecord {
  readonly id: string
  readonly name: string
  readonly roles: readonly Role[]
  /** Names of accounts; '*' is all. Empty is none. */
  readonly accounts: readonly string[]
  /** Argon2id in the PHC form, parameters and salt included. */
  readonly passwordHash: string
  readonly passwordTime: number
  /** Sealed; null without a second factor. A secret that is not confirmed yet is `pendingSecret`. */
  readonly totpSecret: string | null
  readonly pendingSecret: string | null
  /** The last time step a code was taken for: none is taken twice. */
  readonly totpStep: number
  /** SHA-256, hex, of the recovery codes that are left. */
  readonly recoveryHashes: readonly string[]
  readonly disabled: boolean
  /** Grows with every change of roles, accounts, password, second factor or disabling: older sessions end. */
  readonly version: number
  readonly created: number
  readonly lastSignIn: number | null
  readonly preferences: Readonly<Record<string, unknown>>
}

export interface TokenRecord {
  readonly id: string
  readonly user: string
  readonly name: string
  readonly scopes: readonly Role[]
  /** SHA-256, hex, of the secret part. */
  readonly hash: string
  readonly created: number
  readonly expires: number
  readonly lastUsed: number | null
  readonly revoked: number | null
}

export interface SessionRecord {
  readonly id: string
  readonly user: string
  readonly userVersion: number
  readonly created: number
  readonly lastSeen: number
  /** The absolute end. */
  readonly expires: number
  /** When the password was last given in this session. */
  readonly signedIn: number
  /** How: 'password', 'code', 'recovery', 'certificate'. */
  readonly methods: readonly string[]
  readonly address: string
  readonly device: string
  /** SHA-256, hex, of the refresh token in force, and of the one before it. */
  readonly refreshHash: string
  readonly previousHash: string | null
  /** When the refresh token was last replaced. */
  readonly rotated: number
  /** Secret of this session for X-CSRF. */
  readonly csrfKey: string
}

/** A name is taken: thrown by `addUser` as `{ code: 'USER_EXISTS' }` AccessError. */
export interface PeopleStore {
  users(): Promise<readonly UserRecord[]>
  user(name: string): Promise<UserRecord | undefined>
  /** False when the name is taken. */
  addUser(user: UserRecord): Promise<boolean>
  /** False when the stored version is not `expected`: somebody else was faster. */
  saveUser(user: UserRecord, expected: number): Promise<boolean>
  tokens(user?: string): Promise<readonly TokenRecord[]>
  token(id: string): Promise<TokenRecord | undefined>
  addToken(token: TokenRecord): Promise<void>
  saveToken(token: TokenRecord): Promise<void>
}

export interface SessionStore {
  session(id: string): Promise<SessionRecord | undefined>
  sessions(user: string): Promise<readonly SessionRecord[]>
  save(session: SessionRecord): Promise<void>
  remove(id: string): Promise<void>
  /**
   * Replaces the refresh hash where `expected` is still in force, as one step: of many at the same time exactly one gets true.
   */
  rotate(session: SessionRecord, expected: string): Promise<boolean>
  /** Calls back when another process ended or changed a session; what ends listening is returned. Memory never calls. */
  watch(changed: (id: string) => void): () => void
  close(): Promise<void>
}
