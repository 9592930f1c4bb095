// The one database of a state folder: PGlite in <home>/database, or a PostgreSQL server when its address is given.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely, PostgresDialect, type PostgresPool, sql } from 'kysely'
import type { AuditStore } from '../../access/audit-entry.ts'
import type { PeopleStore, SessionStore } from '../../access/stores.ts'
import { DatabaseAudit } from './audit-store.ts'
import { DatabaseError } from './database-error.ts'
import { holdDirectory } from './directory-lock.ts'
import { type MigrationLine, migrate, migrationStatus } from './migrator.ts'
import { DatabasePeople } from './people-store.ts'
import { PglitePool } from './pglite-pool.ts'
import { postgresPool } from './postgres-pool.ts'
import { Projection } from './projection.ts'
import type { Tables } from './schema.ts'
import { DatabaseSessions } from './session-store.ts'

export interface DatabasePlace {
  /** The state folder. */
  readonly home: string
  /** DATABASE_URL; absent or empty is PGlite in the state folder. */
  readonly url?: string | undefined
  /** False only looks: the tables stay as they are, and may be too old or too new for anything else. */
  readonly migrate?: boolean
}

export interface Database {
  /** What it is, in words for people, without a password: 'PGlite 18.6 in …', 'PostgreSQL 15.14 at db.example:5432/quadrant'. */
  readonly name: string
  readonly kysely: Kysely<Tables>
  readonly people: PeopleStore
  readonly sessions: SessionStore
  readonly audit: AuditStore
  /** What the runs left behind, to be looked through. */
  readonly projection: Projection
  /** What was brought up to date when it was opened. */
  readonly migrated: readonly string[]
  migrations(): Promise<readonly MigrationLine[]>
  /** Idempotent. */
  close(): Promise<void>
}

/** Opens it and brings its tables up to date. Throws DatabaseError DATABASE_IN_USE, DATABASE_NEWER, DATABASE_UNAVAILABLE … */
export async function openDatabase(place: DatabasePlace): Promise<Database> {
  const opened = await openPool(place)
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: opened.pool }) })
  let closed: Promise<void> | undefined
  const close = () => (closed ??= db.destroy().finally(opened.release))
  try {
    const version = await versionOf(db)
    return {
      name: opened.name(version),
      kysely: db,
      people: new DatabasePeople(db),
      sessions: new DatabaseSessions(db),
      audit: new DatabaseAudit(db),
      projection: new Projection(db),
      migrated: place.migrate === false ? [] : await migrate(db),
      migrations: () => migrationStatus(db),
      close,
    }
  } catch (error) {
    // What could not be opened may not be closed either; the reason for the first is told.
    await close().catch(() => {})
    if (error instanceof DatabaseError) throw error
    throw new DatabaseError('DATABASE_UNAVAILABLE', {
      message: `${opened.name('')} cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
      fix: opened.fix,
    })
  }
}

interface Opened {
  readonly pool: PostgresPool
  readonly name: (version: string) => string
  readonly fix: string
  readonly release: () => Promise<void>
}

async function openPool({ home, url }: DatabasePlace): Promise<Opened> {
  if (url !== undefined && url !== '') {
    const pool = postgresPool(url)
    const { host, pathname } = new URL(url)
    return {
      pool,
      name: version => ['PostgreSQL', version, `at ${host}${pathname}`].filter(Boolean).join(' '),
      fix: 'see that the server runs and that DATABASE_URL names it, its user and its database rightly',
      release: async () => {},
    }
  }
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const hold = await holdDirectory(home)
  const folder = join(home, 'database')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return {
    pool: new PglitePool(folder),
    name: version => ['PGlite', version, `in ${folder}`].filter(Boolean).join(' '),
    fix: 'see that the disk has room and the folder may be written; if it is damaged, put it back from a backup',
    release: () => hold.release(),
  }
}

async function versionOf(db: Kysely<Tables>): Promise<string> {
  const { rows } = await sql<{ server_version: string }>`show server_version`.execute(db)
  return rows[0]?.server_version.split(' ')[0] ?? ''
}
