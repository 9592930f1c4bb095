// The strict side of a simulated venue: counts what a client does against what the venue's documentation allows.
import type { VenueClock } from './venue-clock.ts'

export interface Limit {
  /** How the venue calls what is limited: 'messages', 'connections'. */
  readonly what: string
  readonly most: number
  readonly withinMillis: number
}

/** One limit in a sliding window of the venue's time. */
export class RateJudge {
  readonly #limit: Limit
  readonly #clock: VenueClock
  readonly #report: (violation: string) => void
  readonly #times: number[] = []

  constructor(limit: Limit, clock: VenueClock, report: (violation: string) => void) {
    this.#limit = limit
    this.#clock = clock
    this.#report = report
  }

  /** False when it was one too many; it has been reported then. */
  count(weight = 1): boolean {
    const { what, most, withinMillis } = this.#limit
    const now = this.#clock.now()
    while (this.#times.length > 0 && this.#times[0]! <= now - withinMillis * 1000) this.#times.shift()
    for (let i = 0; i < weight; i++) this.#times.push(now)
    if (this.#times.length <= most) return true
    this.#report(`more than ${most} ${what} in ${withinMillis} ms`)
    return false
  }
}
