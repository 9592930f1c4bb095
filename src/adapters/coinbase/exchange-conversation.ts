// Coinbase's Exchange feed: one subscription, then snapshots, changes, matches, tickers and heartbeats by product.
//
//   snapshot    product_id · bids, asks [price, size] pairs
//   l2update    product_id · time · changes [side, price, size] triples, absolute sizes
//   match       trade_id, +1 for each · side of the maker · size · price · sequence · time; last_match: the one before we came
//   ticker      sequence · best_bid, best_ask · time · and best_bid_size, best_ask_size since 2022
//   heartbeat   sequence · last_trade_id (advisory: it has been seen to be always 0) · time
//
// Books have no numbers. `level2` needs a key since 2023; `level2_batch` tells the same every 50 ms without one.

import type { Conversation, Frame, HttpReply, Reactions } from '../../connectivity/conversation.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import { TradeChain } from '../../connectivity/trade-chain.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { BookLevel } from '../../domain/market.ts'
import { type Micros, SECOND } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { type Changes, CoinbaseBook } from './coinbase-book.ts'
import { quoteOf, tradeOf } from './coinbase-facts.ts'
import { type Fields, fieldsOf, levelOf, parsed, priceOf, shown, textOf, timeOf } from './coinbase-messages.ts'
import { EXCHANGE_REST_HOST } from './coinbase-terms.ts'

/** The venue confirms a subscription at once. */
const CONFIRMED_WITHIN = 10 * SECOND
const BOOK_CHANNEL = 'level2_batch'
/** Books are looked up at least so far apart, and all of them at no more than two a second of the eight that are allowed. */
const AUDIT = 30 * SECOND
const AUDIT_EACH = SECOND / 2

export interface ProductWish {
  readonly instrument: Instrument
  /** 'BTC-USD' */
  readonly product: string
  readonly wants: readonly ('quote' | 'trade' | 'book')[]
}

export interface CoinbaseTalk {
  readonly wishes: readonly ProductWish[]
  readonly provenance: Provenance
  /** In a captured session nobody wishes: products are those that the venue confirms. */
  readonly resolve?: (product: string) => Instrument
  /** Products of all connections, which share the limits of the venue's REST; the wishes' number when not given. */
  readonly sharedBy?: number
  /** Where the last trade ids outlive a connection, so that what was missed between two is fetched. */
  readonly lastTrades?: Map<string, number>
}

export class ExchangeConversation implements Conversation {
  readonly #talk: CoinbaseTalk
  readonly #products = new Map<string, Product>()
  #confirmBy = Number.POSITIVE_INFINITY
  #measured = Number.NEGATIVE_INFINITY
  /** Changes come one by one, not in batches: then the ticker's prices are those of the book. */
  #unbatched = false

  constructor(talk: CoinbaseTalk) {
    this.#talk = talk
  }

