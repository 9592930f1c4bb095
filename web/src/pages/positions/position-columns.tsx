// The columns of open positions and of closed trades.

import type { ReplyOf } from '../../../../src/wire/contract.ts'
import type { RowOf } from '../../../../src/wire/topics.ts'
import { SideBadge } from '../../components/badge.tsx'
import type { Column } from '../../components/table.tsx'
import { decimal, signOf } from '../../text/decimal.ts'
import { duration, number, percent } from '../../text/number.ts'
import { at, fromNow } from '../../text/time.ts'
import { NARROW_TIME, TimeCell } from '../column-times.tsx'
import type { TradeGroup } from './trade-groups.ts'

export type Position = RowOf<'positions'>
export type Trade = ReplyOf<'GET /trades'>['items'][number]

const TONES = { '-1': 'down', '0': '', '1': 'up' } as const
/** Money with its sign in colour and in words: plus or minus stands before it. */
export const Profit = ({ amount, digits = 2 }: { readonly amount: string | null; readonly digits?: number }) =>
  amount === null ? <span>–</span> : <span class={TONES[`${signOf(amount)}`]}>{decimal(amount, { digits, signed: true })}</span>

const orDash = (text: string | null): string => (text === null ? '–' : decimal(text))

export const POSITION_COLUMNS: readonly Column<Position>[] = [
  {
    id: 'instrument',
    head: 'Instrument',
    value: row => row.instrument,
    width: 'minmax(112px, 1.2fr)',
    narrow: 'minmax(84px, 1fr)',
  },
  {
    id: 'quantity',
    head: 'Quantity',
    value: row => row.quantity,
    draw: row => <span class={TONES[`${signOf(row.quantity)}`]}>{decimal(row.quantity, { signed: true })}</span>,
    align: 'right',
    width: '104px',
    narrow: '88px',
  },
  {
    id: 'average',
    head: 'Average',
    value: row => row.averagePrice,
    draw: row => price(row.averagePrice),
    align: 'right',
    width: '104px',
    wide: true,
  },
  {
    id: 'mark',
    head: 'Mark',
    value: row => row.mark,
    draw: row => orDash(row.mark),
    align: 'right',
    width: '104px',
    narrow: '84px',
  },
  {
    id: 'unrealised',
    head: 'Unrealised',
    value: row => row.unrealised,
    draw: row => <Profit amount={row.unrealised} />,
    align: 'right',
    width: '108px',
    narrow: '96px',
  },
  {
    id: 'realised',
    head: 'Realised',
    value: row => row.realised,
    draw: row => <Profit amount={row.realised} />,
    align: 'right',
    width: '108px',
    wide: true,
  },
  { id: 'currency', head: 'In', value: row => row.currency, width: '52px', wide: true },
  {
    id: 'value',
    head: 'Value',
    value: row => row.value,
    draw: row => (row.value === null ? '–' : decimal(row.value, { digits: 2 })),
    align: 'right',
    width: '116px',
    wide: true,
  },
  { id: 'stop', head: 'Stop', value: row => row.stop, draw: row => orDash(row.stop), align: 'right', width: '100px', wide: true },
  {
    id: 'distance',
    head: 'To stop',
    value: row => toStop(row),
    draw: row => (toStop(row) === null ? '–' : percent(toStop(row)!)),
    align: 'right',
    width: '80px',
    wide: true,
  },
  {
    id: 'target',
    head: 'Target',
    value: row => row.target,
    draw: row => orDash(row.target),
    align: 'right',
    width: '100px',
    wide: true,
  },
  { id: 'since', head: 'Held since', value: row => row.since, draw: row => at(row.since), width: '140px', wide: true },
  { id: 'strategy', head: 'Strategy', value: row => row.strategy, width: 'minmax(100px, 1fr)', wide: true },
  { id: 'account', head: 'Account', value: row => row.account, width: 'minmax(100px, 1fr)', wide: true },
  { id: 'source', head: 'Priced by', value: row => row.source, width: 'minmax(80px, 1fr)', wide: true },
  {
    id: 'time',
    head: 'As of',
    value: row => row.time,
    draw: row => <span title={fromNow(row.time)}>{at(row.time, 'date-time-seconds')}</span>,
    width: '160px',
    wide: true,
  },
]

/** How far the mark is from the stop, as a fraction of the mark. */
export const toStop = ({ mark, stop }: Position): number | null =>
  mark === null || stop === null || Number(mark) === 0 ? null : Math.abs(Number(mark) - Number(stop)) / Number(mark)

