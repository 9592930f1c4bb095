// Fields that Coinbase's two feeds share, read into our words.

import { instantOf } from '../../connectivity/instants.ts'
import { stepsOf } from '../../connectivity/steps.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { BookLevel, Side } from '../../domain/market.ts'
import type { Micros, Price, Quantity } from '../../domain/numbers.ts'

export type Fields = Readonly<Record<string, unknown>>

export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

export function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** RFC 3339 with up to nine decimals: what is finer than a microsecond is cut. */
export const timeOf = (value: unknown): Micros | undefined => (typeof value === 'string' ? instantOf(value) : undefined)

/** The Exchange writes ids as numbers, Advanced Trade as texts. */
export function idOf(value: unknown): number | undefined {
  const id = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value
  return typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 ? id : undefined
}

export function priceOf(value: unknown, of: Instrument): Price | undefined {
  const steps = typeof value === 'string' ? stepsOf(value, of.priceDecimals) : undefined
  return steps === undefined || steps <= 0 ? undefined : (steps as Price)
}

export function sizeOf(value: unknown, of: Instrument): Quantity | undefined {
  const steps = typeof value === 'string' ? stepsOf(value, of.quantityDecimals) : undefined
  return steps === undefined || steps < 0 ? undefined : (steps as Quantity)
}

export function levelOf(price: unknown, size: unknown, of: Instrument): BookLevel | undefined {
  const steps = priceOf(price, of)
  const quantity = sizeOf(size, of)
  return steps === undefined || quantity === undefined ? undefined : { price: steps, quantity }
}

/** Both feeds name the side of the resting order; who crossed the spread is the other. */
export function aggressorOf(makerSide: unknown): Side | undefined {
  if (makerSide === 'buy' || makerSide === 'BUY') return 'sell'
  return makerSide === 'sell' || makerSide === 'SELL' ? 'buy' : undefined
}

export const shown = (frame: string | Uint8Array): string =>
  typeof frame === 'string' ? frame.slice(0, 200) : `${frame.length} bytes`
