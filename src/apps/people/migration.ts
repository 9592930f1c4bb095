// The tables of a state folder's database: brought up to date, or only looked at.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../../adapters/database/database.ts'
import { MIGRATIONS } from '../../adapters/database/migrations.ts'
import type { MigrationLine } from '../../adapters/database/migrator.ts'
import { settledServer } from '../serve/server-file.ts'
import { withPeople } from './control.ts'

export interface MigrationResult {
  /** Which database, in words. */
  readonly database: string
  readonly migrations: readonly MigrationLine[]
  /** What was done just now. */
  readonly done: readonly string[]
}

/** Throws DatabaseError. A running server did it when it started, and is only asked. */
export async function migrateHome({
  home,
  url,
  look,
}: {
  readonly home: string
  /** DATABASE_URL. */
  readonly url: string | undefined
  readonly look: boolean
}): Promise<MigrationResult> {
  if ((await settledServer(home)) !== undefined) {
    return { ...(await withPeople({ home, url }, desk => desk.migrations())), done: [] }
  }
  const folder = join(home, 'database')
  if (look && !url && !existsSync(folder)) {
    const migrations = Object.keys(MIGRATIONS).map(name => ({ name, applied: null }))
    return { database: `there is none yet in ${folder}`, migrations, done: [] }
  }
  const database = await openDatabase({ home, url, migrate: !look })
  try {
    return { database: database.name, migrations: await database.migrations(), done: database.migrated }
  } finally {
    await database.close()
  }
}
