// One host's rate limits: who may send when, what the server says it has counted, and when a ban ends.
import { ExponentialBackoff, fullJitterGenerator } from 'cockatiel'
import { assert } from '../domain/assert.ts'
import type { Micros } from '../domain/numbers.ts'
import type { Clock } from './clock.ts'
import { cancelled, retryAfterMillis, type StatusReply, statusFailure } from './connection-failure.ts'
import { RateWindow } from './rate-window.ts'

/** Weight allowed in any window of this length. */
export interface RateLimit {
  readonly weight: number
  readonly windowMillis: number
  /** The reply's header, lower case, with the weight that the host has counted in this window: 'x-mbx-used-weight-1m'. */
  readonly usedHeader?: string
}

/** A host's limits as its venue documents them; all of them bind. */
export interface RateRule {
  readonly limits: readonly RateLimit[]
  /** The share of each limit kept for what is urgent, 0 to 1; 0.2 leaves a fifth for cancels. */
  readonly reserved?: number
}

/** The right to send one request. Must be given back, or its weight is counted for ever. */
export interface Lease {
  /** With what the host replied; without, where nothing came. */
  done(reply?: StatusReply): void
}

export interface Wish {
  readonly weight?: number
  /** May use the reserved share, and goes before others. */
  readonly urgent?: boolean
  readonly signal?: AbortSignal
}

interface Limited extends RateLimit {
  readonly log: RateWindow
  /** What is not reserved. */
  readonly open: number
}

interface Waiter {
  readonly weight: number
  readonly urgent: boolean
  readonly grant: (lease: Lease) => void
  readonly deny: (error: Error) => void
}

/** A 429 that does not say how long: 1 s doubling to 64 s, a random part of it. */
const UNSAID = new ExponentialBackoff({ generator: fullJitterGenerator, initialDelay: 1000, maxDelay: 64_000 })
/** The shortest ban that a venue is known to give, for a 418 that does not say how long. */
const BAN_MILLIS = 120_000
/** Longer pauses are told at once instead of waited for. */
const PATIENCE_MICROS = 60_000_000

/**
 * First come, first served, the urgent before the others. A request counts from the moment it is granted until its window
 * after its reply has passed: whenever in between the host counts it, no window of the host holds more than the limit.
 */
export class RateGovernor {
  readonly #host: string
  readonly #clock: Clock
  readonly #windows: readonly Limited[]
  #waiters: Waiter[] = []
  #timer: NodeJS.Timeout | undefined
  #closedUntil = 0 as Micros
  #why: StatusReply | undefined
  #unsaid = UNSAID.next()

  constructor(host: string, { limits, reserved = 0 }: RateRule, clock: Clock) {
    this.#host = host
    this.#clock = clock
    this.#windows = limits.map(limit => ({
      ...limit,
      log: new RateWindow(limit.windowMillis * 1000),
      open: Math.floor(limit.weight * (1 - reserved)),
    }))
  }

  /**
   * Waits for its turn. Throws SourceError: SOURCE_BANNED and SOURCE_RATE_LIMITED where the host wants to be left alone for more
   * than a minute, LINK_CANCELLED.
   */
  take({ weight = 1, urgent = false, signal }: Wish = {}): Promise<Lease> {
    for (const { weight: most, open } of this.#windows) {
      assert(weight > 0 && weight <= (urgent ? most : open), `a request of weight ${weight} fits the limits of ${this.#host}`)
    }
    if (signal?.aborted) return Promise.reject(cancelled(this.#host))

    return new Promise((resolve, reject) => {
      const settle = () => {
        signal?.removeEventListener('abort', abort)
        this.#waiters = this.#waiters.filter(other => other !== waiter)
      }
      const waiter: Waiter = {
        weight,
        urgent,
        grant: lease => {
          settle()
          resolve(lease)
        },
        deny: error => {
          settle()
          reject(error)
        },
      }
      const abort = () => {
        waiter.deny(cancelled(this.#host))
        this.#serve()
      }
      signal?.addEventListener('abort', abort)
      this.#waiters.push(waiter)
      this.#serve()
    })
  }

  #serve(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (let waiter = this.#first(); waiter !== undefined; waiter = this.#first()) {
      const now = this.#clock.now()
      const closed = this.#closedUntil - now
      if (closed > PATIENCE_MICROS) {
        waiter.deny(this.#refusal(closed))
        continue
      }
      const wait = Math.max(closed, ...this.#windows.map(limit => waitMicros(limit, waiter, now)))
      if (wait > 0) {
        // Where all depends on replies that are still out, their leases wake us.
        if (wait !== Number.POSITIVE_INFINITY) this.#timer = setTimeout(() => this.#serve(), Math.ceil(wait / 1000))
        return
      }
      waiter.grant(this.#lease(waiter.weight))
    }
  }

  #first(): Waiter | undefined {
    return this.#waiters.find(({ urgent }) => urgent) ?? this.#waiters[0]
  }

  #lease(weight: number): Lease {
    const entries = this.#windows.map(({ log }) => log.begin(weight))
    let out = true
    return {
      done: reply => {
        if (!out) return
        out = false
        const now = this.#clock.now()
        this.#windows.forEach(({ log }, at) => {
          log.end(entries[at]!, now)
        })
        if (reply !== undefined) this.#hear(reply, now)
        this.#serve()
      },
    }
  }

  #hear(reply: StatusReply, now: Micros): void {
    for (const { usedHeader, log } of this.#windows) {
      const used = usedHeader === undefined ? Number.NaN : Number(reply.headers[usedHeader] ?? Number.NaN)
      // What the host has counted beyond our own requests came from somebody else at this address.
      if (used > log.used(now)) log.add(used - log.used(now), now)
    }
    if (reply.status !== 429 && reply.status !== 418) {
      this.#unsaid = UNSAID.next()
      return
    }
    const said = retryAfterMillis(reply.headers['retry-after'], now / 1000)
    const millis = said ?? (reply.status === 418 ? BAN_MILLIS : this.#unsaid.duration)
    if (said === undefined) this.#unsaid = this.#unsaid.next(undefined)
    this.#closedUntil = Math.max(this.#closedUntil, now + millis * 1000) as Micros
    this.#why = reply
  }

  #refusal(closedMicros: number): Error {
    const { status = 429 } = this.#why ?? {}
    const seconds = Math.ceil(closedMicros / 1_000_000)
    return statusFailure({ status, headers: { 'retry-after': String(seconds) } }, this.#host, this.#clock.now() / 1000)
  }
}

const waitMicros = ({ log, weight: most, open }: Limited, { weight, urgent }: Waiter, now: Micros): number =>
  log.waitMicros(weight, urgent ? most : open, now)
