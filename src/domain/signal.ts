// What a strategy says at one bar: a target for one instrument, or none with a reason.
import type { Price } from './numbers.ts'

/** Where the loss is taken. `none` must be said in so many words, and the report shows it. */
export type StopRule = { readonly kind: 'at'; readonly price: Price } | { readonly kind: 'none' }

/** A target, not an order: repeating it does no harm, a later one replaces it. */
export type Signal =
  | {
      readonly kind: 'target'
      readonly strategy: string
      readonly instrumentId: string
      readonly direction: 'long' | 'short'
      readonly stop: StopRule
      /** Where the gain is taken; undefined when only the stop or a later signal closes. */
      readonly takeProfit: Price | undefined
      /** Fraction of equity to lose if the stop is hit (0.005 is half a percent); undefined leaves it to allocation. */
      readonly risk: number | undefined
      readonly why: string
    }
  | { readonly kind: 'flat'; readonly strategy: string; readonly instrumentId: string; readonly why: string }
  | { readonly kind: 'none'; readonly strategy: string; readonly instrumentId: string; readonly why: string }
