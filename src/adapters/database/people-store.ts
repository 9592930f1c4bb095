// Users and tokens in the database.
import type { Kysely, Selectable } from 'kysely'
import type { PeopleStore, TokenRecord, UserRecord } from '../../access/stores.ts'
import type { Role } from '../../wire/route.ts'
import type { Tables, TokenTable, UserTable } from './schema.ts'

export class DatabasePeople implements PeopleStore {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  async users(): Promise<readonly UserRecord[]> {
    return (await this.#db.selectFrom('users').selectAll().orderBy('name').execute()).map(userOf)
  }

  async user(name: string): Promise<UserRecord | undefined> {
    const row = await this.#db.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst()
    return row && userOf(row)
  }

  async addUser(user: UserRecord): Promise<boolean> {
    const added = await this.#db
      .insertInto('users')
      .values({ name: user.name, id: user.id, created: user.created, ...changeable(user) })
      .onConflict(conflict => conflict.column('name').doNothing())
      .returning('name')
      .executeTakeFirst()
    return added !== undefined
  }

  async saveUser(user: UserRecord, expected: number): Promise<boolean> {
    const saved = await this.#db
      .updateTable('users')
      .set(changeable(user))
      .where('name', '=', user.name)
      .where('version', '=', expected)
      .returning('name')
      .executeTakeFirst()
    return saved !== undefined
  }

  async tokens(user?: string): Promise<readonly TokenRecord[]> {
    const all = this.#db.selectFrom('tokens').selectAll().orderBy('created').orderBy('id')
    return (await (user === undefined ? all : all.where('user_name', '=', user)).execute()).map(tokenOf)
  }

  async token(id: string): Promise<TokenRecord | undefined> {
    const row = await this.#db.selectFrom('tokens').selectAll().where('id', '=', id).executeTakeFirst()
    return row && tokenOf(row)
  }

  async addToken(token: TokenRecord): Promise<void> {
    await this.#db.insertInto('tokens').values(rowOfToken(token)).execute()
  }

  async saveToken(token: TokenRecord): Promise<void> {
    const { id, ...rest } = rowOfToken(token)
    await this.#db.updateTable('tokens').set(rest).where('id', '=', id).execute()
  }
}

const changeable = (user: UserRecord) => ({
  roles: JSON.stringify(user.roles),
  accounts: JSON.stringify(user.accounts),
  password_hash: user.passwordHash,
  password_time: user.passwordTime,
  totp_secret: user.totpSecret,
  pending_secret: user.pendingSecret,
  totp_step: user.totpStep,
  recovery_hashes: JSON.stringify(user.recoveryHashes),
  disabled: user.disabled,
  version: user.version,
  last_sign_in: user.lastSignIn,
  preferences: JSON.stringify(user.preferences),
})

const userOf = (row: Selectable<UserTable>): UserRecord => ({
  id: row.id,
  name: row.name,
  roles: row.roles as readonly Role[],
  accounts: row.accounts,
  passwordHash: row.password_hash,
  passwordTime: row.password_time,
  totpSecret: row.totp_secret,
  pendingSecret: row.pending_secret,
  totpStep: row.totp_step,
  recoveryHashes: row.recovery_hashes,
  disabled: row.disabled,
  version: row.version,
  created: row.created,
  lastSignIn: row.last_sign_in,
  preferences: row.preferences,
})

const rowOfToken = (token: TokenRecord) => ({
  id: token.id,
  user_name: token.user,
  name: token.name,
  scopes: JSON.stringify(token.scopes),
  hash: token.hash,
  created: token.created,
  expires: token.expires,
  last_used: token.lastUsed,
  revoked: token.revoked,
})

const tokenOf = (row: Selectable<TokenTable>): TokenRecord => ({
  id: row.id,
  user: row.user_name,
  name: row.name,
  scopes: row.scopes as readonly Role[],
  hash: row.hash,
  created: row.created,
  expires: row.expires,
  lastUsed: row.last_used,
  revoked: row.revoked,
})
