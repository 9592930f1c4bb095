// The columns of each kind in Parquet: whole numbers for counts and time, so that any tool reads exactly what we wrote.
import type { LakeKind } from './layout.ts'

export interface Column {
  readonly name: string
  readonly type: 'BIGINT' | 'TINYINT' | 'DOUBLE' | 'VARCHAR'
}

const count = (name: string): Column => ({ name, type: 'BIGINT' })
const flag = (name: string): Column => ({ name, type: 'TINYINT' })
const measure = (name: string): Column => ({ name, type: 'DOUBLE' })
const text = (name: string): Column => ({ name, type: 'VARCHAR' })

/** Times are microseconds UTC; `sequence` is the row number in the source file. */
const HAPPENED = [count('event_time'), count('received_time'), count('sequence')]

/** Prices and quantities are steps; the manifest's instrument says how many decimals a step has. */
export const COLUMNS: Readonly<Record<LakeKind, readonly Column[]>> = {
  quote: [...HAPPENED, count('bid'), count('ask'), count('bid_size'), count('ask_size')],
  /** aggressor: 1 buy, -1 sell, 0 unknown. */
  trade: [...HAPPENED, count('price'), count('quantity'), flag('aggressor')],
  /** basis: 0 bid, 1 mid, 2 trade. */
  bar: [
    ...HAPPENED,
    count('open_time'),
    count('open'),
    count('high'),
    count('low'),
    count('close'),
    count('ask_open'),
    count('ask_high'),
    count('ask_low'),
    count('ask_close'),
    measure('volume'),
    flag('basis'),
  ],
  /**
   * One row per level, all rows of an event together. change: 0 snapshot, 1 change. side: 1 bid, -1 ask, 0 an event
   * without levels. For snapshots both update ids are the snapshot's; previous_update is -1 where the venue has none.
   */
  book: [
    ...HAPPENED,
    flag('change'),
    count('first_update'),
    count('last_update'),
    count('previous_update'),
    flag('side'),
    count('price'),
    count('quantity'),
  ],
  release: [...HAPPENED, count('period_start'), measure('value'), flag('lagged')],
  /** One row per entry, as known after the fact; the feed makes the announcement and the result of it. NaN: not given. */
  calendar: [
    ...HAPPENED,
    count('scheduled_time'),
    text('id'),
    text('currency'),
    text('impact'),
    text('name'),
    measure('actual'),
    measure('forecast'),
    measure('previous'),
  ],
}

export const AGGRESSORS = ['sell', 'unknown', 'buy'] as const
export const BASES = ['bid', 'mid', 'trade'] as const
