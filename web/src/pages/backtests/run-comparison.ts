// Two to four runs side by side: one row for each figure, with what differs and which is best.
import type { ReplyOf } from '../../../../src/wire/contract.ts'

export type Run = ReplyOf<'GET /runs'>['items'][number]

export interface FigureColumn {
  readonly label: string
  readonly kind: 'money' | 'percent' | 'ratio' | 'factor' | 'count' | 'text' | 'hash'
  /** Which of two is better; 'none' where neither is. */
  readonly better: 'more' | 'less' | 'none'
  readonly value: (run: Run) => number | string | null
}

/** The figures of a run, in the order a person asks for them. */
export const FIGURES: readonly FigureColumn[] = [
  { label: 'Net profit', kind: 'money', better: 'more', value: run => Number(run.netProfit) },
  { label: 'Return', kind: 'percent', better: 'more', value: run => run.return },
  { label: 'Sharpe', kind: 'ratio', better: 'more', value: run => run.sharpe },
  { label: 'Sortino', kind: 'ratio', better: 'more', value: run => run.sortino },
  { label: 'Max drawdown', kind: 'percent', better: 'less', value: run => run.maxDrawdown },
  { label: 'Profit factor', kind: 'factor', better: 'more', value: run => run.profitFactor },
  { label: 'Win rate', kind: 'percent', better: 'more', value: run => run.winRate },
  { label: 'Costs', kind: 'money', better: 'less', value: run => Number(run.costs) },
  { label: 'Trades', kind: 'count', better: 'none', value: run => run.trades },
  { label: 'Orders', kind: 'count', better: 'none', value: run => run.orders },
  { label: 'Fills', kind: 'count', better: 'none', value: run => run.fills },
  { label: 'Signals', kind: 'count', better: 'none', value: run => run.signals },
  { label: 'Decisions', kind: 'count', better: 'none', value: run => run.decisions },
  { label: 'Refused', kind: 'count', better: 'none', value: run => sum(run.refused) },
  { label: 'Quarantined', kind: 'count', better: 'none', value: run => sum(run.quarantined) },
  { label: 'Currency', kind: 'text', better: 'none', value: run => run.currency },
  { label: 'Start equity', kind: 'money', better: 'none', value: run => Number(run.startEquity) },
  { label: 'Final equity', kind: 'money', better: 'more', value: run => Number(run.finalEquity) },
  { label: 'From', kind: 'text', better: 'none', value: run => run.from },
  { label: 'To', kind: 'text', better: 'none', value: run => run.to },
  { label: 'Instruments', kind: 'text', better: 'none', value: run => run.instruments.join(', ') },
  { label: 'Configuration hash', kind: 'hash', better: 'none', value: run => run.configHash },
  { label: 'Data hash', kind: 'hash', better: 'none', value: run => run.dataHash },
  { label: 'State hash', kind: 'hash', better: 'none', value: run => run.stateHash },
]

export interface ComparedFigure {
  readonly figure: FigureColumn
  readonly values: readonly (number | string | null)[]
  readonly differs: boolean
  /** Places of the best values; empty where all are alike or none is better. */
  readonly best: readonly number[]
}

export const compareRuns = (runs: readonly Run[]): readonly ComparedFigure[] =>
  FIGURES.map(figure => {
    const values = runs.map(figure.value)
    const differs = new Set(values).size > 1
    return { figure, values, differs, best: differs ? bestPlaces(values, figure.better) : [] }
  })

function bestPlaces(values: readonly (number | string | null)[], better: FigureColumn['better']): readonly number[] {
  const numbers = values.filter(value => typeof value === 'number')
  if (better === 'none' || numbers.length === 0) return []

  const best = better === 'more' ? Math.max(...numbers) : Math.min(...numbers)
  return values.flatMap((value, place) => (value === best ? [place] : []))
}

export const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0)
