// Takes in what runs leave behind: a finished run's folder as a whole, a living run's rows as they change.
import type { Insertable, Kysely } from 'kysely'
import {
  type AccountRow,
  type Bars,
  type EquitySeries,
  type FillRow,
  type Funnel,
  type OpinionRow,
  type OrderRow,
  ProjectionReader,
  type RunLine,
  type SignalRow,
  type TradeRow,
} from './projection-reader.ts'
import type { Tables } from './schema.ts'

/** A finished run as its folder holds it. The lists are read once, so they may come from files as they are read. */
export interface RunContent {
  readonly run: RunLine
  readonly yaml: string
  /** Changes when the folder's content does. */
  readonly fingerprint: string
  /** Of an order that is given more than once the last holds; each is a line of its history. */
  readonly orders: Iterable<OrderRow>
  readonly fills: Iterable<FillRow>
  readonly trades: Iterable<TradeRow>
  readonly signals: Iterable<SignalRow>
  readonly opinions: Iterable<OpinionRow>
  readonly account: AccountRow | undefined
  readonly equity: EquitySeries | undefined
  readonly bars: Iterable<Bars>
  readonly funnel: Funnel | undefined
}

/** Rows of living runs, as they changed. */
export interface LivingRows {
  readonly orders?: readonly OrderRow[]
  readonly fills?: readonly FillRow[]
  readonly signals?: readonly SignalRow[]
  readonly opinions?: readonly OpinionRow[]
  readonly accounts?: readonly AccountRow[]
}

export class Projection extends ProjectionReader {
  /** False where exactly this was taken in before. What an earlier folder of the same run held is replaced. All or nothing. */
  ingest(content: RunContent): Promise<boolean> {
    const { run, fingerprint } = content
    return this.db.transaction().execute(async db => {
      const before = await db.selectFrom('runs').select('fingerprint').where('id', '=', run.id).executeTakeFirst()
      if (before?.fingerprint === fingerprint) return false

      await forget(db, run.id)
      await db.insertInto('runs').values(runRow(content)).execute()
      for (const orders of batches(content.orders)) await putOrders(db, orders)
      for (const fills of batches(content.fills)) await putFills(db, fills)
      for (const trades of batches(content.trades)) await db.insertInto('trades').values(trades.map(tradeRow)).execute()
      for (const signals of batches(content.signals)) await putSignals(db, signals)
      for (const opinions of batches(content.opinions)) await putOpinions(db, opinions)
      if (content.account !== undefined) await putAccounts(db, [content.account])
      for (const series of seriesOf(content)) await db.insertInto('series').values(series).execute()
      return true
    })
  }

  /** Of a row that is here already the new one holds. */
  async keep({ orders = [], fills = [], signals = [], opinions = [], accounts = [] }: LivingRows): Promise<void> {
    await this.db.transaction().execute(async db => {
      for (const rows of batches(orders)) await putOrders(db, rows)
      for (const rows of batches(fills)) await putFills(db, rows)
      for (const rows of batches(signals)) await putSignals(db, rows)
      for (const rows of batches(opinions)) await putOpinions(db, rows)
      for (const rows of batches(accounts)) await putAccounts(db, rows)
    })
  }

  /** Takes everything of a run out. */
  async forget(run: string): Promise<void> {
    await this.db.transaction().execute(db => forget(db, run))
  }
}

/** A statement has at most 65,535 parameters, and rows have up to 17. */
const BATCH = 1_000

