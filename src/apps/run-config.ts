// A run configuration as values: exact, complete and frozen. config.ts makes it; whoever composes a run reads it.
import type { SimulatedVenueRules } from '../adapters/simulated-venue/simulated-venue.ts'
import type { PriceBasis } from '../domain/market.ts'
import type { Micros, Money } from '../domain/numbers.ts'
import type { Sense } from '../domain/opinion.ts'
import type { RiskLimits } from '../stages/risk/review.ts'

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
  readonly venue: SimulatedVenueRules
  readonly quality: { readonly staleAfterMicros: number; readonly outlier: number }
  /** Settings of live feeds; undefined where the configuration has none, and then their defaults hold. */
  readonly feeds: FeedSettings | undefined
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
  /** Where it is read live, the preferred source first. */
  readonly sources: readonly SourceUse[] | undefined
}

export interface SourceUse {
  readonly source: string
  /** The instrument as the source spells it. */
  readonly symbol: string
}

export interface FeedSettings {
  readonly environment: 'live' | 'practice'
  readonly record: boolean
  readonly failBackMicros: number
  readonly toleranceMicros: number
  readonly patienceMicros: number
  /** By source, under the source's own names. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, number | string | boolean>>>>
}

export const FEED_DEFAULTS: FeedSettings = {
  environment: 'live',
  record: true,
  failBackMicros: 60_000_000,
  toleranceMicros: 5_000_000,
  patienceMicros: 20_000_000,
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