/** An average is not a tick: as many digits as make sense of it. */
const price = (value: number): string => number(value, value >= 1_000 ? 2 : value >= 10 ? 4 : 5)

const held = (trade: Trade): number => (Date.parse(trade.exit) - Date.parse(trade.entry)) / 1_000

export const TRADE_COLUMNS: readonly Column<Trade>[] = [
  {
    id: 'exit',
    head: 'Closed',
    value: row => row.exit,
    draw: row => <TimeCell time={row.exit} />,
    width: '160px',
    narrow: NARROW_TIME,
  },
  {
    id: 'instrument',
    head: 'Instrument',
    value: row => row.instrument,
    width: 'minmax(140px, 1fr)',
    narrow: 'minmax(84px, 1fr)',
  },
  { id: 'side', head: 'Side', value: row => row.side, draw: row => <SideBadge side={row.side} />, width: '52px', narrow: '48px' },
  {
    id: 'quantity',
    head: 'Quantity',
    value: row => row.quantity,
    draw: row => decimal(row.quantity),
    align: 'right',
    width: '112px',
    wide: true,
  },
  {
    id: 'entryPrice',
    head: 'In at',
    value: row => row.entryPrice,
    draw: row => price(row.entryPrice),
    align: 'right',
    width: '100px',
    wide: true,
  },
  {
    id: 'exitPrice',
    head: 'Out at',
    value: row => row.exitPrice,
    draw: row => price(row.exitPrice),
    align: 'right',
    width: '100px',
    wide: true,
  },
  {
    id: 'profit',
    head: 'Profit',
    value: row => row.profit,
    draw: row => <Profit amount={row.profit} />,
    align: 'right',
    width: '104px',
    narrow: '96px',
  },
  {
    id: 'commission',
    head: 'Costs',
    value: row => row.commission,
    draw: row => decimal(row.commission, { digits: 2 }),
    align: 'right',
    width: '84px',
    wide: true,
  },
  { id: 'currency', head: 'In', value: row => row.currency, width: '52px', wide: true },
  { id: 'held', head: 'Held', value: held, draw: row => duration(held(row)), align: 'right', width: '88px', wide: true },
  { id: 'entryReason', head: 'Entered because', value: row => row.entryReason, width: 'minmax(140px, 1.5fr)', wide: true },
  { id: 'exitReason', head: 'Left because', value: row => row.exitReason, width: 'minmax(140px, 1.5fr)', wide: true },
  { id: 'strategy', head: 'Strategy', value: row => row.strategy, width: 'minmax(96px, 1fr)', wide: true },
  { id: 'run', head: 'Run', value: row => row.run, width: 'minmax(110px, 1fr)', wide: true },
]

/** What a person sees; the others are in the CSV. */
export const SHOWN_TRADE_COLUMNS = TRADE_COLUMNS.filter(({ id }) => !['entryReason', 'strategy', 'run'].includes(id))

export const GROUP_COLUMNS: readonly Column<TradeGroup>[] = [
  { id: 'name', head: 'Name', value: row => row.name, width: 'minmax(120px, 1.5fr)', narrow: 'minmax(84px, 1fr)' },
  {
    id: 'trades',
    head: 'Trades',
    value: row => row.trades,
    draw: row => number(row.trades),
    align: 'right',
    width: '64px',
    narrow: '56px',
  },
  {
    id: 'won',
    head: 'Won',
    value: row => row.wins / row.trades,
    draw: row => percent(row.wins / row.trades, { digits: 0 }),
    align: 'right',
    width: '60px',
    narrow: '52px',
  },
  {
    id: 'profit',
    head: 'Profit',
    value: row => row.profit,
    draw: row => <Profit amount={row.profit} />,
    align: 'right',
    width: '116px',
    narrow: '104px',
  },
  { id: 'currency', head: 'In', value: row => row.currency, width: '52px' },
  {
    id: 'commission',
    head: 'Costs',
    value: row => row.commission,
    draw: row => decimal(row.commission, { digits: 2 }),
    align: 'right',
    width: '100px',
    wide: true,
  },
  {
    id: 'best',
    head: 'Best',
    value: row => row.best,
    draw: row => <Profit amount={row.best} />,
    align: 'right',
    width: '104px',
    wide: true,
  },
  {
    id: 'worst',
    head: 'Worst',
    value: row => row.worst,
    draw: row => <Profit amount={row.worst} />,
    align: 'right',
    width: '104px',
    wide: true,
  },
]
