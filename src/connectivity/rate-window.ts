// What was used of one rate limit within its window: every request by itself, so that the count is exact.
import type { Micros } from '../domain/numbers.ts'

export interface Use {
  readonly weight: number
  /** When it leaves the window; infinite while its reply is out. */
  until: number
}

export class RateWindow {
  readonly #windowMicros: number
  /** In no order while replies are out; the rest leaves in the order of its replies. */
  #uses: Use[] = []
  #used = 0

  constructor(windowMicros: number) {
    this.#windowMicros = windowMicros
  }

  used(now: Micros): number {
    this.#forget(now)
    return this.#used
  }

  /** Microseconds until so much weight fits below `most`; infinite when that depends on replies that are still out. */
  waitMicros(weight: number, most: number, now: Micros): number {
    this.#forget(now)
    let excess = this.#used + weight - most
    if (excess <= 0) return 0
    for (const use of this.#uses.toSorted((a, b) => a.until - b.until)) {
      excess -= use.weight
      if (excess <= 0) return use.until - now
    }
    return Number.POSITIVE_INFINITY
  }

  begin(weight: number): Use {
    const use = { weight, until: Number.POSITIVE_INFINITY }
    this.#uses.push(use)
    this.#used += weight
    return use
  }

  /** The reply is there: from now on the window runs. */
  end(use: Use, now: Micros): void {
    use.until = now + this.#windowMicros
  }

  /** Weight that somebody else has used. */
  add(weight: number, now: Micros): void {
    this.end(this.begin(weight), now)
  }

  #forget(now: Micros): void {
    if (this.#uses.every(({ until }) => until > now)) return
    this.#uses = this.#uses.filter(({ until }) => until > now)
    this.#used = this.#uses.reduce((sum, { weight }) => sum + weight, 0)
  }
}
