// Swing highs and lows, known only when they are confirmed, and the structure they make.
import type { BarInput, Feature } from '../../domain/feature.ts'
import { HighestWindow, LowestWindow } from './extreme-window.ts'
import { assertFinite } from './finite.ts'
import { LagWindow } from './lag-window.ts'
import { assertSize } from './snapshot.ts'

/** A bar that stood out from its neighbours. It never changes and is never taken back. */
export interface Swing {
  readonly kind: 'high' | 'low'
  /** In price units. */
  readonly price: number
  /** Index of the bar, counted from the first one seen. */
  readonly origin: number
  /** Index of the bar at whose close it became known: `origin + n`. */
  readonly confirm: number
  /** Close of the bar `origin`, UTC microseconds. */
  readonly originTime: number
}

const NONE: readonly Swing[] = Object.freeze([])

/**
 * A high at p is a swing when it is above the n highs before it and not below the n after it, so the leftmost of equal highs
 * wins; lows mirror that (intelligence.md 2.1). Both are known at p + n and not before.
 *
 * `value` is the structure of the last two swings of each kind: +1 higher high and higher low, -1 lower high and lower low,
 * 0 anything else, also before there are two of each.
 */
export class SwingPoints implements Feature<BarInput> {
  readonly name: string
  readonly first: number
  /** Structure remembers swings for as long as no new ones come. */
  readonly stableAfter = Number.POSITIVE_INFINITY
  readonly degenerate = false
  readonly #neighbours: number
  readonly #highs: Side
  readonly #lows: Side
  readonly #times: LagWindow
  #count = 0
  #confirmed: readonly Swing[] = NONE

  constructor(neighbours = 5) {
    this.#neighbours = neighbours
    this.#highs = new Side('high', neighbours)
    this.#lows = new Side('low', neighbours)
    this.#times = new LagWindow(neighbours)
    this.name = `swings(${neighbours})`
    this.first = 2 * neighbours
  }

  update(bar: BarInput): void {
    assertFinite(bar.high + bar.low + bar.closeTime)
    const origin = this.#count - this.#neighbours
    const originTime = this.#times.replace(bar.closeTime)
    this.#count++

    this.#highs.update(bar.high, origin, originTime)
    this.#lows.update(bar.low, origin, originTime)
    this.#collect()
  }

  get value(): number {
    if (this.#count <= this.first) return Number.NaN
    const step = this.#highs.step
    return step === this.#lows.step ? step : 0
  }

  /** What became known with the last bar: none, one, or on an outside bar both. */
  get confirmed(): readonly Swing[] {
    return this.#confirmed
  }

  get high(): Swing | undefined {
    return this.#highs.last
  }

  get low(): Swing | undefined {
    return this.#lows.last
  }

  get highBefore(): Swing | undefined {
    return this.#highs.before
  }

  get lowBefore(): Swing | undefined {
    return this.#lows.before
  }

  snapshot(): readonly number[] {
    const state = [this.#count]
    this.#times.save(state)
    this.#highs.save(state)
    this.#lows.save(state)
    return state
  }

  restore(state: readonly number[]): void {
    this.#count = state[0]!
    const at = this.#times.load(state, 1)
    assertSize(state, this.#lows.load(state, this.#highs.load(state, at)))

    this.#collect()
  }

  /** An array is made only when there is something to put in it. */
  #collect(): void {
    const newest = this.#count - 1
    const high = this.#highs.last?.confirm === newest ? this.#highs.last : undefined
    const low = this.#lows.last?.confirm === newest ? this.#lows.last : undefined
    this.#confirmed = high && low ? [high, low] : high ? [high] : low ? [low] : NONE
  }
}

/** Swings of one kind. Lows are highs of the negated price. */
class Side {
  last: Swing | undefined
  before: Swing | undefined
  readonly #kind: Swing['kind']
  readonly #neighbours: number
  readonly #candidates: LagWindow
  readonly #extreme: HighestWindow | LowestWindow
  /** Extremes of n bars as they were n + 1 bars ago: those of the bars before the candidate. */
  readonly #extremesBefore: LagWindow
  readonly #sign: 1 | -1

  constructor(kind: Swing['kind'], neighbours: number) {
    this.#kind = kind
    this.#sign = kind === 'high' ? 1 : -1
    this.#neighbours = neighbours
    this.#candidates = new LagWindow(neighbours)
    this.#extreme = kind === 'high' ? new HighestWindow(neighbours) : new LowestWindow(neighbours)
    this.#extremesBefore = new LagWindow(neighbours + 1)
  }

  /** The newest price may confirm the bar `origin` as a swing. */
  update(price: number, origin: number, originTime: number): void {
    this.#extreme.update(price)
    const after = this.#extreme.value
    const before = Number.isNaN(after) ? after : this.#extremesBefore.replace(after) // NaN is nothing to remember
    const candidate = this.#candidates.replace(price)

    const sign = this.#sign
    const stands = sign * candidate > sign * before && sign * candidate >= sign * after // false while any is NaN
    if (!stands) return

    this.before = this.last
    this.last = { kind: this.#kind, price: candidate, origin, confirm: origin + this.#neighbours, originTime }
  }

  /** +1 the last swing is higher than the one before, -1 lower, 0 equal or unknown. */
  get step(): number {
    return this.last && this.before ? Math.sign(this.last.price - this.before.price) : 0
  }

  save(state: number[]): void {
    for (const swing of [this.last, this.before]) {
      state.push(swing ? 1 : 0, swing?.price ?? 0, swing?.origin ?? 0, swing?.originTime ?? 0)
    }
    this.#candidates.save(state)
    this.#extreme.save(state)
    this.#extremesBefore.save(state)
  }

  load(state: readonly number[], at: number): number {
    this.last = this.#swing(state, at)
    this.before = this.#swing(state, at + 4)
    let next = this.#candidates.load(state, at + 8)
    next = this.#extreme.load(state, next)
    return this.#extremesBefore.load(state, next)
  }

  #swing(state: readonly number[], at: number): Swing | undefined {
    if (state[at] !== 1) return undefined
    const origin = state[at + 2]!
    return { kind: this.#kind, price: state[at + 1]!, origin, confirm: origin + this.#neighbours, originTime: state[at + 3]! }
  }
}
