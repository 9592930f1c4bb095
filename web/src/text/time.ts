// Instants as a person reads them, in UTC or the person's own zone as preferred; never without the zone on the page.
import { preferences } from '../preferences.ts'

type Shape = 'time' | 'time-seconds' | 'date' | 'date-time' | 'date-time-seconds'

const formats = new Map<string, Intl.DateTimeFormat>()

/** An ISO instant or milliseconds → '14:30:05', '2026-11-20', '2026-11-20 14:30'. An en dash where there is none. */
export function at(instant: string | number | null | undefined, shape: Shape = 'date-time'): string {
  if (instant === null || instant === undefined || instant === '') return '–'
  const date = new Date(instant)
  if (Number.isNaN(date.getTime())) return String(instant)

  const part = Object.fromEntries(
    format()
      .formatToParts(date)
      .map(({ type, value }) => [type, value]),
  )
  const day = `${part['year']}-${part['month']}-${part['day']}`
  const clock = `${part['hour']}:${part['minute']}`
  if (shape === 'date') return day
  if (shape === 'time') return clock
  if (shape === 'time-seconds') return `${clock}:${part['second']}`
  return shape === 'date-time' ? `${day} ${clock}` : `${day} ${clock}:${part['second']}`
}

function format(): Intl.DateTimeFormat {
  const zone = preferences.value.timeZone
  let known = formats.get(zone)
  if (!known) {
    known = new Intl.DateTimeFormat('en-GB', {
      ...(zone === 'UTC' ? { timeZone: 'UTC' } : {}),
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    })
    formats.set(zone, known)
  }
  return known
}

/** 'UTC', or 'UTC+1' of the person's zone. */
export function zoneName(): string {
  if (preferences.value.timeZone === 'UTC') return 'UTC'
  const minutes = -new Date().getTimezoneOffset()
  const hours = Math.floor(Math.abs(minutes) / 60)
  const rest = Math.abs(minutes) % 60
  return minutes === 0 ? 'UTC' : `UTC${minutes < 0 ? '−' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`
}

/** 'in 2 h 5 m', '3 d ago', 'now'. */
export function fromNow(instant: string | number, now = Date.now()): string {
  const seconds = Math.round((new Date(instant).getTime() - now) / 1_000)
  const size = Math.abs(seconds)
  if (size < 5) return 'now'
  const words =
    size < 60
      ? `${size}\u202fs`
      : size < 3_600
        ? `${Math.floor(size / 60)}\u202fm`
        : size < 86_400
          ? `${Math.floor(size / 3_600)}\u202fh ${Math.floor((size % 3_600) / 60)}\u202fm`
          : `${Math.floor(size / 86_400)}\u202fd`
  return seconds > 0 ? `in ${words}` : `${words} ago`
}
