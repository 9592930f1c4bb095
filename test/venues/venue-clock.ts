// The time of a simulated venue and of its client: real, or a given number of times faster, so that minutes pass in a test.
import type { Clock } from '../../src/connectivity/clock.ts'
import type { Micros } from '../../src/domain/numbers.ts'

export class VenueClock implements Clock {
  /** Venue seconds in one real second. */
  readonly speed: number
  readonly #startWall = Date.now() * 1000
  readonly #startMonotonic = performance.now()

  constructor(speed = 1) {
    this.speed = speed
  }

  now(): Micros {
    return Math.floor(this.#startWall + (performance.now() - this.#startMonotonic) * 1000 * this.speed) as Micros
  }

  /** Real milliseconds in which so many of the venue's pass. */
  real(millis: number): number {
    return millis / this.speed
  }
}
