// How long a bar is, from its usual short name.
import { DAY, HOUR, MINUTE, SECOND } from '../../domain/numbers.ts'

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY }

/** '15m' in microseconds; NaN for what is no resolution. */
export function barLength(resolution: string): number {
  const match = /^([1-9]\d*)([smhd])$/.exec(resolution)
  return match ? Number(match[1]) * UNITS[match[2]!]! : Number.NaN
}
