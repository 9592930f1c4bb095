// The limits of a configuration by name, each with the check it is for: numbers and codes of the risk review.
import type { Limit } from '../../domain/limit.ts'
import { formatMoney } from '../../domain/numbers.ts'
import type { RiskLimits } from '../../stages/risk/review.ts'

export interface Check {
  /** As in a configuration's `risk` group. */
  readonly name: string
  readonly field: keyof RiskLimits
  readonly check: number
  readonly code: string
}

export const CHECKS: readonly Check[] = [
  { name: 'orderNotional', field: 'orderNotional', check: 20, code: 'NOTIONAL_EXCEEDS_MAX' },
  { name: 'positionNotional', field: 'positionNotional', check: 22, code: 'POSITION_LIMIT_EXCEEDED' },
  { name: 'grossNotional', field: 'grossNotional', check: 23, code: 'GROSS_EXPOSURE_EXCEEDED' },
  { name: 'marginRate', field: 'marginRate', check: 26, code: 'MARGIN_INSUFFICIENT' },
  { name: 'dailyLoss', field: 'dailyLoss', check: 40, code: 'DAILY_LOSS_LIMIT' },
  { name: 'drawdown', field: 'drawdown', check: 41, code: 'DRAWDOWN_LIMIT' },
  { name: 'collar', field: 'collar', check: 15, code: 'PRICE_COLLAR_BREACHED' },
  { name: 'dataAge', field: 'dataAgeMicros', check: 34, code: 'MARKET_DATA_STALE' },
  { name: 'orderRate', field: 'orderRate', check: 29, code: 'RATE_LIMIT_EXCEEDED' },
  { name: 'marketHours', field: 'marketHours', check: 13, code: 'MARKET_CLOSED' },
]

/** '10%', '5000 USD', '20 per 1 s': a limit as a person reads it. */
export function limitText(limits: RiskLimits, field: keyof RiskLimits, currency: string): string {
  switch (field) {
    case 'marginRate':
    case 'collar':
      return percent(limits[field])
    case 'dataAgeMicros':
      return `${limits.dataAgeMicros / 1e6} s`
    case 'orderRate':
      return `${limits.orderRate.count} per ${limits.orderRate.perMicros / 1e6} s`
    case 'marketHours':
      return limits.marketHours ? 'open sessions only' : 'any time'
    default:
      return amountText(limits[field], currency)
  }
}

const amountText = (limit: Limit, currency: string): string =>
  limit.kind === 'percent' ? percent(limit.fraction) : `${formatMoney(limit.amount)} ${currency}`

const percent = (fraction: number): string => `${Number((fraction * 100).toFixed(6))}%`
