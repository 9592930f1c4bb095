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

/** A trading day's open time, or the closed time after it: nothing changes within `[from, until)`. */
export interface Stretch {
  readonly from: Micros
  readonly until: Micros
  readonly open: boolean
  readonly sessionId: number
}

export interface SessionCalendar {
  readonly name: string
  isOpen(time: Micros): boolean
  /** The stretch that `time` lies in. Open time of crypto is cut into UTC days. */
  stretch(time: Micros): Stretch
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
  #current: Stretch = NOWHERE
  /** The open time around the newest question, several sessions long where they follow without a break. */
  #whole: OpenInterval = NOWHEN

  constructor(name: string, sessions: Sessions) {
    this.name = name
    this.#sessions = sessions
  }

  isOpen(time: Micros): boolean {
    return this.stretch(time).open
  }

  sessionId(time: Micros): number {
    return this.stretch(time).sessionId
  }

  stretch(time: Micros): Stretch {
    const current = this.#current
    if (time >= current.from && time < current.until) return current
    this.#current = this.#find(time)
    return this.#current
  }

  nextOpen(time: Micros): Micros {
    const { open, until } = this.stretch(time)
    return open ? time : until
  }

  nextClose(time: Micros): Micros {
    if (time >= this.#whole.open && time < this.#whole.close) return this.#whole.close

    // Sessions that follow without a break (fx rolls at 17:00) are one stretch of open time.
    const stretch = this.stretch(time)
    let day = stretch.open ? stretch.sessionId : this.#dayAfter(stretch.sessionId)
    let { close } = this.#session(day)!
    for (;;) {
      day = this.#dayAfter(day)
      const next = this.#session(day)!
      if (next.open !== close) break
      close = next.close
    }

    this.#whole = { open: time, close }
    return close
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

  #find(time: Micros): Stretch {
    const { zone } = this.#sessions
    let day = Math.floor((time + utcOffset(zone, time)) / DAY) + 1
    let session = this.#session(day)
    while (!session || session.open > time) session = this.#session(--day)

    const { open, close } = session
    if (time < close) return { from: open, until: close, open: true, sessionId: day }
    return { from: close, until: this.#session(this.#dayAfter(day))!.open, open: false, sessionId: day }
  }

  #dayAfter(day: DayNumber): DayNumber {
    let next = day + 1
    while (!this.#sessions.hours(next)) next++
    return next
  }

  #session(day: DayNumber): OpenInterval | undefined {
    const hours = this.#sessions.hours(day)
    if (!hours) return undefined
    const { zone } = this.#sessions
    return { open: localToUtc(zone, day * DAY + hours.open), close: localToUtc(zone, day * DAY + hours.close) }
  }
}

const NEVER = Number.NaN as Micros
const NOWHERE: Stretch = { from: NEVER, until: NEVER, open: false, sessionId: 0 }
const NOWHEN: OpenInterval = { open: NEVER, close: NEVER }

/** Open without end; its trading day is the UTC day. */
class AlwaysOpen implements SessionCalendar {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  isOpen(_time: Micros): boolean {
    return true
  }

  stretch(time: Micros): Stretch {
    const sessionId = Math.floor(time / DAY)
    return { from: (sessionId * DAY) as Micros, until: ((sessionId + 1) * DAY) as Micros, open: true, sessionId }
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
