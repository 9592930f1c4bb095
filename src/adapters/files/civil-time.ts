// What a wall clock shows, as text in a file: 'yyyyMMdd HH:mm', 'yyyy-MM-dd', 'yyyy-MM-dd HH:mm:ss'.

const CIVIL = /^(\d{4})-?(\d\d)-?(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?$/

/** Microseconds from 1970 on that wall clock, as if it were UTC; NaN when the text is no such time or there is no such day. */
export function civilTime(text: string): number {
  const match = CIVIL.exec(text)
  if (!match) return Number.NaN

  const [year, month, day, hour = 0, minute = 0, second = 0] = match.slice(1).map(part => (part === undefined ? 0 : Number(part)))
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN
  const millis = Date.UTC(year!, month! - 1, day!, hour, minute, second)
  const date = new Date(millis)
  return date.getUTCDate() === day && date.getUTCMonth() === month! - 1 ? millis * 1000 : Number.NaN
}
