// Kraken's WebSocket API v2: subscriptions, books with checksums, tickers, trades, pings.
//
//   {"channel":"book","type":"snapshot"|"update","data":[{"symbol","bids":[{"price","qty"}],"asks","checksum","timestamp"}]}
//   {"channel":"ticker", … "data":[{"symbol","bid","bid_qty","ask","ask_qty","timestamp", …}]}
//   {"channel":"trade", … "data":[{"symbol","side","price","qty","ord_type","trade_id","timestamp"}]}
//   {"channel":"heartbeat"} · {"channel":"status","data":[{"system"}]} · {"channel":"instrument"} · {"channel":"ohlc"}
//   {"method":"subscribe"|"unsubscribe"|"pong", "success", "result", "error", "req_id", "time_in", "time_out"}
//
// Numbers are written with all their zeros, and the checksum covers them: they are read as texts. Books have no sequence
// number; the checksum is the only proof that nothing is missing.

import type { Conversation, Frame, Reactions } from '../../connectivity/conversation.ts'
import { instantOf } from '../../connectivity/instants.ts'
import type { Micros } from '../../domain/numbers.ts'
import { excerpt, type Fields, isFields, parseKeepingNumbers, textOf, wholeOf } from './json-values.ts'
import { Outbox } from './outbox.ts'
import type { BookMessage, Channel, TradeMessage } from './symbol-stream.ts'
import type { SymbolTable } from './symbol-table.ts'

export const DEPTHS = [10, 25, 100, 500, 1000] as const
export type Depth = (typeof DEPTHS)[number]

/** The least depth that holds so many levels of a side. */
export const depthOf = (levels: number): Depth => DEPTHS.find(depth => depth >= levels) ?? 1000

/** What is asked for over one connection. Nothing, when a captured session is read: then what arrives says what it is of. */
export interface Wish {
  readonly symbol: string
  readonly channels: readonly Channel[]
}

const PING_MICROS = 10_000_000
/** A subscription that was not answered is asked for again. */
const ANSWER_MICROS = 10_000_000
const CHANNELS = new Set<string>(['book', 'ticker', 'trade'])
/** Known, and of no use here. */
const IGNORED = new Set(['heartbeat', 'instrument', 'ohlc', 'level3', 'executions', 'balances'])
const SYMBOLS_PER_MESSAGE = 50

export class KrakenConversation implements Conversation {
  readonly #table: SymbolTable
  readonly #wishes: readonly Wish[]
  readonly #depth: Depth | undefined
  /** Depths as the venue confirmed them or a captured request names them. */
  readonly #depths = new Map<string, number>()
  readonly #outbox = new Outbox()
  readonly #pings = new Map<number, Micros>()
  /** When a subscription was sent that has no answer yet, by channel and symbol. */
  readonly #unanswered = new Map<string, Micros>()
  /** The last change of each symbol's book: the same message again is a duplicate, and changes nothing. */
  readonly #lastChange = new Map<string, string>()
  #requests = 0
  #pingedTime = 0

  constructor(parts: { readonly table: SymbolTable; readonly wishes?: readonly Wish[]; readonly depth?: Depth }) {
    this.#table = parts.table
    this.#wishes = parts.wishes ?? []
    this.#depth = parts.depth
  }

