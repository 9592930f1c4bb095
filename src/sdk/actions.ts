// What a strategy may answer.
import type { Action, TakeProfit } from '../domain/strategy.ts'

export interface EntryWish {
  /** Where the loss is taken, in price units; 'none' must be said in so many words, and the report shows it. */
  readonly stop: number | 'none'
  /** Where the gain is taken: a price, or a multiple of the risk ('2R'). */
  readonly target?: TakeProfit
  /** Percent of equity to lose if the stop is hit; left out, allocation decides. */
  readonly risk?: number
  /** Shown wherever the order is. */
  readonly why: string
}

export const long = (wish: EntryWish): Action => enter('long', wish)
export const short = (wish: EntryWish): Action => enter('short', wish)

/** To be flat. */
export const exit = (why: string): Action => ({ kind: 'exit', why })

/** To leave things as they are. The reason is what `quadrant why --not` prints. */
export const hold = (why = 'nothing to do'): Action => ({ kind: 'hold', why })

const enter = (direction: 'long' | 'short', { stop, target, risk, why }: EntryWish): Action => ({
  kind: 'enter',
  direction,
  stop,
  target,
  risk,
  why,
})
