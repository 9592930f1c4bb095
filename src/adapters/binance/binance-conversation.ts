// Binance's combined streams, spot and USD-M futures: which message is what, and which book, trade or quote it makes.

import type { Conversation, Frame, HttpReply, Reactions } from '../../connectivity/conversation.ts'
import { TradeChain } from '../../connectivity/trade-chain.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { HOUR, MINUTE, type Micros, SECOND } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { BestQuote } from './best-quote.ts'
import { BinanceBook } from './binance-book.ts'
import { barOf, tradeOf } from './binance-facts.ts'
import {
  bestPricesOf,
  depthSnapshotOf,
  depthUpdateOf,
  type Fields,
  fieldsOf,
  klineOf,
  printOf,
  printsOf,
  timeOf,
} from './binance-messages.ts'
import type { Chain } from './depth-rule.ts'

/** The venue ends every connection after 24 hours; ours is replaced before, with time to try again. */
const LIFE = 23 * HOUR + 50 * MINUTE
/** Quiet markets are silent: a question now and then, far below five messages a second, tells them from a dead line. */
const ASK_ALIVE = 3 * SECOND
/** A book follows its best prices within 100 ms. */
const OVERDUE = SECOND
/** Books and best prices are looked up beside the stream so far apart, and with many symbols further. */
const AUDIT = MINUTE
const AUDIT_EACH = (12 * SECOND) / 100
const LOOK = 30 * SECOND
const LOOK_EACH = SECOND / 10

export interface BinanceWish {
  readonly instrument: Instrument
  /** In capitals, as messages spell it. */
  readonly symbol: string
  readonly book: boolean
  /** Best prices are wanted at once. */
  readonly quote?: boolean
}

export interface BinanceTalk {
  readonly wishes: readonly BinanceWish[]
  readonly provenance: Provenance
  readonly chain: Chain
  /** 'https://data-api.binance.vision/api/v3' */
  readonly rest: string
  readonly depthLimit: number
  /** Symbols of all connections, which share the limits of the venue's REST; the wishes' number when not given. */
  readonly sharedBy?: number
  /** Where the last trade ids outlive a connection, so that what was missed between two is fetched. */
  readonly lastTrades?: Map<string, number>
}

export class BinanceConversation implements Conversation {
  readonly #talk: BinanceTalk
  readonly #markets = new Map<string, Market>()
  #opened = Number.POSITIVE_INFINITY
  #replaced = false
  #measured = Number.NEGATIVE_INFINITY
  #asked = 0
  #questions = 0

  constructor(talk: BinanceTalk) {
    this.#talk = talk
  }

