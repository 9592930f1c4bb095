// The data lines that both routes to a terminal share, as facts: tick, book, bar, cal, sym.
import type { Reactions } from '../../connectivity/conversation.ts'
import type { Subscription } from '../../connectivity/source.ts'
import { stepsOf } from '../../connectivity/steps.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { Impact } from '../../domain/macro.ts'
import type { BookLevel, BookSnapshot, Quote } from '../../domain/market.ts'
import { MINUTE, type Micros, micros, type Price, type Quantity } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { lotsToSteps, type SymbolFacts, symbolFacts } from './symbol-facts.ts'

/**
 *     {"t":"tick","sym":"EURUSD","b":"1.08345","a":"1.08357","l":"0.00000","v":"0","fl":6,"tm":1795500000123}
 *     {"t":"book","sym":"EURUSD","tm":1795500000123,"lv":[[1,"1.08360","2.50"],[2,"1.08345","1.00"]]}
 *     {"t":"bar","sym":"EURUSD","per":"M1","tm":1795500000000,"o":"1.08340","h":"1.08361","l":"1.08333","c":"1.08345","v":"57"}
 *     {"t":"cal","id":"840030016-1","cur":"USD","imp":3,"name":"Nonfarm Payrolls","tm":1796391000000,"act":"","fc":"180000","prev":"142000"}
 *
 * `tm` is UTC milliseconds: for a bar its opening. `fl` is MQL5's TICK_FLAG_*: 2 bid, 4 ask, 8 last, 16 volume, 32 buy,
 * 64 sell; 0 for a tick that was told before or may have been, at the beginning. A level is [ENUM_BOOK_TYPE, price, lots]: 1 sell, 2 buy, 3 and 4 the same at market. Sizes are lots.
 */
export type Line = Readonly<Record<string, unknown>>

export interface LineContext {
  /** Of the line within its connection. */
  readonly sequence: number
  readonly now: Micros
  /** UTC milliseconds of what the line is about. */
  readonly utcMillis: number
}

const FLAG = { bid: 2, ask: 4, last: 8, volume: 16, buy: 32, sell: 64 } as const
const BAR_MINUTES: Readonly<Record<string, number>> = { M1: 1, M5: 5, M15: 15, M30: 30, H1: 60, H4: 240, D1: 1440 }
const IMPACTS: readonly Impact[] = ['none', 'low', 'medium', 'high']

interface Watched {
  readonly instrument: Instrument
  readonly wants: Subscription['wants']
  contractSize: string | undefined
  /** The last that was told, to be told again when a doubt ends. */
  quote: Quote | undefined
  book: BookSnapshot | undefined
  /** What could not be read last, until it can be again. */
  readonly unreadable: Set<'quote' | 'book'>
  /** The broker has no such symbol. */
  absent: boolean
}

export class MarketLines {
  readonly #watched: ReadonlyMap<string, Watched>
  readonly #provenance: Provenance
  readonly #symbols = new Map<string, SymbolFacts>()

