// The database in its folder, and on a PostgreSQL server: one contract for both, and what only one of them has.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseContract } from '../../../test/contracts/database.ts'
import { userRecord } from '../../../test/contracts/people-store.ts'
import { sessionRecord } from '../../../test/contracts/session-store.ts'
import { describePostgres, PostgresServer } from '../../../test/postgres.ts'
import { content } from '../../../test/run-rows.ts'
import { openDatabase } from './database.ts'

const temporary = () => {
  const home = mkdtempSync(join(tmpdir(), 'quadrant-database-'))
  return { home, close: async () => rmSync(home, { recursive: true, force: true }) }
}

databaseContract('PGlite', async () => temporary())

describe('a database in its folder', () => {
  const world = temporary()
  afterAll(world.close)

  test('belongs to one process, remembers, and is free again when it is closed', async () => {
    const database = await openDatabase(world)
    await database.people.addUser(userRecord('anna'))
    await expect(openDatabase(world)).rejects.toMatchObject({
      code: 'DATABASE_IN_USE',
      message: expect.stringContaining(`process ${process.pid}`),
    })
    await database.close()
    await database.close()

    const again = await openDatabase(world)
    expect(again.migrated).toEqual([])
    expect(await again.people.user('anna')).toEqual(userRecord('anna'))
    await again.close()
  })

  test('what was answered is there after the process was killed, and its lock is taken over', async () => {
    const program = `
      import { openDatabase } from ${JSON.stringify(join(import.meta.dirname, 'database.ts'))}
      const database = await openDatabase({ home: ${JSON.stringify(world.home)} })
      await database.sessions.save(${JSON.stringify(sessionRecord('killed'))})
      process.stdout.write('kept')
      setInterval(() => {}, 1_000)`
    const file = join(world.home, 'child.ts')
    writeFileSync(file, program)
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone

    const database = await openDatabase(world)
    expect((await database.sessions.session('killed'))?.user).toBe('anna')
    await database.close()
  })

  test('a lock with our own number, left by a killed process that had it before, is taken over', async () => {
    const locks = join(world.home, 'locks')
    const file = readdirSync(locks).find(name => name.startsWith('database.lease.'))!
    const left = JSON.parse(readFileSync(join(locks, file), 'utf8'))
    writeFileSync(join(locks, file), JSON.stringify({ ...left, pid: process.pid, id: 'another', released: false }))
    const database = await openDatabase(world)
    expect(database.name).toMatch(/^PGlite \d/)
    await database.close()
  })

  test('a lock of which only a part was written holds nobody up once it stands still', async () => {
    const locks = join(world.home, 'locks')
    const last = Math.max(...readdirSync(locks).map(name => Number(name.replace('database.lease.', ''))))
    writeFileSync(join(locks, `database.lease.${last + 1}`), '{ cut o')
    const database = await openDatabase(world)
    expect(database.name).toMatch(/^PGlite \d+\.\d+ in /)
    await database.close()
  })

  test('where the folder is a file, it says so', async () => {
    const home = mkdtempSync(join(tmpdir(), 'quadrant-database-'))
    writeFileSync(join(home, 'database'), 'no folder')
    await expect(openDatabase({ home })).rejects.toMatchObject({ code: 'EEXIST' })
    rmSync(home, { recursive: true, force: true })
  })

  test('where the folder holds something else, it is not touched and the reason is given', async () => {
    const home = mkdtempSync(join(tmpdir(), 'quadrant-database-'))
    mkdirSync(join(home, 'database'))
    writeFileSync(join(home, 'database', 'PG_VERSION'), '9.6\n')
    await expect(openDatabase({ home })).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
    rmSync(home, { recursive: true, force: true })
  })
})

describePostgres('a database on a PostgreSQL server', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await PostgresServer.start()
  })
  afterAll(() => server?.stop())

  databaseContract('PostgreSQL', async () => ({ ...temporary(), url: await server.database() }))

  test('several processes share it, and migrate it once', async () => {
    const url = await server.database()
    const { home, close } = temporary()
    const both = await Promise.all([openDatabase({ home, url }), openDatabase({ home, url })])
    expect(both.flatMap(({ migrated }) => migrated)).toHaveLength(3)
    const [one, other] = both
    await one.people.addUser(userRecord('anna'))
    expect(await other.people.user('anna')).toEqual(userRecord('anna'))
    await Promise.all(both.map(database => database.close()))
    await close()
  })

  test('its name shows neither password nor user', async () => {
    const url = (await server.database()).replace('quadrant@', 'quadrant:hidden-word@')
    const database = await openDatabase({ home: '', url })
    expect(database.name).toMatch(/^PostgreSQL \d+\.\d+ at 127\.0\.0\.1:\d+\/test_\d+$/)
    await database.close()
  })

  test('lost connections fail a query each at most, and are replaced', async () => {
    const url = await server.database()
    const database = await openDatabase({ home: '', url })
    const admin = await openDatabase({ home: '', url })
    await admin.projection.ingest(content('run-1', { orders: 1, fingerprint: 'a' }))
    const { sql } = await import('kysely')
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`.execute(
      admin.kysely,
    )
    // Each idle connection's loss is noticed before a query or by it, and then the connection is given up.
    let runs: readonly unknown[] = []
    for (let query = 0; query < 8 && runs.length === 0; query++) runs = await database.projection.runs().catch(() => [])
    expect(runs).toHaveLength(1)
    await Promise.all([database.close(), admin.close()])
  })
})

describe('an address of a database', () => {
  test.each(['mysql://h/d', 'postgres:', 'localhost:5432', 'postgres://h:port/d'])(
    '%s is refused without being repeated',
    async url => {
      const { home, close } = temporary()
      const error = await openDatabase({ home, url }).catch((error: unknown) => error as Error & { code: string })
      expect(error).toMatchObject({ code: 'DATABASE_URL_INVALID' })
      await close()
    },
  )

  test('nobody answers there', async () => {
    const url = 'postgres://quadrant:hidden-word@127.0.0.1:1/none'
    const error = await openDatabase({ home: '', url }).then(
      () => undefined,
      (error: unknown) => error as Error,
    )
    expect(error).toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
    expect(`${error?.message} ${error?.stack}`).not.toContain('hidden-word')
  })
})
