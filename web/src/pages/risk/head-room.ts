// How much of a limit is left, and how urgently somebody should look.
import type { ReplyOf } from '../../../../src/wire/contract.ts'

export type Limit = ReplyOf<'GET /risk/limits'>['items'][number]
export type Urgency = 'unknown' | 'good' | 'near' | 'reached'

/** A limit is near from four fifths on: what most desks warn at. */
const NEAR = 0.8

export const urgencyOf = (share: number | null): Urgency =>
  share === null ? 'unknown' : share >= 1 ? 'reached' : share >= NEAR ? 'near' : 'good'

/** What is left, '37 % left'; '' where nothing was measured. */
export const leftWords = (share: number | null): string =>
  share === null ? '' : share >= 1 ? 'none left' : `${Math.floor((1 - share) * 100)} % left`

/** The most used first, then those that refused most, then by name. */
export const byUrgency = (limits: readonly Limit[]): readonly Limit[] =>
  limits.toSorted(
    (a, b) =>
      (b.share ?? -1) - (a.share ?? -1) ||
      b.refusals - a.refusals ||
      (a.check !== b.check ? a.check - b.check : a.key < b.key ? -1 : 1),
  )

/** Limits that work as a breaker: once reached, they stop new risk for the rest of the day, or for good. */
const BREAKERS: ReadonlySet<string> = new Set(['dailyLoss', 'drawdown'])
export const isBreaker = ({ name }: Limit): boolean => BREAKERS.has(name)
