// Binance's rule for a book made of a snapshot and differences, as functions without state (venues.md 1.3).
import type { BookLevel } from '../../domain/market.ts'
import type { Micros } from '../../domain/numbers.ts'

/** One `depthUpdate`: absolute sizes, the ids of the first and last update in it. */
export interface DepthUpdate {
  readonly first: number
  readonly last: number
  /** The last id of the message before, which only futures say; -1 on spot. */
  readonly previous: number
  readonly eventTime: Micros
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
}

export interface DepthSnapshot {
  readonly updateId: number
  /** Levels asked for: where a side has as many, there are more that it does not show. */
  readonly limit: number
  /** Undefined on spot, which says no time. */
  readonly eventTime: Micros | undefined
  /** Best first. */
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
}

/** Spot's ids count every update, so they are contiguous; ids of futures have holes, and each message names the one before. */
export type Chain = 'contiguous' | 'linked'

/** Where a book stands: `fresh` until the first update after its snapshot. */
export interface Standing {
  readonly updateId: number
  readonly fresh: boolean
}

/** A snapshot from before the first update that was held: what happened between is not known to anybody here. */
export const isStale = (snapshot: DepthSnapshot, firstHeld: DepthUpdate | undefined): boolean =>
  firstHeld !== undefined && snapshot.updateId < firstHeld.first

/** `old`: the book already holds it · `next`: it follows · `gap`: something between is missing. */
export function placeOf(update: DepthUpdate, { updateId, fresh }: Standing, chain: Chain): 'old' | 'next' | 'gap' {
  if (chain === 'contiguous') {
    if (update.last <= updateId) return 'old'
    return update.first > updateId + 1 ? 'gap' : 'next'
  }
  if (fresh) {
    if (update.last < updateId) return 'old'
    return update.first <= updateId || update.previous === updateId ? 'next' : 'gap'
  }
  if (update.previous === updateId) return 'next'
  return update.last <= updateId ? 'old' : 'gap'
}
