// Which days United States markets keep: closures and early closes by rule, and a table of the days no rule foretells.
import {
  byYear,
  type DayNumber,
  dayNumber,
  dayOf,
  FRIDAY,
  goodFriday,
  last,
  MONDAY,
  nth,
  THURSDAY,
  weekday,
} from './holiday-rules.ts'

/** NYSE and Nasdaq, 1998–: closed all day, or early at 13:00 New York. Source: NYSE rule 7.2 and its published closings. */
export const nyseKeeping = byYear(year => {
  const closed = [
    newYear(year),
    ...(year >= 1998 ? [nth(3, MONDAY, year, 1)] : []),
    nth(3, MONDAY, year, 2),
    goodFriday(year),
    last(MONDAY, year, 5),
    ...(year >= 2022 ? [observed(year, 6, 19)] : []),
    observed(year, 7, 4),
    nth(1, MONDAY, year, 9),
    nth(4, THURSDAY, year, 11),
    observed(year, 12, 25),
    ...NYSE_CLOSURES.map(dayOf),
  ]

  const early = [
    ...mondayToThursday(dayNumber(year, 7, 3)).filter(() => year !== 2002),
    nth(4, THURSDAY, year, 11) + 1,
    ...mondayToThursday(dayNumber(year, 12, 24)),
    ...NYSE_EARLY.map(dayOf),
  ]

  return { closed, early }
})

/** September 11; Presidents Reagan, Ford, Bush and Carter; Hurricane Sandy. */
const NYSE_CLOSURES = [
  '2001-09-11',
  '2001-09-12',
  '2001-09-13',
  '2001-09-14',
  '2004-06-11',
  '2007-01-02',
  '2012-10-29',
  '2012-10-30',
  '2018-12-05',
  '2025-01-09',
]

/** In 2002 the shortened day was the one after Independence Day. */
const NYSE_EARLY = ['1999-12-31', '2002-07-05', '2003-12-26']

/**
 * CME Globex: closed, or early at 12:00 Chicago, on the days its equity index products keep. Halts and product-specific
 * hours on those days are not modelled.
 */
export const globexKeeping = byYear(year => ({
  closed: [newYear(year), goodFriday(year), observed(year, 12, 25)],
  early: [
    nth(3, MONDAY, year, 1),
    nth(3, MONDAY, year, 2),
    last(MONDAY, year, 5),
    ...(year >= 2022 ? [observed(year, 6, 19)] : []),
    observed(year, 7, 4),
    nth(1, MONDAY, year, 9),
    nth(4, THURSDAY, year, 11),
    nth(4, THURSDAY, year, 11) + 1,
    ...mondayToThursday(dayNumber(year, 12, 24)),
  ],
}))

/** Days on which EIA's spot prices were never published, 1998–2025; further single days are missing without a rule. */
export const energyKeeping = byYear(year => ({
  closed: [
    newYear(year),
    ...(year >= 1998 ? [nth(3, MONDAY, year, 1)] : []),
    nth(3, MONDAY, year, 2),
    goodFriday(year),
    last(MONDAY, year, 5),
    ...(year >= 2022 ? [observed(year, 6, 19)] : []),
    observed(year, 7, 4),
    nth(1, MONDAY, year, 9),
    nth(4, THURSDAY, year, 11),
    observed(year, 12, 25),
  ],
  early: [],
}))

/** Days without Treasury yields (Federal Reserve H.15): federal holidays, and Good Friday unless the jobs report falls on it. */
export const treasuryKeeping = byYear(year => ({
  closed: [
    newYear(year),
    nth(3, MONDAY, year, 1),
    nth(3, MONDAY, year, 2),
    ...(goodFriday(year) === nth(1, FRIDAY, year, 4) ? [] : [goodFriday(year)]),
    last(MONDAY, year, 5),
    ...(year >= 2022 ? [observed(year, 6, 19)] : []),
    observed(year, 7, 4),
    nth(1, MONDAY, year, 9),
    nth(2, MONDAY, year, 10),
    sundayToMonday(dayNumber(year, 11, 11)),
    nth(4, THURSDAY, year, 11),
    observed(year, 12, 25),
    ...TREASURY_CLOSURES.map(dayOf),
  ],
  early: [],
}))

const TREASURY_CLOSURES = ['2001-09-11', '2001-09-12', '2004-06-11', '2012-10-30', '2018-12-05']

/** Saturday's holiday is kept on Friday, Sunday's on Monday. */
function observed(year: number, month: number, day: number): DayNumber {
  const date = dayNumber(year, month, day)
  return weekday(date) === 6 ? date - 1 : sundayToMonday(date)
}

/** New Year on a Saturday is not kept: Friday is the last day of the books. */
const newYear = (year: number): DayNumber => sundayToMonday(dayNumber(year, 1, 1))

const sundayToMonday = (date: DayNumber): DayNumber => (weekday(date) === 0 ? date + 1 : date)

const mondayToThursday = (date: DayNumber): DayNumber[] => (weekday(date) >= 1 && weekday(date) <= 4 ? [date] : [])
