// Holds a stream against what generators of random numbers make of a market: the likelihood of the one over the other.
import type { Detector, Fact } from './fact.ts'
import type { Evidence } from './finding.ts'
import { LIKENESS, type Likeness } from './generator-likeness.ts'
import { TickWindow } from './tick-window.ts'

/** One window says no more than this, however odd it is. */
const WINDOW_MAX = 8

/**
 * `generator`: window after window looks more like a generator than like a market. Scores are logarithms of a ratio of
 * likelihoods (generator-likeness.ts), added up while they say the same; what a market says between takes it all back.
 */
export class Generator implements Detector {
  readonly #window: TickWindow
  readonly #likeness: Likeness
  #sinceLast = 0
  #sum = 0
  #windows = 0

  constructor(kind: 'quote' | 'trade', tick: number) {
    this.#likeness = LIKENESS[kind]
    this.#window = new TickWindow(kind, tick, this.#likeness.length)
  }

  see(fact: Fact): Evidence | undefined {
    this.#window.add(fact)
    this.#sinceLast += 1
    if (!this.#window.isFull || this.#sinceLast < this.#window.length) return undefined
    // Windows do not overlap, so each is a witness of its own.
    this.#sinceLast = 0
    const score = scoreOf(this.#likeness, this.#window.measure())
    this.#sum = Math.max(0, this.#sum + Math.min(WINDOW_MAX, score))
    this.#windows = this.#sum === 0 ? 0 : this.#windows + 1
    if (this.#sum < this.#likeness.limit) return undefined
    return {
      detector: 'generator',
      what: 'fits a generator of random numbers better than a market',
      evidence: { logLikelihoodRatio: this.#sum, windows: this.#windows, ticksPerWindow: this.#window.length },
    }
  }
}

/** Linear and squared terms of standardised figures, and their products two by two. */
export function scoreOf({ means, deviations, weights }: Likeness, figures: Float64Array): number {
  const standard = standardised
  for (let at = 0; at < figures.length; at++) {
    standard[at] = Math.max(-4, Math.min(4, (figures[at]! - means[at]!) / deviations[at]!))
  }
  let score = weights[0]!
  let next = 1
  for (let at = 0; at < figures.length; at++) {
    score += weights[next++]! * standard[at]!
    for (let other = at; other < figures.length; other++) score += weights[next++]! * standard[at]! * standard[other]!
  }
  return score
}

const standardised = new Float64Array(32)
