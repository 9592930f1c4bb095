// One instrument's trades in the order of their numbers: told once each, and those that were missed are asked for.
import type { Trade } from '../domain/market.ts'
import { type Micros, SECOND } from '../domain/numbers.ts'
import type { Reactions } from './conversation.ts'

/** Missed trades that have not come by then are given up: the gap was told. */
const PATIENCE = 5 * SECOND
const HELD_MAX = 10_000
/** Further back than this, trades are history and not a gap to close. */
const MISSED_MAX = 10_000

/** Trades are missing from `first` to `last`, both included. */
export interface MissedTrades {
  readonly first: number
  readonly last: number
}

export interface TradeChainOptions {
  readonly instrumentId: string
  /** The last number known from the connection before: what was missed between is asked for, and is nobody's fault. */
  readonly known?: number | undefined
  /** Asks for missed trades, which come back through `fill`; absent where the venue does not give them. */
  readonly ask?: (missed: MissedTrades, out: Reactions) => void
  /** Told of the last number, for the connection after. */
  readonly told?: (last: number) => void
}

/** For venues that number an instrument's trades without holes; the number is the trade's `sequence`. */
export class TradeChain {
  readonly #options: TradeChainOptions
  #last: number | undefined
  /** Nothing of this connection has been told yet. */
  #first = true
  /** In order; after a gap, or while the instrument may not be told of. */
  #held: Trade[] = []
  /** Until when missed trades are waited for. */
  #until = 0

  constructor(options: TradeChainOptions) {
    this.#options = options
    this.#last = options.known
  }

  /** Holds it until `release`. */
  take(trade: Trade, now: Micros, out: Reactions): void {
    const newest = this.#held.at(-1)?.sequence ?? this.#last
    if (newest !== undefined && trade.sequence <= newest) {
      if (!this.#first) this.#fault('duplicate', `trade ${trade.sequence} after trade ${newest}`, out)
      return
    }
    this.#hold(trade, out)
    if (newest !== undefined && trade.sequence > newest + 1) {
      const missed = { first: newest + 1, last: trade.sequence - 1 }
      if (!this.#first || this.#options.ask === undefined)
        this.#fault('gap', `trades ${missed.first} to ${missed.last} did not come`, out)
      this.#ask(missed, now, out)
    }
    this.#first = false
  }

  /** The last trades from before the connection, oldest first: no news, unless the one before missed them. */
  begin(trades: readonly Trade[], now: Micros, out: Reactions): void {
    if (!this.#first) return
    if (this.#last === undefined) this.#last = trades.at(-1)?.sequence
    else {
      for (const trade of trades) {
        this.take(trade, now, out)
        this.#first = true
      }
    }
    this.#first = false
  }

  /** Trades that were asked for, in any order; those that are known already are passed over. */
  fill(trades: readonly Trade[], now: Micros, out: Reactions): void {
    this.#until = 0
    const known = new Set(this.#held.map(trade => trade.sequence))
    const last = this.#last ?? -1
    const missed = trades.filter(({ sequence }) => sequence > last && !known.has(sequence))
    this.#held = [...missed, ...this.#held].sort((a, b) => a.sequence - b.sequence)
    const still = this.#gap()
    // Venues give them by the page: as long as a page brings something, there may be more.
    if (still !== undefined && missed.length > 0) this.#ask(still, now, out)
  }

  /** Tells what is held, unless missed trades are still on their way. */
  release(now: Micros, out: Reactions): void {
    if (this.#held.length === 0 || now < this.#until) return
    const held = this.#held
    this.#held = []
    // The received time is now: that is when they are told, and time does not run backwards.
    for (const trade of held) out.fact(trade.receivedTime === now ? trade : { ...trade, receivedTime: now })
    this.#last = held.at(-1)!.sequence
    this.#options.told?.(this.#last)
  }

  #hold(trade: Trade, out: Reactions): void {
    if (this.#held.length === HELD_MAX) {
      this.#fault('overflow', `more than ${HELD_MAX} trades wait`, out)
      this.#held = []
    }
    this.#held.push(trade)
  }

  #ask(missed: MissedTrades, now: Micros, out: Reactions): void {
    // One question at a time: its answer shows what is missing then.
    if (this.#options.ask === undefined || now < this.#until || missed.last - missed.first >= MISSED_MAX) return
    this.#until = now + PATIENCE
    this.#options.ask(missed, out)
  }

  #gap(): MissedTrades | undefined {
    let last = this.#last
    for (const { sequence } of this.#held) {
      if (last !== undefined && sequence > last + 1) return { first: last + 1, last: sequence - 1 }
      last = sequence
    }
    return undefined
  }

  #fault(fault: 'gap' | 'duplicate' | 'overflow', detail: string, out: Reactions): void {
    out.fault(fault, this.#options.instrumentId, detail)
  }
}
