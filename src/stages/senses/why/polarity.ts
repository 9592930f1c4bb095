// What the economy's movements mean for a price, as data: one table, versioned, for WHY to look up.
import type { AssetClass } from '../../../domain/instrument.ts'

/** −1…+1 each: what a rise of the factor says for the price. Zero: nothing is claimed. */
export interface Polarity {
  readonly growth: number
  readonly inflation: number
  /** The 10-year less 2-year yield rising over the last twenty trading days. */
  readonly steepening: number
  /** Figures that surprise in the direction that strengthens their currency. */
  readonly surprise: number
}

/** Enters the state hash: a changed table is a changed reading. */
export const POLARITY_VERSION = 1

const NOTHING: Polarity = { growth: 0, inflation: 0, steepening: 0, surprise: 0 }

/**
 * The factors are those of the United States. These are textbook signs, hypotheses with sizes of a half or one, not
 * estimates; what they are worth is for the weights of fusion to say.
 *
 * - forex: for the dollar itself; the reader turns the sign where the dollar is the quote currency. Growth and inflation
 *   bring tighter policy, a steepening curve an easier one.
 * - metal: gold fears real growth, likes inflation and easing.
 * - energy: demand.
 * - index, etf, equity: earnings grow with the economy, multiples shrink with inflation and surprise rate rises.
 * - bond: the price; rate: the yield itself, its mirror.
 * - crypto: treated as a risk asset that dislikes a strong dollar.
 * - future, option: what they are of is not known here; macro: a figure, not a price. So nothing is claimed.
 */
export const POLARITY: Readonly<Record<AssetClass, Polarity>> = {
  forex: { growth: 0.5, inflation: 0.5, steepening: -0.5, surprise: 1 },
  metal: { growth: -0.5, inflation: 1, steepening: 0.5, surprise: -0.5 },
  energy: { growth: 1, inflation: 0.5, steepening: 0, surprise: 0.5 },
  index: { growth: 1, inflation: -0.5, steepening: 0.5, surprise: 0.5 },
  equity: { growth: 1, inflation: -0.5, steepening: 0.5, surprise: 0.5 },
  etf: { growth: 1, inflation: -0.5, steepening: 0.5, surprise: 0.5 },
  bond: { growth: -1, inflation: -1, steepening: 0.5, surprise: -1 },
  rate: { growth: 1, inflation: 1, steepening: -0.5, surprise: 1 },
  crypto: { growth: 0.5, inflation: -0.5, steepening: 0.5, surprise: -0.5 },
  future: NOTHING,
  option: NOTHING,
  macro: NOTHING,
}
