// What a reader is shown of a calendar, against published holidays and clock changes.
import { describe, expect, test } from 'vitest'
import { sessionCalendar } from './calendar.ts'
import { type CalendarView, calendarView } from './calendar-view.ts'
import { DAY, formatMicros, HOUR, type Micros, parseMicros } from './numbers.ts'

const at = (iso: string): Micros => parseMicros(iso)!
const show = (name: string, iso: string): CalendarView => calendarView(sessionCalendar(name)!, at(iso))
const date = (day: number): string => formatMicros((day * DAY) as Micros).slice(0, 10)
const minute = (time: number | undefined): string => (time === undefined ? '' : formatMicros(time as Micros).slice(0, 16))

describe('a calendar spread out', () => {
  test('the week of Thanksgiving 2026 in New York', () => {
    const { week, open, nextChange } = show('us-equity', '2026-11-25T16:00:00Z')

    expect(open).toBe(true)
    expect(minute(nextChange)).toBe('2026-11-25T21:00')
    expect(week.map(({ day, kind, close }) => `${date(day)} ${kind} ${minute(close).slice(11)}`)).toEqual([
      '2026-11-23 regular 21:00',
      '2026-11-24 regular 21:00',
      '2026-11-25 regular 21:00',
      '2026-11-26 closed ',
      '2026-11-27 early 18:00',
    ])
  })

  test('the exceptions ahead come in order, each once', () => {
    const { exceptions } = show('us-equity', '2026-11-25T16:00:00Z')

    // NYSE's published calendar for 2026 and 2027.
    expect(exceptions.slice(0, 8).map(({ day, kind }) => `${date(day)} ${kind}`)).toEqual([
      '2026-11-26 closed',
      '2026-11-27 early',
      '2026-12-24 early',
      '2026-12-25 closed',
      '2027-01-01 closed',
      '2027-01-18 closed',
      '2027-02-15 closed',
      '2027-03-26 closed',
    ])
  })

  test('the clocks of New York change on the second Sunday of March and the first of November, at 2 in the night', () => {
    const { clockChanges } = show('fx-cfd', '2026-11-25T16:00:00Z')

    expect(clockChanges).toEqual([
      { time: at('2027-03-14T07:00:00Z'), offsetBefore: -5 * HOUR, offsetAfter: -4 * HOUR },
      { time: at('2027-11-07T06:00:00Z'), offsetBefore: -4 * HOUR, offsetAfter: -5 * HOUR },
    ])
  })

  test('the clocks of Europe change at 01:00 UTC', () => {
    const { clockChanges } = show('lse', '2026-11-25T16:00:00Z')

    expect(clockChanges.map(({ time }) => minute(time))).toEqual(['2027-03-28T01:00', '2027-10-31T01:00'])
  })

  test('what never closes has seven days, no exceptions and no clock change', () => {
    const { week, exceptions, clockChanges, nextChange } = show('crypto', '2026-11-25T16:00:00Z')

    expect(week.length).toBe(7)
    expect([exceptions.length, clockChanges.length]).toEqual([0, 0])
    expect(nextChange).toBe(Number.POSITIVE_INFINITY)
  })

  test("a Sunday evening belongs to Monday's session, in the week that the clock there shows", () => {
    const { week, open } = show('metals-cfd', '2026-11-23T02:00:00Z') // Sunday 21:00 New York

    expect(open).toBe(true)
    expect(date(week[0]!.day)).toBe('2026-11-16')
  })
})
