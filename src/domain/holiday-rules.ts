// Civil days and the rules holidays follow: the third Monday, Good Friday, each year worked out once.
import { DAY } from './numbers.ts'

/** Days since 1970-01-01, a civil date without a zone. */
export type DayNumber = number

export const dayNumber = (year: number, month: number, day: number): DayNumber => (Date.UTC(year, month - 1, day) * 1000) / DAY

/** 0 is Sunday, 6 is Saturday. 1970-01-01 was a Thursday. */
export const weekday = (day: DayNumber): number => (((day + 4) % 7) + 7) % 7

export const isWeekend = (day: DayNumber): boolean => weekday(day) === 0 || weekday(day) === 6

export type Keeping = 'closed' | 'early'

export const MONDAY = 1
export const THURSDAY = 4
export const FRIDAY = 5

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

/** The n-th Monday (or other weekday) of a month. */
export function nth(count: number, wanted: number, year: number, month: number): DayNumber {
  const first = dayNumber(year, month, 1)
  return first + ((wanted - weekday(first) + 7) % 7) + 7 * (count - 1)
}

export function last(wanted: number, year: number, month: number): DayNumber {
  const end = dayNumber(year, month + 1, 1) - 1
  return end - ((weekday(end) - wanted + 7) % 7)
}

/** '2026-12-25' as a day number. */
export const dayOf = (date: string): DayNumber => (Date.parse(date) * 1000) / DAY

interface Kept {
  readonly closed: readonly DayNumber[]
  readonly early: readonly DayNumber[]
}

/** Works a year out once, when first asked about it. */
export function byYear(rule: (year: number) => Kept): (day: DayNumber) => Keeping | undefined {
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
