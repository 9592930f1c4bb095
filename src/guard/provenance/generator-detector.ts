// Holds a stream against what generators of random numbers make of a market: the likelihood of the one over the other.
import type { Detector, Fact } from './fact.ts'
import type { Evidence } from './finding.ts'
import { LikelihoodSum, type MarketHabits } from './market-habits.ts'

/**
 * `generator`: window after window looks more like a generator than this market ever did. Looks only where recordings say
 * how the market usually is: markets differ more from each other than a good generator from one of them.
 */
export class Generator implements Detector {
  readonly #habits: MarketHabits
  readonly #likelihood: LikelihoodSum

  constructor(kind: 'quote' | 'trade', tick: number, habits: MarketHabits) {
    this.#habits = habits
    this.#likelihood = new LikelihoodSum(kind, tick)
  }

  see(fact: Fact): Evidence | undefined {
    if (!this.#likelihood.add(fact)) return undefined
    const { sum, windowsInSum, ticksPerWindow } = this.#likelihood
    const { limit } = this.#habits
    if (sum < limit) return undefined
    return {
      detector: 'generator',
      what: 'fits a generator of random numbers better than a market',
      evidence: { logLikelihoodRatio: sum, limit, windows: windowsInSum, ticksPerWindow },
    }
  }
}
