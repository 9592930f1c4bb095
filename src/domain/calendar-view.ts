// A session calendar spread out for a reader: this week's hours, the exceptions ahead, the clock changes ahead.
import type { SessionCalendar } from './calendar.ts'
import { type DayNumber, weekday } from './holiday-rules.ts'
import { DAY, HOUR, type Micros } from './numbers.ts'
import { utcOffset } from './zone.ts'

/** One trading day, by its label; without times when it is closed. */
export interface SessionView {
  /** Days since 1970-01-01. */
  readonly day: DayNumber
  readonly kind: 'regular' | 'early' | 'closed'
  readonly open?: Micros
  readonly close?: Micros
}

export interface ClockChange {
  readonly time: Micros
  /** What is added to UTC, in microseconds. */
  readonly offsetBefore: number
  readonly offsetAfter: number
}

export interface CalendarView {
  readonly name: string
  readonly zone: string
  readonly open: boolean
  /** When the state just told changes; Infinity for what never closes. */
  readonly nextChange: Micros
  /** Monday to Sunday of the week that `now` lies in, by the calendar's own clock. */
  readonly week: readonly SessionView[]
  /** Holidays and early closes from today on, the next ones first. */
  readonly exceptions: readonly SessionView[]
  readonly clockChanges: readonly ClockChange[]
}

/** How far ahead exceptions and clock changes are looked for: each rule comes up at least once. */
const AHEAD_DAYS = 400

export function calendarView(calendar: SessionCalendar, now: Micros): CalendarView {
  const today = Math.floor((now + utcOffset(calendar.zone, now)) / DAY)
  const monday = today - ((weekday(today) + 6) % 7)
  const open = calendar.isOpen(now)

  return {
    name: calendar.name,
    zone: calendar.zone,
    open,
    nextChange: open ? calendar.nextClose(now) : calendar.nextOpen(now),
    week: days(monday, 7).flatMap(day => view(calendar, day)),
    exceptions: days(today, AHEAD_DAYS)
      .flatMap(day => view(calendar, day))
      .filter(({ kind }) => kind !== 'regular'),
    clockChanges: clockChanges(calendar.zone, now),
  }
}

function view(calendar: SessionCalendar, day: DayNumber): SessionView[] {
  const kind = calendar.dayKind(day)
  if (kind === 'weekend') return []
  const session = calendar.session(day)
  return [session === undefined ? { day, kind: 'closed' } : { day, kind, open: session.open, close: session.close }]
}

/** Found by days, then by halves to the hour's quarter: no zone changes its clock at any other time. */
function clockChanges(zone: string, now: Micros): ClockChange[] {
  const quarter = HOUR / 4
  const first = Math.floor(now / quarter) * quarter

  return days(0, AHEAD_DAYS).flatMap(day => {
    let before = first + day * DAY
    let after = before + DAY
    const offsetBefore = utcOffset(zone, before as Micros)
    const offsetAfter = utcOffset(zone, after as Micros)
    if (offsetBefore === offsetAfter) return []

    while (after - before > quarter) {
      const middle = before + Math.floor((after - before) / quarter / 2) * quarter
      if (utcOffset(zone, middle as Micros) === offsetBefore) before = middle
      else after = middle
    }
    return [{ time: after as Micros, offsetBefore, offsetAfter }]
  })
}

const days = (first: DayNumber, count: number): DayNumber[] => Array.from({ length: count }, (_, i) => first + i)
