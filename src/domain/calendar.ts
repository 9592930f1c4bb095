// When a market trades: named session calendars, all intervals half-open `[open, close)`, in UTC microseconds.
import { londonKeeping, xetraKeeping } from './european-holidays.ts'
import { type DayNumber, dayNumber, FRIDAY, isWeekend, type Keeping, weekday } from './holiday-rules.ts'
import { DAY, HOUR, MINUTE, type Micros } from './numbers.ts'
import { energyKeeping, globexKeeping, nyseKeeping, treasuryKeeping } from './us-holidays.ts'
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

/** What a trading day is: 'closed' on a weekday is a holiday. */
export type DayKind = 'regular' | 'early' | 'closed' | 'weekend'

export interface SessionCalendar {
  readonly name: string
  /** Whose clock the hours are kept by; see zone.ts for its forms. */
  readonly zone: string
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
  /** The session of that label (days since 1970-01-01); undefined when there is none. */
  session(day: DayNumber): OpenInterval | undefined
  dayKind(day: DayNumber): DayKind
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
  /** Of a weekday that is no holiday. */
  regular(day: DayNumber): Hours
  readonly keeping?: (day: DayNumber) => Keeping | undefined
  /** Local time, on days that are kept early. */
  readonly earlyClose?: (day: DayNumber) => number
}

const NEW_YORK = 'America/New_York'
const CHICAGO = 'America/Chicago'
const LONDON = 'Europe/London'
const BERLIN = 'Europe/Berlin'

/** CME and COMEX, and gold beside them, closed a quarter of an hour later until 18 September 2015. */
const EARLIER_CLOSE: DayNumber = dayNumber(2015, 9, 21)

/** Hours by name. Those of fx are thin on Christmas and New Year, not closed; brokers of fx-cfd close. */
const SESSIONS: Readonly<Record<string, Sessions | 'always'>> = {
  fx: {
    zone: NEW_YORK,
    regular: always({ open: -7 * HOUR, close: 17 * HOUR }),
  },
  'fx-cfd': {
    zone: NEW_YORK,
    regular: always({ open: -7 * HOUR, close: 17 * HOUR }),
    keeping: day => (isOneOf(day, ['01-01', '12-25']) ? 'closed' : undefined),
  },
  metals: {
    zone: NEW_YORK,
    regular: day => ({
      open: -6 * HOUR,
      close: 17 * HOUR + (day < EARLIER_CLOSE && weekday(day) !== FRIDAY ? 15 * MINUTE : 0),
    }),
  },
  // COMEX and NYMEX on Globex: brokers' gold, silver, oil and gas follow their hours.
  'metals-cfd': {
    zone: NEW_YORK,
    regular: always({ open: -6 * HOUR, close: 17 * HOUR }),
    keeping: globexKeeping,
    earlyClose: commodityEarlyClose,
  },
  'energy-cfd': {
    zone: NEW_YORK,
    regular: always({ open: -6 * HOUR, close: 17 * HOUR }),
    keeping: globexKeeping,
    earlyClose: commodityEarlyClose,
  },
  // ICE Europe; its early closes differ from year to year and are not modelled.
  'brent-cfd': {
    zone: NEW_YORK,
    regular: always({ open: -4 * HOUR, close: 18 * HOUR }),
    keeping: day => (globexKeeping(day) === 'closed' ? 'closed' : undefined),
  },
  'us-index-cfd': {
    zone: NEW_YORK,
    regular: always({ open: -6 * HOUR, close: 17 * HOUR }),
    keeping: globexKeeping,
    earlyClose: () => 13 * HOUR,
  },
  'uk-index-cfd': {
    zone: LONDON,
    regular: always({ open: HOUR, close: 21 * HOUR }),
    keeping: day => (londonKeeping(day) === 'closed' ? 'closed' : undefined),
  },
  'de-index-cfd': {
    zone: BERLIN,
    regular: always({ open: 75 * MINUTE, close: 22 * HOUR }),
    keeping: day => (xetraKeeping(day) === 'closed' ? 'closed' : undefined),
  },
  lse: {
    zone: LONDON,
    regular: always({ open: 8 * HOUR, close: 16.5 * HOUR }),
    keeping: londonKeeping,
    earlyClose: () => 12.5 * HOUR,
  },
  xetra: {
    zone: BERLIN,
    regular: always({ open: 9 * HOUR, close: 17.5 * HOUR }),
    keeping: xetraKeeping,
    earlyClose: () => 14 * HOUR,
  },
  'us-equity': {
    zone: NEW_YORK,
    regular: always({ open: 9.5 * HOUR, close: 16 * HOUR }),
    keeping: nyseKeeping,
    earlyClose: () => 13 * HOUR,
  },
  'us-equity-extended': {
    zone: NEW_YORK,
    regular: always({ open: 4 * HOUR, close: 20 * HOUR }),
    keeping: nyseKeeping,
    earlyClose: () => 17 * HOUR,
  },
  cme: {
    zone: CHICAGO,
    regular: day => ({ open: -7 * HOUR, close: 16 * HOUR + (day < EARLIER_CLOSE ? 15 * MINUTE : 0) }),
    keeping: globexKeeping,
    earlyClose: () => 12 * HOUR,
  },
  crypto: 'always',
  // One price a day, so a whole local day is its session: such a price is known at the day's end.
  'eia-daily': { zone: NEW_YORK, regular: always({ open: 0, close: DAY }), keeping: energyKeeping },
  'us-rates': { zone: NEW_YORK, regular: always({ open: 0, close: DAY }), keeping: treasuryKeeping },
}

