// Sessions in the database: they outlive a restart of the server, and several servers on one PostgreSQL share them.
import type { Kysely, Selectable } from 'kysely'
import type { SessionRecord, SessionStore } from '../../access/stores.ts'
import type { SessionTable, Tables } from './schema.ts'

export class DatabaseSessions implements SessionStore {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  async session(id: string): Promise<SessionRecord | undefined> {
    const row = await this.#db.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst()
    return row && sessionOf(row)
  }

  async sessions(user: string): Promise<readonly SessionRecord[]> {
    const rows = await this.#db
      .selectFrom('sessions')
      .selectAll()
      .where('user_name', '=', user)
      .orderBy('created')
      .orderBy('id')
      .execute()
    return rows.map(sessionOf)
  }

  async save(session: SessionRecord): Promise<void> {
    const row = rowOf(session)
    await this.#db
      .insertInto('sessions')
      .values(row)
      .onConflict(conflict => conflict.column('id').doUpdateSet(row))
      .execute()
  }

  async remove(id: string): Promise<void> {
    await this.#db.deleteFrom('sessions').where('id', '=', id).execute()
  }

  async rotate(session: SessionRecord, expected: string): Promise<boolean> {
    const rotated = await this.#db
      .updateTable('sessions')
      .set(rowOf(session))
      .where('id', '=', session.id)
      .where('refresh_hash', '=', expected)
      .returning('id')
      .executeTakeFirst()
    return rotated !== undefined
  }

  /** The folder's database belongs to this process, so nobody else can change a session. */
  watch(): () => void {
    return () => {}
  }

  /** The database is closed by who opened it. */
  async close(): Promise<void> {}
}

const rowOf = (session: SessionRecord) => ({
  id: session.id,
  user_name: session.user,
  user_version: session.userVersion,
  created: session.created,
  last_seen: session.lastSeen,
  expires: session.expires,
  signed_in: session.signedIn,
  methods: JSON.stringify(session.methods),
  address: session.address,
  device: session.device,
  refresh_hash: session.refreshHash,
  previous_hash: session.previousHash,
  rotated: session.rotated,
  csrf_key: session.csrfKey,
})

const sessionOf = (row: Selectable<SessionTable>): SessionRecord => ({
  id: row.id,
  user: row.user_name,
  userVersion: row.user_version,
  created: row.created,
  lastSeen: row.last_seen,
  expires: row.expires,
  signedIn: row.signed_in,
  methods: row.methods,
  address: row.address,
  device: row.device,
  refreshHash: row.refresh_hash,
  previousHash: row.previous_hash,
  rotated: row.rotated,
  csrfKey: row.csrf_key,
})
