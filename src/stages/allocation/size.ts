// From a target to a size: how much of the account one signal may risk.
import { type Instrument, toLots } from '../../domain/instrument.ts'
import { formatSteps, type Money, moneyToNumber, type Quantity } from '../../domain/numbers.ts'
import type { Signal } from '../../domain/signal.ts'

export type AllocationRule =
  /** Lose this fraction of equity (one R) when the stop is hit. */
  | { readonly method: 'risk'; readonly fraction: number }
  /** Hold so much that the position's own volatility is this fraction of equity a year. */
  | { readonly method: 'volatility'; readonly target: number }
  /** Always the same quantity, in quantity steps. */
  | { readonly method: 'fixed'; readonly quantity: Quantity }

/** What a size rests on. Statistics by nature (a size is an estimate until it is cut to whole lots), so plain numbers. */
export interface SizeInputs {
  readonly instrument: Instrument
  /** Account currency. Undefined where a rate is missing. */
  readonly equity: Money | undefined
  /** Price units: what an entry would cost now. */
  readonly entry: number
  /** Account currency units per settle currency unit; NaN when unknown. */
  readonly rate: number
  /** Standard deviation of returns per year; NaN while unknown. */
  readonly volatility: number
}

/** Why a target got no size; counted beside the refusals of risk. */
export type SizeRefusal =
  | 'FX_RATE_MISSING'
  | 'NO_EQUITY'
  | 'STOP_REQUIRED'
  | 'STOP_INVALID'
  | 'VOLATILITY_UNKNOWN'
  | 'PRICE_UNUSABLE'
  | 'SIZE_UNCOUNTABLE'
  | 'BELOW_ONE_LOT'

export type Size =
  | { readonly kind: 'size'; readonly quantity: Quantity; readonly reason: string }
  | { readonly kind: 'none'; readonly code: SizeRefusal; readonly reason: string }

type Target = Extract<Signal, { kind: 'target' }>

/** Quantity to hold for this target, rounded down to the lot; none with a reason when that is nothing. */
export function size(target: Target, rule: AllocationRule, at: SizeInputs): Size {
  if (rule.method === 'fixed') return { kind: 'size', quantity: rule.quantity, reason: 'fixed quantity' }
  if (at.equity === undefined || at.rate !== at.rate)
    return none('FX_RATE_MISSING', 'no exchange rate to the account currency yet')
  const equity = moneyToNumber(at.equity)
  if (equity <= 0) return none('NO_EQUITY', 'no equity left')
  return rule.method === 'risk' ? byRisk(target, rule.fraction, equity, at) : byVolatility(rule.target, equity, at)
}

/** quantity = equity × fraction / (|entry − stop| × multiplier × rate) */
function byRisk(target: Target, usual: number, equity: number, at: SizeInputs): Size {
  if (target.stop.kind === 'none') return none('STOP_REQUIRED', 'sizing by risk needs a stop')
  const { instrument } = at
  const stop = target.stop.price / instrument.priceScale
  const distance = target.direction === 'long' ? at.entry - stop : stop - at.entry
  if (!(distance > 0)) return none('STOP_INVALID', 'the stop is not on the losing side of the price')
  const fraction = target.risk ?? usual
  const lossPerUnit = distance * instrument.multiplier * at.rate
  const quantity = toLots(instrument, (equity * fraction) / lossPerUnit)
  return cut(quantity, instrument, `${percent(fraction)} of ${equity.toFixed(2)} over ${lossPerUnit.toFixed(6)} a unit`)
}

/** quantity = equity × target / (volatility × |price| × multiplier × rate) */
function byVolatility(target: number, equity: number, at: SizeInputs): Size {
  const { instrument } = at
  if (!(at.volatility > 0)) return none('VOLATILITY_UNKNOWN', 'volatility is not known yet')
  const valuePerUnit = Math.abs(at.entry) * instrument.multiplier * at.rate
  if (!(valuePerUnit > 0)) return none('PRICE_UNUSABLE', 'the price is zero, so a share of it has no size')
  const quantity = toLots(instrument, (equity * target) / (at.volatility * valuePerUnit))
  return cut(
    quantity,
    instrument,
    `${percent(target)} of ${equity.toFixed(2)} a year at a volatility of ${percent(at.volatility)}`,
  )
}

function cut(quantity: Quantity, instrument: Instrument, arithmetic: string): Size {
  if (!Number.isSafeInteger(quantity)) return none('SIZE_UNCOUNTABLE', 'the size is beyond what can be counted')
  if (quantity === 0) return none('BELOW_ONE_LOT', `less than one lot: ${arithmetic}`)
  return { kind: 'size', quantity, reason: `${arithmetic} is ${formatSteps(quantity, instrument.quantityDecimals)}` }
}

const none = (code: SizeRefusal, reason: string): Size => ({ kind: 'none', code, reason })
const percent = (fraction: number): string => `${(fraction * 100).toFixed(2)}%`
