// How often a password may be tried: few times for each account, a little more for each address, bounded for the whole house.
import { AccessError } from './access-error.ts'

const WINDOW_MILLIS = 15 * 60_000
const FREE_FAILURES = 5
const CHECKS_MAX = 10
const DELAY_SECONDS_MAX = 60
const MINUTE_MILLIS = 60_000
const PER_ADDRESS = 30
const IN_ALL = 300

export interface Attempt {
  /** The name as it was typed: one that does not exist is treated like one that does. */
  readonly account: string
  readonly address: string
  /**
   * Where the account was signed in before, or is: proven by the mark of a device or by a session. It has a count of its own and
   * no part in the others, so that no flood of strangers locks the owner out.
   */
  readonly device?: string | undefined
}

export class Throttle {
  readonly #now: () => number
  /** When checks were begun, oldest first, of an account or of one of its devices. */
  readonly #checks = new Map<string, readonly number[]>()
  readonly #addresses = new Map<string, readonly number[]>()
  #all: readonly number[] = []

  constructor({ now }: { readonly now: () => number }) {
    this.#now = now
  }

  /**
   * Counts an attempt before its password is looked at, so that a thousand at once are no way around. What is returned takes it
   * back: the password was right. Throws AccessError ATTEMPTS_EXCEEDED, which is said before anything is known about the account.
   */
  begin({ account, address, device }: Attempt): () => void {
    const now = this.#now()
    if (device !== undefined) return this.#count(`device ${account} ${device}`, now)

    const place = placeOf(address)
    this.#all = within(this.#all, now, MINUTE_MILLIS)
    const fromPlace = within(this.#addresses.get(place) ?? [], now, MINUTE_MILLIS)
    if (this.#all.length >= IN_ALL) throw exceeded(this.#all[0]! + MINUTE_MILLIS - now)
    if (fromPlace.length >= PER_ADDRESS) throw exceeded(fromPlace[0]! + MINUTE_MILLIS - now)
    const takeBack = this.#count(`account ${account}`, now)
    this.#all = [...this.#all, now]
    this.#addresses.set(place, [...fromPlace, now])
    return takeBack
  }

  /** An admin let the account try again. */
  clear(account: string): void {
    for (const key of this.#checks.keys()) {
      if (key === `account ${account}` || key.startsWith(`device ${account} `)) this.#checks.delete(key)
    }
  }

  /** Forgets what no longer counts. */
  sweep(): void {
    const now = this.#now()
    for (const [key, times] of this.#checks) if (within(times, now, WINDOW_MILLIS).length === 0) this.#checks.delete(key)
    for (const [key, times] of this.#addresses) if (within(times, now, MINUTE_MILLIS).length === 0) this.#addresses.delete(key)
  }

  #count(key: string, now: number): () => void {
    const checks = within(this.#checks.get(key) ?? [], now, WINDOW_MILLIS)
    if (checks.length >= CHECKS_MAX) throw exceeded(checks[checks.length - CHECKS_MAX]! + WINDOW_MILLIS - now)
    const wait = checks.length < FREE_FAILURES ? 0 : checks.at(-1)! + delayMillis(checks.length) - now
    if (wait > 0) throw exceeded(wait)
    this.#checks.set(key, [...checks, now])

    return () => {
      const since = this.#checks.get(key) ?? []
      const at = since.indexOf(now)
      if (at >= 0) this.#checks.set(key, since.toSpliced(at, 1))
    }
  }
}

/** After the fifth failure one second, then 2, 4, 8 … at most 60. */
const delayMillis = (failures: number): number => 1_000 * Math.min(DELAY_SECONDS_MAX, 2 ** (failures - FREE_FAILURES))

const within = (times: readonly number[], now: number, millis: number): readonly number[] =>
  times.length > 0 && now - times[0]! >= millis ? times.filter(time => now - time < millis) : times

/** One customer has a whole /64 of IPv6: its addresses are one place. */
function placeOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address
  const [head = '', tail = ''] = address.split('::')
  const groups = head.split(':').filter(group => group !== '')
  const rest = tail.split(':').filter(group => group !== '')
  const whole = address.includes('::')
    ? [...groups, ...Array(Math.max(0, 8 - groups.length - rest.length)).fill('0'), ...rest]
    : groups
  return whole.slice(0, 4).join(':')
}

function exceeded(waitMillis: number): AccessError {
  const seconds = Math.max(1, Math.ceil(waitMillis / 1_000))
  return new AccessError('ATTEMPTS_EXCEEDED', {
    status: 429,
    message: 'there were too many attempts to sign in',
    fix: `wait ${seconds} s, or ask an admin to enable the account again`,
    retryAfterSeconds: seconds,
  })
}
