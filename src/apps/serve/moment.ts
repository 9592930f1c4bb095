// The time machine's arithmetic: what was open, held and worth at a moment, from the lists that a run left. Pure.
import type { ReplyOf } from '../../wire/contract.ts'
import type { RowOf } from '../../wire/topics.ts'
import { approximate, decimal, exact, ratio, size, times } from './exact-decimal.ts'

type Fill = RowOf<'fills'>
type Order = RowOf<'orders'>
type Position = RowOf<'positions'>
export type Moment = ReplyOf<'GET /runs/:id/moment'>

export interface MomentSources {
  readonly run: string
  readonly account: string
  readonly mode: string
  readonly currency: string
  readonly startEquity: string
  /** ISO, UTC. */
  readonly at: string
  /** Each with its last state; those made after the moment are passed over. */
  readonly orders: readonly Order[]
  /** Every state an order had, where the run wrote them down. */
  readonly changes: ReadonlyMap<string, readonly { readonly time: string; readonly state: string; readonly reason: string }[]>
  readonly fills: readonly Fill[]
  readonly trades: readonly Trade[]
  readonly signals: readonly RowOf<'signals'>[]
  /** At most one of each instrument: the newest until the moment. */
  readonly opinions: readonly RowOf<'opinions'>[]
  /** The last price known of each instrument at the moment. */
  readonly quotes: readonly RowOf<'quotes'>[]
  /** Units of base in a quantity of one, and the currency gains are booked in. */
  readonly contracts: ReadonlyMap<string, { readonly multiplier: number; readonly settle: string }>
}

export type Trade = ReplyOf<'GET /trades'>['items'][number]

const SIGNALS_SHOWN = 20

export function momentOf(sources: MomentSources): Moment {
  const { run, at, quotes, opinions } = sources
  const fills = sources.fills.filter(({ time }) => time <= at).sort(byTime)
  const openOrders = openAt(sources, fills)
  const positions = positionsAt(sources, fills, openOrders)
  return {
    ...{ run, at, positions, openOrders },
    quotes: [...quotes],
    opinions: opinions.filter(({ time }) => time <= at),
    signals: sources.signals
      .filter(({ time }) => time <= at)
      .sort((a, b) => byTime(b, a))
      .slice(0, SIGNALS_SHOWN),
    account: accountAt(sources, { fills, positions, openOrders }),
  }
}

/** ISO instants of one form sort as text. */
const byTime = (a: { readonly time: string }, b: { readonly time: string }): number =>
  a.time < b.time ? -1 : a.time > b.time ? 1 : 0

const OPEN_STATES: readonly string[] = ['intended', 'sent', 'accepted', 'partially-filled']

/** Made until then and not ended until then, in the state they had. */
function openAt({ at, orders, changes }: MomentSources, fills: readonly Fill[]): Order[] {
  return orders
    .filter(({ created, changed, state }) => created <= at && (changed > at || OPEN_STATES.includes(state)))
    .map(order => {
      const filled = fills.filter(fill => fill.order === order.id).reduce((sum, { quantity }) => sum + exact(quantity), 0n)
      const last = (changes.get(order.id) ?? []).filter(({ time }) => time <= at).at(-1)
      // A run that wrote no states down says at least that it was neither filled nor taken back.
      const state = last?.state ?? (order.changed <= at ? order.state : filled > 0n ? 'partially-filled' : 'accepted')
      return {
        ...order,
        ...{ state, filled: decimal(filled), reason: last?.reason ?? order.why, changed: last?.time ?? order.created },
      }
    })
}

interface Holding {
  /** Signed counts of 10^-18. */
  quantity: bigint
  /** What the open part was bought (+) or sold (-) for, in the settle currency. */
  cost: bigint
  since: string
  strategy: string
}