  /** The venue hangs up on who has not subscribed within five seconds. */
  open(now: Micros, out: Reactions): void {
    out.link('syncing', '', 'subscribing')
    for (const wish of this.#talk.wishes) this.#products.set(wish.product, this.#productOf(wish, now))
    this.#subscribe(now, out)
  }

  receive(frame: Frame, now: Micros, out: Reactions): void {
    const message = fieldsOf(parsed(frame))
    if (message === undefined) {
      // It may have been a change of any book, and books have no numbers that would show it.
      out.fault('schema', '', `no JSON object: ${shown(frame)}`)
      out.link('degraded', '', 'a message could not be read')
      out.reconnect('now', 'a message could not be read')
      return
    }
    const type = message['type']
    if (type === 'subscriptions') this.#confirmed(message, now, out)
    else if (type === 'error') this.#refused(message, now, out)
    else if (type !== 'status') this.#hear(message, { now, out, frame })
  }

  answer(tag: string, reply: HttpReply, now: Micros, out: Reactions): void {
    const [what, name = ''] = tag.split(' ')
    const product = this.#products.get(name)
    if (product === undefined) return
    const body = reply.status === 200 ? parsed(reply.body) : undefined
    const read = what === 'book' ? this.#look(product, fieldsOf(body), now) : this.#fill(product, body, now, out)
    if (!read) out.fault('schema', product.wish.instrument.id, `${what}: status ${reply.status}, ${shown(reply.body)}`)
    release(product, now, out)
  }

  tick(now: Micros, out: Reactions): void {
    if (now >= this.#confirmBy) {
      this.#confirmBy = Number.POSITIVE_INFINITY
      out.reconnect('later', 'the venue did not confirm the subscription')
      return
    }
    for (const product of this.#products.values()) {
      product.book?.tick(now, out)
      release(product, now, out)
    }
  }

  #subscribe(now: Micros, out: Reactions): void {
    this.#confirmBy = now + CONFIRMED_WITHIN
    const wanting = (...wants: readonly string[]): string[] =>
      [...this.#products.values()]
        .filter(({ wish }) => wish.wants.some(want => wants.includes(want)))
        .map(({ wish }) => wish.product)
    const all = [...this.#products.keys()]
    const quotes = [...this.#products.values()].filter(({ book }) => book === undefined).map(({ wish }) => wish.product)
    const channels = [
      { name: BOOK_CHANNEL, product_ids: wanting('book') },
      { name: 'matches', product_ids: wanting('trade') },
      { name: 'ticker', product_ids: quotes.filter(product => wanting('quote').includes(product)) },
      { name: 'heartbeat', product_ids: all },
    ].filter(({ product_ids }) => product_ids.length > 0)
    out.send(JSON.stringify({ type: 'subscribe', channels }))
  }

  #productOf(wish: ProductWish, now: Micros): Product {
    const { instrument, product, wants } = wish
    const { provenance, lastTrades, wishes, sharedBy = wishes.length } = this.#talk
    const path = `https://${EXCHANGE_REST_HOST}/products/${encodeURIComponent(product)}`
    const book = new CoinbaseBook(
      {
        instrument,
        provenance,
        renew: out => {
          const channels = [{ name: BOOK_CHANNEL, product_ids: [product] }]
          out.send(JSON.stringify({ type: 'unsubscribe', channels }))
          out.send(JSON.stringify({ type: 'subscribe', channels }))
        },
        audit: {
          every: Math.max(AUDIT, AUDIT_EACH * sharedBy),
          ask: out => out.request(`book ${product}`, { method: 'GET', url: `${path}/book?level=2` }),
        },
      },
      now,
    )
    const trades = new TradeChain({
      instrumentId: instrument.id,
      known: lastTrades?.get(product),
      told: last => lastTrades?.set(product, last),
      // Newest first, and `after` means older than.
      ask: ({ last }, out) =>
        out.request(`trades ${product}`, { method: 'GET', url: `${path}/trades?limit=1000&after=${last + 1}` }),
    })
    return {
      wish,
      book: wants.includes('book') ? book : undefined,
      trades,
      matchSequence: -1,
      tickerSequence: -1,
      tickerSeen: false,
    }
  }

  #confirmed(message: Fields, now: Micros, out: Reactions): void {
    this.#confirmBy = Number.POSITIVE_INFINITY
    const channels = message['channels']
    for (const channel of Array.isArray(channels) ? channels : []) {
      const { name, product_ids: products } = fieldsOf(channel) ?? {}
      if (name === 'level2') this.#unbatched = true
      if (!Array.isArray(products)) continue
      for (const product of products) this.#met(String(product), String(name), now)
    }
    for (const { wish, book } of this.#products.values())
      if (book === undefined) out.link('live', wish.instrument.id, 'subscribed, and no book was asked for')
  }

  #met(product: string, channel: string, now: Micros): void {
    const { resolve } = this.#talk
    const known = this.#products.get(product)
    const isBook = channel === 'level2' || channel === 'level2_batch'
    if (resolve === undefined || (known !== undefined && (known.book !== undefined || !isBook))) return
    this.#products.set(product, this.#productOf({ instrument: resolve(product), product, wants: isBook ? ['book'] : [] }, now))
  }

  /** 'reason' says which product is not known; without it the others can still be had. */
  #refused(message: Fields, now: Micros, out: Reactions): void {
    const text = [message['message'], message['reason']].filter(part => typeof part === 'string').join(': ')
    if (/auth|signature|api key/i.test(text)) {
      out.refuse(
        new SourceError('COINBASE_REFUSED', {
          message: `Coinbase refuses the subscription: ${text}`,
          fix: 'the channels that Quadrant asks for are public; if Coinbase has closed them, use another source or `feed: advanced`',
        }),
      )
      return
    }
    const wrong = [...this.#products.values()].filter(({ wish }) => text.includes(wish.product))
    for (const { wish } of wrong) {
      this.#products.delete(wish.product)
      out.link('fatal', wish.instrument.id, text)
    }
    if (wrong.length === 0) out.reconnect('later', `the venue says: ${text}`)
    else if (this.#products.size > 0) this.#subscribe(now, out)
  }

  #hear(message: Fields, { now, out, frame }: { now: Micros; out: Reactions; frame: Frame }): void {
    const { type, product_id: name } = message
    const read = READERS.get(type)
    const product = typeof name === 'string' ? this.#products.get(name) : undefined
    if (read === undefined || product === undefined) {
      out.unknown(read === undefined ? `message of type ${String(type)}` : `${String(type)} of ${String(name)}`)
      return
    }
    if (!read(product, message, { talk: this.#talk, unbatched: this.#unbatched, now, out })) {
      const detail = `${String(type)} that cannot be read: ${shown(frame)}`
      if (product.book !== undefined && (type === 'snapshot' || type === 'l2update'))
        product.book.restart('schema', detail, now, out)
      else out.fault('schema', product.wish.instrument.id, detail)
    }
    release(product, now, out)
    const time = timeOf(message['time'])
    if (time === undefined || type === 'last_match' || now - this.#measured < SECOND) return
    this.#measured = now
    out.measure(Number.NaN, time - now)
  }

  #look({ wish, book }: Product, body: Fields | undefined, now: Micros): boolean {
    const bids = levelsOf(body?.['bids'], wish.instrument)
    const asks = levelsOf(body?.['asks'], wish.instrument)
    if (bids === undefined || asks === undefined) return false
    book?.looked({ bids, asks }, now)
    return true
  }

  #fill(product: Product, rows: unknown, now: Micros, out: Reactions): boolean {
    const origin = { instrument: product.wish.instrument, provenance: this.#talk.provenance, receivedTime: now }
    const trades = Array.isArray(rows) ? rows.map(row => tradeOf(fieldsOf(row) ?? {}, origin)) : [undefined]
    const read = trades.filter(trade => trade !== undefined)
    product.trades.fill(read, now, out)
    return read.length === trades.length
  }
}

interface Product {
  readonly wish: ProductWish
  readonly book: CoinbaseBook | undefined
  readonly trades: TradeChain
  matchSequence: number
  tickerSequence: number
  /** The first tells the state from before the subscription. */
  tickerSeen: boolean
}

interface Hearing {
  readonly talk: CoinbaseTalk
  readonly unbatched: boolean
  readonly now: Micros
  readonly out: Reactions
}

/** Trades wait while the book is not whole, so that none is lost meanwhile. */
function release({ book, trades }: Product, now: Micros, out: Reactions): void {
  if (book === undefined || book.live) trades.release(now, out)
}

/** False when the message cannot be read. */
type Reader = (product: Product, message: Fields, hearing: Hearing) => boolean

const READERS: ReadonlyMap<unknown, Reader> = new Map<unknown, Reader>([
  ['snapshot', readSnapshot],
  ['l2update', readChange],
  ['match', readMatch],
  ['last_match', readMatch],
  ['ticker', readTicker],
  ['heartbeat', () => true],
])

function readSnapshot({ wish, book }: Product, message: Fields, { now, out }: Hearing): boolean {
  const bids = levelsOf(message['bids'], wish.instrument)
  const asks = levelsOf(message['asks'], wish.instrument)
  if (bids === undefined || asks === undefined) return false
  book?.snapshot({ time: timeOf(message['time']) ?? now, bids, asks }, now, out)
  return true
}

function readChange({ wish, book }: Product, message: Fields, { now, out }: Hearing): boolean {
  const changes = changesOf(message, wish.instrument, now)
  if (changes === undefined) return false
  book?.change(changes, now, out)
  return true
}

function readMatch(product: Product, message: Fields, { talk, now, out }: Hearing): boolean {
  const { instrument } = product.wish
  const trade = tradeOf(message, { instrument, provenance: talk.provenance, receivedTime: now })
  const sequence = message['sequence']
  if (trade === undefined || typeof sequence !== 'number') return false
  if (message['type'] === 'last_match') product.trades.begin([trade], now, out)
  else {
    if (sequence <= product.matchSequence)
      out.fault('reorder', instrument.id, `match of sequence ${sequence} after ${product.matchSequence}`)
    product.trades.take(trade, now, out)
  }
  product.matchSequence = Math.max(product.matchSequence, sequence)
  return true
}

function readTicker(product: Product, message: Fields, { talk, unbatched, now, out }: Hearing): boolean {
  const { wish, book } = product
  const { instrument } = wish
  const time = timeOf(message['time'])
  const sequence = message['sequence']
  const bid = priceOf(message['best_bid'], instrument)
  const ask = priceOf(message['best_ask'], instrument)
  // A product that has never traded has no time and no price.
  if (time === undefined && typeof sequence === 'number') return true
  if (time === undefined || typeof sequence !== 'number' || bid === undefined || ask === undefined) return false
  if (sequence <= product.tickerSequence) {
    const fault = sequence === product.tickerSequence ? 'duplicate' : 'reorder'
    out.fault(fault, instrument.id, `ticker of sequence ${sequence} after ${product.tickerSequence}`)
    return true
  }
  product.tickerSequence = sequence
  if (book === undefined) {
    const quote = quoteOf(message, { instrument, provenance: talk.provenance, receivedTime: now }, { time, bid, ask, sequence })
    if (quote !== undefined) out.fact(quote)
    else out.fault('crossed', instrument.id, `best bid at or above best ask at sequence ${sequence}`)
  } else if (unbatched && product.tickerSeen) book.told({ time, bid, ask }, out)
  product.tickerSeen = true
  return true
}

function levelsOf(pairs: unknown, instrument: Instrument): readonly BookLevel[] | undefined {
  if (!Array.isArray(pairs)) return undefined
  const levels: BookLevel[] = []
  for (const pair of pairs) {
    const level = Array.isArray(pair) ? levelOf(pair[0], pair[1], instrument) : undefined
    if (level === undefined) return undefined
    levels.push(level)
  }
  return levels
}

function changesOf(message: Fields, instrument: Instrument, now: Micros): Changes | undefined {
  const changes = message['changes']
  if (!Array.isArray(changes)) return undefined
  const bids: BookLevel[] = []
  const asks: BookLevel[] = []
  for (const change of changes) {
    const level = Array.isArray(change) ? levelOf(change[1], change[2], instrument) : undefined
    const side = Array.isArray(change) ? textOf(change[0]) : undefined
    if (level === undefined || (side !== 'buy' && side !== 'sell')) return undefined
    ;(side === 'buy' ? bids : asks).push(level)
  }
  return { time: timeOf(message['time']) ?? now, bids, asks }
}
