// The token service of a venue whose refresh tokens rotate: what it has granted, and what still counts.
import { randomBytes } from 'node:crypto'

/**
 * When a refresh token dies that was traded for a new pair. `at-once`: with the trade, as cTrader is documented ·
 * `at-use`: when the new pair is used for the first time, the grace that services give against lost replies.
 */
export type Succession = 'at-once' | 'at-use'

export interface Grant {
  readonly access: string
  readonly refresh: string
}

export type LedgerAnswer = ({ readonly kind: 'granted'; readonly lifeSeconds: number } & Grant) | { readonly kind: 'denied' }

/** 2,628,000 s, 30.42 days: venues.md 0.7. */
export const LIFE_SECONDS = 2_628_000

export class OauthLedger {
  /** The pair with which everything begins. */
  readonly first: Grant
  readonly #succession: Succession
  /** The pair that counts, or that will once it is used. */
  #newest: Grant
  /** Still good until the newest is used. */
  #older: Grant[] = []
  #trades = 0
  readonly #codes = new Map<string, number>()
  /** Called with the access tokens that just died: live sessions are told (2147). */
  onInvalidated: (accessTokens: readonly string[]) => void = () => undefined

  /** `first`: what the client was given by hand; made up when not given. */
  constructor(succession: Succession, first: Grant = grant()) {
    this.#succession = succession
    this.#newest = first
    this.first = first
  }

  /** The pair that counts now, or that will once it is used. */
  get newest(): Grant {
    return this.#newest
  }

  /** How many refreshes were committed. */
  get trades(): number {
    return this.#trades
  }

  /** A consent in the browser: a code that lives a minute. */
  consent(nowMillis: number): string {
    const code = secret()
    this.#codes.set(code, nowMillis + 60_000)
    return code
  }

  exchange(code: string, nowMillis: number): LedgerAnswer {
    const ends = this.#codes.get(code)
    this.#codes.delete(code)
    if (ends === undefined || nowMillis >= ends) return { kind: 'denied' }
    return this.#issue()
  }

  trade(refresh: string): LedgerAnswer {
    if (refresh !== this.#newest.refresh && !this.#older.some(pair => pair.refresh === refresh)) return { kind: 'denied' }
    this.#trades++
    if (this.#succession === 'at-use') {
      if (refresh === this.#newest.refresh) this.#settle()
      this.#older.push(this.#newest)
    }
    return this.#issue()
  }

  /** True where a session opened with it would be let in. Using the newest pair ends every older one. */
  use(access: string): boolean {
    if (access === this.#newest.access) {
      this.#settle()
      return true
    }
    return this.#older.some(pair => pair.access === access)
  }

  #issue(): LedgerAnswer {
    const before = this.#newest
    this.#newest = grant()
    if (this.#succession === 'at-once') this.onInvalidated([before.access])
    return { kind: 'granted', ...this.#newest, lifeSeconds: LIFE_SECONDS }
  }

  #settle(): void {
    if (this.#older.length > 0) this.onInvalidated(this.#older.map(pair => pair.access))
    this.#older = []
  }
}

const secret = (): string => randomBytes(32).toString('base64url')
const grant = (): Grant => ({ access: secret(), refresh: secret() })
