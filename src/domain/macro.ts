// Facts about the economy: values of a series as they became known, and scheduled announcements.

import type { Happened } from './market.ts'
import type { Micros } from './numbers.ts'

/**
 * One vintage of one period's value. `eventTime` is the end of the period it is about; `receivedTime` is when it became
 * known: the vintage's own date, or the period's end plus the series' stated publication lag (`lagged` is then true).
 */
export interface Release extends Happened {
  readonly kind: 'release'
  /** The publisher's id: 'CPIAUCSL', 'DGS10'. */
  readonly series: string
  readonly periodStart: Micros
  readonly value: number
  readonly lagged: boolean
}

export type Impact = 'high' | 'medium' | 'low' | 'none'

/**
 * A scheduled announcement. It arrives when the schedule is known (without `actual`) and again when it happens (with it).
 * `eventTime` is the scheduled instant.
 */
export interface CalendarEntry extends Happened {
  readonly kind: 'calendar-entry'
  readonly id: string
  readonly currency: string
  readonly impact: Impact
  readonly name: string
  /** In the unit the source prints (K, M, B and % are expanded: '1.2M' is 1_200_000, '3.5%' is 3.5). NaN when not given. */
  readonly actual: number
  readonly forecast: number
  readonly previous: number
  readonly scheduledTime: Micros
}
