// Closed trades by instrument, strategy or month: how many, how many won, what they brought and cost.
import type { ReplyOf } from '../../../../src/wire/contract.ts'
import { exactSum } from './exact-sum.ts'

type Trade = ReplyOf<'GET /trades'>['items'][number]

export const GROUPINGS = ['instrument', 'strategy', 'month', 'account'] as const
export type Grouping = (typeof GROUPINGS)[number]

export interface TradeGroup {
  readonly key: string
  readonly name: string
  readonly currency: string
  readonly trades: number
  readonly wins: number
  readonly profit: string
  readonly commission: string
  readonly best: string
  readonly worst: string
  /** Newest exit in the group, the time of its numbers. */
  readonly time: string
}

const nameOf: Readonly<Record<Grouping, (trade: Trade) => string>> = {
  instrument: trade => trade.instrument,
  strategy: trade => trade.strategy,
  month: trade => trade.exit.slice(0, 7),
  account: trade => trade.account,
}

/** Money of different currencies is never added: each has its own line. Ordered by name, months newest first. */
export function tradeGroups(trades: readonly Trade[], by: Grouping): readonly TradeGroup[] {
  const groups = Map.groupBy(trades, trade => `${nameOf[by](trade)} ${trade.currency}`)
  const lines = [...groups].map(([key, all]): TradeGroup => {
    const ordered = all.toSorted((a, b) => Number(a.profit) - Number(b.profit))
    return {
      key,
      name: nameOf[by](all[0]!),
      currency: all[0]!.currency,
      trades: all.length,
      wins: all.filter(trade => Number(trade.profit) > 0).length,
      profit: exactSum(all.map(trade => trade.profit)),
      commission: exactSum(all.map(trade => trade.commission)),
      best: ordered.at(-1)!.profit,
      worst: ordered[0]!.profit,
      time: all.reduce((newest, trade) => (trade.exit > newest ? trade.exit : newest), ''),
    }
  })
  const direction = by === 'month' ? -1 : 1
  return lines.toSorted((a, b) => (a.key < b.key ? -direction : direction))
}
