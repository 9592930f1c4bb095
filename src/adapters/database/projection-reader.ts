// What the runs left behind, to be looked through: which rows are wanted, and the pages of them, newest first.
import { type Kysely, type SelectQueryBuilder, type SqlBool, sql } from 'kysely'
import type { Static } from 'typebox'
import type {
  AccountRow as AccountForm,
  EquitySeries as EquityForm,
  FillRow as FillForm,
  OrderChangeLine as OrderChangeForm,
  OrderRow as OrderForm,
  TradeRow as TradeForm,
} from '../../wire/account.ts'
import type {
  Bars as BarsForm,
  Funnel as FunnelForm,
  OpinionRow as OpinionForm,
  SignalRow as SignalForm,
} from '../../wire/market.ts'
import type { RunLine as RunForm } from '../../wire/runs.ts'
import { KeptAnswers } from './kept-answers.ts'
import type { Tables } from './schema.ts'

export type OrderRow = Static<typeof OrderForm>
export type OrderChangeLine = Static<typeof OrderChangeForm>
export type FillRow = Static<typeof FillForm>
export type TradeRow = Static<typeof TradeForm>
export type AccountRow = Static<typeof AccountForm>
export type SignalRow = Static<typeof SignalForm>
export type OpinionRow = Static<typeof OpinionForm>
export type RunLine = Static<typeof RunForm>
export type EquitySeries = Static<typeof EquityForm>
export type Bars = Static<typeof BarsForm>
export type Funnel = Static<typeof FunnelForm>

/** Names of accounts, or all of them. An empty list sees nothing. */
export type Accounts = '*' | readonly string[]

export interface Wanted {
  readonly run?: string | undefined
  readonly instrument?: string | undefined
  readonly limit: number
  readonly offset: number
}
export interface WantedOfAccounts extends Wanted {
  readonly accounts: Accounts
}
/** ISO instants: from this one on, and before that one. */
interface Span {
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export interface Page<Row> {
  readonly items: readonly Row[]
  /** How many there are altogether. */
  readonly total: number
}

export class ProjectionReader {
  protected readonly db: Kysely<Tables>
  protected readonly lists = new KeptAnswers()

  constructor(db: Kysely<Tables>) {
    this.db = db
  }

  orders(wanted: WantedOfAccounts & { readonly state?: string | undefined }): Promise<Page<OrderRow>> {
    return this.lists.of(['orders', wanted], () => this.#orders(wanted))
  }

  #orders(wanted: WantedOfAccounts & { readonly state?: string | undefined }): Promise<Page<OrderRow>> {
    let query = narrow(this.db.selectFrom('orders'), wanted)
    if (wanted.state !== undefined) query = query.where('state', '=', wanted.state)
    return pageOf<OrderRow>(query, wanted, 'created', 'key')
  }

  /** One order with its fills and what became of it, oldest first. */
  async order(
    run: string,
    id: string,
  ): Promise<
    { readonly order: OrderRow; readonly fills: readonly FillRow[]; readonly history: readonly OrderChangeLine[] } | undefined
  > {
    const order = await this.db.selectFrom('orders').selectAll().where('run', '=', run).where('id', '=', id).executeTakeFirst()
    if (order === undefined) return undefined
    const fills = await this.db
      .selectFrom('fills')
      .selectAll()
      .where('run', '=', run)
      .where('order', '=', id)
      .orderBy('time')
      .orderBy('key')
      .execute()
    const history = await this.db
      .selectFrom('order_changes')
      .select(['time', 'state', 'reason'])
      .where('order_key', '=', order.key)
      .orderBy('time')
      .execute()
    const { changed: time, state, reason } = order
    const whole = history.some(change => change.time === time && change.state === state)
    return {
      order: order as OrderRow,
      fills: fills as FillRow[],
      history: whole ? history : [...history, { time, state, reason }],
    }
  }

  fills(wanted: WantedOfAccounts): Promise<Page<FillRow>> {
    return this.lists.of(['fills', wanted], () =>
      pageOf<FillRow>(narrow(this.db.selectFrom('fills'), wanted), wanted, 'time', 'key'),
    )
  }

  async trades(wanted: WantedOfAccounts): Promise<Page<TradeRow>> {
    const { items, total } = await pageOf<TradeStored>(narrow(this.db.selectFrom('trades'), wanted), wanted, 'exit', 'number')
    return { items: items.map(tradeOf), total }
  }

  accounts(accounts: Accounts): Promise<readonly AccountRow[]> {
    return this.lists.of(['accounts', accounts], async () => {
      const query = ofAccounts(this.db.selectFrom('accounts'), accounts)
      return (await query.select('line').orderBy('time', 'desc').execute()).map(({ line }) => line as AccountRow)
    })
  }

  signals(wanted: Wanted & Span & { readonly outcome?: string | undefined }): Promise<Page<SignalRow>> {
    return this.lists.of(['signals', wanted], () => this.#signals(wanted))
  }

  #signals(wanted: Wanted & Span & { readonly outcome?: string | undefined }): Promise<Page<SignalRow>> {
    let query = within(narrow(this.db.selectFrom('signals'), wanted), wanted)
    if (wanted.outcome !== undefined) query = query.where('outcome', '=', wanted.outcome)
    return linesOf<SignalRow>(query, wanted, 'key')
  }

