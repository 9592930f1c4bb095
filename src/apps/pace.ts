// Lets recorded time pass no faster than it should.
import { setTimeout as sleep } from 'node:timers/promises'

/** The longest a run looks at neither Ctrl-C nor the kill switch, milliseconds. */
const NAP_MILLIS = 200

export class Pace {
  readonly #speed: number | undefined
  #startClock = 0
  #startTime: number | undefined

  /** Recorded seconds per second of the clock; undefined is as fast as it goes. */
  constructor(speed: number | undefined) {
    this.#speed = speed
  }

  /** Whether what happened at this recorded time, microseconds, is still to come. */
  isEarly(time: number): boolean {
    return this.#millisUntil(time) > 0
  }

  /** Sleeps for a moment and returns true, or returns false when it is time to go on. */
  async waits(time: number, napMillis = NAP_MILLIS): Promise<boolean> {
    const wait = this.#millisUntil(time)
    if (wait <= 0) return false
    await sleep(Math.min(wait, napMillis))
    return true
  }

  #millisUntil(time: number): number {
    if (this.#speed === undefined) return 0
    if (this.#startTime === undefined) {
      this.#startTime = time
      this.#startClock = performance.now()
    }
    return this.#startClock + (time - this.#startTime) / 1000 / this.#speed - performance.now()
  }
}
