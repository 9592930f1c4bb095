// When to try again: random waits that grow, a breaker for a host that is down, and the host's own limit on attempts.
import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  fullJitterGenerator,
  handleAll,
} from 'cockatiel'
import { SECOND } from '../domain/numbers.ts'
import type { AttemptBudget } from './attempt-budget.ts'
import type { Clock } from './clock.ts'

const FIRST_MILLIS = 250
const LONGEST_MILLIS = 30_000
const FAILURES_IN_A_ROW = 10
const HEALTHY_MICROS = 60 * SECOND

/** Full jitter: a random time below 250 ms × 2ⁿ, at most 30 s, so that many clients do not come back at the same moment. */
const BACKOFF = new ExponentialBackoff({ generator: fullJitterGenerator, initialDelay: FIRST_MILLIS, maxDelay: LONGEST_MILLIS })

export class Reconnection {
  readonly #clock: Clock
  readonly #attempts: AttemptBudget | undefined
  readonly #breaker = circuitBreaker(handleAll, {
    breaker: new ConsecutiveBreaker(FAILURES_IN_A_ROW),
    halfOpenAfter: LONGEST_MILLIS,
  })
  #next = BACKOFF.next()

  constructor(clock: Clock, attempts?: AttemptBudget) {
    this.#clock = clock
    this.#attempts = attempts
  }

  /** Milliseconds to wait before the next attempt, and never less than the source asked for. */
  pauseMillis(retryAfterMillis = 0): number {
    const { duration } = this.#next
    this.#next = this.#next.next(undefined)
    return Math.max(duration, retryAfterMillis)
  }

  /** A connection has ended that was live for so long: after a minute of health the waits begin anew. */
  wasLive(micros: number): void {
    if (micros >= HEALTHY_MICROS) this.#next = BACKOFF.next()
  }

  /** Zero when an attempt may be made now, and it is counted; else the milliseconds until then. */
  permitMillis(): number {
    return Math.ceil((this.#attempts?.take(this.#clock.now()) ?? 0) / 1000)
  }

  /** Runs one attempt. After ten failures in a row one attempt in 30 s is let through; the others fail at once. */
  attempt<T>(open: () => Promise<T>): Promise<T> {
    return this.#breaker.execute(open)
  }
}

export const isBroken = (error: unknown): boolean => error instanceof BrokenCircuitError
