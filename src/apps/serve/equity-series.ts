// An account's equity over a run that left no curve: a step at each closed trade, and where it ended.
import type { EquitySeries, RunLine } from '../../adapters/database/projection-reader.ts'
import { approximate, exact } from './exact-decimal.ts'
import type { History } from './server-context.ts'

/** A chart is 2,000 points wide at most. */
const POINTS = 2_000
const TRADES_MAX = 100_000

export async function equityOfTrades(history: Pick<History, 'trades'>, line: RunLine): Promise<EquitySeries> {
  const { id: run, currency, startEquity, finalEquity, from, to } = line
  const { items } = await history.trades({ accounts: '*', run, limit: TRADES_MAX, offset: 0 })
  // A replay that lives began on the wall's clock and trades on another: its curve begins with its first trade.
  const begin = from === '' || (to !== '' && from > to) ? items.at(-1)?.entry : from
  const points: [time: string, equity: bigint][] = begin === undefined ? [] : [[begin, exact(startEquity)]]
  let equity = exact(startEquity)
  const mixed = items.some(trade => trade.currency !== currency)
  // Profits of another currency cannot be added up without the rates of their days.
  for (const { exit, profit } of mixed ? [] : items.toReversed()) {
    equity += exact(profit)
    points.push([exit, equity])
  }
  if (to !== '') points.push([to, exact(finalEquity)])

  const every = Math.max(1, Math.ceil(points.length / POINTS))
  const kept = points.filter((_, index) => index % every === 0 || index === points.length - 1)
  let high = Number.NEGATIVE_INFINITY
  const equities = kept.map(([, value]) => approximate(value))
  const drawdown = equities.map(value => {
    high = Math.max(high, value)
    return high > 0 ? (high - value) / high : 0
  })
  const source = mixed ? 'start and end of the run' : 'profits of its closed trades; open positions count only at the end'
  return { run, currency, time: kept.map(([time]) => Date.parse(time) / 1000), equity: equities, drawdown, source }
}
