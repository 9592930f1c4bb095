// What is owned and owed. Totals only: an average price is a quotient for display, so it is derived, never stored.
import type { Side } from './market.ts'
import type { Micros, Money, Price, Quantity } from './numbers.ts'

/** One instrument's net holding. `quantity` is signed; `cost` is what the open part was bought (+) or sold (-) for. */
export interface Position {
  readonly instrumentId: string
  readonly quantity: number
  readonly cost: Money
}

/** One line of the double-entry ledger. Lines of one entry sum to zero per currency. */
export interface Posting {
  /** 'cash', 'position:XAUUSD.OANDA', 'realised', 'commission', 'capital'. */
  readonly account: string
  readonly currency: string
  readonly amount: Money
}

/** A closed round trip (flat to flat, or the closed part of a flip): what statistics count as one trade. */
export interface RoundTrip {
  readonly instrumentId: string
  readonly strategy: string
  readonly side: Side
  readonly quantity: Quantity
  readonly entryTime: Micros
  readonly exitTime: Micros
  /** Price × quantity, in and out: quotients by quantity are the average prices, negative where the prices were. */
  readonly entryValue: Money
  readonly exitValue: Money
  readonly commission: Money
  /** In the settle currency, after commission. */
  readonly profit: Money
  readonly currency: string
  readonly entryOrderId: string
  readonly exitOrderId: string
  readonly entryReason: string
  readonly exitReason: string
  readonly exitPrice: Price
}
