// Decimal texts of the wire, added and multiplied without rounding: counts of 10^-18, as money is kept.
import { formatMoney, type Money, money, parseMoney } from '../../domain/numbers.ts'

const UNIT = 10n ** 18n

/** Counts of 10^-18; zero for what is no decimal, which the wire's schema keeps out. */
export const exact = (text: string): bigint => parseMoney(text) ?? 0n

export const decimal = (units: bigint): string => formatMoney(money(units) satisfies Money)

/** Exact where both together have at most 18 decimals, as price and quantity of one instrument have. */
export const times = (a: bigint, b: bigint): bigint => (a * b) / UNIT

export const ratio = (a: bigint, b: bigint): number => (b === 0n ? 0 : Number((a * 10n ** 12n) / b) / 1e12)

export const size = (value: bigint): bigint => (value < 0n ? -value : value)

export const approximate = (units: bigint): number => Number(units) / 1e18
