// The four centres of the currency day, by their own clocks.
import { DAY, HOUR, MINUTE, type Micros } from '../../../domain/numbers.ts'
import { utcOffset } from '../../../domain/zone.ts'

/** Local hours on local weekdays, half-open. Source: the usual table of the spot market; summer time moves each alone. */
const CENTRES = [
  { zone: 'Australia/Sydney', open: 7 * HOUR, close: 16 * HOUR },
  { zone: 'Asia/Tokyo', open: 9 * HOUR, close: 18 * HOUR },
  { zone: 'Europe/London', open: 8 * HOUR, close: 17 * HOUR },
  { zone: 'America/New_York', open: 8 * HOUR, close: 17 * HOUR },
] as const

const NAMES = ['Sydney', 'Tokyo', 'London', 'New York'] as const

/** By the set of open centres, a bit each: 'minutes since London and New York are open together'. */
const METRICS: readonly string[] = Array.from({ length: 16 }, (_, mask) => {
  const open = NAMES.filter((_name, bit) => mask & (1 << bit))
  if (open.length === 0) return 'no centre open'
  return open.length === 1 ? `open in ${open[0]}` : `open in ${open.slice(0, -1).join(', ')} and ${open.at(-1)} together`
})

export interface CentresOpen {
  /** In words; one of sixteen constant texts. */
  readonly metric: string
  readonly count: number
  /** Since the centre that opened last did so; zero when none is open. */
  readonly minutes: number
}

export function centresOpen(now: Micros): CentresOpen {
  let mask = 0
  let count = 0
  let since = Number.POSITIVE_INFINITY

  for (let bit = 0; bit < CENTRES.length; bit++) {
    const { zone, open, close } = CENTRES[bit]!
    const local = now + utcOffset(zone, now)
    const day = Math.floor(local / DAY)
    const time = local - day * DAY
    // Day 0 was a Thursday; Saturday and Sunday leave a remainder of 2 and 3.
    const weekend = day % 7 === 2 || day % 7 === 3
    if (weekend || time < open || time >= close) continue

    mask |= 1 << bit
    count++
    since = Math.min(since, time - open)
  }

  return { metric: METRICS[mask]!, count, minutes: count === 0 ? 0 : since / MINUTE }
}
