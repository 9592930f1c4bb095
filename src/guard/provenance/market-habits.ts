// How one market usually looks to the likelihood: what is said of a stream is said against its own past.
import type { Fact } from './fact.ts'
import { LIKENESS, type Likeness, scoreOf } from './generator-likeness.ts'
import { TickWindow } from './tick-window.ts'

/** So many windows of the past make an acquaintance. */
const WINDOWS_MIN = 120

/** A row of windows one after the other, and what they say together. */
class Row {
  sum = 0
  /** Windows that made the sum. */
  windows = 0

  add(score: number): void {
    this.sum = Math.max(0, this.sum + score)
    this.windows = this.sum === 0 ? 0 : this.windows + 1
  }
}

/**
 * The running sum of what windows say for a generator, never below zero: what a market says between takes it all back.
 * Windows of one row do not overlap, so each is a witness of its own; a second row lies between those of the first, so that
 * whatever begins is soon at the beginning of a window.
 */
export class LikelihoodSum {
  readonly #likeness: Likeness
  readonly #window: TickWindow
  readonly #rows = [new Row(), new Row()] as const
  #sinceLast = 0
  /** Whole windows so far, of both rows. */
  windows = 0

  constructor(kind: 'quote' | 'trade', tick: number) {
    this.#likeness = LIKENESS[kind]
    this.#window = new TickWindow(kind, tick, this.#likeness.length)
  }

  get limit(): number {
    return this.#likeness.limit
  }

  get ticksPerWindow(): number {
    return this.#window.length
  }

  /** True when a window became whole. */
  add(fact: Fact): boolean {
    this.#window.add(fact)
    this.#sinceLast += 1
    if (this.#sinceLast < this.#window.length / 2) return false
    this.#sinceLast = 0
    if (!this.#window.isFull) return false
    const score = scoreOf(this.#likeness, this.#window.measure())
    this.#rows[this.windows & 1 ? 1 : 0].add(Math.min(this.#likeness.windowMost, score))
    this.windows += 1
    return true
  }

  /** Of the row that says more. */
  get sum(): number {
    return this.#greater.sum
  }

  get windowsInSum(): number {
    return this.#greater.windows
  }

  get #greater(): Row {
    const [one, other] = this.#rows
    return one.sum >= other.sum ? one : other
  }
}

/** What recordings of a market said at most for a generator. */
export class MarketHabits {
  readonly #likelihood: LikelihoodSum
  #worst = 0

  constructor(kind: 'quote' | 'trade', tick: number) {
    this.#likelihood = new LikelihoodSum(kind, tick)
  }

  learn(fact: Fact): void {
    if (this.#likelihood.add(fact)) this.#worst = Math.max(this.#worst, this.#likelihood.sum)
  }

  /**
   * The sum at which a stream of this market is found: well above what the market itself ever said. Infinity while too
   * little is known, for a market that was never seen may look like anything.
   */
  get limit(): number {
    const { windows, limit } = this.#likelihood
    return windows < WINDOWS_MIN ? Number.POSITIVE_INFINITY : Math.max(limit, 2 * this.#worst)
  }
}
