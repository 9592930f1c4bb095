// One symbol's trades in the order of their ids: told once each, and those that were missed are fetched.
import type { Reactions } from '../../connectivity/conversation.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { type Micros, SECOND } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { tradeOf } from './binance-facts.ts'
import { fieldsOf, type Print, printOf } from './binance-messages.ts'

/** Missed trades that have not come by then are given up: the gap was told. */
const PATIENCE = 5 * SECOND
const HELD_MAX = 10_000
const PAGE = 1000
/** Further back than this, trades are history and not a gap to close. */
const FETCHED_MAX = 10_000

export interface PrintOptions {
  readonly symbol: string
  readonly instrument: Instrument
  readonly provenance: Provenance
  readonly rest: string
  /** The last id known from the connection before. */
  readonly last: number | undefined
  /** Where the last id is kept for the connection after. */
  readonly lastPrints: Map<string, number> | undefined
}

export class PrintChain {
  readonly #options: PrintOptions
  #last: number | undefined
  /** Came after a gap, or while the instrument may not be told of. */
  #held: Print[] = []
  /** Until when missed trades are waited for. */
  #until = 0

  constructor(options: PrintOptions) {
    this.#options = options
    this.#last = options.last
  }

  take(print: Print, now: Micros, out: Reactions): void {
    const newest = this.#held.at(-1)?.id ?? this.#last
    if (newest !== undefined && print.id <= newest) {
      // What the connection before has told is not the venue's fault.
      if (this.#held.length > 0 || this.#last !== this.#options.last)
        out.fault('duplicate', this.#options.instrument.id, `trade ${print.id} after trade ${newest}`)
      return
    }
    if (newest !== undefined && print.id > newest + 1) {
      const between = this.#last === this.#options.last && this.#held.length === 0
      if (!between) out.fault('gap', this.#options.instrument.id, `trades ${newest + 1} to ${print.id - 1} did not come`)
      if (print.id - newest <= FETCHED_MAX) this.#fetch(now, out)
    }
    if (this.#held.length === HELD_MAX) {
      out.fault('overflow', this.#options.instrument.id, `more than ${HELD_MAX} trades wait`)
      this.#held.shift()
    }
    this.#held.push(print)
  }

  /** The reply to a request for missed trades. */
  fill(body: string, now: Micros, out: Reactions): void {
    const missed = this.#missedIn(body)
    this.#until = 0
    if (missed === undefined) {
      out.fault('schema', this.#options.instrument.id, 'missed trades that cannot be read')
      return
    }
    const known = new Set(this.#held.map(print => print.id))
    const last = this.#last ?? -1
    const fresh = missed.filter(print => print.id > last && !known.has(print.id))
    this.#held = [...fresh, ...this.#held].sort((a, b) => a.id - b.id)
    if (missed.length === PAGE && this.#gapAt() >= 0) this.#fetch(now, out)
  }

  /** Tells what is in order, unless missed trades are still on their way. */
  release(now: Micros, out: Reactions): void {
    if (this.#held.length === 0 || now < this.#until) return
    const { instrument, provenance, symbol, lastPrints } = this.#options
    const held = this.#held
    this.#held = []
    // The received time is now: that is when they are told, and time does not run backwards.
    for (const print of held) out.fact(tradeOf(print, { instrument, provenance, receivedTime: now }))
    this.#last = held.at(-1)!.id
    lastPrints?.set(symbol, this.#last)
  }

  #fetch(now: Micros, out: Reactions): void {
    const { symbol, rest } = this.#options
    const gap = this.#gapAt()
    const from = gap >= 0 ? gap : (this.#held.at(-1)?.id ?? this.#last ?? -1) + 1
    this.#until = now + PATIENCE
    out.request(`trades ${symbol}`, {
      method: 'GET',
      url: `${rest}/aggTrades?symbol=${encodeURIComponent(symbol)}&fromId=${from}&limit=${PAGE}`,
      weight: 4,
    })
  }

  /** The first id that is missing among what is held; -1 when none is. */
  #gapAt(): number {
    let next = this.#last === undefined ? undefined : this.#last + 1
    for (const { id } of this.#held) {
      if (next !== undefined && id > next) return next
      next = id + 1
    }
    return -1
  }

  #missedIn(body: string): readonly Print[] | undefined {
    let rows: unknown
    try {
      rows = JSON.parse(body)
    } catch {
      return undefined
    }
    if (!Array.isArray(rows)) return undefined
    const prints: Print[] = []
    for (const row of rows) {
      const fields = fieldsOf(row)
      const print = fields && printOf(fields, this.#options.instrument)
      if (print === undefined) return undefined
      prints.push(print)
    }
    return prints
  }
}
