// Takes in what runs leave behind: a finished run's folder as a whole, a living run's rows as they change.
import { type Insertable, type Kysely, sql } from 'kysely'
import { accountOfRun } from '../../wire/research.ts'
import { insertRows } from './bulk-insert.ts'
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
  /** With the key RUN/NUMBER, by which the run's folder counts them too. */
  readonly trades?: readonly (TradeRow & { readonly key: string })[]
  readonly signals?: readonly SignalRow[]
  readonly opinions?: readonly OpinionRow[]
  readonly accounts?: readonly AccountRow[]
}

export class Projection extends ProjectionReader {
  /** Rows written or taken out since it was last tidied. */
  #changed = 0

  /**
   * False where exactly this was taken in before. What an earlier folder of the same run held is replaced. It goes in by
   * pieces, so that nobody's sign-in waits for a large run; what a crash interrupts is taken in again the next time.
   */
  ingest(content: RunContent): Promise<boolean> {
    return this.#writing(() => this.#ingest(content))
  }

  async #ingest(content: RunContent): Promise<boolean> {
    const { run, fingerprint } = content
    const before = await this.db.selectFrom('runs').select('fingerprint').where('id', '=', run.id).executeTakeFirst()
    if (before?.fingerprint === fingerprint) return false
    // Rows without a fingerprint are of the same run while it lived, or of an attempt that was interrupted.
    if (before !== undefined && before.fingerprint !== null) await this.forget(run.id)
    this.#changed += run.orders + run.fills + run.trades + run.signals

    await this.#putRun(content)
    for (const rows of batches(content.orders)) await putOrders(this.db, rows)
    for (const rows of batches(content.fills)) await putFills(this.db, rows)
    for (const rows of batches(numbered(content.trades))) await insertRows(this.db, 'trades', rows, ONCE.trades)
    for (const rows of batches(content.signals)) await putSignals(this.db, rows)
    for (const rows of batches(content.opinions)) await putOpinions(this.db, rows)
    if (content.account !== undefined) await putAccounts(this.db, [content.account])
    for (const series of seriesOf(content)) await this.#putSeries(series)

    await this.db.updateTable('runs').set({ fingerprint }).where('id', '=', run.id).execute()
    this.lists.forget()
    await this.#tidy()
    return true
  }

  /** Of a row that is here already the new one holds. */
  keep(rows: LivingRows): Promise<void> {
    return this.#writing(() => this.#keep(rows))
  }

  async #keep({ orders = [], fills = [], trades = [], signals = [], opinions = [], accounts = [] }: LivingRows): Promise<void> {
    for (const rows of batches(orders)) {
      await putOrders(this.db, rows)
      await putChanges(this.db, rows)
    }
    for (const rows of batches(fills)) await putFills(this.db, rows)
    const counted = trades.map(({ key, ...row }) => tradeStored(row, Number(key.slice(key.lastIndexOf('/') + 1))))
    for (const rows of batches(counted)) await insertRows(this.db, 'trades', rows, ONCE.trades)
    for (const rows of batches(signals)) await putSignals(this.db, rows)
    for (const rows of batches(opinions)) await putOpinions(this.db, rows)
    for (const rows of batches(accounts)) await putAccounts(this.db, rows)
  }

  /** Takes everything of a run out. */
  forget(run: string): Promise<void> {
    return this.#writing(() =>
      this.db.transaction().execute(async db => {
        for (const table of OF_A_RUN) await db.deleteFrom(table).where('run', '=', run).execute()
        await db.deleteFrom('runs').where('id', '=', run).execute()
      }),
    )
  }

  /** What was answered before is old then, also when only a part of it was written. */
  async #writing<Answer>(write: () => Promise<Answer>): Promise<Answer> {
    try {
      return await write()
    } finally {
      this.lists.forget()
    }
  }

  async #putRun({ run, yaml }: RunContent): Promise<void> {
    const { id, mode, finished } = run
    const row = { account: accountOfRun(run), mode, finished, fingerprint: null, line: JSON.stringify(run), yaml }
    await this.db
      .insertInto('runs')
      .values({ id, ...row })
      .onConflict(conflict => conflict.column('id').doUpdateSet(row))
      .execute()
  }

  async #putSeries(row: Insertable<Tables['series']>): Promise<void> {
    await this.db
      .insertInto('series')
      .values(row)
      .onConflict(conflict => conflict.columns(['run', 'kind', 'instrument']).doUpdateSet({ content: row.content }))
      .execute()
  }

  /** Nothing does it by itself in PGlite: frees what was replaced, and lets the planner know how much there is. */
  async #tidy(): Promise<void> {
    if (this.#changed < TIDY_ROWS) return
    this.#changed = 0
    for (const table of OF_A_RUN) await sql`vacuum (analyze) ${sql.table(table)}`.execute(this.db)
  }
}

