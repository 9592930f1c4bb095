// The limits above which nobody may set any: compiled in, so that neither a configuration nor an admin reaches past them.
import type { Limit } from '../../domain/limit.ts'
import { formatMoney, type Money, money, moneyToNumber } from '../../domain/numbers.ts'
import type { RiskLimits } from '../../stages/risk/review.ts'
import type { Fault, Verdict } from '../fault.ts'

/** Fractions are of the account's equity. A limit of a live run must be there, and at or below these. */
export const HARD_CEILING = Object.freeze({
  orderNotional: 1,
  positionNotional: 2,
  grossNotional: 5,
  dailyLoss: 0.05,
  drawdown: 0.2,
  collar: 0.05,
  /** The least margin: 2 % is a leverage of 50. */
  marginRateLeast: 0.02,
  dataAgeMicros: 60_000_000,
  ordersPerSecond: 20,
  /** Equity lost if one stop is hit. */
  riskPerTrade: 0.02,
})

export interface LimitFacts {
  readonly equity: Money
  /** What is in force; undefined where nothing is. */
  readonly risk: { readonly [Name in keyof RiskLimits]: RiskLimits[Name] | undefined }
  /** Of an allocation by risk, as a fraction of equity. */
  readonly riskPerTrade: number | undefined
}

const SHARES = ['orderNotional', 'positionNotional', 'grossNotional', 'dailyLoss', 'drawdown'] as const

export function limitVerdict({ equity, risk, riskPerTrade }: LimitFacts): Verdict {
  const faults: Fault[] = []
  const missing = (name: string) =>
    faults.push({
      code: 'ENV_LIMIT_MISSING',
      what: `risk.${name} is not set, and nothing trades without a limit`,
      fix: `set risk.${name} in the configuration`,
    })
  const above = (name: string, is: string, most: string) =>
    faults.push({
      code: 'ENV_LIMIT_ABOVE_CEILING',
      what: `${name} is ${is}, and the hard ceiling is ${most}`,
      fix: `set ${name} to ${most} or tighter; docs/guard.md has all ceilings`,
    })

  for (const name of SHARES) {
    const limit = risk[name]
    if (limit === undefined) missing(name)
    else if (shareOf(limit, equity) > HARD_CEILING[name] + 1e-12)
      above(`risk.${name}`, textOf(limit), percent(HARD_CEILING[name]))
  }
  const { collar, marginRate, dataAgeMicros, orderRate, marketHours } = risk
  if (collar === undefined) missing('collar')
  else if (!(collar > 0 && collar <= HARD_CEILING.collar)) above('risk.collar', percent(collar), percent(HARD_CEILING.collar))

  if (marginRate === undefined) missing('marginRate')
  else if (!(marginRate >= HARD_CEILING.marginRateLeast)) {
    faults.push({
      code: 'ENV_LIMIT_ABOVE_CEILING',
      what: `risk.marginRate is ${percent(marginRate)}, a leverage above the hard ceiling of ${1 / HARD_CEILING.marginRateLeast}`,
      fix: `set risk.marginRate to ${percent(HARD_CEILING.marginRateLeast)} or more`,
    })
  }
  if (dataAgeMicros === undefined) missing('dataAge')
  else if (dataAgeMicros > HARD_CEILING.dataAgeMicros)
    above('risk.dataAge', seconds(dataAgeMicros), seconds(HARD_CEILING.dataAgeMicros))

  if (orderRate === undefined) missing('orderRate')
  else {
    const each = (orderRate.count * 1_000_000) / orderRate.perMicros
    const most = HARD_CEILING.ordersPerSecond
    // A burst counts as well: a thousand orders at once are not few because they are the day's.
    if (each > most || orderRate.count > most * 60)
      above('risk.orderRate', `${orderRate.count} in ${seconds(orderRate.perMicros)}`, `${most} in 1s`)
  }
  if (marketHours === undefined) missing('marketHours')
  if (riskPerTrade !== undefined && riskPerTrade > HARD_CEILING.riskPerTrade) {
    above('allocation.risk', percent(riskPerTrade), percent(HARD_CEILING.riskPerTrade))
  }
  return { faults, warnings: [] }
}

/** What the house allows its runs must not be above the ceilings either. Without equity an amount says nothing. */
export function houseVerdict(house: HouseCeilings, equity: Money | undefined): Verdict {
  const faults = SHARES.flatMap((name): Fault[] => {
    const limit = house[name]
    if (limit === undefined || (limit.kind === 'amount' && equity === undefined)) return []
    if (shareOf(limit, equity ?? money(0n)) <= HARD_CEILING[name] + 1e-12) return []
    return [
      {
        code: 'ENV_LIMIT_ABOVE_CEILING',
        what: `the house allows ${name} up to ${textOf(limit)}, and the hard ceiling is ${percent(HARD_CEILING[name])}`,
        fix: 'lower it in the dashboard (Risk); docs/guard.md has all ceilings',
      },
    ]
  })
  return { faults, warnings: [] }
}

export type HouseCeilings = Readonly<Partial<Record<(typeof SHARES)[number], Limit>>>

const shareOf = (limit: Limit, equity: Money): number =>
  limit.kind === 'percent'
    ? limit.fraction
    : equity > 0n
      ? moneyToNumber(limit.amount) / moneyToNumber(equity)
      : Number.POSITIVE_INFINITY

const textOf = (limit: Limit): string => (limit.kind === 'percent' ? percent(limit.fraction) : formatMoney(limit.amount))
const percent = (fraction: number): string => `${Number((fraction * 100).toFixed(6))}%`
const seconds = (micros: number): string => `${Number((micros / 1_000_000).toFixed(3))}s`