  constructor({
    subscriptions,
    provenance,
  }: {
    readonly subscriptions: readonly Subscription[]
    readonly provenance: Provenance
  }) {
    this.#provenance = provenance
    this.#watched = new Map(
      subscriptions.map(({ symbol, instrument, wants }) => [
        symbol,
        {
          instrument,
          wants,
          contractSize: undefined,
          quote: undefined,
          book: undefined,
          unreadable: new Set(),
          absent: false,
        } satisfies Watched,
      ]),
    )
  }

  /** What the terminal said of its symbols on this connection. */
  get symbols(): ReadonlyMap<string, SymbolFacts> {
    return this.#symbols
  }

  instrumentId(symbol: unknown): string {
    return (typeof symbol === 'string' ? this.#watched.get(symbol)?.instrument.id : undefined) ?? ''
  }

  /** The broker has no symbol of that name: its instrument is dead here, whatever is said of the others. */
  absent(symbol: unknown, out: Reactions): void {
    const watched = typeof symbol === 'string' ? this.#watched.get(symbol) : undefined
    if (!watched) {
      out.unknown(`symbol ${JSON.stringify(symbol)}`)
      return
    }
    watched.absent = true
    this.#sayDoubt(watched, out)
  }

  /** Facts of a symbol. A broker whose prices have other decimals than the instrument is refused by each price, not rounded. */
  symbol(line: Line, out: Reactions): SymbolFacts | undefined {
    const facts = symbolFacts(line)
    if (typeof facts === 'string') {
      out.fault('schema', this.instrumentId(line['sym']), `symbol ${String(line['sym'])}: ${facts}`)
      return undefined
    }
    this.#symbols.set(facts.name, facts)
    const watched = this.#watched.get(facts.name)
    if (watched) watched.contractSize = facts.contractSize
    return facts
  }

  tick(line: Line, at: LineContext, out: Reactions): void {
    const watched = this.#watchedOf(line, out)
    if (!watched) return
    const { instrument, wants } = watched
    const flags = typeof line['fl'] === 'number' ? line['fl'] : 0
    const bid = this.#price(line, 'b', instrument, out)
    const ask = this.#price(line, 'a', instrument, out)
    if (bid === undefined || ask === undefined) {
      this.#doubt(watched, 'quote', out)
      return
    }

    const isQuote = flags === 0 || (flags & (FLAG.bid | FLAG.ask)) !== 0
    if (wants.includes('quote') && isQuote && bid > 0 && ask > 0) {
      if (bid > ask) {
        out.fault('crossed', instrument.id, `bid ${String(line['b'])} above ask ${String(line['a'])}`)
        this.#doubt(watched, 'quote', out)
        return
      }
      const sizes = { bidSize: 0 as Quantity, askSize: 0 as Quantity }
      watched.quote = { kind: 'quote', ...this.#happened(instrument, at), bid, ask, ...sizes }
      if (!this.#trust(watched, 'quote', at.now, out)) out.fact(watched.quote)
    }

    if (!wants.includes('trade') || (flags & (FLAG.last | FLAG.volume)) === 0) return
    const price = this.#price(line, 'l', instrument, out)
    const quantity = this.#size(line['v'], watched)
    if (price === undefined || price <= 0 || quantity === 0) return
    if (quantity === undefined) {
      out.fault('schema', instrument.id, `tick volume ${JSON.stringify(line['v'])}`)
      return
    }
    const aggressor = flags & FLAG.buy ? 'buy' : flags & FLAG.sell ? 'sell' : 'unknown'
    out.fact({ kind: 'trade', ...this.#happened(instrument, at), price, quantity, aggressor })
  }

  /** Each is the whole book. */
  book(line: Line, at: LineContext, out: Reactions): void {
    const watched = this.#watchedOf(line, out)
    if (!watched?.wants.includes('book')) return
    const { instrument } = watched
    const sides = this.#levels(line['lv'], watched)
    if (typeof sides === 'string') {
      out.fault('schema', instrument.id, `book: ${sides}`)
      this.#doubt(watched, 'book', out)
      return
    }
    const { bids, asks } = sides
    if (bids[0] !== undefined && asks[0] !== undefined && bids[0].price > asks[0].price) {
      out.fault('crossed', instrument.id, 'the book has a bid above its ask')
      this.#doubt(watched, 'book', out)
      return
    }
    watched.book = { kind: 'book-snapshot', ...this.#happened(instrument, at), updateId: at.sequence, bids, asks }
    if (!this.#trust(watched, 'book', at.now, out)) out.fact(watched.book)
  }

  /** What is known still holds though it was doubted: the last quote and book again, and `live` of what can be read. */
  retell(now: Micros, out: Reactions): void {
    for (const watched of this.#watched.values()) {
      if (watched.absent || watched.unreadable.size > 0) this.#sayDoubt(watched, out)
      else this.#tellKnown(watched, now, out)
    }
  }

  /** Nothing told until now holds any more. */
  forget(): void {
    for (const watched of this.#watched.values()) {
      watched.quote = undefined
      watched.book = undefined
      watched.unreadable.clear()
      watched.absent = false
    }
  }

  #doubt(watched: Watched, what: 'quote' | 'book', out: Reactions): void {
    if (watched.unreadable.has(what)) return
    watched.unreadable.add(what)
    this.#sayDoubt(watched, out)
  }

  #sayDoubt({ absent, unreadable, instrument }: Watched, out: Reactions): void {
    const reason = absent ? 'the broker has no such symbol' : `the ${[...unreadable].join(' and ')} cannot be read`
    out.link('degraded', instrument.id, reason)
  }

  /** True when this ended a doubt, and everything known was told again. */
  #trust(watched: Watched, what: 'quote' | 'book', now: Micros, out: Reactions): boolean {
    if (!watched.unreadable.delete(what)) return false
    if (watched.unreadable.size > 0) return true
    out.link('live', watched.instrument.id, 'it can be read again')
    this.#tellKnown(watched, now, out)
    return true
  }

  #tellKnown({ quote, book }: Watched, now: Micros, out: Reactions): void {
    if (quote) out.fact({ ...quote, receivedTime: now })
    if (book) out.fact({ ...book, receivedTime: now })
  }

  bar(line: Line, at: LineContext, out: Reactions): void {
    const watched = this.#watchedOf(line, out)
    if (!watched) return
    const { instrument } = watched
    const minutes = BAR_MINUTES[String(line['per'])]
    if (minutes === undefined) {
      out.fault('schema', instrument.id, `bar of ${JSON.stringify(line['per'])}`)
      return
    }

    const [open, high, low, close] = ['o', 'h', 'l', 'c'].map(key => this.#price(line, key, instrument, out))
    const volume = typeof line['v'] === 'string' ? stepsOf(line['v'], 0) : undefined
    if (open === undefined || high === undefined || low === undefined || close === undefined) return
    if (volume === undefined || low > Math.min(open, close) || high < Math.max(open, close)) {
      out.fault('schema', instrument.id, 'a bar whose prices or volume contradict each other')
      return
    }
    const openTime = (at.utcMillis * 1000) as Micros
    out.fact({
      kind: 'bar',
      ...this.#happened(instrument, at),
      eventTime: (openTime + minutes * MINUTE) as Micros,
      basis: 'bid',
      openTime,
      open,
      high,
      low,
      close,
      askOpen: open,
      askHigh: high,
      askLow: low,
      askClose: close,
      volume,
    })
  }

  /** An entry of the terminal's own economic calendar; values are plain numbers in the unit's own size, empty when unknown. */
  calendar(line: Line, at: LineContext, out: Reactions): void {
    const { id, cur, name, imp, act, fc, prev } = line
    const impact = IMPACTS[Number(imp)]
    const values = [act, fc, prev].map(numberOf)
    if (typeof id !== 'string' || typeof cur !== 'string' || typeof name !== 'string' || impact === undefined) {
      out.fault('schema', '', 'a calendar entry without id, currency, name or importance')
      return
    }
    if (values.includes(undefined)) {
      out.fault('schema', '', `calendar entry ${id}: a value is no number`)
      return
    }
    const [actual = Number.NaN, forecast = Number.NaN, previous = Number.NaN] = values
    const scheduledTime = (at.utcMillis * 1000) as Micros
    out.fact({
      kind: 'calendar-entry',
      eventTime: scheduledTime,
      receivedTime: at.now,
      sequence: at.sequence,
      provenance: this.#provenance,
      id,
      currency: cur,
      impact,
      name,
      actual,
      forecast,
      previous,
      scheduledTime,
    })
  }

  #watchedOf({ sym }: Line, out: Reactions): Watched | undefined {
    const watched = typeof sym === 'string' ? this.#watched.get(sym) : undefined
    if (!watched) out.unknown(`symbol ${JSON.stringify(sym)}`)
    return watched
  }

  #price(line: Line, key: string, instrument: Instrument, out: Reactions): Price | undefined {
    const text = line[key]
    const steps = typeof text === 'string' ? stepsOf(text, instrument.priceDecimals) : undefined
    if (steps === undefined) out.fault('schema', instrument.id, `${key} ${JSON.stringify(text)} is no price of ${instrument.id}`)
    return steps as Price | undefined
  }

  #size(text: unknown, { instrument, contractSize }: Watched): Quantity | undefined {
    if (typeof text !== 'string' || contractSize === undefined) return undefined
    return lotsToSteps(text, { contractSize, decimals: instrument.quantityDecimals }) as Quantity | undefined
  }

  #levels(given: unknown, watched: Watched): { readonly bids: BookLevel[]; readonly asks: BookLevel[] } | string {
    if (!Array.isArray(given)) return 'no levels'
    const bids: BookLevel[] = []
    const asks: BookLevel[] = []
    for (const level of given) {
      const [type, priceText, lots] = Array.isArray(level) ? level : []
      // Orders at market have no price and belong to no level.
      if (type === 3 || type === 4) continue
      const price = typeof priceText === 'string' ? stepsOf(priceText, watched.instrument.priceDecimals) : undefined
      const quantity = this.#size(lots, watched)
      if ((type !== 1 && type !== 2) || price === undefined || quantity === undefined || quantity < 0) {
        return `level ${JSON.stringify(level)}`
      }
      const side = type === 2 ? bids : asks
      side.push({ price: price as Price, quantity })
    }
    bids.sort((a, b) => b.price - a.price)
    asks.sort((a, b) => a.price - b.price)
    return { bids, asks }
  }

  #happened(instrument: Instrument, { utcMillis, now, sequence }: LineContext) {
    return {
      instrumentId: instrument.id,
      eventTime: micros(utcMillis * 1000),
      receivedTime: now,
      sequence,
      provenance: this.#provenance,
    }
  }
}

/** Milliseconds since 1970 that are a time: within a day of what microseconds can count. */
export const isMillis = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Math.abs(value as number) <= MILLIS_MAX

const MILLIS_MAX = Math.floor(Number.MAX_SAFE_INTEGER / 1000) - 86_400_000

/** NaN for an empty text, undefined for what is no number. */
function numberOf(text: unknown): number | undefined {
  if (text === '') return Number.NaN
  return typeof text === 'string' && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}
