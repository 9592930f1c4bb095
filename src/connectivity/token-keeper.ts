// Keeps one OAuth link alive whose refresh tokens rotate: each may be used once, and its reply must not be lost.
import { DAY, HOUR, MINUTE, type Micros, micros } from '../domain/numbers.ts'
import type { Clock } from './clock.ts'
import type { Hold, Lease } from './lease.ts'
import { SourceError } from './source-error.ts'
import type { TokenPair, TokenRecord, TokenStore } from './token-store.ts'

// One refresh, each line durable before the next begins:
//
//   lease taken ─► { pending, oldRefresh } written ─► the call ─► new pair written over it ─► lease released ─► new pair used
//
// A crash before the second writing leaves `pending`: whoever comes next tries the old refresh token again. Where the venue
// had already taken it, and will not take it twice, it asks once more by the source's other way, and then a person is needed.

/** How a call to the venue's token service ended. */
export type RefreshAnswer =
  | { readonly kind: 'renewed'; readonly access: string; readonly refresh: string; readonly lifeMicros: number }
  /** The venue answered that it will not take this refresh token. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Sent, or maybe sent, and no answer. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** Certainly not taken: not sent, or turned away for now (429). */
  | { readonly kind: 'unsent'; readonly reason: string; readonly waitMillis?: number }

export type RefreshCall = (refreshToken: string) => Promise<RefreshAnswer>

export type TokenState = 'missing' | 'ok' | 'due' | 'refreshing' | 'failing' | 'lost'

export interface TokenHealth {
  readonly source: string
  readonly state: TokenState
  /** NaN while there is no token. */
  readonly expiresTime: Micros
  readonly generation: number
  /** In a row. */
  readonly failures: number
  /** For people; empty when all is well. */
  readonly reason: string
}

export interface TokenAlarm {
  readonly source: string
  /** `failing` at the first failure · `expiring` with 7, 3 and 1 days left and no success · `lost` · `recovered`. */
  readonly kind: 'failing' | 'expiring' | 'lost' | 'recovered'
  readonly message: string
}

export interface TokenKeeperOptions {
  readonly source: string
  readonly store: TokenStore
  readonly lease: Lease
  readonly clock: Clock
  readonly refresh: RefreshCall
  /** Another way to the same end, such as a request over the venue's own connection. */
  readonly inBand?: RefreshCall
  /** How long before expiry a token is renewed, microseconds; an hour when not given. */
  readonly leadMicros?: number
  readonly alert?: (alarm: TokenAlarm) => void
  /** Between tries and while another process refreshes. Real time when not given. */
  readonly pause?: (millis: number) => Promise<void>
  /** From 0 to 1, for jitter. */
  readonly random?: () => number
}

/** How often another process's refresh is looked at, and how many times before the caller is told to wait. */
const POLL_MILLIS = 250
const POLLS = 240

/** A clock that was stepped back this far behind the token's birth says nothing about its age. */
const STEP_MICROS = 5 * MINUTE

export class TokenKeeper {
  readonly #options: TokenKeeperOptions
  readonly #leadMicros: number
  readonly #pause: (millis: number) => Promise<void>
  #record: TokenRecord | undefined
  /** One refresh at a time in this process; everybody waits for the same. */
  #running: Promise<void> | undefined
  /** A pair that the venue gave and the disk would not take yet. Not used before it is written. */
  #unwritten: { readonly record: TokenRecord; readonly over: number } | undefined
  #failures = 0
  #reason = ''
  #retryTime = 0
  #alarmedDays = Number.POSITIVE_INFINITY

  constructor(options: TokenKeeperOptions) {
    this.#options = options
    this.#leadMicros = options.leadMicros ?? HOUR
    this.#pause = options.pause ?? (millis => new Promise(resolve => setTimeout(resolve, millis)))
  }

