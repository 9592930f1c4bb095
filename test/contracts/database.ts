// What the database keeps, whichever engine is under it: people, sessions, the audit trail, and what runs left behind.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditRecord } from '../../src/access/audit-entry.ts'
import { type Database, openDatabase } from '../../src/adapters/database/database.ts'
import { MIGRATIONS } from '../../src/adapters/database/migrations.ts'
import { migrate } from '../../src/adapters/database/migrator.ts'
import type { OrderRow } from '../../src/adapters/database/projection-reader.ts'
import { content, fillRow, instant, opinionRow, orderRow, signalRow, tradeRow } from '../run-rows.ts'
import { peopleStoreContract, tokenRecord, userRecord } from './people-store.ts'
import { sessionRecord, sessionStoreContract } from './session-store.ts'

export interface DatabaseWorld {
  readonly home: string
  readonly url?: string
  close(): Promise<void>
}

/** Those that refer to others before the others. */
const TABLES = [
  ...(['tokens', 'sessions', 'users', 'audit', 'audit_head'] as const),
  ...(['runs', 'orders', 'order_changes', 'fills', 'trades', 'signals', 'opinions', 'accounts', 'series'] as const),
]

/** What a person might write to find out whether it is read as a command. NUL, quotes and half a character too. */
const HOSTILE = [
  "'; drop table users; --",
  "' or '1'='1",
  '"; delete from audit; --',
  '$1 $$ \\',
  "E'\\x27'",
  "x' || pg_sleep(10) || '",
  '{"a":"\\u0000"}',
  'a\tb\nc\r\u202e',
  '😀 ü %_*',
]

