// Which days London and Frankfurt keep: bank holidays by rule, and a table of the days no rule foretells.
import {
  byYear,
  type DayNumber,
  dayNumber,
  dayOf,
  FRIDAY,
  goodFriday,
  isWeekend,
  last,
  MONDAY,
  nth,
  weekday,
} from './holiday-rules.ts'

/**
 * London Stock Exchange: closed on the bank holidays of England and Wales; early on the last trading day before Christmas
 * and before New Year. Source: Banking and Financial Dealings Act 1971, the proclamations since, and the exchange's calendar.
 */
export const londonKeeping = byYear(year => {
  const closed = new Set<DayNumber>([
    substitute(dayNumber(year, 1, 1)),
    goodFriday(year),
    goodFriday(year) + 3,
    moved(year, MAY_DAY) ?? nth(1, MONDAY, year, 5),
    moved(year, SPRING) ?? last(MONDAY, year, 5),
    last(MONDAY, year, 8),
    ...christmas(year),
    ...PROCLAIMED.map(dayOf),
  ])
  const lastBefore = (day: DayNumber): DayNumber => {
    let before = day - 1
    while (isWeekend(before) || closed.has(before)) before--
    return before
  }
  return { closed: [...closed], early: [lastBefore(dayNumber(year, 12, 25)), lastBefore(dayNumber(year + 1, 1, 1))] }
})

/** Xetra since 2023: closed on its seven days; on the last trading day of the year it closes early. Source: its trading calendar. */
export const xetraKeeping = byYear(year => ({
  closed: [
    dayNumber(year, 1, 1),
    goodFriday(year),
    goodFriday(year) + 3,
    dayNumber(year, 5, 1),
    ...[24, 25, 26, 31].map(day => dayNumber(year, 12, day)),
  ],
  early: [lastWeekday(dayNumber(year, 12, 30))],
}))

/** Moved for the end of the war in Europe; for the Queen's jubilees. */
const MAY_DAY = ['1995-05-08', '2020-05-08']
const SPRING = ['2002-06-04', '2012-06-04', '2022-06-02']

/** Jubilees, a wedding, a funeral, a coronation. */
const PROCLAIMED = ['2002-06-03', '2011-04-29', '2012-06-05', '2022-06-03', '2022-09-19', '2023-05-08']

const moved = (year: number, days: readonly string[]): DayNumber | undefined => {
  const found = days.find(day => day.startsWith(String(year)))
  return found === undefined ? undefined : dayOf(found)
}

/** A holiday on a weekend is kept on the next Monday. */
const substitute = (day: DayNumber): DayNumber => (weekday(day) === 6 ? day + 2 : weekday(day) === 0 ? day + 1 : day)

/** Both days, and Monday or Tuesday for what falls on a weekend. */
function christmas(year: number): DayNumber[] {
  const day = dayNumber(year, 12, 25)
  switch (weekday(day)) {
    case FRIDAY:
      return [day, day + 3]
    case 6:
      return [day + 2, day + 3]
    case 0:
      return [day + 1, day + 2]
    default:
      return [day, day + 1]
  }
}

const lastWeekday = (day: DayNumber): DayNumber => (weekday(day) === 0 ? day - 2 : weekday(day) === 6 ? day - 1 : day)
