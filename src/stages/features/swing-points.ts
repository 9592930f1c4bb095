// Swing highs and lows, known only when they are confirmed, and the structure they make.
import { assert } from '../../domain/assert.ts'
import type { BarInput, Feature } from '../../domain/feature.ts'
import { assertFinite } from './finite.ts'
import { RangeWindow } from './range-window.ts'
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
  /** Extremes of the last n bars: at t those after the candidate p = t - n, at p - 1 those before it. */
  readonly #range: RangeWindow
  /** Rings of n + 1 bars: the slot of bar t holds bar t - n - 1 until it is overwritten, and the next slot the candidate. */
  readonly #highs: Float64Array
  readonly #lows: Float64Array
  readonly #times: Float64Array
  readonly #highest: Float64Array
  readonly #lowest: Float64Array
  #slot = 0
  #count = 0
  #structure = 0
  #confirmed: readonly Swing[] = NONE
  #high: Swing | undefined
  #highBefore: Swing | undefined
  #low: Swing | undefined
  #lowBefore: Swing | undefined

  constructor(neighbours = 5) {
    assert(Number.isInteger(neighbours) && neighbours > 0, 'a swing has neighbours')
    this.#neighbours = neighbours
    this.#range = new RangeWindow(neighbours)
    this.#highs = new Float64Array(neighbours + 1)
    this.#lows = new Float64Array(neighbours + 1)
    this.#times = new Float64Array(neighbours + 1)
    this.#highest = new Float64Array(neighbours + 1)
    this.#lowest = new Float64Array(neighbours + 1)
    this.name = `swings(${neighbours})`
    this.first = 2 * neighbours
  }

  update(bar: BarInput): void {
    const { high, low, closeTime } = bar
    assertFinite(high + low + closeTime)
    const slot = this.#slot
    const highestBefore = this.#highest[slot]!
    const lowestBefore = this.#lowest[slot]!

    this.#range.update(high, low)
    this.#highs[slot] = high
    this.#lows[slot] = low
    this.#times[slot] = closeTime
    this.#highest[slot] = this.#range.highest
    this.#lowest[slot] = this.#range.lowest
    this.#slot = slot === this.#neighbours ? 0 : slot + 1
    this.#count++

    if (this.#confirmed !== NONE) this.#confirmed = NONE
    if (this.#count <= this.first) return
    const candidate = this.#slot
    const isHigh = this.#highs[candidate]! > highestBefore && this.#highs[candidate]! >= this.#highest[slot]!
    const isLow = this.#lows[candidate]! < lowestBefore && this.#lows[candidate]! <= this.#lowest[slot]!
    if (isHigh || isLow) this.#confirm(candidate, isHigh, isLow)
  }

  get value(): number {
    return this.#count > this.first ? this.#structure : Number.NaN
  }

  /** What became known with the last bar: none, one, or on an outside bar both. */
  get confirmed(): readonly Swing[] {
    return this.#confirmed
  }

  get high(): Swing | undefined {
    return this.#high
  }

  get low(): Swing | undefined {
    return this.#low
  }

  get highBefore(): Swing | undefined {
    return this.#highBefore
  }

  get lowBefore(): Swing | undefined {
    return this.#lowBefore
  }

  snapshot(): readonly number[] {
    const state = [this.#slot, this.#count]
    for (const swing of [this.#high, this.#highBefore, this.#low, this.#lowBefore]) {
      state.push(swing ? 1 : 0, swing?.price ?? 0, swing?.origin ?? 0, swing?.originTime ?? 0)
    }
    state.push(...this.#highs, ...this.#lows, ...this.#times, ...this.#highest, ...this.#lowest)
    this.#range.save(state)
    return state
  }

  restore(state: readonly number[]): void {
    this.#slot = state[0]!
    this.#count = state[1]!
    this.#high = this.#swing('high', state, 2)
    this.#highBefore = this.#swing('high', state, 6)
    this.#low = this.#swing('low', state, 10)
    this.#lowBefore = this.#swing('low', state, 14)

    let at = 18
    for (const ring of [this.#highs, this.#lows, this.#times, this.#highest, this.#lowest]) {
      for (let i = 0; i < ring.length; i++) ring[i] = state[at++]!
    }
    assertSize(state, this.#range.load(state, at))
    this.#read()
  }

  #confirm(candidate: number, isHigh: boolean, isLow: boolean): void {
    const confirm = this.#count - 1
    const place = { origin: confirm - this.#neighbours, confirm, originTime: this.#times[candidate]! }
    if (isHigh) {
      this.#highBefore = this.#high
      this.#high = { kind: 'high', price: this.#highs[candidate]!, ...place }
    }
    if (isLow) {
      this.#lowBefore = this.#low
      this.#low = { kind: 'low', price: this.#lows[candidate]!, ...place }
    }
    this.#read()
  }

  /** Structure and news, from the swings there are. */
  #read(): void {
    const step = stepOf(this.#high, this.#highBefore)
    this.#structure = step === stepOf(this.#low, this.#lowBefore) ? step : 0

    const newest = this.#count - 1
    const high = this.#high?.confirm === newest ? [this.#high] : NONE
    const low = this.#low?.confirm === newest ? [this.#low] : NONE
    this.#confirmed = high === NONE && low === NONE ? NONE : [...high, ...low]
  }

  #swing(kind: Swing['kind'], state: readonly number[], at: number): Swing | undefined {
    if (state[at] !== 1) return undefined
    const origin = state[at + 2]!
    return { kind, price: state[at + 1]!, origin, confirm: origin + this.#neighbours, originTime: state[at + 3]! }
  }
}

/** +1 when the last swing is higher than the one before, -1 lower, 0 equal or unknown. */
const stepOf = (last: Swing | undefined, before: Swing | undefined): number =>
  last && before ? Math.sign(last.price - before.price) : 0
