// The audit trail of a real house under SQL: whatever is done to its rows in the database, `quadrant audit verify` says so with exit 20.
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../../src/adapters/database/database.ts'
import { openHouse } from '../../src/apps/people/open-house.ts'
import { quadrant, STACK_TRACE } from '../command.ts'

const FROM = { address: '192.0.2.1', device: 'a test', correlationId: 'c-1' }
const RECORDS = 70
const folder = mkdtempSync(join(tmpdir(), 'q-audit-'))
const whole = join(folder, 'whole')

beforeAll(async () => {
  const house = await openHouse(whole, '')
  for (let i = 0; i < RECORDS; i++) {
    await house.audit.record({
      ...{ actor: `user${i % 3}`, session: '', address: FROM.address, action: 'order.place', object: `order:r/${i}` },
      ...{ before: null, after: { quantity: i }, reason: 'a test', result: 'done', correlationId: `c-${i}` },
    })
  }
  await house.close()
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const verify = (home: string) =>
  quadrant(['audit', 'verify', '--json', '--home', home], { cwd: folder, env: { DATABASE_URL: '' } })

test('as it was written it is whole', async () => {
  const { exit, stdout, stderr } = await verify(whole)
  expect(exit, stderr).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ whole: true, records: RECORDS, faults: [] })
}, 120_000)

const TAMPERINGS: Readonly<Record<string, readonly string[]>> = {
  'a word of a record changed': [
    'UPDATE audit SET record = replace(record, \'"quantity":7}\', \'"quantity":9}\') WHERE sequence = 8',
  ],
  'who did it changed, in the record and beside it': [
    "UPDATE audit SET record = replace(record, 'user1', 'user2'), actor = 'user2' WHERE sequence = 20",
  ],
  'a record taken out': ['DELETE FROM audit WHERE sequence = 30'],
  'a record taken out and the others moved up': [
    'DELETE FROM audit WHERE sequence = 30',
    'UPDATE audit SET sequence = -sequence WHERE sequence > 30',
    'UPDATE audit SET sequence = -sequence - 1 WHERE sequence < 0',
  ],
  'the last ones cut off': ['DELETE FROM audit WHERE sequence > 60'],
  'the first ones cut off': ['DELETE FROM audit WHERE sequence <= 5'],
  'everything thrown away': ['DELETE FROM audit'],
  'everything thrown away, heads too': ['DELETE FROM audit', 'DELETE FROM audit_head'],
  'two records in each other’s place': [
    'UPDATE audit SET sequence = -1 WHERE sequence = 11',
    'UPDATE audit SET sequence = 11 WHERE sequence = 12',
    'UPDATE audit SET sequence = 12 WHERE sequence = -1',
  ],
  'a record put in twice': [
    'INSERT INTO audit (sequence, time, actor, action, record) SELECT 1000, time, actor, action, record FROM audit WHERE sequence = 9',
  ],
  'the heads forged': ["UPDATE audit_head SET root = repeat('0', length(root))"],
  'the newest heads thrown away with what they sign': [
    'DELETE FROM audit_head WHERE size > 60',
    'DELETE FROM audit WHERE sequence > 60',
  ],
}

test.each(Object.entries(TAMPERINGS))(
  '%s is found',
  async (what, statements) => {
    const home = join(folder, what.replace(/\W+/g, '-').slice(0, 20) + Object.keys(TAMPERINGS).indexOf(what))
    cpSync(whole, home, { recursive: true })
    const database = await openDatabase({ home, url: '' })
    for (const statement of statements) await sql.raw(statement).execute(database.kysely)
    await database.close()

    const { exit, stdout, stderr } = await verify(home)
    expect(exit, `${stdout}${stderr}`).toBe(20)
    expect(JSON.parse(stdout).whole).toBe(false)
    expect(stdout + stderr).not.toMatch(STACK_TRACE)
    rmSync(home, { recursive: true, force: true })
  },
  120_000,
)

test('the copy of the heads beside the database changed is found as well', async () => {
  const home = join(folder, 'heads')
  cpSync(whole, home, { recursive: true })
  const heads = join(home, 'audit-heads.jsonl')
  expect(existsSync(heads)).toBe(true)
  writeFileSync(heads, '{"size":1,"root":"00","time":"2026-01-01T00:00:00Z","keyId":"x","signature":"AA"}\n')
  expect((await verify(home)).exit).toBe(20)
}, 120_000)
