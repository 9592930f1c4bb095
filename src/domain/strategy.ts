// What a strategy is to the engine: parameters, measures and one pure question asked at each bar.
import type { BarInput } from './feature.ts'
import type { Micros } from './numbers.ts'
import type { Opinion, Reading, Sense } from './opinion.ts'

/** What a measure may look at besides the bar: the newest readings and their fusion, where senses are switched on. */
export interface Surroundings {
  readonly now: Micros
  readonly opinion: Opinion | undefined
  reading(sense: Sense): Reading | undefined
}

/** One named measure of a strategy: a feature with its recent values, or a window on a sense. */
export interface Measure {
  /** Index of the first bar at which it can be read; a strategy's warm-up is the largest of its measures'. */
  readonly first: number
  update(bar: BarInput, around: Surroundings): void
  /** Named numbers, for explanation and for the state hash. */
  numbers(): Readonly<Record<string, number>>
}

export interface PositionView {
  readonly side: 'long' | 'short'
  /** Units, always positive. */
  readonly quantity: number
  /** Average entry price in price units; a quotient for orientation, never booked. */
  readonly entry: number
  readonly barsHeld: number
}

/** What `decide` is given. No clock, no array of history, no future. */
export interface Situation<Params, Measures> {
  readonly bar: BarInput
  readonly f: Measures
  readonly p: Params
  readonly position: PositionView | undefined
}

/** Where to take the gain: a price, or a multiple of the risk ('2R'). */
export type TakeProfit = number | `${number}R`

export type Action =
  | { readonly kind: 'hold'; readonly why: string }
  | { readonly kind: 'exit'; readonly why: string }
  | {
      readonly kind: 'enter'
      readonly direction: 'long' | 'short'
      /** A price, or 'none' in so many words. */
      readonly stop: number | 'none'
      readonly target: TakeProfit | undefined
      /** Percent of equity to lose if the stop is hit; undefined leaves it to allocation. */
      readonly risk: number | undefined
      readonly why: string
    }

export interface Parameter {
  readonly kind: 'int' | 'number' | 'percent' | 'choice'
  readonly initial: number | string
  readonly min: number
  readonly max: number
  readonly choices: readonly string[]
}

export type ParameterValues = Readonly<Record<string, number | string>>

/** A strategy as the engine runs it; `strategy()` of the sdk makes one. */
export interface Strategy {
  readonly name: string
  /** '1m', '15m', '1d', or 'quote' for every quote. */
  readonly bar: string
  readonly parameters: Readonly<Record<string, Parameter>>
  /** Faults of a combination of values that each alone are allowed: 'fast must be smaller than slow'. */
  check(values: ParameterValues): readonly string[]
  measures(values: ParameterValues): Readonly<Record<string, Measure>>
  decide(situation: Situation<ParameterValues, Readonly<Record<string, Measure>>>): Action
}