export function databaseContract(engine: string, make: () => Promise<DatabaseWorld>): void {
  describe(`the database on ${engine}`, () => {
    let world: DatabaseWorld
    let database: Database
    beforeAll(async () => {
      world = await make()
      database = await openDatabase(world)
    })
    afterAll(async () => {
      await database?.close()
      await world?.close()
    })

    /** Every fact begins without people and without runs. */
    const clear = async () => {
      for (const table of TABLES) await database.kysely.deleteFrom(table).execute()
      return async () => undefined
    }
    peopleStoreContract(engine, async () => ({ close: await clear(), store: database.people }))
    sessionStoreContract(engine, async () => ({ close: await clear(), open: () => database.sessions }))

    test('all migrations are applied, and a second time nothing is to be done', async () => {
      expect(database.migrated).toEqual(Object.keys(MIGRATIONS))
      const lines = await database.migrations()
      expect(lines.map(({ name }) => name)).toEqual(Object.keys(MIGRATIONS))
      expect(lines.every(({ applied }) => applied !== null && /^\d{4}-\d\d-\d\dT/.test(applied))).toBe(true)
      expect(await migrate(database.kysely)).toEqual([])
    })

    test('tables of a newer version are refused', async () => {
      const { '0003-runs': _, ...older } = MIGRATIONS
      await expect(migrate(database.kysely, older)).rejects.toMatchObject({ code: 'DATABASE_NEWER', message: /0003-runs/ })
    })

    test('a migration that fails leaves no trace', async () => {
      const broken = { ...MIGRATIONS, '9999-broken': { up: async () => Promise.reject(new Error('no room')) } }
      await expect(migrate(database.kysely, broken)).rejects.toMatchObject({
        code: 'DATABASE_MIGRATION',
        message: /9999-broken.*no room/,
      })
      expect((await database.migrations()).map(({ name }) => name)).toEqual(Object.keys(MIGRATIONS))
    })

    test('no text is read as a command, in whichever field it comes', async () => {
      await clear()
      for (const [i, text] of HOSTILE.entries()) {
        const user = userRecord(text, {
          id: text,
          passwordHash: text,
          totpSecret: text,
          recoveryHashes: [text],
          accounts: [text],
          preferences: { [text]: text },
        })
        expect(await database.people.addUser(user)).toBe(true)
        expect(await database.people.user(text)).toEqual(user)
        const token = tokenRecord(text, { user: text, name: text, hash: text })
        await database.people.addToken(token)
        expect(await database.people.tokens(text)).toEqual([token])
        const session = sessionRecord(text, {
          user: text,
          address: text,
          device: text,
          methods: [text],
          csrfKey: text,
          refreshHash: text,
        })
        await database.sessions.save(session)
        expect(await database.sessions.session(text)).toEqual(session)
        expect(await database.sessions.rotate({ ...session, refreshHash: 'next' }, text)).toBe(true)

        const record = auditRecord(i + 1, { actor: text, action: text, object: text, reason: text, after: { [text]: text } })
        await database.audit.append(record)
        expect((await database.audit.find({ actor: text, action: text, limit: 5, offset: 0 })).items).toEqual([record])

        const order = orderRow(1, {
          key: text,
          run: text,
          account: text,
          id: text,
          instrument: text,
          strategy: text,
          reason: text,
          why: text,
          state: text,
        })
        await database.projection.keep({ orders: [order] })
        const page = await database.projection.orders({
          accounts: [text],
          run: text,
          instrument: text,
          state: text,
          limit: 9,
          offset: 0,
        })
        expect(page).toEqual({ items: [order], total: 1 })
        const signal = signalRow(1, { key: text, run: text, strategy: text, why: text, instrument: text })
        await database.projection.keep({ signals: [signal] })
        expect((await database.projection.signals({ run: text, instrument: text, limit: 9, offset: 0 })).items).toEqual([signal])
        await database.projection.forget(text)
      }
      expect(await database.people.users()).toHaveLength(HOSTILE.length)
      expect((await database.audit.read(0, 100)).map(({ sequence }) => sequence)).toEqual(HOSTILE.map((_, i) => i + 1))
    })

    test('NUL, which PostgreSQL cannot hold, is replaced in a text and kept in JSON', async () => {
      await clear()
      await database.people.addUser(userRecord('anna', { preferences: { watchlist: ['a\0b', '\ud800'] } }))
      expect((await database.people.user('anna'))?.preferences).toEqual({ watchlist: ['a\0b', '\ud800'] })
      await database.sessions.save(sessionRecord('one', { device: 'a\0b' }))
      expect((await database.sessions.session('one'))?.device).toBe('a\ufffdb')
      const record = auditRecord(1, { actor: 'a\0b', after: '\0' })
      await database.audit.append(record)
      expect(await database.audit.last()).toEqual(record)
      await database.projection.keep({ orders: [orderRow(1, { why: 'a\0b' })] })
      expect((await database.projection.order('run-1', 'o1-0'))?.order.why).toBe('a\ufffdb')
    })

    test('the trail is read in order, found newest first, and takes no place twice', async () => {
      await clear()
      expect(await database.audit.last()).toBeUndefined()
      const records = [1, 2, 3].map(sequence => auditRecord(sequence, { actor: sequence === 2 ? 'bert' : 'anna' }))
      for (const record of records) await database.audit.append(record)
      await expect(database.audit.append(auditRecord(3))).rejects.toThrow()
      expect(await database.audit.last()).toEqual(records[2])
      expect(await database.audit.read(1, 10)).toEqual(records.slice(1))
      expect(await database.audit.read(0, 2)).toEqual(records.slice(0, 2))
      expect(await database.audit.find({ actor: 'anna', limit: 1, offset: 1 })).toEqual({ items: [records[0]], total: 2 })
      const head = { size: 3, root: 'r', time: '2026-11-21T09:00:00.000000Z', keyId: 'k', signature: 's' }
      await database.audit.addHead(head)
      expect(await database.audit.heads()).toEqual([head])
    })

    test('a column of the trail that was changed shows in the record', async () => {
      await clear()
      await database.audit.append(auditRecord(1, { actor: 'anna' }))
      await database.kysely.updateTable('audit').set({ actor: 'bert' }).execute()
      expect((await database.audit.last())?.actor).toBe('bert')
    })

    test('a run goes in once, again only when it changed, and comes out as it went in', async () => {
      await clear()
      const run = content('run-1', { orders: 3, fingerprint: 'a' })
      expect(await database.projection.ingest(run)).toBe(true)
      expect(await database.projection.ingest(run)).toBe(false)
      expect(await database.projection.fingerprints()).toEqual(new Map([['run-1', 'a']]))
      expect(await database.projection.run('run-1')).toEqual({ run: run.run, yaml: run.yaml })
      expect(await database.projection.runs({ mode: 'BACKTEST' })).toEqual([run.run])
      expect(await database.projection.runs({ mode: 'PAPER' })).toEqual([])
      expect(await database.projection.equity('run-1')).toEqual(run.equity)
      expect(await database.projection.funnel('run-1')).toEqual(run.funnel)
      expect(await database.projection.bars('run-1', 'BRENT.DUKA')).toEqual([...run.bars][0])
      expect(await database.projection.bars('run-1', 'OTHER.DUKA')).toBeUndefined()
      const all = { accounts: '*', limit: 10, offset: 0 } as const
      expect((await database.projection.orders(all)).items).toEqual([3, 2, 1].map(i => orderRow(i)))
      expect((await database.projection.fills(all)).items).toEqual([3, 2, 1].map(i => fillRow(i)))
      expect((await database.projection.trades(all)).items).toEqual([3, 2, 1].map(i => tradeRow(i)))
      expect((await database.projection.signals(all)).items).toEqual([3, 2, 1].map(i => signalRow(i)))
      expect((await database.projection.opinions(all)).items).toEqual([3, 2, 1].map(i => opinionRow(i)))
      expect((await database.projection.accounts(['gold'])).map(({ key }) => key)).toEqual(['run-1'])

      expect(await database.projection.ingest(content('run-1', { orders: 1, fingerprint: 'b' }))).toBe(true)
      expect((await database.projection.orders(all)).total).toBe(1)
      expect((await database.projection.trades(all)).total).toBe(1)
    })

    test('an interrupted intake is made whole by the next, with nothing twice', async () => {
      await clear()
      const whole = content('run-1', { orders: 1_100, fingerprint: 'a' })
      const broken = function* (): Generator<OrderRow> {
        for (let i = 1; i <= 1_050; i++) yield orderRow(i)
        throw new Error('the disk is gone')
      }
      await expect(database.projection.ingest({ ...whole, orders: broken() })).rejects.toThrow('the disk is gone')
      expect(await database.projection.fingerprints()).toEqual(new Map())
      await expect(
        database.projection.ingest({
          ...whole,
          signals: (function* () {
            yield signalRow(1)
            throw new Error('again')
          })(),
        }),
      ).rejects.toThrow('again')
      expect(await database.projection.ingest(whole)).toBe(true)
      const all = { accounts: '*', limit: 1, offset: 0 } as const
      expect((await database.projection.orders(all)).total).toBe(1_100)
      expect((await database.projection.trades(all)).total).toBe(1_100)
    })

    test('a living order moves on, keeps its history, and is found by its account only', async () => {
      await clear()
      const states = [
        orderRow(1, { state: 'pending', reason: '', changed: instant(1) }),
        orderRow(1, { state: 'working', reason: 'taken', changed: instant(2) }),
        orderRow(1, { state: 'filled', reason: 'in full', changed: instant(3), filled: '1.50' }),
      ]
      for (const order of states) await database.projection.keep({ orders: [order], fills: [fillRow(1)] })
      expect(await database.projection.order('run-1', 'o1-0')).toEqual({
        order: states[2],
        fills: [fillRow(1)],
        history: states.map(({ changed: time, state, reason }) => ({ time, state, reason })),
      })
      expect(await database.projection.order('run-1', 'o9-0')).toBeUndefined()

      // Said twice, and then by the run's folder: the same round trips, counted from 0.
      const closed = [1, 2].map(i => ({ key: `run-1/${i - 1}`, ...tradeRow(i) }))
      for (const trades of [closed.slice(0, 1), closed]) await database.projection.keep({ trades })
      const trades = { accounts: '*', limit: 10, offset: 0 } as const
      expect((await database.projection.trades(trades)).items).toEqual([tradeRow(2), tradeRow(1)])
      await database.projection.ingest(content('run-1', { orders: 3, fingerprint: 'a' }))
      expect((await database.projection.trades(trades)).items).toEqual([3, 2, 1].map(i => tradeRow(i)))
      await clear()
      await database.projection.keep({ orders: [orderRow(1)] })
      const page = { limit: 10, offset: 0 }
      expect((await database.projection.orders({ ...page, accounts: ['gold'] })).total).toBe(1)
      expect((await database.projection.orders({ ...page, accounts: ['oil'] })).total).toBe(0)
      expect((await database.projection.orders({ ...page, accounts: [] })).total).toBe(0)
    })

    test('of several rows with one key in one call the last holds', async () => {
      await clear()
      await database.projection.keep({
        signals: [signalRow(1, { outcome: 'ordered' }), signalRow(1, { outcome: 'filled' })],
        opinions: [opinionRow(1), opinionRow(1, { confidence: 0.25 })],
      })
      const page = { limit: 10, offset: 0 }
      expect((await database.projection.signals(page)).items).toEqual([signalRow(1, { outcome: 'filled' })])
      expect((await database.projection.opinions(page)).items).toEqual([opinionRow(1, { confidence: 0.25 })])
      expect((await database.projection.signals({ ...page, outcome: 'ordered' })).total).toBe(0)
    })

    test('pages are cut from one order of things: newest first, without a gap and without a double', async () => {
      await clear()
      // Several of one instant, so that the tie has to be broken the same way each time.
      const orders = Array.from({ length: 40 }, (_, i) => orderRow(i, { created: instant(Math.floor(i / 4)) }))
      await database.projection.keep({ orders })
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 45 }), async limit => {
          const keys: string[] = []
          for (let offset = 0; offset < 45; offset += limit) {
            const { items, total } = await database.projection.orders({ accounts: '*', limit, offset })
            expect(total).toBe(40)
            keys.push(...items.map(({ key }) => key))
          }
          expect(new Set(keys).size).toBe(40)
          expect(keys).toHaveLength(40)
        }),
        { numRuns: 8 },
      )
      const { items } = await database.projection.orders({ accounts: '*', limit: 40, offset: 0 })
      const times = items.map(({ created }) => created)
      expect(times).toEqual(times.toSorted().toReversed())
    })

    test('signals and opinions can be asked for by a span of time: from its first instant, up to its last', async () => {
      await clear()
      await database.projection.keep({ signals: [1, 2, 3].map(i => signalRow(i)), opinions: [1, 2, 3].map(i => opinionRow(i)) })
      const span = { from: instant(2), to: instant(3), limit: 9, offset: 0 }
      expect((await database.projection.signals(span)).items).toEqual([signalRow(2)])
      expect((await database.projection.opinions(span)).items).toEqual([opinionRow(2)])
    })

    test('exact decimals and microseconds stay exact', async () => {
      await clear()
      const order = orderRow(1, {
        quantity: '123456789012345678901234.000000000000000001',
        price: '-37.63',
        created: '1999-12-31T23:59:59.999999Z',
        changed: '2026-11-21T09:00:00.000000Z',
      })
      await database.projection.keep({ orders: [order] })
      expect((await database.projection.order('run-1', 'o1-0'))?.order).toEqual(order)
    })

    test('what a transaction that failed wrote is not there, and the next is not held up', async () => {
      await clear()
      const fails = database.kysely.transaction().execute(async db => {
        await db.deleteFrom('users').execute()
        await db
          .insertInto('tokens')
          .values({ id: 'x' } as never)
          .execute()
      })
      await Promise.all([expect(fails).rejects.toThrow(/user_name/), database.people.addUser(userRecord('anna'))])
      expect(await database.people.users()).toHaveLength(1)
    })
  })
}

const auditRecord = (sequence: number, change: Partial<AuditRecord> = {}): AuditRecord => ({
  sequence,
  time: `2026-11-21T09:00:0${sequence % 10}.123456Z`,
  actor: 'anna',
  session: 's',
  address: '::1',
  action: 'user.add',
  object: 'user:bert',
  before: null,
  after: { roles: ['read'] },
  reason: '',
  result: 'done',
  correlationId: 'c',
  previousHash: '0'.repeat(64),
  hash: '1'.repeat(64),
  ...change,
})
