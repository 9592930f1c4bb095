// The columns of the stream of signals, and how an outcome looks.
import type { RowOf } from '../../../../src/wire/topics.ts'
import { Badge, SideBadge, type Tone } from '../../components/badge.tsx'
import type { Column } from '../../components/table.tsx'
import { decimal } from '../../text/decimal.ts'
import { percent } from '../../text/number.ts'
import { NARROW_TIME, TimeCell } from '../column-times.tsx'

export type SignalLine = RowOf<'signals'>

export const OUTCOMES = ['unsized', 'refused', 'ordered', 'filled', 'met'] as const
export type Outcome = (typeof OUTCOMES)[number]

const TONES: Readonly<Record<Outcome, Tone>> = {
  unsized: 'plain',
  refused: 'warn',
  ordered: 'info',
  filled: 'good',
  met: 'plain',
}

/** What an outcome means, for somebody who sees the word for the first time. */
export const OUTCOME_MEANINGS: Readonly<Record<Outcome, string>> = {
  unsized: 'allocation found no quantity for it',
  refused: 'a check of risk or allocation turned it down',
  ordered: 'an order was sent, nothing is filled yet',
  filled: 'an order of it was filled',
  met: 'what it wanted was held already',
}

export const OutcomeBadge = ({ outcome }: { readonly outcome: Outcome }) => <Badge tone={TONES[outcome]}>{outcome}</Badge>

export const SIGNAL_COLUMNS: readonly Column<SignalLine>[] = [
  {
    id: 'time',
    head: 'Time',
    value: row => row.time,
    draw: row => <TimeCell time={row.time} />,
    width: '160px',
    narrow: NARROW_TIME,
  },
  {
    id: 'instrument',
    head: 'Instrument',
    value: row => row.instrument,
    width: 'minmax(144px, 1fr)',
    narrow: 'minmax(84px, 1fr)',
  },
  {
    id: 'direction',
    head: 'Wanted',
    value: row => row.direction,
    draw: row => <SideBadge side={row.direction} />,
    width: '64px',
    narrow: '60px',
  },
  {
    id: 'outcome',
    head: 'Outcome',
    value: row => row.outcome,
    draw: row => <OutcomeBadge outcome={row.outcome} />,
    width: '84px',
  },
  {
    id: 'refusals',
    head: 'Refused by',
    value: row => row.refusals.map(({ code }) => code).join(' '),
    width: 'minmax(188px, 1fr)',
    wide: true,
  },
  { id: 'why', head: 'Why it was wanted', value: row => row.why, width: 'minmax(180px, 3fr)', wide: true },
  {
    id: 'probability',
    head: 'P(up)',
    value: row => row.probabilityUp,
    draw: row => (row.probabilityUp === null ? '–' : percent(row.probabilityUp, { digits: 0 })),
    align: 'right',
    width: '64px',
    wide: true,
  },
  {
    id: 'confidence',
    head: 'Confidence',
    value: row => row.confidence,
    draw: row => (row.confidence === null ? '–' : percent(row.confidence, { digits: 0 })),
    align: 'right',
    width: '88px',
    wide: true,
  },
  {
    id: 'price',
    head: 'Price',
    value: row => row.price,
    draw: row => (row.price === null ? '–' : decimal(row.price)),
    align: 'right',
    width: '96px',
    wide: true,
  },
  { id: 'strategy', head: 'Strategy', value: row => row.strategy, width: 'minmax(100px, 1fr)', wide: true },
  { id: 'run', head: 'Run', value: row => row.run, width: 'minmax(120px, 1fr)', wide: true },
]
