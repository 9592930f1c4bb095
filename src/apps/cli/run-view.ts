// How runs look to a person: one in full, or several in a table.
import type { RunSummary } from '../../research/summary.ts'
import { amount, count, percent, place, ratio } from './figures.ts'
import { facts, table } from './table.ts'

/** The numbers of a run in the order one asks for them. */
export function runText(run: RunSummary): string {
  const refusals = Object.entries(run.refused).sort(([, a], [, b]) => b - a)
  return facts([
    ['run', `${run.id}  ${run.mode}`],
    ['period (UTC)', `${run.from} – ${run.to}`],
    ['events', `${count(run.events)} in ${run.elapsedSeconds.toFixed(2)} s (${count(run.eventsPerSecond)}/s)`],
    ['quarantined', reasons(Object.entries(run.quarantined))],
    [
      'funnel',
      `${count(run.decisions)} decisions → ${count(run.signals)} signals → ${count(run.orders)} orders → ${count(run.fills)} fills`,
    ],
    ['refused', reasons(refusals)],
    ['trades', `${count(run.trades)}, ${percent(run.winRate, 1)} won, profit factor ${ratio(run.profitFactor)}`],
    ['equity', `${amount(run.startEquity)} → ${amount(run.finalEquity)} ${run.currency}`],
    ['net profit', `${amount(run.netProfit)} ${run.currency} (${percent(run.return)}), after ${amount(run.costs)} costs`],
    ['risk', `Sharpe ${ratio(run.sharpe)}, Sortino ${ratio(run.sortino)}, largest fall ${percent(run.maxDrawdown)}`],
    [
      'ledger',
      Object.entries(run.ledgerSum)
        .map(([currency, sum]) => `${currency} ${sum}`)
        .join(', '),
    ],
    ['state', run.stateHash],
    ['report', place(run.report)],
  ])
}

export function runTable(runs: readonly RunSummary[]): string {
  const right = (title: string) => ({ title, align: 'right' as const })
  return table(
    [
      { title: 'run' },
      { title: 'mode' },
      right('events'),
      right('orders'),
      right('trades'),
      right('net profit'),
      right('return'),
      right('Sharpe'),
      right('largest fall'),
    ],
    runs.map(run => [
      run.id,
      run.mode,
      count(run.events),
      count(run.orders),
      count(run.trades),
      `${amount(run.netProfit)} ${run.currency}`,
      percent(run.return),
      ratio(run.sharpe),
      percent(run.maxDrawdown),
    ]),
  )
}

const reasons = (entries: readonly (readonly [string, number])[]): string =>
  entries.length === 0 ? 'none' : entries.map(([reason, times]) => `${count(times)} ${reason}`).join(', ')
