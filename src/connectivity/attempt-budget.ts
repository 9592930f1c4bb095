// How often a host may be called: connection attempts in a sliding window, counted at the door that all go through.
import type { Micros } from '../domain/numbers.ts'
import type { Network } from './network.ts'

export interface AttemptRule {
  /** Kraken: 150 in 600,000 ms. Binance: 300 in 300,000 ms. Coinbase: 8 in 1,000 ms. */
  readonly most: number
  readonly withinMillis: number
}

export class AttemptBudget {
  readonly #most: number
  readonly #windowMicros: number
  /** Times of the attempts inside the window, oldest first. */
  readonly #times: Micros[] = []

  constructor({ most, withinMillis }: AttemptRule) {
    this.#most = most
    this.#windowMicros = withinMillis * 1000
  }

  /** Zero when an attempt was granted and counted; else the microseconds until the next can be. */
  take(now: Micros): number {
    while (this.#times.length > 0 && this.#times[0]! + this.#windowMicros <= now) this.#times.shift()
    if (this.#times.length >= this.#most) return this.#times[0]! + this.#windowMicros - now
    this.#times.push(now)
    return 0
  }
}

const budgets = new WeakMap<Network, Map<string, AttemptBudget>>()

/** The one budget of a host at this door. The rule of the first who asks holds. */
export function attemptsAt(network: Network, host: string, rule: AttemptRule): AttemptBudget {
  const hosts = budgets.get(network) ?? new Map<string, AttemptBudget>()
  budgets.set(network, hosts)
  const budget = hosts.get(host) ?? new AttemptBudget(rule)
  hosts.set(host, budget)
  return budget
}
