// The four kinds of exact number, and the text forms they are read from and written to.
import { assert } from './assert.ts'

declare const unit: unique symbol
type Counted<Unit extends string> = number & { readonly [unit]: Unit }

/** Whole steps of the instrument's smallest price decimal: 1291.677 at three decimals is 1_291_677. */
export type Price = Counted<'price'>
/** Whole steps of the instrument's smallest quantity decimal. */
export type Quantity = Counted<'quantity'>
/** Microseconds since the Unix epoch, UTC. Exact in a number until the year 2255. */
export type Micros = Counted<'micros'>
/** A currency amount in units of 10^-18, so that price × quantity never rounds. */
export type Money = bigint & { readonly [unit]: 'money' }

export const MONEY_DECIMALS = 18
export const MONEY_UNIT = 10n ** 18n
export const ZERO_MONEY = 0n as Money

export const SECOND = 1_000_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

export const price = (steps: number): Price => counted(steps) as Price
export const quantity = (steps: number): Quantity => counted(steps) as Quantity
export const micros = (count: number): Micros => counted(count) as Micros
export const money = (units: bigint): Money => units as Money

function counted(count: number): number {
  assert(Number.isSafeInteger(count), `a count is a safe integer, was ${count}`)
  return count
}

/** Reads a decimal text exactly: `parseSteps('101.25', 2)` is 10125. Undefined when it is no plain decimal or has too many decimals. */
export function parseSteps(text: string, decimals: number): number | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)
  if (!match) return undefined
  const [, sign, whole, fraction = ''] = match
  const kept = fraction.replace(/0+$/, '')
  if (kept.length > decimals) return undefined
  const steps = Number(`${sign}${whole}${kept.padEnd(decimals, '0')}`)
  return Number.isSafeInteger(steps) ? (steps === 0 ? 0 : steps) : undefined
}

/** The inverse of `parseSteps`, always with all decimals: `formatSteps(10125, 2)` is '101.25'. */
export function formatSteps(steps: number | bigint, decimals: number): string {
  const negative = steps < 0
  const digits = String(negative ? -steps : steps).padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const fraction = decimals === 0 ? '' : `.${digits.slice(-decimals)}`
  return `${negative ? '-' : ''}${whole}${fraction}`
}

/** Reads an amount of currency exactly; undefined when the text is no plain decimal or finer than 10^-18. */
export function parseMoney(text: string): Money | undefined {
  const match = /^(-?)(\d+)(?:\.(\d{1,18}))?$/.exec(text)
  if (!match) return undefined
  const [, sign, whole, fraction = ''] = match
  const units = BigInt(`${whole}${fraction.padEnd(MONEY_DECIMALS, '0')}`)
  return money(sign === '-' ? -units : units)
}

/** The shortest exact decimal: '985906', '-14094.1', '0'. */
export function formatMoney(amount: Money): string {
  const text = formatSteps(amount, MONEY_DECIMALS)
  return text.replace(/\.?0+$/, '') || '0'
}

/** For statistics and display only; never for the book. */
export const moneyToNumber = (amount: Money): number => Number(amount) / 1e18

/** '2014-05-01T00:00:43.142000Z': microseconds kept, which Date would cut. */
export function formatMicros(time: Micros): string {
  const millis = Math.floor(time / 1000)
  const rest = String(time - millis * 1000).padStart(3, '0')
  return new Date(millis).toISOString().replace('Z', `${rest}Z`)
}

/** Reads an ISO instant or a plain date (midnight UTC); undefined when it is neither, or before 1684-07-28 or after 2255-06-05. */
export function parseMicros(text: string): Micros | undefined {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?)?$/.exec(text)
  if (!match) return undefined
  const [, day = '', clock = '00:00:00', fraction = '', zone = 'Z'] = match
  const millis = Date.parse(`${day}T${clock.length === 5 ? `${clock}:00` : clock}${zone}`)
  if (Number.isNaN(millis) || !isDay(day)) return undefined
  const time = millis * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6))
  return Number.isSafeInteger(time) ? (time as Micros) : undefined
}

/** Date.parse takes 30 February for 2 March. */
function isDay(date: string): boolean {
  const day = Number(date.slice(8))
  return day <= 28 || new Date(date).getUTCDate() === day
}
