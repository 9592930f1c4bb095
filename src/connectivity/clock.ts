// The one clock of the connections: UTC microseconds that never run backwards.
import type { Micros } from '../domain/numbers.ts'

export interface Clock {
  /** UTC microseconds. Never less than what it said before. */
  now(): Micros
}

/**
 * The machine's clock, read at the start and once a second, with the monotonic counter between: a step of the wall clock
 * backwards holds the time still instead of turning it back.
 */
export class SystemClock implements Clock {
  #anchorWall = Date.now() * 1000
  #anchorMonotonic = performance.now()
  #last = 0

  now(): Micros {
    const elapsed = (performance.now() - this.#anchorMonotonic) * 1000
    if (elapsed > 1_000_000) {
      this.#anchorWall = Date.now() * 1000
      this.#anchorMonotonic = performance.now()
    }
    const time = Math.floor(this.#anchorWall + (performance.now() - this.#anchorMonotonic) * 1000)
    if (time > this.#last) this.#last = time
    return this.#last as Micros
  }
}
