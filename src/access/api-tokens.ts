// The API tokens of users: made, shown, revoked, and recognised when one comes with a request.
import { AccessError } from './access-error.ts'
import { apiTokenHash, isTokenSecret, newApiToken, readApiToken, writeApiToken } from './api-token.ts'
import type { House } from './house.ts'
import { InTurn } from './in-turn.ts'
import { Kept } from './kept.ts'
import { type TokenLine, tokenLineOf } from './people-on-the-wire.ts'
import type { Circumstances, Identity, Principal } from './principal.ts'
import { rightsOfToken, rolesOfToken } from './rights.ts'
import type { TokenRecord } from './stores.ts'

export const TOKEN_DAYS_MAX = 90
const DAY_MILLIS = 86_400_000
/** "Last used" is to tell a living token from a forgotten one; more would be a write for each request. */
const USED_MILLIS = 5 * 60_000

export class ApiTokens {
  readonly #house: House
  readonly #kept: Kept<TokenRecord>
  /** Changes of one token are made one after the other: a use does not undo a revocation. */
  readonly #turns = new InTurn()

  constructor(house: House) {
    this.#house = house
    this.#kept = new Kept({ read: id => house.store.token(id), now: house.now })
  }

  async list(who: Principal): Promise<readonly TokenLine[]> {
    const tokens = await this.#house.store.tokens(who.roles.includes('admin') ? undefined : who.user)
    return tokens.toSorted((a, b) => b.created - a.created).map(tokenLineOf)
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
    const token = await this.#kept.readAgain(id)
    if (token === undefined || (token.user !== who.user && !who.roles.includes('admin'))) {
      throw new AccessError('TOKEN_NOT_FOUND', {
        status: 404,
        message: 'there is no such token',
        fix: 'look at the list of tokens',
      })
    }
    await this.#turns.run(id, async () => {
      const stored = await store.token(id)
      if (stored === undefined || stored.revoked !== null) return
      const revoked = { ...stored, revoked: now() }
      this.#kept.put(id, revoked)
      tell({ user: token.user, token: id, why: 'revoked' })
      await store.saveToken(revoked)
      await record(who, from, { action: 'token.revoke', object: `token:${id}`, before: { name: token.name, user: token.user } })
    })
  }

  /** Whose a token is and what it may do; undefined when it is no good, for whatever reason. */
  async identify(text: string): Promise<Identity | undefined> {
    const given = readApiToken(text)
    const token = given === undefined ? undefined : await this.#kept.get(given.id)
    if (given === undefined || token === undefined || !isTokenSecret(token, given.secret)) return undefined
    if ((await this.#identity(token)) === undefined) return undefined
    const used = await this.#used(token)
    return used === undefined ? undefined : this.#identity(used)
  }

  /** Whom `identify` found, as he is now. */
  async again(who: Identity): Promise<Identity | undefined> {
    const token = await this.#kept.get(who.actor.replace(/^token:/, ''))
    return token === undefined ? undefined : this.#identity(token)
  }

  async #identity(token: TokenRecord): Promise<Identity | undefined> {
    const owner = await this.#house.people.find(token.user)
    if (owner === undefined || owner.disabled || token.revoked !== null || this.#house.now() >= token.expires) return undefined
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

  /** Another process of the house may have revoked some. */
  async refresh(): Promise<void> {
    await this.#kept.refresh()
  }

  /** The token as it is after this use; undefined when there is none any more. */
  async #used(token: TokenRecord): Promise<TokenRecord | undefined> {
    const now = this.#house.now()
    const isKnown = ({ lastUsed }: TokenRecord) => lastUsed !== null && now - lastUsed < USED_MILLIS
    if (isKnown(token)) return token
    return this.#turns.run(token.id, async () => {
      // It may have been revoked a moment ago: what is stored decides.
      const stored = await this.#kept.readAgain(token.id)
      if (stored === undefined || stored.revoked !== null || isKnown(stored)) return stored
      const used = { ...stored, lastUsed: now }
      this.#kept.put(token.id, used)
      await this.#house.store.saveToken(used)
      return used
    })
  }
}
