// When a market trades: named session calendars, all intervals half-open `[open, close)`, in UTC microseconds.
import { DAY, HOUR, MINUTE, type Micros } from './numbers.ts'
import {
  type DayNumber,
  dayNumber,
  energyKeeping,
  globexKeeping,
  isWeekend,
  nyseKeeping,
  treasuryKeeping,
  weekday,
} from './us-holidays.ts'
import { localToUtc, utcOffset } from './zone.ts'

export interface OpenInterval {
  readonly open: Micros
  readonly close: Micros
}

export interface SessionCalendar {
  readonly name: string
  isOpen(time: Micros): boolean
  /** The first instant at or after `time` when it is open: `time` itself when it is open now. */
  nextOpen(time: Micros): Micros
  /** The end of the open stretch that `time` lies in, or of the next one when it is closed. Infinity when it never closes. */
  nextClose(time: Micros): Micros
  /**
   * The trading day as days since 1970-01-01, by its label: gold's session from Sunday evening is Monday's. It changes at
   * each session's start and keeps its value while closed.
   */
  sessionId(time: Micros): number
  /** Every stretch of open time within `[from, to)`, cut to it: what a complete record would cover. */
  expected(from: Micros, to: Micros): readonly OpenInterval[]
}

/**
 * Undefined for an unknown name. Holidays are known to the rules of us-holidays.ts; a closure decreed on short notice is
 * only there once its table says so, so "open" is never proof that a venue trades.
 */
export function sessionCalendar(name: string): SessionCalendar | undefined {
  const known = calendars.get(name)
  if (known) return known

  const sessions = Object.hasOwn(SESSIONS, name) ? SESSIONS[name] : undefined
  if (!sessions) return undefined
  const calendar = sessions === 'always' ? new AlwaysOpen(name) : new ZonedCalendar(name, sessions)
  calendars.set(name, calendar)
  return calendar
}

const calendars = new Map<string, SessionCalendar>()

/** A trading day's hours, from local midnight of its label; an evening start is negative. */
interface Hours {
  readonly open: number
  readonly close: number
}

interface Sessions {
  readonly zone: string
  hours(day: DayNumber): Hours | undefined
}

const NEW_YORK = 'America/New_York'
const FRIDAY = 5

/** CME and COMEX, and gold beside them, closed a quarter of an hour later until 18 September 2015. */
const EARLIER_CLOSE: DayNumber = dayNumber(2015, 9, 21)

/** Hours by name. Those of fx are thin on Christmas and New Year, not closed. */
const SESSIONS: Readonly<Record<string, Sessions | 'always'>> = {
  fx: {
    zone: NEW_YORK,
    hours: onWeekdays(() => ({ open: -7 * HOUR, close: 17 * HOUR })),
  },
  metals: {
    zone: NEW_YORK,
    hours: onWeekdays(day => ({
      open: -6 * HOUR,
      close: 17 * HOUR + (day < EARLIER_CLOSE && weekday(day) !== FRIDAY ? 15 * MINUTE : 0),
    })),
  },
  'us-equity': {
    zone: NEW_YORK,
    hours: onWeekdays(day => kept(nyseKeeping(day), { open: 9.5 * HOUR, close: 16 * HOUR }, 13 * HOUR)),
  },
  'us-equity-extended': {
    zone: NEW_YORK,
    hours: onWeekdays(day => kept(nyseKeeping(day), { open: 4 * HOUR, close: 20 * HOUR }, 17 * HOUR)),
  },
  cme: {
    zone: 'America/Chicago',
    hours: onWeekdays(day => {
      const close = 16 * HOUR + (day < EARLIER_CLOSE ? 15 * MINUTE : 0)
      return kept(globexKeeping(day), { open: -7 * HOUR, close }, 12 * HOUR)
    }),
  },
  crypto: 'always',
  // One price a day, so a whole local day is its session: such a price is known at the day's end.
  'eia-daily': {
    zone: NEW_YORK,
    hours: onWeekdays(day => kept(energyKeeping(day), { open: 0, close: DAY }, DAY)),
  },
  'us-rates': {
    zone: NEW_YORK,
    hours: onWeekdays(day => kept(treasuryKeeping(day), { open: 0, close: DAY }, DAY)),
  },
}

