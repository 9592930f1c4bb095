// Every change of the tables since the first, in order. One that was released is never edited: another is put after it.
import { type Kysely, type Migration, sql } from 'kysely'

type Any = Kysely<unknown>

const people: Migration = {
  async up(db: Any) {
    await db.schema
      .createTable('users')
      .addColumn('name', 'text', column => column.primaryKey())
      .addColumn('id', 'text', column => column.notNull().unique())
      .addColumn('roles', 'json', column => column.notNull())
      .addColumn('accounts', 'json', column => column.notNull())
      .addColumn('password_hash', 'text', column => column.notNull())
      .addColumn('password_time', 'bigint', column => column.notNull())
      .addColumn('totp_secret', 'text')
      .addColumn('pending_secret', 'text')
      .addColumn('totp_step', 'bigint', column => column.notNull())
      .addColumn('recovery_hashes', 'json', column => column.notNull())
      .addColumn('disabled', 'boolean', column => column.notNull())
      .addColumn('version', 'bigint', column => column.notNull())
      .addColumn('created', 'bigint', column => column.notNull())
      .addColumn('last_sign_in', 'bigint')
      .addColumn('preferences', 'json', column => column.notNull())
      .execute()

    await db.schema
      .createTable('tokens')
      .addColumn('id', 'text', column => column.primaryKey())
      .addColumn('user_name', 'text', column => column.notNull().references('users.name'))
      .addColumn('name', 'text', column => column.notNull())
      .addColumn('scopes', 'json', column => column.notNull())
      .addColumn('hash', 'text', column => column.notNull())
      .addColumn('created', 'bigint', column => column.notNull())
      .addColumn('expires', 'bigint', column => column.notNull())
      .addColumn('last_used', 'bigint')
      .addColumn('revoked', 'bigint')
      .execute()
    await db.schema.createIndex('tokens_of_user').on('tokens').column('user_name').execute()

    await db.schema
      .createTable('sessions')
      .addColumn('id', 'text', column => column.primaryKey())
      .addColumn('user_name', 'text', column => column.notNull())
      .addColumn('user_version', 'bigint', column => column.notNull())
      .addColumn('created', 'bigint', column => column.notNull())
      .addColumn('last_seen', 'bigint', column => column.notNull())
      .addColumn('expires', 'bigint', column => column.notNull())
      .addColumn('signed_in', 'bigint', column => column.notNull())
      .addColumn('methods', 'json', column => column.notNull())
      .addColumn('address', 'text', column => column.notNull())
      .addColumn('device', 'text', column => column.notNull())
      .addColumn('refresh_hash', 'text', column => column.notNull())
      .addColumn('previous_hash', 'text')
      .addColumn('rotated', 'bigint', column => column.notNull())
      .addColumn('csrf_key', 'text', column => column.notNull())
      .execute()
    await db.schema.createIndex('sessions_of_user').on('sessions').column('user_name').execute()
  },
}

const audit: Migration = {
  async up(db: Any) {
    await db.schema
      .createTable('audit')
      .addColumn('sequence', 'bigint', column => column.primaryKey())
      .addColumn('time', 'timestamptz', column => column.notNull())
      .addColumn('actor', 'text', column => column.notNull())
      .addColumn('action', 'text', column => column.notNull())
      .addColumn('record', 'text', column => column.notNull())
      .execute()
    await db.schema.createIndex('audit_by_actor').on('audit').columns(['actor', 'sequence']).execute()
    await db.schema.createIndex('audit_by_action').on('audit').columns(['action', 'sequence']).execute()

    await db.schema
      .createTable('audit_head')
      .addColumn('entry', 'bigserial', column => column.primaryKey())
      .addColumn('size', 'bigint', column => column.notNull())
      .addColumn('root', 'text', column => column.notNull())
      .addColumn('time', 'text', column => column.notNull())
      .addColumn('key_id', 'text', column => column.notNull())
      .addColumn('signature', 'text', column => column.notNull())
      .execute()
  },
}