/** Tidying reads every table once. */
const TIDY_ROWS = 20_000

/** One statement's worth: large enough to be fast, small enough that a query in between waits some hundredths of a second. */
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

/** One statement cannot change a row twice: of those with the same key the last is kept. */
const lastOfEach = <Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[] => [
  ...new Map(rows.map(row => [keyOf(row), row])).values(),
]

const OF_A_RUN = ['orders', 'order_changes', 'fills', 'trades', 'signals', 'opinions', 'accounts', 'series'] as const

/** What never changes once it is there. */
const ONCE = {
  changes: { key: ['order_key', 'time', 'state'], replaces: [] },
  fills: { key: ['key'], replaces: [] },
  trades: { key: ['run', 'number'], replaces: [] },
} as const

async function putOrders(db: Kysely<Tables>, given: readonly OrderRow[]): Promise<void> {
  await insertRows(
    db,
    'orders',
    lastOfEach(given, ({ key }) => key),
    {
      key: ['key'],
      replaces: ['quantity', 'filled', 'price', 'state', 'reason', 'changed'],
    },
  )
}

/** A living order's way; of a finished one the folder knows the end, which is in the order itself. */
async function putChanges(db: Kysely<Tables>, given: readonly OrderRow[]): Promise<void> {
  const changes = given.map(({ key, run, changed, state, reason }) => ({ order_key: key, run, time: changed, state, reason }))
  await insertRows(db, 'order_changes', changes, ONCE.changes)
}

async function putFills(db: Kysely<Tables>, given: readonly FillRow[]): Promise<void> {
  await insertRows(db, 'fills', given, ONCE.fills)
}

async function putSignals(db: Kysely<Tables>, given: readonly SignalRow[]): Promise<void> {
  const rows = lastOfEach(given, ({ key }) => key).map(line => ({ ...line, line: JSON.stringify(line) }))
  await insertRows(db, 'signals', rows, { key: ['key'], replaces: ['outcome', 'line'] })
}

async function putOpinions(db: Kysely<Tables>, given: readonly OpinionRow[]): Promise<void> {
  const rows = lastOfEach(given, ({ run, key, time }) => `${run} ${key} ${time}`)
  await insertRows(
    db,
    'opinions',
    rows.map(line => ({ run: line.run, instrument: line.key, time: line.time, line: JSON.stringify(line) })),
    { key: ['run', 'instrument', 'time'], replaces: ['line'] },
  )
}

async function putAccounts(db: Kysely<Tables>, given: readonly AccountRow[]): Promise<void> {
  const rows = lastOfEach(given, ({ key }) => key)
  await insertRows(
    db,
    'accounts',
    rows.map(line => ({ run: line.key, account: line.account, time: line.time, line: JSON.stringify(line) })),
    { key: ['run'], replaces: ['time', 'line'] },
  )
}

function* numbered(trades: Iterable<TradeRow>): Generator<Insertable<Tables['trades']>> {
  let number = 0
  for (const row of trades) yield tradeStored(row, number++)
}

const tradeStored = (row: TradeRow, number: number): Insertable<Tables['trades']> => ({
  ...row,
  number,
  entry_price: row.entryPrice,
  exit_price: row.exitPrice,
  entry_order: row.entryOrder,
  exit_order: row.exitOrder,
  entry_reason: row.entryReason,
  exit_reason: row.exitReason,
})

function* seriesOf({ run, equity, funnel, bars }: RunContent): Generator<Insertable<Tables['series']>> {
  if (equity !== undefined) yield { run: run.id, kind: 'equity', instrument: '', content: JSON.stringify(equity) }
  if (funnel !== undefined) yield { run: run.id, kind: 'funnel', instrument: '', content: JSON.stringify(funnel) }
  for (const one of bars) yield { run: run.id, kind: 'bars', instrument: one.instrument, content: JSON.stringify(one) }
}