/** The names that `sessionCalendar` knows. */
export const CALENDAR_NAMES: readonly string[] = Object.keys(SESSIONS)

function onWeekdays(hours: (day: DayNumber) => Hours | undefined): (day: DayNumber) => Hours | undefined {
  return day => (isWeekend(day) ? undefined : hours(day))
}

function kept(keeping: 'closed' | 'early' | undefined, regular: Hours, earlyClose: number): Hours | undefined {
  if (keeping === 'closed') return undefined
  return keeping === 'early' ? { open: regular.open, close: earlyClose } : regular
}

class ZonedCalendar implements SessionCalendar {
  readonly name: string
  readonly #sessions: Sessions
  // The stretch `[from, until)` in which the last answer holds: one session, or the closed time after it.
  #from = Number.POSITIVE_INFINITY
  #until = Number.NEGATIVE_INFINITY
  #open = false
  #day: DayNumber = 0

  constructor(name: string, sessions: Sessions) {
    this.name = name
    this.#sessions = sessions
  }

  isOpen(time: Micros): boolean {
    if (time < this.#from || time >= this.#until) this.#seek(time)
    return this.#open
  }

  sessionId(time: Micros): number {
    if (time < this.#from || time >= this.#until) this.#seek(time)
    return this.#day
  }

  nextOpen(time: Micros): Micros {
    return this.isOpen(time) ? time : (this.#until as Micros)
  }

  nextClose(time: Micros): Micros {
    const start = this.nextOpen(time)
    this.sessionId(start)

    // Sessions that follow without a break (fx rolls at 17:00) are one stretch of open time.
    let day = this.#day
    let close = this.#until
    for (;;) {
      const next = this.#sessionAfter(day)
      if (next.open !== close) return close as Micros
      day = next.day
      close = next.close
    }
  }

  expected(from: Micros, to: Micros): readonly OpenInterval[] {
    const intervals: OpenInterval[] = []
    for (let open = this.nextOpen(from); open < to; ) {
      const close = this.nextClose(open)
      intervals.push({ open, close: Math.min(close, to) as Micros })
      open = this.nextOpen(close)
    }
    return intervals
  }

  #seek(time: number): void {
    const { zone } = this.#sessions
    let day = Math.floor((time + utcOffset(zone, time as Micros)) / DAY) + 1
    let session = this.#session(day)
    while (!session || session.open > time) session = this.#session(--day)

    this.#day = day
    this.#open = time < session.close
    this.#from = this.#open ? session.open : session.close
    this.#until = this.#open ? session.close : this.#sessionAfter(day).open
  }

  #sessionAfter(day: DayNumber): { readonly day: DayNumber; readonly open: number; readonly close: number } {
    let next = day + 1
    let session = this.#session(next)
    while (!session) session = this.#session(++next)
    return { day: next, ...session }
  }

  #session(day: DayNumber): { readonly open: number; readonly close: number } | undefined {
    const hours = this.#sessions.hours(day)
    if (!hours) return undefined
    const { zone } = this.#sessions
    return { open: localToUtc(zone, day * DAY + hours.open), close: localToUtc(zone, day * DAY + hours.close) }
  }
}

/** Open without end; its trading day is the UTC day. */
class AlwaysOpen implements SessionCalendar {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  isOpen(_time: Micros): boolean {
    return true
  }

  sessionId(time: Micros): number {
    return Math.floor(time / DAY)
  }

  nextOpen(time: Micros): Micros {
    return time
  }

  nextClose(_time: Micros): Micros {
    return Number.POSITIVE_INFINITY as Micros
  }

  expected(from: Micros, to: Micros): readonly OpenInterval[] {
    return from < to ? [{ open: from, close: to }] : []
  }
}
