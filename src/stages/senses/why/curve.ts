// The slope of the Treasury curve and how it has moved over twenty trading days.
import type { Digest } from '../../../domain/digest.ts'
import type { Release } from '../../../domain/macro.ts'
import { DAY, type Micros } from '../../../domain/numbers.ts'
import { SortedWindow } from '../sorted-window.ts'

export const SHORT_YIELD = 'DGS2'
export const LONG_YIELD = 'DGS10'

const MOVE_DAYS = 20
const YEARS = 10
const DAYS_PER_YEAR = 250
/** Three years of daily moves, as for the monthly figures. */
const LEAST = 3 * DAYS_PER_YEAR
const STALE_AFTER = 14 * DAY

export type CurveMove = 'bull steepening' | 'bull flattening' | 'bear steepening' | 'bear flattening' | 'unchanged'

/** Values in percentage points. A day counts once, when both of its yields are known: yields are not revised. */
export class Curve {
  readonly #moves = new SortedWindow(YEARS * DAYS_PER_YEAR)
  /** The last days' short and long yields, oldest first; one more than the move spans. */
  readonly #days: { readonly short: number; readonly long: number }[] = []
  #pendingShort: Release | undefined
  #pendingLong: Release | undefined
  #newest = Number.NEGATIVE_INFINITY
  #score = Number.NaN
  #asOf = 0 as Micros

  /** 10-year less 2-year yield. */
  get slope(): number {
    const today = this.#days.at(-1)
    return today ? today.long - today.short : Number.NaN
  }

  /** Change of the slope over twenty trading days; NaN until then. */
  get slopeMove(): number {
    const before = this.#before
    return before ? this.slope - (before.long - before.short) : Number.NaN
  }

  /** Change of the mean of the two yields over twenty trading days; NaN until then. */
  get levelMove(): number {
    const today = this.#days.at(-1)
    const before = this.#before
    return today && before ? (today.short + today.long - before.short - before.long) / 2 : Number.NaN
  }

  /** Bull when yields fell, bear when they rose. */
  get move(): CurveMove {
    const { slopeMove, levelMove } = this
    if (slopeMove === 0 || levelMove === 0 || Number.isNaN(slopeMove)) return 'unchanged'
    if (levelMove < 0) return slopeMove > 0 ? 'bull steepening' : 'bull flattening'
    return slopeMove > 0 ? 'bear steepening' : 'bear flattening'
  }

  /** −1…+1: the move of the slope against the ten years of moves before it; NaN with less than three years. */
  get score(): number {
    return this.#score
  }

  get asOf(): Micros {
    return this.#asOf
  }

  isCurrent(now: Micros): boolean {
    return !Number.isNaN(this.#score) && now - this.#asOf <= STALE_AFTER
  }

  release(release: Release): void {
    if (release.series === SHORT_YIELD) this.#pendingShort = release
    else if (release.series === LONG_YIELD) this.#pendingLong = release
    else return

    const short = this.#pendingShort
    const long = this.#pendingLong
    if (!short || !long || short.periodStart !== long.periodStart || short.periodStart <= this.#newest) return
    this.#newest = short.periodStart

    this.#moves.add(this.slopeMove)
    this.#days.push({ short: short.value, long: long.value })
    if (this.#days.length > MOVE_DAYS + 1) this.#days.shift()

    const { slopeMove } = this
    this.#score = this.#moves.count >= LEAST ? this.#moves.score(slopeMove) : Number.NaN
    this.#asOf = release.receivedTime
  }

  digest(into: Digest): void {
    into
      .number(this.#score)
      .number(this.#asOf)
      .number(this.#pendingShort?.value ?? 0)
      .number(this.#pendingLong?.value ?? 0)
    for (const { short, long } of this.#days) into.number(short).number(long)
    this.#moves.digest(into)
  }

  get #before(): { readonly short: number; readonly long: number } | undefined {
    return this.#days.length === MOVE_DAYS + 1 ? this.#days[0] : undefined
  }
}
