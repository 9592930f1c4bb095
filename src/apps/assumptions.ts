// What a result takes for granted, in words, from the configuration itself: the report's list of assumptions.

import type { Limit } from '../domain/limit.ts'
import { formatMoney, type Money } from '../domain/numbers.ts'
import type { Stated } from '../research/report/report-input.ts'
import type { RunConfig } from './run-config.ts'

export function assumptionsOf(config: RunConfig): Stated[] {
  const { venue, risk, data } = config
  const onBars = data.some(item => item.kind === 'bar')
  const bidOnly = data.filter(item => item.prices === 'bid').map(item => item.instrument)
  return [
    {
      name: 'Market orders',
      value: onBars
        ? venue.fill === 'close'
          ? "fill at the close of the bar that caused them, on the bar's own side"
          : "fill at the next bar's open, buys at the ask"
        : 'fill at the quote in force when they arrive: buys at the ask, sells at the bid',
      ...(venue.fill === 'close' && onBars
        ? { note: 'kinder than a real market: nobody trades at a close that is already known' }
        : {}),
    },
    {
      name: 'Stops and limits',
      value: onBars
        ? 'inside a bar the stop comes first; a gap fills at the gap; a limit needs a tick more than its price'
        : 'a stop fills at the market that triggers it, a limit at its own price',
    },
    { name: 'Latency', value: `${venue.latencyMicros / 1000} ms to the venue and as much back` },
    {
      name: 'Commission',
      value: `${percent(moneyShare(venue.commission.rate))} of each fill's value, at least ${formatMoney(venue.commission.minimum)}`,
    },
    { name: 'Market impact', value: 'none', note: 'orders are assumed small against the size on offer; depth is not consumed' },
    { name: 'Financing', value: 'none', note: 'swaps, borrowing and dividends are not charged' },
    ...(bidOnly.length > 0
      ? [{ name: 'Spread', value: `none for ${bidOnly.join(', ')}`, note: 'the configuration reads the bid as the only price' }]
      : []),
    { name: 'Sizing', value: sizing(config) },
    {
      name: 'Order limit',
      value: `${limit(risk.orderNotional)} an order, ${limit(risk.positionNotional)} a position, ${limit(risk.grossNotional)} in all`,
    },
    { name: 'Loss limits', value: `${limit(risk.dailyLoss)} a day, ${limit(risk.drawdown)} from the high; then no new risk` },
    { name: 'Margin', value: risk.marginRate === 0 ? 'none asked for' : `${percent(risk.marginRate)} of gross exposure` },
    {
      name: 'Trading hours',
      value: risk.marketHours ? "only while the instrument's calendar is open" : 'not observed: the configuration says so',
    },
    {
      name: 'Macro values',
      value: 'known at the end of their period plus the stated publication lag',
      note: 'the latest vintage: revisions made later are in it',
    },
  ]
}

function sizing({ allocation }: RunConfig): string {
  if (allocation.method === 'risk')
    return `lose ${percent(allocation.risk)} of equity when the stop is hit, rounded down to the lot`
  if (allocation.method === 'volatility') return `${percent(allocation.target)} volatility a year, rounded down to the lot`
  return `always ${allocation.quantity}`
}

const limit = (of: Limit): string => (of.kind === 'percent' ? `${percent(of.fraction)} of equity` : formatMoney(of.amount))
const percent = (fraction: number): string => `${Number((fraction * 100).toFixed(6))}%`
const moneyShare = (rate: Money): number => Number(rate) / 1e18
