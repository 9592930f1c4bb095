// Two instruments side by side: what a lot costs in each, from the spread that was observed and the commission that is charged.
import type { ObservedSpread } from '../../adapters/lake/spread.ts'
import type { InstrumentMeta } from '../../domain/instrument-meta.ts'

export interface CostView {
  readonly id: string
  readonly accountType: InstrumentMeta['accountType']
  readonly contractSize: string
  /** Price units; null where the lake has no quotes of it. */
  readonly spread: {
    readonly median: number
    readonly percentile95: number
    readonly quotes: number
    readonly pips: number | null
  } | null
  /** Quote currency per lot, there and back. */
  readonly spreadCost: number | null
  readonly commission: { readonly perLot: string; readonly currency: string } | null
  readonly commissionCost: number | null
  readonly costPerLot: number | null
  readonly currency: string
}

export interface Comparison {
  readonly same: boolean
  readonly costs: readonly [CostView, CostView]
  readonly verdict: string
}

/** Quote currency in units of the account's; undefined where no rate is known. */
export type RateTo = (currency: string) => number | undefined

export interface Compared {
  readonly meta: InstrumentMeta
  readonly canonical: string
  readonly spread: ObservedSpread | undefined
}

export function compareSymbols(
  pair: readonly [Compared, Compared],
  account: { readonly currency: string; readonly rateTo: RateTo },
): Comparison {
  const costs = [costOf(pair[0], account), costOf(pair[1], account)] as const
  const same = pair[0].canonical === pair[1].canonical
  return { same, costs, verdict: same ? verdictOf(costs) : notTheSame(pair) }
}

function costOf(
  { meta, spread }: Compared,
  { currency, rateTo }: { readonly currency: string; readonly rateTo: RateTo },
): CostView {
  const quoteRate = meta.quote === currency ? 1 : rateTo(meta.quote)
  const lot = Number(meta.contractSize)
  const spreadCost = spread === undefined || quoteRate === undefined ? null : cents(spread.median * lot * quoteRate)

  const { perLot, currency: feeCurrency = meta.quote } = meta.fees ?? {}
  const feeRate = feeCurrency === currency ? 1 : rateTo(feeCurrency)
  // Charged on the way in and on the way out.
  const commissionCost = perLot === undefined ? null : feeRate === undefined ? null : cents(2 * Number(perLot) * feeRate)
  const isFree = perLot === undefined && meta.accountType.type === 'standard'
  const commissionKnown = isFree ? 0 : commissionCost

  return {
    id: meta.id,
    accountType: meta.accountType,
    contractSize: meta.contractSize,
    spread:
      spread === undefined
        ? null
        : {
            median: spread.median,
            percentile95: spread.percentile95,
            quotes: spread.quotes,
            pips: meta.pipSize === undefined ? null : Math.round((spread.median / Number(meta.pipSize)) * 100) / 100,
          },
    spreadCost,
    commission: perLot === undefined ? null : { perLot, currency: feeCurrency },
    commissionCost: commissionKnown,
    costPerLot: spreadCost === null ? null : cents(spreadCost + (commissionKnown ?? 0)),
    currency,
  }
}

const cents = (value: number): number => Math.round(value * 100) / 100

function verdictOf([a, b]: readonly [CostView, CostView]): string {
  const missing = [a, b].filter(({ costPerLot }) => costPerLot === null).map(({ id }) => id)
  if (missing.length > 0) return `no verdict: no quotes, or no rate to ${a.currency}, for ${missing.join(' and ')}`
  const unsure = [a, b].filter(({ commissionCost }) => commissionCost === null).map(({ id }) => id)
  const proviso = unsure.length === 0 ? '' : `; the commission of ${unsure.join(' and ')} is not known and not counted`
  if (a.costPerLot === b.costPerLot) return `a lot costs the same in both${proviso}`
  const [cheap, dear] = a.costPerLot! < b.costPerLot! ? [a, b] : [b, a]
  const saved = cents(dear.costPerLot! - cheap.costPerLot!).toFixed(2)
  return `${cheap.id} is cheaper by ${saved} ${cheap.currency} a lot, there and back${proviso}`
}

const notTheSame = ([a, b]: readonly [Compared, Compared]): string =>
  `no verdict: ${a.canonical} and ${b.canonical} are not the same thing`
