// What a replay has done so far, while it plays again: the history knows how it went the last time, which is still to come.
import type { Call } from '../../../adapters/gateway/handlers.ts'
import type { RowOf } from '../../../wire/topics.ts'
import type { ServerContext } from '../server-context.ts'
import { own } from './caller.ts'

interface Wanted {
  readonly run?: string | undefined
  readonly instrument?: string | undefined
  readonly state?: string | undefined
  readonly limit: number
  readonly offset: number
}

/** When a row happened, by topic. */
const TIMES = {
  orders: ({ created }: RowOf<'orders'>) => created,
  fills: ({ time }: RowOf<'fills'>) => time,
  trades: ({ exit }: RowOf<'trades'>) => exit,
} as const
type Listed = keyof typeof TIMES

/** Newest first; undefined where the run is no replay that lives. */
export function ofLivingReplay<Name extends Listed>(
  { hub }: Pick<ServerContext, 'hub'>,
  topic: Name,
  { run, instrument, state, limit, offset }: Wanted,
  call: Call,
): { readonly items: RowOf<Name>[]; readonly total: number } | undefined {
  const living = hub.rows('runs').find(({ key, running, mode }) => key === run && running && mode === 'REPLAY')
  if (living === undefined) return undefined

  const timeOf = TIMES[topic] as (row: RowOf<Name>) => string
  const rows = own(hub.rows(topic) as readonly RowOf<Listed>[], call).filter(
    row =>
      row.run === run &&
      (instrument === undefined || row.instrument === instrument) &&
      (state === undefined || ('state' in row && row.state === state)),
  ) as RowOf<Name>[]
  // A log still holds what the same replay said when it was played before.
  const soFar = new Map(rows.filter(row => timeOf(row) <= living.time).map(row => [row.key, row]))
  const items = [...soFar.values()].sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : timeOf(a) > timeOf(b) ? -1 : 0))
  return { items: items.slice(offset, offset + limit), total: items.length }
}

interface OneOrder {
  readonly order: RowOf<'orders'>
  readonly fills: readonly RowOf<'fills'>[]
  readonly history: readonly { readonly time: string; readonly state: string; readonly reason: string }[]
}

/** What the history knows of an order, cut at the clock of its run while that is a replay that lives; undefined before it was placed. */
export function orderSoFar(context: Pick<ServerContext, 'hub'>, known: OneOrder, call: Call): OneOrder | undefined {
  const { run, key } = known.order
  const all = { run, limit: Number.POSITIVE_INFINITY, offset: 0 }
  const orders = ofLivingReplay(context, 'orders', all, call)
  if (orders === undefined) return known
  const order = orders.items.find(row => row.key === key)
  if (order === undefined) return undefined

  const fills = new Set(ofLivingReplay(context, 'fills', all, call)?.items.map(fill => fill.key))
  return {
    order,
    fills: known.fills.filter(fill => fills.has(fill.key)),
    history: known.history.filter(({ time }) => time <= order.changed),
  }
}
