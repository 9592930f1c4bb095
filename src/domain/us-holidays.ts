// Which days United States markets keep: closures and early closes by rule, and a table of the days no rule foretells.
import { DAY } from './numbers.ts'

/** Days since 1970-01-01, a civil date without a zone. */
export type DayNumber = number

export const dayNumber = (year: number, month: number, day: number): DayNumber => (Date.UTC(year, month - 1, day) * 1000) / DAY

/** 0 is Sunday, 6 is Saturday. 1970-01-01 was a Thursday. */
export const weekday = (day: DayNumber): number => (((day + 4) % 7) + 7) % 7

export const isWeekend = (day: DayNumber): boolean => weekday(day) === 0 || weekday(day) === 6

export type Keeping = 'closed' | 'early'

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
    ...NYSE_CLOSURES.map(parse),
  ]

  const early = [
    ...mondayToThursday(dayNumber(year, 7, 3)).filter(() => year !== 2002),
    nth(4, THURSDAY, year, 11) + 1,
    ...mondayToThursday(dayNumber(year, 12, 24)),
    ...NYSE_EARLY.map(parse),
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
    ...TREASURY_CLOSURES.map(parse),
  ],
  early: [],
}))

const TREASURY_CLOSURES = ['2001-09-11', '2001-09-12', '2004-06-11', '2012-10-30', '2018-12-05']

/** Gregorian Easter Sunday (Meeus, Astronomical Algorithms, chapter 8) less two days. */
export function goodFriday(year: number): DayNumber {
  const a = year % 19
  const b = Math.floor(year / 100)
  const c = year % 100
  const f = Math.floor((b + 8) / 25)
  const g = Math.floor((b - f + 1) / 3)
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7
  const m = Math.floor((a + 11 * h + 22 * l) / 451)
  const n = h + l - 7 * m + 114
  return dayNumber(year, Math.floor(n / 31), (n % 31) + 1) - 2
}

const MONDAY = 1
const THURSDAY = 4
const FRIDAY = 5

function nth(count: number, wanted: number, year: number, month: number): DayNumber {
  const first = dayNumber(year, month, 1)
  return first + ((wanted - weekday(first) + 7) % 7) + 7 * (count - 1)
}

function last(wanted: number, year: number, month: number): DayNumber {
  const end = dayNumber(year, month + 1, 1) - 1
  return end - ((weekday(end) - wanted + 7) % 7)
}

/** Saturday's holiday is kept on Friday, Sunday's on Monday. */
function observed(year: number, month: number, day: number): DayNumber {
  const date = dayNumber(year, month, day)
  return weekday(date) === 6 ? date - 1 : sundayToMonday(date)
}

/** New Year on a Saturday is not kept: Friday is the last day of the books. */
const newYear = (year: number): DayNumber => sundayToMonday(dayNumber(year, 1, 1))

const sundayToMonday = (date: DayNumber): DayNumber => (weekday(date) === 0 ? date + 1 : date)

const mondayToThursday = (date: DayNumber): DayNumber[] => (weekday(date) >= 1 && weekday(date) <= 4 ? [date] : [])

const parse = (date: string): DayNumber => (Date.parse(date) * 1000) / DAY

interface Kept {
  readonly closed: readonly DayNumber[]
  readonly early: readonly DayNumber[]
}

/** Works a year out once, when first asked about it. */
function byYear(rule: (year: number) => Kept): (day: DayNumber) => Keeping | undefined {
  const years = new Map<number, ReadonlyMap<DayNumber, Keeping>>()

  return day => {
    const year = new Date((day * DAY) / 1000).getUTCFullYear()
    let kept = years.get(year)
    if (!kept) {
      const { closed, early } = rule(year)
      kept = new Map<DayNumber, Keeping>([
        ...early.map(date => [date, 'early'] as const),
        ...closed.map(date => [date, 'closed'] as const),
      ])
      years.set(year, kept)
    }
    return kept.get(day)
  }
}