  open(now: Micros, out: Reactions): void {
    out.link('syncing', '', 'subscribing')
    for (const { symbol, channels } of this.#wishes) for (const channel of channels) this.#table.of(symbol)?.expect(channel)
    for (const channel of ['book', 'ticker', 'trade'] as const) {
      const symbols = this.#wishes.filter(({ channels }) => channels.includes(channel)).map(({ symbol }) => symbol)
      for (let at = 0; at < symbols.length; at += SYMBOLS_PER_MESSAGE)
        this.#subscribe(channel, symbols.slice(at, at + SYMBOLS_PER_MESSAGE), now)
    }
    this.#ping(now)
    this.#outbox.release(now, out)
  }

  receive(frame: Frame, now: Micros, out: Reactions): void {
    const message = typeof frame === 'string' ? parseKeepingNumbers(frame) : undefined
    if (!isFields(message)) {
      out.fault('schema', '', `no JSON object: ${typeof frame === 'string' ? excerpt(frame) : `${frame.length} bytes`}`)
      return
    }
    const { channel, method } = message
    if (typeof channel === 'string') this.#data(channel, message, frame as string, now, out)
    else if (typeof method === 'string') this.#reply(method, message, now, out)
    else if (typeof message['error'] === 'string') out.fault('schema', '', `the venue refuses: ${message['error']}`)
    else out.unknown(excerpt(frame as string))
    this.#outbox.release(now, out)
  }

  /** A captured session's own request: it tells the depth. */
  overhear(frame: Frame): void {
    const message = typeof frame === 'string' ? parseKeepingNumbers(frame) : undefined
    const params = isFields(message) && message['method'] === 'subscribe' ? message['params'] : undefined
    if (!isFields(params) || params['channel'] !== 'book') return
    const symbols = Array.isArray(params['symbol']) ? params['symbol'] : [params['symbol']]
    for (const symbol of symbols) this.#depths.set(textOf(symbol), wholeOf(params['depth']) ?? 10)
  }

  tick(now: Micros, out: Reactions): void {
    if (now - this.#pingedTime >= PING_MICROS) this.#ping(now)
    for (const [key, sent] of this.#unanswered) {
      if (now - sent < ANSWER_MICROS) continue
      const [channel, symbol] = key.split(' ') as [Channel, string]
      if (channel === 'book') this.#resync(symbol, now)
      else this.#subscribe(channel, [symbol], now)
    }
    this.#outbox.release(now, out)
  }

  #data(channel: string, message: Fields, frame: string, now: Micros, out: Reactions): void {
    if (channel === 'status') {
      this.#status(message, out)
      return
    }
    if (!CHANNELS.has(channel)) {
      if (!IGNORED.has(channel)) out.unknown(`channel ${channel}`)
      return
    }
    const { type, data } = message
    if ((type !== 'snapshot' && type !== 'update') || !Array.isArray(data)) {
      out.fault('schema', '', `a ${channel} message of no known form: ${excerpt(frame)}`)
      return
    }
    if (channel === 'book') for (const item of data) this.#book(type, item, data.length === 1 ? frame : '', now, out)
    else if (channel === 'trade') this.#trades(type, data, now, out)
    else for (const item of data) this.#ticker(item, now, out)
  }

  /** `frame`: the whole text where it is of this one book, else empty. */
  #book(type: 'snapshot' | 'update', item: unknown, frame: string, now: Micros, out: Reactions): void {
    const symbol = isFields(item) ? textOf(item['symbol']) : ''
    const stream = this.#table.of(symbol)
    if (stream === undefined) {
      out.fault('schema', '', `a book of ${symbol === '' ? 'no symbol' : `${symbol}, which nobody asked for`}`)
      return
    }
    const fields = item as Fields
    const message = bookMessage(fields)
    if (message === undefined || (type === 'update' && message.checksum === undefined)) {
      stream.bookUnreadable(`a book message of no known form: ${excerpt(JSON.stringify(fields))}`, out)
      this.#resync(symbol, now)
      return
    }
    if (type === 'snapshot') {
      this.#lastChange.delete(symbol)
      this.#unanswered.delete(`book ${symbol}`)
      const depth = this.#depth ?? this.#depths.get(symbol) ?? depthOf(Math.max(message.bids.length, message.asks.length))
      if (stream.bookSnapshot(message, depth, now, out)) this.#outbox.whole(symbol, now)
      else this.#resync(symbol, now)
      return
    }
    // Without a time, the same message again may be a second change to the same size.
    if (message.time !== undefined && frame !== '') {
      if (this.#lastChange.get(symbol) === frame) {
        out.fault('duplicate', stream.instrument.id, `the same change of the book again, of ${textOf(fields['timestamp'])}`)
        return
      }
      this.#lastChange.set(symbol, frame)
    }
    if (!stream.bookUpdate(message, now, out)) this.#resync(symbol, now)
  }

