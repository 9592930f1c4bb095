// Brings the tables to what this version of Quadrant expects, and refuses those of a newer one.
import { type Kysely, type Migration, Migrator } from 'kysely'
import { DatabaseError } from './database-error.ts'
import { MIGRATIONS } from './migrations.ts'
import type { Tables } from './schema.ts'

export interface MigrationLine {
  readonly name: string
  /** ISO; null while it is still to be done. */
  readonly applied: string | null
}

const TABLE = 'quadrant_migration'

/** What was done and what is to do, in order. Names that this version does not know are listed too. */
export async function migrationStatus(db: Kysely<Tables>, known = MIGRATIONS): Promise<readonly MigrationLine[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  const applied = tables.some(({ name }) => name === TABLE)
    ? await (db as unknown as Kysely<{ [TABLE]: { name: string; timestamp: string } }>)
        .selectFrom(TABLE)
        .select(['name', 'timestamp'])
        .orderBy('name')
        .execute()
    : []
  const times = new Map(applied.map(({ name, timestamp }) => [name, timestamp]))
  const names = [...new Set([...Object.keys(known), ...times.keys()])].sort()
  return names.map(name => ({ name, applied: times.get(name) ?? null }))
}

/** Does what is to do; the names of what was done. Throws DatabaseError DATABASE_NEWER, DATABASE_MIGRATION. */
export async function migrate(db: Kysely<Tables>, known = MIGRATIONS): Promise<readonly string[]> {
  await refuseNewer(db, known)
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => known as Record<string, Migration> },
    migrationTableName: TABLE,
    migrationLockTableName: `${TABLE}_lock`,
  })
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error !== undefined) {
    const failed = results.find(({ status }) => status === 'Error')?.migrationName ?? 'the preparation'
    throw new DatabaseError('DATABASE_MIGRATION', {
      message: `the tables could not be brought up to date at ${failed}: ${error instanceof Error ? error.message : String(error)}`,
      fix: 'nothing was changed; see that the user of the database may create tables, and run quadrant migrate again',
    })
  }
  return results.map(({ migrationName }) => migrationName)
}

async function refuseNewer(db: Kysely<Tables>, known: typeof MIGRATIONS): Promise<void> {
  const foreign = (await migrationStatus(db, known)).filter(({ name }) => !(name in known))
  if (foreign.length === 0) return
  throw new DatabaseError('DATABASE_NEWER', {
    message: `the database was written by a newer Quadrant: it has ${foreign.map(({ name }) => name).join(', ')}`,
    fix: 'use that version or a later one; this one would misread the tables',
  })
}
