// quadrant backtest compare: two runs side by side, and what differs between their configurations.
import type { Command } from 'commander'
import type { RunSummary } from '../../research/summary.ts'
import { stateHome } from '../home.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

type Value = string | number | null

interface Difference {
  readonly name: string
  readonly a: Value
  readonly b: Value
  /** b less a, where both are numbers. */
  readonly difference: number | null
}

/** What is compared, in this order. Times and speeds differ between any two runs and say nothing. */
const FIGURES = [
  'events',
  'bars',
  'decisions',
  'signals',
  'orders',
  'fills',
  'trades',
  'netProfit',
  'return',
  'sharpe',
  'sortino',
  'maxDrawdown',
  'profitFactor',
  'winRate',
  'costs',
  'startEquity',
  'finalEquity',
  'from',
  'to',
  'dataHash',
  'configHash',
  'stateHash',
] as const satisfies readonly (keyof RunSummary)[]

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<a>', "a run's id")
    .argument('<b>', "another run's id")
    .action(async (first: string, second: string) => {
      const { showRun } = await import('../run-folder.ts')
      const a = await showRun(stateHome(), first)
      const b = await showRun(stateHome(), second)

      const differences = compare(a, b)
      const same = a.stateHash === b.stateHash
      terminal.answer({ a: a.id, b: b.id, same, differences }, () => {
        const rows = differences.map(({ name, a, b, difference }) => [
          name,
          shown(a),
          shown(b),
          difference === null ? (a === b ? '' : 'differs') : signed(difference),
        ])
        const right = (title: string) => ({ title, align: 'right' as const })
        const verdict = same ? 'Both ended in the same state.' : 'They ended in different states.'
        return [table([{ title: '' }, right(a.id), right(b.id), right('difference')], rows), '', verdict].join('\n')
      })
    })
}

function compare(a: RunSummary, b: RunSummary): Difference[] {
  return FIGURES.map(name => {
    const [left, right] = [a[name], b[name]]
    const [x, y] = [asNumber(left), asNumber(right)]
    return { name, a: left, b: right, difference: x === null || y === null ? null : y - x }
  })
}

/** Decimal texts count as numbers; hashes and instants do not. */
const asNumber = (value: Value): number | null =>
  typeof value === 'number'
    ? value
    : typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) && value.length < 30
      ? Number(value)
      : null

const shown = (value: Value): string => {
  if (value === null) return '–'
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toFixed(4)
  return value.length > 26 ? `${value.slice(0, 12)}…` : value
}

const signed = (difference: number): string => {
  if (difference === 0) return '0'
  const text = Number.isInteger(difference) ? String(difference) : difference.toFixed(4)
  return difference > 0 ? `+${text}` : text
}
