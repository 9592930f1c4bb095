// The columns of the list of runs.
import { Badge, ModeBadge } from '../../components/badge.tsx'
import type { Column } from '../../components/table.tsx'
import { duration, number, percent, signed } from '../../text/number.ts'
import { at } from '../../text/time.ts'
import { Profit } from '../positions/position-columns.tsx'
import type { Run } from '../run-choice.tsx'
import { money } from './figure-words.ts'
import { sum } from './run-comparison.ts'

const ratio = (value: number | null): string => (value === null ? '–' : signed(value))

export const RUN_COLUMNS: readonly Column<Run>[] = [
  { id: 'name', head: 'Configuration', value: row => row.name, width: 'minmax(128px, 1.4fr)', narrow: 'minmax(96px, 1fr)' },
  { id: 'mode', head: 'Mode', value: row => row.mode, draw: row => <ModeBadge mode={row.mode} />, width: '104px', wide: true },
  {
    id: 'finished',
    head: 'Finished',
    value: row => (row.running ? '9999' : row.finished),
    draw: row => (row.running ? <Badge tone="info">running</Badge> : at(row.finished)),
    width: '140px',
    wide: true,
  },
  {
    id: 'period',
    head: 'Period',
    value: row => (row.running ? `at ${row.to.slice(0, 10)}` : `${row.from.slice(0, 7)} to ${row.to.slice(0, 7)}`),
    width: '148px',
    wide: true,
  },
  { id: 'from', head: 'From', value: row => row.from, draw: row => at(row.from, 'date'), width: '92px', wide: true },
  { id: 'to', head: 'To', value: row => row.to, draw: row => at(row.to, 'date'), width: '92px', wide: true },
  {
    id: 'profit',
    head: 'Net profit',
    value: row => row.netProfit,
    draw: row => <Profit amount={row.netProfit} />,
    align: 'right',
    width: '116px',
    narrow: '108px',
  },
  { id: 'currency', head: 'In', value: row => row.currency, width: '64px', wide: true },
  {
    id: 'return',
    head: 'Return',
    value: row => row.return,
    draw: row => (
      <span class={row.return > 0 ? 'up' : row.return < 0 ? 'down' : ''}>{percent(row.return, { signed: true })}</span>
    ),
    align: 'right',
    width: '100px',
    narrow: '88px',
  },
  {
    id: 'sharpe',
    head: 'Sharpe',
    value: row => row.sharpe,
    draw: row => ratio(row.sharpe),
    align: 'right',
    width: '72px',
    wide: true,
  },
  {
    id: 'sortino',
    head: 'Sortino',
    value: row => row.sortino,
    draw: row => ratio(row.sortino),
    align: 'right',
    width: '72px',
    wide: true,
  },
  {
    id: 'drawdown',
    head: 'Max fall',
    value: row => row.maxDrawdown,
    draw: row => percent(row.maxDrawdown),
    align: 'right',
    width: '76px',
    wide: true,
  },
  {
    id: 'factor',
    head: 'Profit factor',
    value: row => row.profitFactor,
    draw: row => (row.profitFactor === null ? '–' : number(row.profitFactor, 2)),
    align: 'right',
    width: '92px',
    wide: true,
  },
  {
    id: 'won',
    head: 'Won',
    value: row => row.winRate,
    draw: row => (row.winRate === null ? '–' : percent(row.winRate, { digits: 0 })),
    align: 'right',
    width: '56px',
    wide: true,
  },
  {
    id: 'trades',
    head: 'Trades',
    value: row => row.trades,
    draw: row => number(row.trades),
    align: 'right',
    width: '64px',
    wide: true,
  },
  {
    id: 'costs',
    head: 'Costs',
    value: row => row.costs,
    draw: row => money(row.costs),
    align: 'right',
    width: '92px',
    wide: true,
  },
  {
    id: 'refused',
    head: 'Refused',
    value: row => sum(row.refused),
    draw: row => number(sum(row.refused)),
    align: 'right',
    width: '72px',
    wide: true,
  },
  {
    id: 'elapsed',
    head: 'Took',
    value: row => row.elapsedSeconds,
    draw: row => duration(row.elapsedSeconds),
    align: 'right',
    width: '72px',
    wide: true,
  },
  { id: 'id', head: 'Run', value: row => row.id, width: 'minmax(140px, 1.4fr)', wide: true },
]
