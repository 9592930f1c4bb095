// What waits to be sent: paced, so that many subscriptions at once do not look like an attack, and slower after each failure.
import type { Reactions } from '../../connectivity/conversation.ts'
import type { Micros } from '../../domain/numbers.ts'

/** Messages that may leave within a second. Kraken states no figure; this is far below what its clients do. */
const PER_SECOND = 20
const SECOND = 1_000_000
const RETRY_MICROS_MAX = 30 * SECOND
/** A book that stayed whole for so long is asked for at once when it breaks again. */
const HEALTHY_MICROS = SECOND

const NEVER = Number.POSITIVE_INFINITY

interface Waiting {
  readonly text: string
  readonly onSent: ((now: Micros) => void) | undefined
}

interface Retry {
  failures: number
  /** When the messages may be sent; Infinity when none wait. */
  due: number
  /** Since when what was asked for is whole; Infinity while it is not. */
  wholeSince: number
  messages: readonly string[]
}

export class Outbox {
  readonly #waiting: Waiting[] = []
  readonly #retries = new Map<string, Retry>()
  #secondStart = Number.NEGATIVE_INFINITY
  #sentInSecond = 0

  put(text: string, onSent?: (now: Micros) => void): void {
    this.#waiting.push({ text, onSent })
  }

  /** Sends the messages again for one symbol: at once the first time, then after 0.5, 1, 2 … 30 s. One that waits stays. */
  retry(symbol: string, now: Micros, messages: readonly string[]): void {
    const retry = this.#retries.get(symbol) ?? { failures: 0, due: NEVER, wholeSince: 0, messages: [] }
    this.#retries.set(symbol, retry)
    if (retry.due !== NEVER) return
    if (now - retry.wholeSince > HEALTHY_MICROS) retry.failures = 0
    retry.wholeSince = NEVER
    retry.due = now + (retry.failures === 0 ? 0 : Math.min(RETRY_MICROS_MAX, (SECOND / 2) * 2 ** (retry.failures - 1)))
    retry.failures++
    retry.messages = messages
  }

  /** What was asked for again has come, and is sound. */
  whole(symbol: string, now: Micros): void {
    const retry = this.#retries.get(symbol)
    if (retry !== undefined) retry.wholeSince = now
  }

  release(now: Micros, out: Reactions): void {
    for (const retry of this.#retries.values()) {
      if (retry.due > now) continue
      retry.due = NEVER
      for (const text of retry.messages) this.put(text)
    }
    if (now - this.#secondStart >= SECOND) {
      this.#secondStart = now
      this.#sentInSecond = 0
    }
    while (this.#waiting.length > 0 && this.#sentInSecond < PER_SECOND) {
      const { text, onSent } = this.#waiting.shift()!
      out.send(text)
      this.#sentInSecond++
      onSent?.(now)
    }
  }
}
