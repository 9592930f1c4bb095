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

/**
 * A high at p is a swing when it is above the n highs before it and not below the n after it, so the leftmost of equal highs
 * wins; lows mirror that (intelligence.md 2.1). Both are known at p + n and not before.
 *
 * Call a high above the n before it a peak. One that surpasses a peak within n bars is above all that the peak was above, and
 * so a peak itself. Hence a swing is a peak that no other follows within n bars, and only the newest peak is waited for.
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
  /** Extremes of the n bars before the next one. */
  readonly #range: RangeWindow
  #count = 0
  /** The newest peak, and the count of bars at which it is a swing unless another comes first; 0 before there was one. */
  #peak = 0
  #peakTime = 0
  #peakConfirm = 0
  /** The same for lows. */
  #trough = 0
  #troughTime = 0
  #troughConfirm = 0
  #structure = 0
  #high: Swing | undefined
  #highBefore: Swing | undefined
  #low: Swing | undefined
  #lowBefore: Swing | undefined

  constructor(neighbours = 5) {
    assert(Number.isInteger(neighbours) && neighbours > 0, 'a swing has neighbours')
    this.#neighbours = neighbours
    this.#range = new RangeWindow(neighbours)
    this.name = `swings(${neighbours})`
    this.first = 2 * neighbours
  }

  update(bar: BarInput): void {
    const { high, low, closeTime } = bar
    assertFinite(high + low + closeTime)
    const range = this.#range
    const count = this.#count + 1
    this.#count = count

    if (high > range.highest) {
      this.#peak = high
      this.#peakTime = closeTime
      this.#peakConfirm = count + this.#neighbours
    }
    if (low < range.lowest) {
      this.#trough = low
      this.#troughTime = closeTime
      this.#troughConfirm = count + this.#neighbours
    }
    range.update(high, low)

    if (count === this.#peakConfirm || count === this.#troughConfirm) this.#confirm()
  }

  get value(): number {
    return this.#count > this.first ? this.#structure : Number.NaN
  }

  /** What became known with the last bar: none, one, or on an outside bar both. */
  get confirmed(): readonly Swing[] {
    const newest = this.#count - 1
    return [this.#high, this.#low].flatMap(swing => (swing?.confirm === newest ? [swing] : []))
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
    const state = [this.#count]
    state.push(this.#peak, this.#peakTime, this.#peakConfirm, this.#trough, this.#troughTime, this.#troughConfirm)
    for (const swing of [this.#high, this.#highBefore, this.#low, this.#lowBefore]) {
      state.push(swing ? 1 : 0, swing?.price ?? 0, swing?.origin ?? 0, swing?.originTime ?? 0)
    }
    this.#range.save(state)
    return state
  }

  restore(state: readonly number[]): void {
    this.#count = state[0]!
    this.#peak = state[1]!
    this.#peakTime = state[2]!
    this.#peakConfirm = state[3]!
    this.#trough = state[4]!
    this.#troughTime = state[5]!
    this.#troughConfirm = state[6]!
    this.#high = this.#swing('high', state, 7)
    this.#highBefore = this.#swing('high', state, 11)
    this.#low = this.#swing('low', state, 15)
    this.#lowBefore = this.#swing('low', state, 19)
    assertSize(state, this.#range.load(state, 23))
    this.#structure = this.#structureNow()
  }

  #confirm(): void {
    const confirm = this.#count - 1
    const origin = confirm - this.#neighbours
    if (this.#peakConfirm === this.#count) {
      this.#highBefore = this.#high
      this.#high = { kind: 'high', price: this.#peak, origin, confirm, originTime: this.#peakTime }
    }
    if (this.#troughConfirm === this.#count) {
      this.#lowBefore = this.#low
      this.#low = { kind: 'low', price: this.#trough, origin, confirm, originTime: this.#troughTime }
    }
    this.#structure = this.#structureNow()
  }

  #structureNow(): number {
    const high = this.#high
    const highBefore = this.#highBefore
    const low = this.#low
    const lowBefore = this.#lowBefore
    if (!high || !highBefore || !low || !lowBefore) return 0
    if (high.price > highBefore.price) return low.price > lowBefore.price ? 1 : 0
    return high.price < highBefore.price && low.price < lowBefore.price ? -1 : 0
  }

  #swing(kind: Swing['kind'], state: readonly number[], at: number): Swing | undefined {
    if (state[at] !== 1) return undefined
    const origin = state[at + 2]!
    return { kind, price: state[at + 1]!, origin, confirm: origin + this.#neighbours, originTime: state[at + 3]! }
  }
}