const runs: Migration = {
  async up(db: Any) {
    await db.schema
      .createTable('runs')
      .addColumn('id', 'text', column => column.primaryKey())
      .addColumn('account', 'text', column => column.notNull())
      .addColumn('mode', 'text', column => column.notNull())
      .addColumn('finished', 'timestamptz')
      .addColumn('fingerprint', 'text')
      .addColumn('line', 'json', column => column.notNull())
      .addColumn('yaml', 'text', column => column.notNull())
      .execute()

    await db.schema
      .createTable('orders')
      .addColumn('key', 'text', column => column.primaryKey())
      .addColumn('run', 'text', column => column.notNull())
      .addColumn('account', 'text', column => column.notNull())
      .addColumn('id', 'text', column => column.notNull())
      .addColumn('instrument', 'text', column => column.notNull())
      .addColumn('strategy', 'text', column => column.notNull())
      .addColumn('side', 'text', column => column.notNull())
      .addColumn('type', 'text', column => column.notNull())
      .addColumn('role', 'text', column => column.notNull())
      .addColumn('quantity', 'numeric', column => column.notNull())
      .addColumn('filled', 'numeric', column => column.notNull())
      .addColumn('price', 'numeric')
      .addColumn('state', 'text', column => column.notNull())
      .addColumn('reason', 'text', column => column.notNull())
      .addColumn('why', 'text', column => column.notNull())
      .addColumn('created', 'timestamptz', column => column.notNull())
      .addColumn('changed', 'timestamptz', column => column.notNull())
      .execute()
    await newestFirst(db, 'orders', 'created')

    await db.schema
      .createTable('order_changes')
      .addColumn('order_key', 'text', column => column.notNull())
      .addColumn('run', 'text', column => column.notNull())
      .addColumn('time', 'timestamptz', column => column.notNull())
      .addColumn('state', 'text', column => column.notNull())
      .addColumn('reason', 'text', column => column.notNull())
      .addPrimaryKeyConstraint('order_changes_pkey', ['order_key', 'time', 'state'])
      .execute()
    await db.schema.createIndex('order_changes_of_run').on('order_changes').column('run').execute()

    await db.schema
      .createTable('fills')
      .addColumn('key', 'text', column => column.primaryKey())
      .addColumn('run', 'text', column => column.notNull())
      .addColumn('account', 'text', column => column.notNull())
      .addColumn('id', 'text', column => column.notNull())
      .addColumn('order', 'text', column => column.notNull())
      .addColumn('instrument', 'text', column => column.notNull())
      .addColumn('strategy', 'text', column => column.notNull())
      .addColumn('side', 'text', column => column.notNull())
      .addColumn('quantity', 'numeric', column => column.notNull())
      .addColumn('price', 'numeric', column => column.notNull())
      .addColumn('commission', 'numeric', column => column.notNull())
      .addColumn('currency', 'text', column => column.notNull())
      .addColumn('time', 'timestamptz', column => column.notNull())
      .execute()
    await newestFirst(db, 'fills', 'time')
    await db.schema.createIndex('fills_of_order').on('fills').columns(['run', 'order']).execute()

    await db.schema
      .createTable('trades')
      .addColumn('run', 'text', column => column.notNull())
      .addColumn('number', 'bigint', column => column.notNull())
      .addColumn('entry', 'timestamptz', column => column.notNull())
      .addColumn('exit', 'timestamptz', column => column.notNull())
      .addColumn('account', 'text', column => column.notNull())
      .addColumn('instrument', 'text', column => column.notNull())
      .addColumn('strategy', 'text', column => column.notNull())
      .addColumn('side', 'text', column => column.notNull())
      .addColumn('quantity', 'numeric', column => column.notNull())
      .addColumn('entry_price', 'double precision', column => column.notNull())
      .addColumn('exit_price', 'double precision', column => column.notNull())
      .addColumn('commission', 'numeric', column => column.notNull())
      .addColumn('profit', 'numeric', column => column.notNull())
      .addColumn('currency', 'text', column => column.notNull())
      .addColumn('entry_order', 'text', column => column.notNull())
      .addColumn('exit_order', 'text', column => column.notNull())
      .addColumn('entry_reason', 'text', column => column.notNull())
      .addColumn('exit_reason', 'text', column => column.notNull())
      .addPrimaryKeyConstraint('trades_pkey', ['run', 'number'])
      .execute()
    await newestFirst(db, 'trades', 'exit')

    await db.schema
      .createTable('signals')
      .addColumn('key', 'text', column => column.primaryKey())
      .addColumn('run', 'text', column => column.notNull())
      .addColumn('instrument', 'text', column => column.notNull())
      .addColumn('strategy', 'text', column => column.notNull())
      .addColumn('outcome', 'text', column => column.notNull())
      .addColumn('time', 'timestamptz', column => column.notNull())
      .addColumn('line', 'json', column => column.notNull())
      .execute()
    await newestFirst(db, 'signals', 'time')

    await db.schema
      .createTable('opinions')
      .addColumn('run', 'text', column => column.notNull())
      .addColumn('instrument', 'text', column => column.notNull())
      .addColumn('time', 'timestamptz', column => column.notNull())
      .addColumn('line', 'json', column => column.notNull())
      .addPrimaryKeyConstraint('opinions_pkey', ['run', 'instrument', 'time'])
      .execute()
    await newestFirst(db, 'opinions', 'time')

    await db.schema
      .createTable('accounts')
      .addColumn('run', 'text', column => column.primaryKey())
      .addColumn('account', 'text', column => column.notNull())
      .addColumn('time', 'timestamptz', column => column.notNull())
      .addColumn('line', 'json', column => column.notNull())
      .execute()

    await db.schema
      .createTable('series')
      .addColumn('run', 'text', column => column.notNull())
      .addColumn('kind', 'text', column => column.notNull())
      .addColumn('instrument', 'text', column => column.notNull())
      .addColumn('content', 'json', column => column.notNull())
      .addPrimaryKeyConstraint('series_pkey', ['run', 'kind', 'instrument'])
      .execute()
  },
}

/** Every list is asked for newest first: over all runs, and of one. */
async function newestFirst(db: Any, table: string, time: string): Promise<void> {
  await sql`create index ${sql.ref(`${table}_newest`)} on ${sql.table(table)} (${sql.ref(time)} desc)`.execute(db)
  await sql`create index ${sql.ref(`${table}_of_run`)} on ${sql.table(table)} (run, ${sql.ref(time)} desc)`.execute(db)
}

/** By name; they run in the order of their names. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-people': people,
  '0002-audit': audit,
  '0003-runs': runs,
}
