// Plays a strategy on bars written by hand: no engine, no account, only what it is given and what it answers.
import type { BarInput } from '../src/domain/feature.ts'
import type { Micros } from '../src/domain/numbers.ts'
import type { Opinion, Reading } from '../src/domain/opinion.ts'
import type { Action, ParameterValues, PositionView, Strategy, Surroundings } from '../src/domain/strategy.ts'
import { readParameters } from '../src/sdk/params.ts'

type Hand = number | { readonly high: number; readonly low: number; readonly close: number }

interface Around {
  readonly opinion?: Partial<Opinion>
  readonly readings?: readonly Reading[]
}

/** A bar of a minute; a bare number is a close with a range of one around it. */
export function barOf(hand: Hand, index: number): BarInput {
  const { high, low, close } = typeof hand === 'number' ? { high: hand + 0.5, low: hand - 0.5, close: hand } : hand
  const time = index * 60_000_000
  const flow = { volume: 1, buyVolume: Number.NaN, sellVolume: Number.NaN }
  return { openTime: time, closeTime: time + 60_000_000, open: close, high, low, close, ...flow }
}

/** The values of a strategy with these given; throws with all faults. */
export function valuesOf(strategy: Strategy, given: ParameterValues = {}): ParameterValues {
  const { values, faults } = readParameters(strategy.parameters, given)
  const all = faults.length > 0 ? faults : strategy.check(values)
  if (all.length > 0) throw new Error(all.join('; '))
  return values
}

/** A strategy at its bars. What surrounds it may be changed between them. */
export class StrategyBench {
  readonly warmUp: number
  readonly #strategy: Strategy
  readonly #values: ParameterValues
  readonly #measures: ReturnType<Strategy['measures']>
  #around: Surroundings = surroundings({})
  #seen = 0
  #last: BarInput = barOf(0, 0)

  constructor(strategy: Strategy, given: ParameterValues = {}) {
    this.#strategy = strategy
    this.#values = valuesOf(strategy, given)
    this.#measures = strategy.measures(this.#values)
    this.warmUp = Math.max(...Object.values(this.#measures).map(measure => measure.first))
  }

  around(around: Around): this {
    this.#around = surroundings(around)
    return this
  }

  feed(...hands: readonly Hand[]): this {
    for (const hand of hands) {
      this.#last = barOf(hand, this.#seen++)
      for (const measure of Object.values(this.#measures)) measure.update(this.#last, this.#around)
    }
    return this
  }

  /** What it says at the last bar while it holds this. */
  decide(side?: PositionView['side']): Action {
    const position = side === undefined ? undefined : { side, quantity: 1, entry: this.#last.close, barsHeld: 1 }
    return this.#strategy.decide({ bar: this.#last, f: this.#measures, p: this.#values, position })
  }
}

const surroundings = ({ opinion, readings = [] }: Around): Surroundings => ({
  now: 0 as Micros,
  opinion:
    opinion === undefined
      ? undefined
      : {
          instrumentId: 'PLAIN.TEST',
          asOf: 0 as Micros,
          probabilityUp: 0.5,
          confidence: 1,
          disagreement: 0,
          conflict: false,
          standAside: '',
          readings,
          ...opinion,
        },
  reading: sense => readings.find(reading => reading.sense === sense),
})

export const flat = (count: number, at: number): number[] => Array.from({ length: count }, () => at)
export const ramp = (count: number, from: number, step: number): number[] =>
  Array.from({ length: count }, (_, i) => from + i * step)
