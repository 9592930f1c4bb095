// A run configuration as values: exact, complete and frozen. config.ts makes it; whoever composes a run reads it.
import type { PriceBasis } from '../domain/market.ts'
import type { Micros, Money } from '../domain/numbers.ts'
import type { Sense } from '../domain/opinion.ts'

export interface RunConfig {
  readonly name: string
  /** First instant, inclusive, and last, exclusive; undefined is open. */
  readonly from: Micros | undefined
  readonly to: Micros | undefined
  readonly account: { readonly currency: string; readonly equity: Money }
  readonly data: readonly DataSelection[]
  readonly macro: readonly string[]
  readonly calendar: boolean
  readonly strategies: readonly StrategyUse[]
  readonly senses: readonly Sense[]
  readonly fusion: { readonly weights: Readonly<Record<Sense, number>> }
  readonly allocation: AllocationMethod
  readonly risk: RiskLimits
  readonly venue: VenueRules
  readonly quality: { readonly staleAfterMicros: number; readonly outlier: number }
  /** SHA-256, hex, of the canonical JSON of everything above, defaults included. */
  readonly configHash: string
  /** The same as YAML, for people: what the report shows and what a rerun needs. */
  readonly yaml: string
  /** Where it was read from and what was overridden, for messages and the rerun command. Not part of the hash. */
  readonly file: string
  readonly overrides: readonly string[]
}

export interface DataSelection {
  readonly instrument: string
  readonly kind: 'quote' | 'trade' | 'bar' | 'book'
  /** Of kind bar only: the lake's resolution, '1m', and its length. */
  readonly bar: string | undefined
  readonly barMicros: number | undefined
  readonly prices: 'both' | 'bid'
  readonly limit: number | undefined
}

export interface StrategyUse {
  /** As written: a shipped strategy's name, or a path. */
  readonly use: string
  /** Absolute path when `use` is one; relative paths start at the configuration's folder. Not part of the hash. */
  readonly path: string | undefined
  readonly instrument: string
  /** 'quote' for every quote, a length in microseconds, or undefined for the strategy's own. */
  readonly bar: 'quote' | number | undefined
  readonly price: PriceBasis
  readonly params: Readonly<Record<string, number | string | boolean>>
}

/** Fractions, not percent: '0.5%' is 0.005. */
export type AllocationMethod =
  | { readonly method: 'risk'; readonly risk: number }
  | { readonly method: 'volatility'; readonly target: number }
  /** Units of the instrument, exact decimal text. */
  | { readonly method: 'fixed'; readonly quantity: string }

/** A share of equity (0.03 is 3%), or an amount in the account's currency. */
export type Limit = { readonly kind: 'percent'; readonly fraction: number } | { readonly kind: 'amount'; readonly amount: Money }

export interface RiskLimits {
  readonly orderNotional: Limit
  readonly positionNotional: Limit
  readonly grossNotional: Limit
  /** Margin per value of a position. */
  readonly marginRate: number
  readonly dailyLoss: Limit
  readonly drawdown: Limit
  /** Fraction of the reference price. */
  readonly collar: number
  readonly dataAgeMicros: number
  readonly orderRate: { readonly count: number; readonly perMicros: number }
  readonly marketHours: boolean
}

export interface VenueRules {
  readonly latencyMicros: number
  /** `rate` is what one currency unit of a fill's value costs, exact: '0.002%' is 0.00002 of a unit. */
  readonly commission: { readonly rate: Money; readonly minimum: Money }
  readonly fill: 'next' | 'close'
}
