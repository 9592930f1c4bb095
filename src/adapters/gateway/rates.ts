// How often anybody may ask. One bucket of tokens for each route's rate and each caller, kept in memory.
import type { Rate } from '../../wire/route.ts'

export interface Limit {
  readonly perSecond: number
  readonly burst: number
}

export type RateName = Exclude<Rate, 'unlimited'> | 'anonymous' | 'stop-by-reader' | 'address'
export type Rates = Readonly<Record<RateName, Limit>>

/** `sign-in`, `refresh`, `anonymous` and `address` count by address, the others by person. */
export const RATES: Rates = {
  'sign-in': { perSecond: 30 / 60, burst: 30 },
  refresh: { perSecond: 1, burst: 60 },
  read: { perSecond: 50, burst: 100 },
  order: { perSecond: 10, burst: 20 },
  admin: { perSecond: 5, burst: 20 },
  export: { perSecond: 2 / 3_600, burst: 2 },
  /** What was refused for want of a sign-in. */
  anonymous: { perSecond: 10, burst: 40 },
  /** Who only reads may pull the alarm, but not keep pulling it. */
  'stop-by-reader': { perSecond: 1 / 60, burst: 1 },
  /** Everything from one address, files and refusals too. */
  address: { perSecond: 500, burst: 2_000 },
}

/** Beyond so many callers at once, those whose buckets are full again are forgotten, and then the oldest. */
const CALLERS_MAX = 50_000

interface Bucket {
  tokens: number
  /** Milliseconds. */
  at: number
}

export class Throttle {
  readonly #rates: Rates
  readonly #now: () => number
  readonly #buckets = new Map<string, Bucket>()

  /** `now` in milliseconds. */
  constructor({ rates, now }: { readonly rates: Rates; readonly now: () => number }) {
    this.#rates = rates
    this.#now = now
  }

  /** Takes a token; what is returned is the seconds until there is one, zero when there was. */
  take(rate: RateName, caller: string): number {
    const { perSecond, burst } = this.#rates[rate]
    const now = this.#now()
    const key = `${rate} ${caller}`
    const bucket = this.#buckets.get(key) ?? this.#open(key, { tokens: burst, at: now })

    // A clock that was set back gives nothing and takes nothing.
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) / 1_000) * perSecond)
    bucket.at = now
    if (bucket.tokens < 1) return (1 - bucket.tokens) / perSecond

    bucket.tokens -= 1
    return 0
  }

  #open(key: string, bucket: Bucket): Bucket {
    if (this.#buckets.size >= CALLERS_MAX) this.#forget()
    this.#buckets.set(key, bucket)
    return bucket
  }

  #forget(): void {
    const now = this.#now()
    for (const [key, { tokens, at }] of this.#buckets) {
      const { perSecond, burst } = this.#rates[key.slice(0, key.indexOf(' ')) as RateName]
      if (tokens + ((now - at) / 1_000) * perSecond >= burst) this.#buckets.delete(key)
    }
    for (const key of this.#buckets.keys()) {
      if (this.#buckets.size < CALLERS_MAX * 0.9) break
      this.#buckets.delete(key)
    }
  }
}