function* batches<Row>(rows: Iterable<Row>): Generator<Row[]> {
  let batch: Row[] = []
  for (const row of rows) {
    batch.push(row)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** One statement cannot change a row twice: of those with the same key the last is kept, at the place of the first. */
function lastOfEach<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[] {
  return [...new Map(rows.map(row => [keyOf(row), row])).values()]
}

const OF_A_RUN = ['orders', 'order_changes', 'fills', 'trades', 'signals', 'opinions', 'accounts', 'series'] as const

async function forget(db: Kysely<Tables>, run: string): Promise<void> {
  for (const table of OF_A_RUN) await db.deleteFrom(table).where('run', '=', run).execute()
  await db.deleteFrom('runs').where('id', '=', run).execute()
}

const runRow = ({ run, yaml, fingerprint }: RunContent): Insertable<Tables['runs']> => ({
  id: run.id,
  account: run.name,
  mode: run.mode,
  finished: run.finished,
  fingerprint,
  line: JSON.stringify(run),
  yaml,
})

async function putOrders(db: Kysely<Tables>, given: readonly OrderRow[]): Promise<void> {
  const changes = given.map(({ key, run, changed, state, reason }) => ({ order_key: key, run, time: changed, state, reason }))
  await db
    .insertInto('orders')
    .values(lastOfEach(given, ({ key }) => key).map(orderRow))
    .onConflict(conflict =>
      conflict.column('key').doUpdateSet(({ ref }) => ({
        quantity: ref('excluded.quantity'),
        filled: ref('excluded.filled'),
        price: ref('excluded.price'),
        state: ref('excluded.state'),
        reason: ref('excluded.reason'),
        changed: ref('excluded.changed'),
      })),
    )
    .execute()
  await db
    .insertInto('order_changes')
    .values(changes)
    .onConflict(conflict => conflict.doNothing())
    .execute()
}

async function putFills(db: Kysely<Tables>, given: readonly FillRow[]): Promise<void> {
  const rows = lastOfEach(given, ({ key }) => key).map(fillRow)
  // A fill never changes.
  await db
    .insertInto('fills')
    .values(rows)
    .onConflict(conflict => conflict.column('key').doNothing())
    .execute()
}

async function putSignals(db: Kysely<Tables>, given: readonly SignalRow[]): Promise<void> {
  const rows = lastOfEach(given, ({ key }) => key)
  await db
    .insertInto('signals')
    .values(rows.map(signalRow))
    .onConflict(conflict =>
      conflict.column('key').doUpdateSet(({ ref }) => ({ outcome: ref('excluded.outcome'), line: ref('excluded.line') })),
    )
    .execute()
}

async function putOpinions(db: Kysely<Tables>, given: readonly OpinionRow[]): Promise<void> {
  const rows = lastOfEach(given, ({ run, key, time }) => `${run} ${key} ${time}`)
  await db
    .insertInto('opinions')
    .values(rows.map(line => ({ run: line.run, instrument: line.key, time: line.time, line: JSON.stringify(line) })))
    .onConflict(conflict =>
      conflict.columns(['run', 'instrument', 'time']).doUpdateSet(({ ref }) => ({ line: ref('excluded.line') })),
    )
    .execute()
}

async function putAccounts(db: Kysely<Tables>, given: readonly AccountRow[]): Promise<void> {
  const rows = lastOfEach(given, ({ key }) => key)
  await db
    .insertInto('accounts')
    .values(rows.map(line => ({ run: line.key, account: line.account, time: line.time, line: JSON.stringify(line) })))
    .onConflict(conflict =>
      conflict.column('run').doUpdateSet(({ ref }) => ({ time: ref('excluded.time'), line: ref('excluded.line') })),
    )
    .execute()
}

/** Column by column, so that a field which is none of the table's is left out. */
const orderRow = (row: OrderRow): Insertable<Tables['orders']> => ({
  key: row.key,
  run: row.run,
  account: row.account,
  id: row.id,
  instrument: row.instrument,
  strategy: row.strategy,
  side: row.side,
  type: row.type,
  role: row.role,
  quantity: row.quantity,
  filled: row.filled,
  price: row.price,
  state: row.state,
  reason: row.reason,
  why: row.why,
  created: row.created,
  changed: row.changed,
})

const fillRow = (row: FillRow): Insertable<Tables['fills']> => ({
  key: row.key,
  run: row.run,
  account: row.account,
  id: row.id,
  order: row.order,
  instrument: row.instrument,
  strategy: row.strategy,
  side: row.side,
  quantity: row.quantity,
  price: row.price,
  commission: row.commission,
  currency: row.currency,
  time: row.time,
})

const tradeRow = (row: TradeRow): Insertable<Tables['trades']> => ({
  run: row.run,
  entry: row.entry,
  exit: row.exit,
  account: row.account,
  instrument: row.instrument,
  strategy: row.strategy,
  side: row.side,
  quantity: row.quantity,
  entry_price: row.entryPrice,
  exit_price: row.exitPrice,
  commission: row.commission,
  profit: row.profit,
  currency: row.currency,
  entry_order: row.entryOrder,
  exit_order: row.exitOrder,
  entry_reason: row.entryReason,
  exit_reason: row.exitReason,
})

const signalRow = (line: SignalRow): Insertable<Tables['signals']> => ({
  key: line.key,
  run: line.run,
  instrument: line.instrument,
  strategy: line.strategy,
  outcome: line.outcome,
  time: line.time,
  line: JSON.stringify(line),
})

function* seriesOf({ run, equity, funnel, bars }: RunContent): Generator<Insertable<Tables['series']>> {
  if (equity !== undefined) yield { run: run.id, kind: 'equity', instrument: '', content: JSON.stringify(equity) }
  if (funnel !== undefined) yield { run: run.id, kind: 'funnel', instrument: '', content: JSON.stringify(funnel) }
  for (const one of bars) yield { run: run.id, kind: 'bars', instrument: one.instrument, content: JSON.stringify(one) }
}
