// The API tokens of users: made, shown, revoked, and recognised when one comes with a request.
import { AccessError } from './access-error.ts'
import { apiTokenHash, isTokenSecret, newApiToken, readApiToken, writeApiToken } from './api-token.ts'
import type { House } from './house.ts'
import { type TokenLine, tokenLineOf } from './people-on-the-wire.ts'
import type { Circumstances, Identity, Principal } from './principal.ts'
import { rightsOfToken, rolesOfToken } from './rights.ts'
import type { TokenRecord } from './stores.ts'

export const TOKEN_DAYS_MAX = 90
const DAY_MILLIS = 86_400_000
/** Another process may revoke a token; after so long it is noticed here. */
const KEPT_MILLIS = 1_000
/** "Last used" is to tell a living token from a forgotten one; more would be a write for each request. */
const USED_MILLIS = 5 * 60_000
const KEPT_MAX = 4_096

export class ApiTokens {
  readonly #house: House
  readonly #kept = new Map<string, { readonly token: TokenRecord; readonly read: number }>()

  constructor(house: House) {
    this.#house = house
  }

  async list(who: Principal): Promise<readonly TokenLine[]> {
    const tokens = await this.#house.store.tokens(who.roles.includes('admin') ? undefined : who.user)
    return tokens.map(tokenLineOf)
  }

  async make(
    who: Principal,
    { name, scopes, days }: { readonly name: string; readonly scopes: TokenLine['scopes']; readonly days: number },
    from: Circumstances,
  ): Promise<{ readonly token: string; readonly line: TokenLine }> {
    const { store, now, random, record } = this.#house
    const beyond = scopes.filter(scope => !rolesOfToken([scope], who.roles).includes(scope))
    if (beyond.length > 0 || scopes.length === 0 || !(days >= 1 && days <= TOKEN_DAYS_MAX)) {
      throw new AccessError('TOKEN_SCOPE', {
        status: 403,
        message: beyond.length > 0 ? `you are not ${beyond.join(', ')} yourself` : `a token lives 1 to ${TOKEN_DAYS_MAX} days`,
        fix: 'ask for no more than your own roles allow',
      })
    }
    const secret = newApiToken(random)
    const token: TokenRecord = {
      id: secret.id,
      user: who.user,
      name,
      scopes: [...scopes],
      hash: apiTokenHash(secret.secret),
      created: now(),
      expires: now() + days * DAY_MILLIS,
      lastUsed: null,
      revoked: null,
    }
    await record(who, from, { action: 'token.add', object: `token:${token.id}`, after: { name, scopes, days } })
    await store.addToken(token)
    return { token: writeApiToken(secret), line: tokenLineOf(token) }
  }

  async revoke(who: Principal, id: string, from: Circumstances): Promise<void> {
    const { store, now, record, tell } = this.#house
    const token = await store.token(id)
    if (token === undefined || (token.user !== who.user && !who.roles.includes('admin'))) {
      throw new AccessError('TOKEN_NOT_FOUND', {
        status: 404,
        message: 'there is no such token',
        fix: 'look at the list of tokens',
      })
    }
    if (token.revoked !== null) return
    const revoked = { ...token, revoked: now() }
    this.#keep(revoked)
    tell({ user: token.user, token: id, why: 'revoked' })
    await store.saveToken(revoked)
    await record(who, from, { action: 'token.revoke', object: `token:${id}`, before: { name: token.name, user: token.user } })
  }

  /** Whose a token is and what it may do; undefined when it is no good, for whatever reason. */
  async identify(text: string): Promise<Identity | undefined> {
    const given = readApiToken(text)
    const token = given === undefined ? undefined : await this.#find(given.id)
    if (given === undefined || token === undefined || !isTokenSecret(token, given.secret)) return undefined
    const now = this.#house.now()
    if (token.revoked !== null || now >= token.expires) return undefined
    const owner = await this.#house.people.find(token.user)
    if (owner === undefined || owner.disabled) return undefined

    await this.#used(token, now)
    return {
      user: owner.name,
      actor: `token:${token.id}`,
      roles: rolesOfToken(token.scopes, owner.roles),
      accounts: owner.accounts,
      rights: rightsOfToken(token.scopes, owner.roles),
      session: '',
      signedIn: 0,
      via: 'api-token',
      accessExpires: token.expires,
      sessionExpires: token.expires,
    }
  }

  async #used(token: TokenRecord, now: number): Promise<void> {
    if (token.lastUsed !== null && now - token.lastUsed < USED_MILLIS) return
    const used = { ...token, lastUsed: now }
    this.#keep(used)
    // It may have been revoked by another process within the last second: what is stored now decides.
    const stored = await this.#house.store.token(token.id)
    if (stored !== undefined && stored.revoked === null) await this.#house.store.saveToken({ ...stored, lastUsed: now })
  }

  async #find(id: string): Promise<TokenRecord | undefined> {
    const kept = this.#kept.get(id)
    if (kept !== undefined && this.#house.now() - kept.read < KEPT_MILLIS) return kept.token
    const token = await this.#house.store.token(id)
    if (token !== undefined) this.#keep(token)
    return token
  }

  #keep(token: TokenRecord): void {
    if (this.#kept.size >= KEPT_MAX) this.#kept.clear()
    this.#kept.set(token.id, { token, read: this.#house.now() })
  }
}
