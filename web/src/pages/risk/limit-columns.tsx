// The columns of limits: what is allowed, what is used of it, and how much is left as a bar.
import type { Column } from '../../components/table.tsx'
import { number, percent } from '../../text/number.ts'
import { at } from '../../text/time.ts'
import { type Limit, leftWords, urgencyOf } from './head-room.ts'

/** An empty bar would say that nothing is used: where that is not known there is none. */
export const HeadRoom = ({ share }: { readonly share: number | null }) =>
  share === null ? (
    <span class="soft-words">not measured</span>
  ) : (
    <span class="head-room">
      <span class={`meter ${urgencyOf(share)}`} role="img" aria-label={`${percent(share, { digits: 0 })} used`}>
        <span style={{ width: `${Math.min(share, 1) * 100}%` }} />
      </span>
      <span class="head-room-words">{leftWords(share)}</span>
    </span>
  )

export const LIMIT_COLUMNS: readonly Column<Limit>[] = [
  { id: 'name', head: 'Limit', value: row => row.name, width: 'minmax(112px, 1fr)', narrow: 'minmax(124px, 1fr)' },
  { id: 'check', head: 'Check', value: row => row.check, align: 'right', width: '60px', wide: true },
  { id: 'limit', head: 'Allowed', value: row => row.limit, align: 'right', width: '152px', narrow: '72px' },
  {
    id: 'used',
    head: 'Used',
    value: row => row.used,
    draw: row => row.used ?? '–',
    align: 'right',
    width: 'minmax(124px, 1fr)',
    wide: true,
  },
  {
    id: 'share',
    head: 'Head-room',
    value: row => row.share,
    draw: row => <HeadRoom share={row.share} />,
    width: 'minmax(160px, 1.2fr)',
    narrow: 'minmax(84px, 1fr)',
  },
  {
    id: 'ceiling',
    head: 'House ceiling',
    value: row => row.ceiling,
    draw: row => row.ceiling ?? 'none',
    align: 'right',
    width: '104px',
    wide: true,
  },
  {
    id: 'refusals',
    head: 'Refusals',
    value: row => row.refusals,
    draw: row => number(row.refusals),
    align: 'right',
    width: '76px',
    wide: true,
  },
  {
    id: 'code',
    head: 'Refuses with',
    value: row => row.code,
    draw: row => <code>{row.code}</code>,
    width: 'minmax(200px, 1.2fr)',
    wide: true,
  },
  { id: 'run', head: 'Run', value: row => row.run ?? 'house', width: 'minmax(110px, 1fr)', wide: true },
  {
    id: 'time',
    head: 'As of',
    value: row => row.time,
    draw: row => at(row.time, 'date-time-seconds'),
    width: '160px',
    wide: true,
  },
]