  /** The address has subscribed already. */
  open(now: Micros, out: Reactions): void {
    this.#opened = this.#asked = now
    const { wishes, provenance, chain } = this.#talk
    const audit = Math.max(AUDIT, AUDIT_EACH * this.#shared)
    out.link('syncing', '', 'subscribed by its address')
    for (const wish of wishes) {
      const { instrument, symbol, book } = wish
      this.#markets.set(symbol, {
        instrument,
        book: book
          ? new BinanceBook({ instrument, provenance, chain, audit, ask: to => this.#askDepth(symbol, to) }, now)
          : undefined,
        trades: this.#tradesOf(wish),
        quote: new BestQuote({ instrument, provenance, ask: this.#askBest(wish) }, now),
      })
      if (!book) out.link('live', instrument.id, 'no book was asked for')
    }
  }

  receive(frame: Frame, now: Micros, out: Reactions): void {
    const message = parsed(frame)
    if (message === undefined) {
      out.fault('schema', '', `no JSON object: ${shown(frame)}`)
      return
    }
    const stream = message['stream']
    const data = typeof stream === 'string' ? fieldsOf(message['data']) : message
    if (data === undefined) {
      out.fault('schema', '', `a stream without data: ${shown(frame)}`)
      return
    }
    this.#read(data, { now, out, frame })
  }

  answer(tag: string, reply: HttpReply, now: Micros, out: Reactions): void {
    const [what = '', symbol = '', argument = ''] = tag.split(' ')
    const market = this.#markets.get(symbol)
    if (market === undefined) return
    if (reply.status !== 200) {
      this.#refusal(market, reply, now, out)
      return
    }
    if (what === 'depth') this.#snapshot(market, reply.body, { limit: Number(argument), now, out })
    else if (what === 'best') this.#best(market, reply.body, now, out)
    else if (what === 'trades') this.#fill(market, reply.body, now, out)
    release(market, now, out)
  }

  tick(now: Micros, out: Reactions): void {
    for (const market of this.#markets.values()) {
      market.book?.tick(now, out)
      market.quote.tick(now, out)
      release(market, now, out)
    }
    if (now - this.#asked >= ASK_ALIVE) {
      this.#asked = now
      this.#questions += 1
      out.send(JSON.stringify({ method: 'LIST_SUBSCRIPTIONS', id: this.#questions }))
    }
    if (now - this.#opened >= LIFE) this.#replace('the venue ends connections after 24 hours', out)
  }

  #read(data: Fields, { now, out, frame }: Reading): void {
    const kind = data['e'] ?? (data['b'] !== undefined && data['u'] !== undefined ? 'bookTicker' : undefined)
    if (kind === 'serverShutdown') {
      this.#replace('the venue announced that this server goes down', out)
      return
    }
    if (kind === undefined && 'id' in data && 'result' in data) {
      if (data['id'] === this.#questions) this.#alive(now, out)
      return
    }

    const symbol = data['s']
    const market = typeof symbol === 'string' ? this.#markets.get(symbol) : undefined
    const read = READERS.get(kind)
    if (market === undefined || read === undefined) {
      out.unknown(read === undefined ? `message of type ${String(kind)}` : `${String(kind)} of ${String(symbol)}`)
      return
    }
    if (!read(this.#talk, market, data, now, out)) {
      const detail = `${String(kind)} that cannot be read: ${shown(frame)}`
      if (kind === 'depthUpdate' && market.book !== undefined) market.book.unreadable(detail, now, out)
      else out.fault('schema', market.instrument.id, detail)
    }
    release(market, now, out)
    this.#measure(data, now, out)
  }

  #askDepth(symbol: string, out: Reactions): void {
    const { rest, depthLimit } = this.#talk
    const url = `${rest}/depth?symbol=${encodeURIComponent(symbol)}&limit=${depthLimit}`
    out.request(depthTag(symbol, depthLimit), { method: 'GET', url, weight: depthWeight(depthLimit) })
  }

  /** The stream tells best prices when they change, which in a quiet market is not soon; and none is sent twice. */
  #askBest({ symbol, book, quote }: BinanceWish) {
    if (book || quote !== true) return undefined
    const url = `${this.#talk.rest}/ticker/bookTicker?symbol=${encodeURIComponent(symbol)}`
    const ask = (out: Reactions): void => out.request(`best ${symbol}`, { method: 'GET', url, weight: 2 })
    return { every: Math.max(LOOK, LOOK_EACH * this.#shared), ask }
  }

  #best({ instrument, quote }: Market, body: string, now: Micros, out: Reactions): void {
    const { bidPrice: b, bidQty: B, askPrice: a, askQty: A } = parsed(body) ?? {}
    const best = bestPricesOf({ u: 0, b, B, a, A }, instrument)
    if (best === undefined) out.fault('schema', instrument.id, `best prices that cannot be read: ${shown(body)}`)
    else quote.answered(best, now, out)
  }

  get #shared(): number {
    return this.#talk.sharedBy ?? this.#talk.wishes.length
  }

  #tradesOf({ instrument, symbol }: BinanceWish): TradeChain {
    const { rest, lastTrades } = this.#talk
    return new TradeChain({
      instrumentId: instrument.id,
      known: lastTrades?.get(symbol),
      told: last => lastTrades?.set(symbol, last),
      ask: ({ first }, out) => {
        const url = `${rest}/aggTrades?symbol=${encodeURIComponent(symbol)}&fromId=${first}&limit=1000`
        out.request(tradesTag(symbol), { method: 'GET', url, weight: 4 })
      },
    })
  }

  #fill({ instrument, trades }: Market, body: string, now: Micros, out: Reactions): void {
    const prints = printsOf(body, instrument)
    if (prints === undefined) out.fault('schema', instrument.id, `missed trades that cannot be read: ${shown(body)}`)
    const origin = { instrument, provenance: this.#talk.provenance, receivedTime: now }
    trades.fill(
      (prints ?? []).map(print => tradeOf(print, origin)),
      now,
      out,
    )
  }

  /** What was sent before the answer has come before it: a book that is behind by then has lost something. */
  #alive(now: Micros, out: Reactions): void {
    out.measure(now - this.#asked, Number.NaN)
    for (const { book } of this.#markets.values()) book?.overdue(this.#asked - OVERDUE, now, out)
  }

  #snapshot(market: Market, body: string, { limit, now, out }: { limit: number; now: Micros; out: Reactions }): void {
    const data = parsed(body)
    const snapshot = data === undefined ? undefined : depthSnapshotOf(data, market.instrument, limit)
    if (snapshot !== undefined) market.book?.snapshot(snapshot, now, out)
    else {
      out.fault('schema', market.instrument.id, `a depth snapshot that cannot be read: ${shown(body)}`)
      market.book?.refused(now)
    }
  }

  #refusal({ instrument, book }: Market, reply: HttpReply, now: Micros, out: Reactions): void {
    const code = parsed(reply.body)?.['code']
    // -1121 is an invalid symbol, and stays one.
    if (reply.status === 400 && code === -1121) out.link('fatal', instrument.id, 'the venue does not know this symbol')
    else {
      out.link('degraded', instrument.id, `the venue answered ${reply.status} to a request`)
      book?.refused(now)
    }
  }

  /** A sample of the venue's clock, at most once a second: when it sent the message against when it came. */
  #measure(data: Fields, now: Micros, out: Reactions): void {
    const sent = timeOf(data['E'])
    if (sent === undefined || now - this.#measured < SECOND) return
    this.#measured = now
    out.measure(Number.NaN, sent - now)
  }

  #replace(reason: string, out: Reactions): void {
    if (this.#replaced) return
    this.#replaced = true
    out.reconnect('now', reason)
  }
}

/** '…/depth' of a symbol with so many levels. */
export const depthTag = (symbol: string, limit: number): string => `depth ${symbol} ${limit}`

export const tradesTag = (symbol: string): string => `trades ${symbol}`

/** What a snapshot costs of the 6,000 a minute, by its levels. */
export const depthWeight = (limit: number): number => (limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1000 ? 50 : 250)

interface Reading {
  readonly now: Micros
  readonly out: Reactions
  readonly frame: Frame
}

interface Market {
  readonly instrument: Instrument
  readonly book: BinanceBook | undefined
  readonly trades: TradeChain
  readonly quote: BestQuote
}

/** Trades wait while the book is not whole, so that none is lost meanwhile. */
function release({ book, trades }: Market, now: Micros, out: Reactions): void {
  if (book === undefined || book.live) trades.release(now, out)
}

/** False when the message cannot be read. */
type Reader = (talk: BinanceTalk, market: Market, data: Fields, now: Micros, out: Reactions) => boolean

const READERS: ReadonlyMap<unknown, Reader> = new Map<unknown, Reader>([
  ['depthUpdate', readDepth],
  ['bookTicker', readBest],
  ['aggTrade', readPrint],
  ['kline', readKline],
])

function readDepth(_talk: BinanceTalk, { instrument, book }: Market, data: Fields, now: Micros, out: Reactions): boolean {
  const update = depthUpdateOf(data, instrument)
  if (update === undefined) return false
  book?.update(update, now, out)
  return true
}

function readBest(_talk: BinanceTalk, { instrument, book, quote }: Market, data: Fields, now: Micros, out: Reactions): boolean {
  const best = bestPricesOf(data, instrument)
  if (best === undefined) return false
  if (!quote.isNew(best, now, out)) return true
  book?.best(best, now, out)
  if (best.updateId > (book?.toldId ?? -1)) quote.tell(best, now, out)
  return true
}

function readPrint({ provenance }: BinanceTalk, market: Market, data: Fields, now: Micros, out: Reactions): boolean {
  const { instrument, trades } = market
  const print = printOf(data, instrument)
  if (print === undefined) return false
  trades.take(tradeOf(print, { instrument, provenance, receivedTime: now }), now, out)
  return true
}

function readKline({ provenance }: BinanceTalk, { instrument }: Market, data: Fields, now: Micros, out: Reactions): boolean {
  const k = fieldsOf(data['k'])
  const kline = k && klineOf([k['t'], k['T'], k['o'], k['h'], k['l'], k['c'], k['v']], instrument)
  if (k === undefined || kline === undefined) return false
  // Before its close it is told with every trade, and is no bar yet.
  if (k['x'] !== true) return true
  out.fact(barOf(kline, { instrument, provenance, receivedTime: now, sequence: Number(k['L']) }))
  return true
}

function parsed(frame: Frame): Fields | undefined {
  if (typeof frame !== 'string') return undefined
  try {
    return fieldsOf(JSON.parse(frame))
  } catch {
    return undefined
  }
}

const shown = (frame: Frame): string => (typeof frame === 'string' ? frame.slice(0, 200) : `${frame.length} bytes`)
