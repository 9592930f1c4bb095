// The columns of the order blotter, and how an order's state looks.

import type { RowOf } from '../../../../src/wire/topics.ts'
import { Badge, SideBadge, type Tone } from '../../components/badge.tsx'
import type { Column } from '../../components/table.tsx'
import { decimal } from '../../text/decimal.ts'
import { NARROW_TIME, TimeCell } from '../column-times.tsx'
import { microsOf, spanWords } from './exact-time.ts'

export type Order = RowOf<'orders'>

const OPEN: ReadonlySet<string> = new Set(['intended', 'sent', 'accepted', 'partially-filled'])
export const isOpen = ({ state }: Order): boolean => OPEN.has(state)

const TONES: Readonly<Record<string, Tone>> = {
  filled: 'good',
  'partially-filled': 'info',
  accepted: 'info',
  sent: 'info',
  intended: 'info',
  rejected: 'bad',
  expired: 'warn',
}
export const StateBadge = ({ state }: { readonly state: string }) => <Badge tone={TONES[state] ?? 'plain'}>{state}</Badge>

export const ORDER_STATES = [
  'intended',
  'sent',
  'accepted',
  'partially-filled',
  'filled',
  'canceled',
  'rejected',
  'expired',
] as const

export const ORDER_COLUMNS: readonly Column<Order>[] = [
  {
    id: 'created',
    head: 'Created',
    value: row => row.created,
    draw: row => <TimeCell time={row.created} exact />,
    width: '188px',
    narrow: NARROW_TIME,
  },
  {
    id: 'instrument',
    head: 'Instrument',
    value: row => row.instrument,
    width: 'minmax(136px, 1fr)',
    narrow: 'minmax(84px, 1fr)',
  },
  { id: 'side', head: 'Side', value: row => row.side, draw: row => <SideBadge side={row.side} />, width: '52px', narrow: '48px' },
  { id: 'role', head: 'Role', value: row => row.role, width: '60px', wide: true },
  { id: 'type', head: 'Type', value: row => row.type, width: '64px', wide: true },
  {
    id: 'quantity',
    head: 'Quantity',
    value: row => row.quantity,
    draw: row => decimal(row.quantity),
    align: 'right',
    width: '88px',
    wide: true,
  },
  {
    id: 'filled',
    head: 'Filled',
    value: row => row.filled,
    draw: row => decimal(row.filled),
    align: 'right',
    width: '88px',
    wide: true,
  },
  {
    id: 'price',
    head: 'Price',
    value: row => row.price,
    draw: row => (row.price === null ? 'market' : decimal(row.price)),
    align: 'right',
    width: '104px',
    wide: true,
  },
  {
    id: 'state',
    head: 'State',
    value: row => row.state,
    draw: row => <StateBadge state={row.state} />,
    width: '104px',
    narrow: '88px',
  },
  {
    id: 'took',
    head: 'Took',
    value: row => microsOf(row.changed) - microsOf(row.created),
    draw: row => spanWords(row.created, row.changed),
    align: 'right',
    width: '72px',
    wide: true,
  },
  { id: 'account', head: 'Account', value: row => row.account, width: 'minmax(96px, 1fr)', wide: true },
  { id: 'strategy', head: 'Strategy', value: row => row.strategy, width: 'minmax(96px, 1fr)', wide: true },
  { id: 'reason', head: 'Reason', value: row => row.reason, width: 'minmax(150px, 2fr)', wide: true },
  { id: 'why', head: 'Why', value: row => row.why, width: 'minmax(150px, 2fr)', wide: true },
  { id: 'run', head: 'Run', value: row => row.run, width: 'minmax(120px, 1fr)', wide: true },
  { id: 'id', head: 'Order', value: row => row.id, width: '88px', wide: true },
]

/** What a person sees; the others are in the CSV. */
export const BLOTTER_COLUMNS = ORDER_COLUMNS.filter(({ id }) => !['why', 'run', 'id', 'strategy'].includes(id))