function positionsAt(
  { run, account, at, trades, quotes, contracts }: MomentSources,
  fills: readonly Fill[],
  open: readonly Order[],
): Position[] {
  const holdings = new Map<string, Holding>()
  for (const fill of fills) {
    const before = holdings.get(fill.instrument)
    const multiplier = BigInt(contracts.get(fill.instrument)?.multiplier ?? 1)
    holdings.set(fill.instrument, after(before, fill, multiplier))
  }

  return [...holdings]
    .filter(([, { quantity }]) => quantity !== 0n)
    .map(([instrument, { quantity, cost, since, strategy }]) => {
      const contract = contracts.get(instrument)
      const multiplier = BigInt(contract?.multiplier ?? 1)
      const quote = quotes.find(({ key }) => key === instrument)
      // A long is worth what a buyer pays, a short what a seller asks.
      const mark = quote === undefined ? undefined : ((quantity > 0n ? quote.bid : quote.ask) ?? quote.last)
      const value = mark === undefined ? undefined : times(quantity, exact(mark)) * multiplier
      const realised = trades
        .filter(trade => trade.instrument === instrument && trade.exit <= at)
        .reduce((sum, { profit }) => sum + exact(profit), 0n)
      const guard = (role: Order['role']) =>
        open.find(order => order.instrument === instrument && order.role === role)?.price ?? null
      return {
        ...{ key: `${run}/${instrument}`, run, account, instrument, strategy },
        quantity: decimal(quantity),
        averagePrice: rounded(approximate(cost) / approximate(quantity) / Number(multiplier)),
        mark: mark ?? null,
        unrealised: value === undefined ? null : decimal(value - cost),
        realised: decimal(realised),
        currency: contract?.settle ?? fills.find(fill => fill.instrument === instrument)!.currency,
        value: value === undefined ? null : decimal(value),
        ...{ stop: guard('stop'), target: guard('target'), since },
        time: quote?.time ?? since,
        source: quote === undefined ? 'no price was known' : quote.source,
      }
    })
}

/** A fill on the same side adds; one on the other takes away its share of the cost, and what is more than that is a new position. */
function after(before: Holding | undefined, fill: Fill, multiplier: bigint): Holding {
  const change = fill.side === 'buy' ? exact(fill.quantity) : -exact(fill.quantity)
  const price = exact(fill.price)
  const fresh = (quantity: bigint): Holding => ({
    quantity,
    cost: times(quantity, price) * multiplier,
    since: fill.time,
    strategy: fill.strategy,
  })
  if (before === undefined || before.quantity === 0n) return fresh(change)

  const quantity = before.quantity + change
  if (before.quantity > 0n === change > 0n) return { ...before, quantity, cost: before.cost + times(change, price) * multiplier }
  const flips = quantity !== 0n && quantity > 0n !== before.quantity > 0n
  return flips ? fresh(quantity) : { ...before, quantity, cost: (before.cost * quantity) / before.quantity }
}

interface Standing {
  readonly fills: readonly Fill[]
  readonly positions: readonly Position[]
  readonly openOrders: readonly Order[]
}

/** Cash and what is held: the start, less what was paid, plus what was taken, less commission, plus the value of the open part. */
function accountAt(sources: MomentSources, { fills, positions, openOrders }: Standing): Moment['account'] {
  const { run, account, mode, currency, startEquity, at, contracts } = sources
  const foreign = fills.some(fill => fill.currency !== currency)
  const unpriced = positions.some(({ value }) => value === null)
  // Rates of the past are not in the lists: an account of several currencies is not valued here.
  if (foreign || unpriced) return null

  let cash = exact(startEquity)
  for (const fill of fills) {
    const value = times(exact(fill.quantity), exact(fill.price)) * BigInt(contracts.get(fill.instrument)?.multiplier ?? 1)
    cash += (fill.side === 'buy' ? -value : value) - exact(fill.commission)
  }
  const held = positions.reduce((sum, { value }) => sum + exact(value!), 0n)
  const equity = cash + held
  return {
    ...{ key: run, account, mode, running: false, currency },
    ...{ equity: decimal(equity), startEquity, dayStartEquity: null, highEquity: null },
    // The high in between is in the run's equity curve, not in its lists: against the start it is at least this.
    drawdown: Math.max(0, ratio(exact(startEquity) - equity, exact(startEquity))),
    exposure: decimal(positions.reduce((sum, { value }) => sum + size(exact(value!)), 0n)),
    ...{ openOrders: openOrders.length, openPositions: positions.length, fills: fills.length },
    time: at,
    source: 'fills of the run at the last prices known then',
  }
}

const rounded = (value: number): number => Number(value.toPrecision(12))
