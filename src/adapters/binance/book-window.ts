// How far from the market a snapshot of limited depth is known to be whole.
import type { DepthSnapshot } from './depth-rule.ts'

/** Prices that a book is known to be whole between, both left out. */
export interface Window {
  readonly lowest: number
  readonly highest: number
}

export const EVERYWHERE: Window = { lowest: Number.NEGATIVE_INFINITY, highest: Number.POSITIVE_INFINITY }

/** The prices up to a share of the snapshot's levels; unbounded on a side that it shows whole. */
export function windowOf({ bids, asks, limit }: DepthSnapshot, share: number): Window {
  const at = Math.max(0, Math.ceil(limit * share) - 1)
  return {
    lowest: bids.length < limit ? EVERYWHERE.lowest : bids[at]!.price,
    highest: asks.length < limit ? EVERYWHERE.highest : asks[at]!.price,
  }
}
