// A limit as an operator writes it: a share of equity or an amount in the account's currency.
import { type Money, money } from './numbers.ts'

export type Limit = { readonly kind: 'percent'; readonly fraction: number } | { readonly kind: 'amount'; readonly amount: Money }

const BILLION = 1_000_000_000n

/** What the limit allows at this equity. A share of nothing, or of a debt, is nothing. */
export function allowance(limit: Limit, equity: Money): Money {
  if (limit.kind === 'amount') return limit.amount
  return equity > 0n ? money((equity * BigInt(Math.round(limit.fraction * 1e9))) / BILLION) : money(0n)
}