  /**
   * A token that may be used now: on disk already, and not expired as far as our clock can say. While a refresh fails and the
   * old token still lives, that one. Throws SourceError TOKEN_MISSING, HUMAN_REAUTH_REQUIRED, TOKEN_REFRESH_FAILED.
   */
  async access(): Promise<string> {
    this.#look()
    if (this.#isDue() && this.#record?.lost === undefined && this.#options.clock.now() >= this.#retryTime) await this.#single()
    const record = this.#record
    if (record === undefined) throw this.#missing()
    // A pending refresh may have killed the current token; it is renewed by what follows a refusal.
    if (this.#options.clock.now() < record.current.expiresTime && this.#unwritten === undefined) return record.current.access
    throw this.#refusal()
  }

  /** The last token read or written, without asking anybody. Empty when there is none. */
  get latest(): string {
    return this.#record?.current.access ?? ''
  }

  /** The venue refused `access`: a younger one from disk, or from a refresh. Throws as `access` does. */
  async renewed(access: string): Promise<string> {
    this.#look()
    const isOurs = this.#record?.current.access === access && this.#record.lost === undefined
    if (isOurs && this.#options.clock.now() >= this.#retryTime) await this.#single(access)
    const record = this.#record
    if (record === undefined) throw this.#missing()
    if (record.current.access !== access) return record.current.access
    throw this.#refusal()
  }

  /** The pair of a fresh consent, over whatever there was. */
  adopt(pair: { readonly access: string; readonly refresh: string; readonly lifeMicros: number }): void {
    const before = this.#options.store.load()
    const generation = (before?.generation ?? 0) + 1
    const record: TokenRecord = {
      generation,
      current: this.#born(pair),
      ...(before === undefined ? {} : { previous: before.current }),
    }
    this.#options.store.save(record, { over: generation - 1 })
    this.#succeed(record)
  }

  health(): TokenHealth {
    const { source } = this.#options
    const record = this.#record
    return {
      source,
      state: this.#state(),
      expiresTime: record?.current.expiresTime ?? (Number.NaN as Micros),
      generation: record?.generation ?? 0,
      failures: this.#failures,
      reason: record?.lost?.reason ?? this.#reason,
    }
  }

  /**
   * Renews in the background until `signal` fires. It looks at the clock often instead of sleeping long, so that a step of the
   * clock is noticed within a minute.
   */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // What goes wrong is said in health and by the alarms.
      await this.access().catch(() => undefined)
      this.#warn()
      await sleep(60_000, signal)
    }
  }

  #state(): TokenState {
    if (this.#record === undefined) return 'missing'
    if (this.#record.lost !== undefined) return 'lost'
    if (this.#running !== undefined) return 'refreshing'
    if (this.#failures > 0) return 'failing'
    return this.#isDue() ? 'due' : 'ok'
  }

  /** What another process wrote is ours too. */
  #look(): void {
    if (this.#unwritten !== undefined) return
    const found = this.#options.store.load()
    if (found !== undefined && found.generation > (this.#record?.generation ?? 0) && this.#failures > 0) this.#succeed(found)
    this.#record = found
  }

  #isDue(): boolean {
    const record = this.#record
    if (record === undefined) return false
    if (record.pending !== undefined || this.#unwritten !== undefined) return true
    if (record.current.refresh === '') return false
    const now = this.#options.clock.now()
    const { obtainedTime, expiresTime } = record.current
    // A short-lived token is renewed in its last tenth rather than all the time.
    const lead = Math.min(this.#leadMicros, (expiresTime - obtainedTime) / 10)
    return now >= expiresTime - lead || now < obtainedTime - STEP_MICROS
  }

  #single(rejected?: string): Promise<void> {
    this.#running ??= this.#refresh(rejected).finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #refresh(rejected: string | undefined): Promise<void> {
    if (this.#unwritten !== undefined && this.#write(this.#unwritten)) return

    const hold = await this.#hold(rejected)
    if (hold === undefined) return
    try {
      await this.#refreshHolding(hold, rejected)
    } finally {
      await hold.release().catch(() => undefined)
    }
  }

  /** Waits for the lease; undefined when somebody else's refresh made ours needless, or takes too long. */
  async #hold(rejected: string | undefined): Promise<Hold | undefined> {
    const { lease, source } = this.#options
    for (let i = 0; i < POLLS; i++) {
      let hold: Hold | undefined
      try {
        hold = await lease.acquire(`tokens-${source}`)
      } catch (error) {
        this.#fail(`no lease to be had: ${text(error)}`)
        return undefined
      }
      this.#look()
      if (hold !== undefined && this.#isWanted(rejected)) return hold
      await hold?.release()
      if (hold !== undefined || !this.#isWanted(rejected)) return undefined
      await this.#pause(POLL_MILLIS)
    }
    this.#fail('another process holds the right to refresh and does not finish')
    return undefined
  }

  #isWanted(rejected: string | undefined): boolean {
    if (this.#record === undefined || this.#record.lost !== undefined) return false
    return this.#isDue() || (rejected !== undefined && this.#record.current.access === rejected)
  }

  async #refreshHolding(hold: Hold, rejected: string | undefined): Promise<void> {
    const { clock, refresh, inBand, store } = this.#options
    const before = this.#record
    if (before === undefined) return
    const old = before.pending?.oldRefresh ?? before.current.refresh
    if (old === '') return this.#lose(before, 'the token was refused and there is no refresh token')

    const begun: TokenRecord = { ...before, pending: { oldRefresh: old, startedTime: clock.now(), fence: hold.fence } }
    try {
      store.save(begun, { over: before.generation })
    } catch (error) {
      // Nothing was called: a disk that cannot write now could not take the new pair either.
      return this.#fail(`the refresh could not be written down, so it was not begun: ${text(error)}`)
    }
    this.#record = begun
    if (!(await hold.current())) return this.#fail('another process took the right to refresh while this one stood still')

    let answer = await call(refresh, old)
    // Without an answer the old token is tried once more at once; it is either still good, or refused.
    if (answer.kind === 'unknown') answer = await call(refresh, old)
    let reason = answer.kind === 'renewed' ? '' : answer.reason
    if (answer.kind !== 'renewed' && answer.kind !== 'unsent' && inBand !== undefined) {
      const other = await call(inBand, old)
      // A refusal stays one, however the other way ended: not to be reached is no second refusal.
      if (other.kind !== 'renewed') reason = `${reason}; in band: ${other.reason}`
      if (other.kind === 'renewed' || answer.kind === 'refused') answer = other
    }

    if (answer.kind === 'renewed') {
      const record: TokenRecord = { generation: before.generation + 1, current: this.#born(answer), previous: before.current }
      this.#write({ record, over: before.generation })
      return
    }
    if (answer.kind === 'refused') return this.#lose(begun, reason)
    if (answer.kind === 'unsent' && before.pending === undefined) this.#forget(before)
    this.#fail(reason, answer.kind === 'unsent' ? answer.waitMillis : undefined)
    if (rejected !== undefined) this.#reason = `${reason}, and the current token was refused`
  }

  /** True when it is on disk. What the venue gave is never dropped: it is written at the next chance. */
  #write(unwritten: { readonly record: TokenRecord; readonly over: number }): boolean {
    try {
      this.#options.store.save(unwritten.record, { over: unwritten.over })
    } catch (error) {
      if (error instanceof SourceError && error.code === 'TOKEN_SUPERSEDED') {
        this.#unwritten = undefined
        this.#look()
        return true
      }
      this.#unwritten = unwritten
      this.#fail(`the new tokens could not be written, so they are not used: ${text(error)}`)
      return false
    }
    this.#unwritten = undefined
    this.#succeed(unwritten.record)
    return true
  }

  /** The call certainly did not happen, so nothing is pending. */
  #forget(before: TokenRecord): void {
    try {
      this.#options.store.save(before, { over: before.generation })
      this.#record = before
    } catch {
      // It stays pending: one more try of the old token, which does no harm.
    }
  }

  #born(pair: { readonly access: string; readonly refresh: string; readonly lifeMicros: number }): TokenPair {
    const now = this.#options.clock.now()
    return { access: pair.access, refresh: pair.refresh, obtainedTime: now, expiresTime: micros(now + pair.lifeMicros) }
  }

  #succeed(record: TokenRecord): void {
    const failed = this.#failures > 0 || this.#record?.lost !== undefined
    this.#record = record
    this.#failures = 0
    this.#reason = ''
    this.#retryTime = 0
    this.#alarmedDays = Number.POSITIVE_INFINITY
    if (failed) this.#alarm('recovered', 'the tokens are renewed again')
  }

  /** Waits 1 s × 2ⁿ with full jitter, at most 5 minutes; longer where the venue said so. */
  #fail(reason: string, waitMillis?: number): void {
    this.#failures++
    this.#reason = reason
    const jitter = (this.#options.random ?? Math.random)()
    const millis = waitMillis ?? jitter * Math.min(1000 * 2 ** Math.min(this.#failures, 20), 300_000)
    this.#retryTime = this.#options.clock.now() + millis * 1000
    if (this.#failures === 1) this.#alarm('failing', `the tokens could not be renewed: ${reason}`)
  }

  #lose(record: TokenRecord, reason: string): void {
    const { clock, store } = this.#options
    const { pending: _, ...kept } = record
    const lost: TokenRecord = { ...kept, lost: { time: clock.now(), reason } }
    try {
      store.save(lost, { over: record.generation })
    } catch (error) {
      this.#fail(`${reason}; and this could not be written down: ${text(error)}`)
      return
    }
    this.#record = lost
    this.#reason = reason
    this.#alarm('lost', `the link is lost and a person must consent again: ${reason}`)
  }

  /** At 7, 3 and 1 days, once each, where renewing was tried and failed or cannot be done without a person. */
  #warn(): void {
    const record = this.#record
    if (record === undefined || (this.#failures === 0 && record.lost === undefined && record.current.refresh !== '')) return
    const left = (record.current.expiresTime - this.#options.clock.now()) / DAY
    const threshold = [1, 3, 7].find(days => left <= days)
    if (threshold === undefined || threshold >= this.#alarmedDays) return
    this.#alarmedDays = threshold
    this.#alarm('expiring', left > 0 ? `the token ends in ${left.toFixed(1)} days and was not renewed` : 'the token has ended')
  }

  #alarm(kind: TokenAlarm['kind'], message: string): void {
    this.#options.alert?.({ source: this.#options.source, kind, message })
  }

  #missing(): SourceError {
    return new SourceError('TOKEN_MISSING', {
      message: `${this.#options.source} has no tokens yet`,
      fix: `quadrant secrets link ${this.#options.source}; docs/tokens.md shows how`,
    })
  }

  #refusal(): SourceError {
    const { source } = this.#options
    const reason = this.#record?.lost?.reason ?? this.#reason
    if (this.#record?.lost !== undefined || this.#record?.current.refresh === '') {
      return new SourceError('HUMAN_REAUTH_REQUIRED', {
        message: `the link to ${source} is lost: ${reason || 'the token has ended and cannot be renewed'}`,
        fix: `consent again in the browser: quadrant secrets link ${source}; docs/tokens.md shows how`,
      })
    }
    return new SourceError('TOKEN_REFRESH_FAILED', {
      message: `the tokens of ${source} could not be renewed: ${reason || 'a refresh is due again'}`,
      fix: 'nothing is lost yet; it is tried again by itself',
      passing: true,
    })
  }
}

function sleep(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const wake = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    const timer = setTimeout(wake, millis)
    timer.unref()
    signal.addEventListener('abort', wake)
    if (signal.aborted) wake()
  })
}

/** A call that throws was maybe sent. */
async function call(refresh: RefreshCall, token: string): Promise<RefreshAnswer> {
  try {
    return await refresh(token)
  } catch (error) {
    return { kind: 'unknown', reason: text(error) }
  }
}

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error))