  #trades(type: 'snapshot' | 'update', data: readonly unknown[], now: Micros, out: Reactions): void {
    const bySymbol = new Map<string, TradeMessage[]>()
    for (const item of data) {
      const trade = isFields(item) ? tradeMessage(item) : undefined
      if (trade === undefined) {
        out.fault('schema', '', `a trade of no known form: ${excerpt(JSON.stringify(item))}`)
        continue
      }
      const symbol = textOf((item as Fields)['symbol'])
      const of = bySymbol.get(symbol)
      if (of === undefined) bySymbol.set(symbol, [trade])
      else of.push(trade)
    }
    for (const [symbol, trades] of bySymbol) {
      const stream = this.#table.of(symbol)
      this.#unanswered.delete(`trade ${symbol}`)
      trades.sort((a, b) => (a.id ?? 0) - (b.id ?? 0))
      if (stream === undefined) out.fault('schema', '', `trades of ${symbol}, which nobody asked for`)
      else stream.trades(type, trades, now, out)
    }
  }

  #ticker(item: unknown, now: Micros, out: Reactions): void {
    const fields = isFields(item) ? item : {}
    const symbol = textOf(fields['symbol'])
    const stream = this.#table.of(symbol)
    this.#unanswered.delete(`ticker ${symbol}`)
    if (stream === undefined) {
      out.fault('schema', '', `a ticker of ${symbol === '' ? 'no symbol' : `${symbol}, which nobody asked for`}`)
      return
    }
    stream.quote(
      {
        bid: textOf(fields['bid']),
        bidSize: textOf(fields['bid_qty']),
        ask: textOf(fields['ask']),
        askSize: textOf(fields['ask_qty']),
        time: instantOf(textOf(fields['timestamp'])),
      },
      now,
      out,
    )
  }

  #status(message: Fields, out: Reactions): void {
    const data = Array.isArray(message['data']) ? message['data'][0] : undefined
    const system = isFields(data) ? textOf(data['system']) : ''
    // The other states (cancel_only, post_only, limit_only) are about orders; their books go on.
    if (system === 'maintenance') out.reconnect('later', 'the venue is in maintenance')
  }

  #reply(method: string, message: Fields, now: Micros, out: Reactions): void {
    switch (method) {
      case 'pong':
        this.#pong(message, now, out)
        return
      case 'subscribe':
        this.#subscribed(message, now, out)
        return
      case 'unsubscribe':
      case 'add_order':
      case 'amend_order':
      case 'edit_order':
      case 'cancel_order':
      case 'cancel_all':
      case 'cancel_all_orders_after':
      case 'batch_add':
      case 'batch_cancel':
        return
      default:
        out.unknown(`method ${method}`)
    }
  }

  #subscribed(message: Fields, now: Micros, out: Reactions): void {
    const result = isFields(message['result']) ? message['result'] : message
    const symbol = textOf(result['symbol'])
    const channel = textOf(result['channel'])
    const stream = symbol === '' ? undefined : this.#table.of(symbol)
    if (message['success'] !== true) {
      const error = textOf(message['error'])
      if (/already subscribed/i.test(error)) return
      if (stream === undefined) {
        out.fault('schema', '', `the venue refuses a subscription: ${error}`)
        return
      }
      for (const key of CHANNELS) this.#unanswered.delete(`${key} ${symbol}`)
      out.link('fatal', stream.instrument.id, `the venue refuses the subscription of ${symbol}: ${error}`)
      return
    }
    if (stream === undefined || !CHANNELS.has(channel)) return
    // A book is answered by its snapshot.
    if (channel !== 'book') this.#unanswered.delete(`${channel} ${symbol}`)
    const depth = wholeOf(result['depth'])
    if (depth !== undefined) this.#depths.set(symbol, depth)
    stream.acknowledged(channel as Channel, now, out)
  }

  #pong(message: Fields, now: Micros, out: Reactions): void {
    const sent = this.#pings.get(wholeOf(message['req_id']) ?? -1)
    if (sent === undefined) return
    this.#pings.clear()
    const received = instantOf(textOf(message['time_in']))
    const answered = instantOf(textOf(message['time_out']))
    const known = received !== undefined && answered !== undefined
    out.measure(now - sent, known ? (received + answered) / 2 - (sent + now) / 2 : Number.NaN)
  }

  #ping(now: Micros): void {
    this.#pingedTime = now
    const id = ++this.#requests
    this.#outbox.put(JSON.stringify({ method: 'ping', req_id: id }), sent => this.#pings.set(id, sent))
  }

  #subscribe(channel: Channel, symbols: readonly string[], now: Micros): void {
    for (const symbol of symbols) this.#unanswered.set(`${channel} ${symbol}`, now)
    this.#outbox.put(this.#request('subscribe', channel, symbols))
  }

  /** Only this symbol begins anew; the more often in a row, the later. */
  #resync(symbol: string, now: Micros): void {
    // A captured session has nobody who could answer.
    if (this.#wishes.length === 0) return
    this.#unanswered.set(`book ${symbol}`, now)
    this.#outbox.retry(symbol, now, [
      this.#request('unsubscribe', 'book', [symbol]),
      this.#request('subscribe', 'book', [symbol]),
    ])
  }

  #request(method: 'subscribe' | 'unsubscribe', channel: Channel, symbols: readonly string[]): string {
    const params = {
      channel,
      symbol: symbols,
      ...(channel === 'book' ? { depth: this.#depth } : {}),
      ...(channel === 'ticker' ? { event_trigger: 'bbo' } : {}),
      ...(method === 'subscribe' ? { snapshot: true } : {}),
    }
    return JSON.stringify({ method, params, req_id: ++this.#requests })
  }
}

function bookMessage(fields: Fields): BookMessage | undefined {
  const bids = levelsOf(fields['bids'])
  const asks = levelsOf(fields['asks'])
  const checksum = wholeOf(fields['checksum'])
  if (bids === undefined || asks === undefined) return undefined
  if (fields['checksum'] !== undefined && checksum === undefined) return undefined
  return { bids, asks, checksum, time: instantOf(textOf(fields['timestamp'])) }
}

function levelsOf(levels: unknown): BookMessage['bids'] | undefined {
  // A side that did not change may be left out.
  if (levels === undefined) return []
  if (!Array.isArray(levels)) return undefined
  const texts = []
  for (const level of levels) {
    if (!isFields(level)) return undefined
    const { price, qty } = level
    if (typeof price !== 'string' || typeof qty !== 'string') return undefined
    texts.push({ price, quantity: qty })
  }
  return texts
}

function tradeMessage(fields: Fields): TradeMessage | undefined {
  const { side, price, qty, symbol, trade_id: id } = fields
  if (typeof side !== 'string' || typeof price !== 'string' || typeof qty !== 'string') return undefined
  if (typeof symbol !== 'string' || (id !== undefined && wholeOf(id) === undefined)) return undefined
  // A trade is one, whatever else the venue may come to call its sides.
  const aggressor = side === 'buy' || side === 'sell' ? side : 'unknown'
  return { price, quantity: qty, aggressor, id: wholeOf(id), time: instantOf(textOf(fields['timestamp'])) }
}