  opinions(wanted: Wanted & Span): Promise<Page<OpinionRow>> {
    return this.lists.of(['opinions', wanted], () =>
      linesOf<OpinionRow>(within(narrow(this.db.selectFrom('opinions'), wanted), wanted), wanted, 'instrument'),
    )
  }

  /** Newest first; those that live before all others. */
  runs({ mode }: { readonly mode?: string | undefined } = {}): Promise<readonly RunLine[]> {
    return this.lists.of(['runs', mode], () => this.#runs(mode))
  }

  async #runs(mode: string | undefined): Promise<readonly RunLine[]> {
    let query = this.db.selectFrom('runs').select('line')
    if (mode !== undefined) query = query.where('mode', '=', mode)
    return (
      await query
        .orderBy('finished', order => order.desc().nullsFirst())
        .orderBy('id')
        .execute()
    ).map(({ line }) => line as RunLine)
  }

  async run(id: string): Promise<{ readonly run: RunLine; readonly yaml: string } | undefined> {
    const row = await this.db.selectFrom('runs').select(['line', 'yaml']).where('id', '=', id).executeTakeFirst()
    return row && { run: row.line as RunLine, yaml: row.yaml }
  }

  /** What was taken in of each run: where it equals that of the folder, there is nothing to do. */
  async fingerprints(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.db.selectFrom('runs').select(['id', 'fingerprint']).execute()
    return new Map(rows.flatMap(({ id, fingerprint }) => (fingerprint === null ? [] : [[id, fingerprint]])))
  }

  equity(run: string): Promise<EquitySeries | undefined> {
    return this.#series<EquitySeries>(run, 'equity')
  }
  funnel(run: string): Promise<Funnel | undefined> {
    return this.#series<Funnel>(run, 'funnel')
  }
  /** The prices the run saw of one instrument. */
  bars(run: string, instrument: string): Promise<Bars | undefined> {
    return this.#series<Bars>(run, 'bars', instrument)
  }

  async #series<Content>(run: string, kind: string, instrument = ''): Promise<Content | undefined> {
    const row = await this.db
      .selectFrom('series')
      .select('content')
      .where('run', '=', run)
      .where('kind', '=', kind)
      .where('instrument', '=', instrument)
      .executeTakeFirst()
    return row?.content as Content | undefined
  }
}

/** What every list can be narrowed by. The builders of different tables are different types, so it is asked by column. */
type Narrowable = SelectQueryBuilder<Tables, never, object>

function narrow<Query>(query: Query, { run, instrument, ...rest }: Wanted & { readonly accounts?: Accounts }): Query {
  let narrowed = query as unknown as Narrowable
  if (run !== undefined) narrowed = narrowed.where(sql<SqlBool>`run = ${run}`)
  if (instrument !== undefined) narrowed = narrowed.where(sql<SqlBool>`instrument = ${instrument}`)
  if (rest.accounts !== undefined) narrowed = ofAccounts(narrowed, rest.accounts)
  return narrowed as unknown as Query
}

function ofAccounts<Query>(query: Query, accounts: Accounts): Query {
  if (accounts === '*') return query
  // As a list of parameters: none matches nothing.
  const mine = accounts.length === 0 ? sql<SqlBool>`false` : sql<SqlBool>`account in (${sql.join(accounts)})`
  return (query as unknown as Narrowable).where(mine) as unknown as Query
}

function within<Query>(query: Query, { from, to }: Span): Query {
  let narrowed = query as unknown as Narrowable
  if (from !== undefined) narrowed = narrowed.where(sql<SqlBool>`time >= ${from}::timestamptz`)
  if (to !== undefined) narrowed = narrowed.where(sql<SqlBool>`time < ${to}::timestamptz`)
  return narrowed as unknown as Query
}

/** Newest first; what is of one instant keeps one order from page to page. */
async function pageOf<Row>(query: unknown, { limit, offset }: Wanted, time: string, tie: string): Promise<Page<Row>> {
  const wanted = query as Narrowable
  const rows = wanted.selectAll().orderBy(sql.ref(time), 'desc').orderBy(sql.ref(tie), 'desc').limit(limit).offset(offset)
  const [items, { total }] = await Promise.all([
    rows.execute(),
    wanted.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow(),
  ])
  return { items: items as unknown as Row[], total }
}

async function linesOf<Row>(query: unknown, wanted: Wanted, tie: string): Promise<Page<Row>> {
  const { items, total } = await pageOf<{ readonly line: Row }>(query, wanted, 'time', tie)
  return { items: items.map(({ line }) => line), total }
}

type TradeStored = Omit<TradeRow, 'entryPrice' | 'exitPrice' | 'entryOrder' | 'exitOrder' | 'entryReason' | 'exitReason'> & {
  readonly number: number
  readonly entry_price: number
  readonly exit_price: number
  readonly entry_order: string
  readonly exit_order: string
  readonly entry_reason: string
  readonly exit_reason: string
}

const tradeOf = (row: TradeStored): TradeRow => {
  const { number: _, entry_price, exit_price, entry_order, exit_order, entry_reason, exit_reason, ...same } = row
  return {
    ...same,
    entryPrice: entry_price,
    exitPrice: exit_price,
    entryOrder: entry_order,
    exitOrder: exit_order,
    entryReason: entry_reason,
    exitReason: exit_reason,
  }
}
