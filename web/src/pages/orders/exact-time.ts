// Instants and spans of orders, where microseconds matter.

import { duration, number } from '../../text/number.ts'
import { at } from '../../text/time.ts'

/** Microseconds of an ISO instant; the browser's own clock stops at milliseconds. */
export function microsOf(instant: string): number {
  const fraction = /\.(\d+)Z$/.exec(instant)?.[1] ?? ''
  const seconds = Date.parse(instant.replace(/\.\d+Z$/, 'Z')) / 1_000
  return seconds * 1_000_000 + Number(fraction.padEnd(6, '0').slice(0, 6))
}

/** From one instant to another: '350 µs', '40 ms', '11 m 40 s'. */
export function spanWords(from: string, to: string): string {
  const micros = microsOf(to) - microsOf(from)
  if (micros < 0) return '–'
  if (micros === 0) return '0\u202fms'
  if (micros < 1_000) return `${micros}\u202fµs`
  if (micros < 1_000_000) return `${number(micros / 1_000, micros < 10_000 ? 1 : 0)}\u202fms`
  return duration(micros / 1_000_000)
}

/** '2013-10-08 15:51:00.020': the zone stands in the head of the column. */
export function exactTime(instant: string): string {
  const millis = (/\.(\d+)Z$/.exec(instant)?.[1] ?? '').padEnd(3, '0').slice(0, 3)
  return `${at(instant, 'date-time-seconds')}.${millis}`
}
