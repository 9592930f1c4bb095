// How the report writes numbers: grouped by thousands, with a true minus, never without a unit where one exists.

export const MISSING = '–'

/** 1171336 → '1,171,336'. */
export const count = (value: number): string => signed(group(String(Math.abs(value))), value)

/** A count with its noun: 1 trade, 2 trades. */
export const counted = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`

/** A fraction as percent: -0.01409 → '−1.41 %'. */
export const percent = (fraction: number | null, decimals = 2): string =>
  fraction === null ? MISSING : `${fixed(fraction * 100, decimals)}\u00a0%`

/** 1.23456 → '1.23'; a missing ratio is a dash. */
export const ratio = (value: number | null, decimals = 2): string => (value === null ? MISSING : fixed(value, decimals))

/** An exact decimal text, grouped and rounded to cents for the eye: '-14094.105' → '−14,094.11'. */
export function amount(decimal: string, decimals = 2): string {
  const [, sign = '', whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal) ?? []
  const scale = 10n ** BigInt(decimals)
  const kept = BigInt(whole) * scale + BigInt(fraction.padEnd(decimals, '0').slice(0, decimals) || '0')
  const rounded = (fraction[decimals] ?? '0') >= '5' ? kept + 1n : kept
  const digits = String(rounded).padStart(decimals + 1, '0')
  const text = group(digits.slice(0, digits.length - decimals)) + (decimals > 0 ? `.${digits.slice(-decimals)}` : '')
  return sign && rounded !== 0n ? `−${text}` : text
}

/** A price with its instrument's decimals. */
export const price = (value: number, decimals: number): string => fixed(value, decimals)

export function fixed(value: number, decimals: number): string {
  const [whole = '0', fraction] = Math.abs(value).toFixed(decimals).split('.')
  const text = fraction === undefined ? group(whole) : `${group(whole)}.${fraction}`
  return /[1-9]/.test(text) ? signed(text, value) : text
}

/** '2014-05-01T00:00:43.142000Z' → '2014-05-01 00:00:43'. The page says once that all times are UTC. */
export const instant = (iso: string): string => iso.slice(0, 19).replace('T', ' ')

/** How long, in the two largest units: '2 d 4 h', '14 min', '350 ms'. */
export function duration(micros: number): string {
  const seconds = micros / 1e6
  if (seconds < 1) return `${fixed(micros / 1000, 0)} ms`
  if (seconds < 60) return `${fixed(seconds, seconds < 10 ? 1 : 0)} s`

  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return join(hours, 'h', minutes % 60, 'min')
  return join(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

const join = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`

const group = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ',')
const signed = (text: string, value: number): string => (value < 0 ? `−${text}` : text)
