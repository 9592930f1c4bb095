// One symbol's best prices: told as the stream tells them, and asked for where the stream is silent.
import type { Reactions } from '../../connectivity/conversation.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { type Micros, SECOND } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { quoteOf } from './binance-facts.ts'
import type { BestPrices } from './binance-messages.ts'

/** The stream and a reply may be so far apart: a price that moved within is not doubted. */
const AT_REST = 2 * SECOND

export interface BestQuoteOptions {
  readonly instrument: Instrument
  readonly provenance: Provenance
  /** Asks for the best prices beside the stream, so often; absent where a book shows them. */
  readonly ask?: { readonly every: number; readonly ask: (out: Reactions) => void } | undefined
}

export class BestQuote {
  readonly #options: BestQuoteOptions
  #last: BestPrices | undefined
  #lastTime = Number.NEGATIVE_INFINITY
  #askAt: number
  #asked: { readonly time: Micros; readonly last: BestPrices | undefined } | undefined

  constructor(options: BestQuoteOptions, opened: Micros) {
    this.#options = options
    this.#askAt = options.ask === undefined ? Number.POSITIVE_INFINITY : opened
  }

  /** False when the stream has told these or newer ones. */
  isNew(best: BestPrices, now: Micros, out: Reactions): boolean {
    const last = this.#last?.updateId ?? -1
    if (best.updateId <= last) {
      const fault = best.updateId === last ? 'duplicate' : 'reorder'
      out.fault(fault, this.#options.instrument.id, `best prices of update ${best.updateId} after those of ${last}`)
      return false
    }
    this.#last = best
    this.#lastTime = now
    return true
  }

  tell(best: BestPrices, now: Micros, out: Reactions): void {
    const { instrument, provenance } = this.#options
    // An empty side is told as a price of zero: there is nothing to quote.
    if (best.bid === 0 || best.ask === 0) return
    if (best.bid < best.ask) out.fact(quoteOf(best, { instrument, provenance, receivedTime: now }))
    else out.fault('crossed', instrument.id, `best bid at or above best ask at update ${best.updateId}`)
  }

  /** What was asked for beside the stream. It has no number, so it counts only where the stream was at rest around it. */
  answered(best: BestPrices, now: Micros, out: Reactions): void {
    const asked = this.#asked
    const last = this.#last
    this.#asked = undefined
    if (asked === undefined || asked.last !== last || asked.time - this.#lastTime < AT_REST) return
    if (last !== undefined && isSame(best, last)) return
    const told = { ...best, updateId: last?.updateId ?? 0 }
    if (last !== undefined) out.fault('gap', this.#options.instrument.id, 'the stream did not tell the newest best prices')
    this.#last = told
    this.tell(told, now, out)
  }

  tick(now: Micros, out: Reactions): void {
    const ask = this.#options.ask
    if (now < this.#askAt || ask === undefined) return
    this.#askAt = now + ask.every
    this.#asked = { time: now, last: this.#last }
    ask.ask(out)
  }
}

const isSame = (a: BestPrices, b: BestPrices): boolean =>
  a.bid === b.bid && a.ask === b.ask && a.bidSize === b.bidSize && a.askSize === b.askSize
