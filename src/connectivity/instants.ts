// Instants as venues write them, read fast: every message of a feed has one.
import { DAY, HOUR, MINUTE, type Micros, parseMicros, SECOND } from '../domain/numbers.ts'

let knownDay = ''
let knownStart = 0

/** What `parseMicros` of domain/numbers.ts says, quickly for the form '2026-07-01T10:00:00.123456789Z'. */
export function instantOf(text: string): Micros | undefined {
  const length = text.length
  if (length < 20 || length > 30 || text.charCodeAt(10) !== LETTER_T || text.charCodeAt(length - 1) !== LETTER_Z) {
    return parseMicros(text)
  }
  if (!text.startsWith(knownDay) || knownDay === '') {
    const day = text.slice(0, 10)
    const start = parseMicros(day)
    if (start === undefined) return undefined
    knownDay = day
    knownStart = start
  }

  const hour = twoDigits(text, 11)
  const minute = twoDigits(text, 14)
  const second = twoDigits(text, 17)
  const colons = text.charCodeAt(13) === COLON && text.charCodeAt(16) === COLON
  if (!colons || !(hour < 24 && minute < 60 && second < 60)) return parseMicros(text)

  let fraction = 0
  if (length > 20) {
    if (text.charCodeAt(19) !== POINT || length === 21) return undefined
    let unit = SECOND
    for (let at = 20; at < length - 1; at++) {
      const digit = text.charCodeAt(at) - ZERO
      if (digit < 0 || digit > 9) return undefined
      // Beyond the microsecond it is cut.
      unit /= 10
      if (unit >= 1) fraction += digit * unit
    }
  }
  const time = knownStart + hour * HOUR + minute * MINUTE + second * SECOND + fraction
  return time < knownStart + DAY ? (time as Micros) : undefined
}

const ZERO = 48
const COLON = 58
const POINT = 46
const LETTER_T = 84
const LETTER_Z = 90

/** NaN when they are no digits. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO
  const ones = text.charCodeAt(at + 1) - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}