/** The names that `sessionCalendar` knows. */
export const CALENDAR_NAMES: readonly string[] = Object.keys(SESSIONS)

function always(hours: Hours): () => Hours {
  return () => hours
}

/** Month and day, '12-25'. */
function isOneOf(day: DayNumber, dates: readonly string[]): boolean {
  return dates.includes(new Date((day * DAY) / 1000).toISOString().slice(5, 10))
}

/** New York time. Since 2023: CME's holiday schedule for metals and energy; before, most were at 13:00. */
function commodityEarlyClose(day: DayNumber): number {
  if (isOneOf(day, ['12-24'])) return 13.75 * HOUR
  if (weekday(day) !== FRIDAY) return 14.5 * HOUR
  const isAfterThanksgiving = new Date((day * DAY) / 1000).getUTCMonth() === 10
  return isAfterThanksgiving ? 14.75 * HOUR : 13 * HOUR
}

class ZonedCalendar implements SessionCalendar {
  readonly name: string
  readonly zone: string
  readonly #sessions: Sessions
  #current: Stretch = NOWHERE
  /** The open time around the newest question, several sessions long where they follow without a break. */
  #whole: OpenInterval = NOWHEN

  constructor(name: string, sessions: Sessions) {
    this.name = name
    this.zone = sessions.zone
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
    let { close } = this.session(day)!
    for (;;) {
      day = this.#dayAfter(day)
      const next = this.session(day)!
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
    let day = Math.floor((time + utcOffset(this.zone, time)) / DAY) + 1
    let session = this.session(day)
    while (!session || session.open > time) session = this.session(--day)

    const { open, close } = session
    if (time < close) return { from: open, until: close, open: true, sessionId: day }
    return { from: close, until: this.session(this.#dayAfter(day))!.open, open: false, sessionId: day }
  }

  dayKind(day: DayNumber): DayKind {
    if (isWeekend(day)) return 'weekend'
    return this.#sessions.keeping?.(day) ?? 'regular'
  }

  session(day: DayNumber): OpenInterval | undefined {
    const kind = this.dayKind(day)
    if (kind === 'weekend' || kind === 'closed') return undefined

    const { open, close } = this.#sessions.regular(day)
    const end = kind === 'early' ? (this.#sessions.earlyClose?.(day) ?? close) : close
    return { open: localToUtc(this.zone, day * DAY + open), close: localToUtc(this.zone, day * DAY + end) }
  }

  #dayAfter(day: DayNumber): DayNumber {
    let next = day + 1
    while (['weekend', 'closed'].includes(this.dayKind(next))) next++
    return next
  }
}

const NEVER = Number.NaN as Micros
const NOWHERE: Stretch = { from: NEVER, until: NEVER, open: false, sessionId: 0 }
const NOWHEN: OpenInterval = { open: NEVER, close: NEVER }

/** Open without end; its trading day is the UTC day. */
class AlwaysOpen implements SessionCalendar {
  readonly name: string
  readonly zone = 'UTC'

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

  session(day: DayNumber): OpenInterval {
    return { open: (day * DAY) as Micros, close: ((day + 1) * DAY) as Micros }
  }

  dayKind(_day: DayNumber): DayKind {
    return 'regular'
  }
}
