// Coinbase's Advanced Trade feed: numbered envelopes around events of many products.
//
//   every message   channel · timestamp · sequence_num, +1 for each message of the connection, whatever its channel · events
//   l2_data         snapshot or update: product_id · updates of side (bid, offer), price_level, new_quantity, event_time
//   market_trades   snapshot (the last ones) or update: trades of trade_id, product_id, price, size, side (the maker's), time
//   ticker          tickers of product_id, best_bid, best_bid_quantity, best_ask, best_ask_quantity
//   heartbeats      once a second, which also keeps quiet channels open
import type { Conversation, Frame, Reactions } from '../../connectivity/conversation.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import { TradeChain } from '../../connectivity/trade-chain.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { BookLevel } from '../../domain/market.ts'
import { type Micros, SECOND } from '../../domain/numbers.ts'
import { CoinbaseBook } from './coinbase-book.ts'
import { quoteOf, tradeOf } from './coinbase-facts.ts'
import { type Fields, fieldsOf, idOf, levelOf, parsed, priceOf, shown, textOf, timeOf } from './coinbase-messages.ts'
import type { CoinbaseTalk, ProductWish } from './exchange-conversation.ts'

const CONFIRMED_WITHIN = 10 * SECOND

interface Product {
  readonly wish: ProductWish
  readonly book: CoinbaseBook | undefined
  readonly trades: TradeChain
}

interface Hearing {
  readonly timestamp: Micros
  readonly sequence: number
  readonly now: Micros
  readonly out: Reactions
}

export class AdvancedConversation implements Conversation {
  readonly #talk: CoinbaseTalk
  readonly #products = new Map<string, Product>()
  #sequence = -1
  #confirmBy = Number.POSITIVE_INFINITY
  #measured = Number.NEGATIVE_INFINITY
  #over = false

  constructor(talk: CoinbaseTalk) {
    this.#talk = talk
  }

  /** One message for each channel: four of the eight that are allowed in a second. */
  open(now: Micros, out: Reactions): void {
    out.link('syncing', '', 'subscribing')
    this.#confirmBy = now + CONFIRMED_WITHIN
    for (const wish of this.#talk.wishes) this.#products.set(wish.product, this.#productOf(wish, now))
    const products = [...this.#products.values()]
    const names = (wanted: (product: Product) => boolean): string[] => products.filter(wanted).map(({ wish }) => wish.product)
    const channels = {
      heartbeats: names(() => true),
      level2: names(({ book }) => book !== undefined),
      market_trades: names(({ wish }) => wish.wants.includes('trade')),
      ticker: names(({ wish, book }) => book === undefined && wish.wants.includes('quote')),
    }
    for (const [channel, product_ids] of Object.entries(channels))
      if (product_ids.length > 0) out.send(JSON.stringify({ type: 'subscribe', channel, product_ids }))
  }

  receive(frame: Frame, now: Micros, out: Reactions): void {
    if (this.#over) return
    const message = fieldsOf(parsed(frame))
    if (message?.['type'] === 'error') {
      this.#refused(message, out)
      return
    }
    const sequence = idOf(message?.['sequence_num'])
    const events = message?.['events']
    if (message === undefined || sequence === undefined || !Array.isArray(events)) {
      this.#doubt('schema', `no envelope: ${shown(frame)}`, out)
      return
    }
    if (!this.#inSequence(sequence, out)) return

    const read = READERS.get(message['channel'])
    if (read === undefined) {
      out.unknown(`channel ${String(message['channel'])}`)
      return
    }
    const timestamp = timeOf(message['timestamp']) ?? now
    const isRead = events.every(event => read.call(this, fieldsOf(event) ?? {}, { timestamp, sequence, now, out }))
    if (!isRead) this.#doubt('schema', `an event that cannot be read: ${shown(frame)}`, out)
    for (const product of this.#products.values()) release(product, now, out)

    if (now - this.#measured < SECOND) return
    this.#measured = now
    out.measure(Number.NaN, timestamp - now)
  }

  tick(now: Micros, out: Reactions): void {
    if (now >= this.#confirmBy) {
      this.#confirmBy = Number.POSITIVE_INFINITY
      out.reconnect('later', 'the venue did not confirm the subscription')
      return
    }
    for (const product of this.#products.values()) release(product, now, out)
  }

  /** @internal Readers of one event each; false when it cannot be read. */
  readBook(event: Fields, { timestamp, now, out }: Hearing): boolean {
    const { type, product_id: name, updates } = event
    const product = this.#product(name, ['book'], now)
    if (product === undefined || !Array.isArray(updates)) return this.#unasked(name, out)
    const sides = sidesOf(updates, product.wish.instrument)
    if (sides === undefined || (type !== 'snapshot' && type !== 'update')) return false
    const time = sides.time ?? timestamp
    if (type === 'snapshot') product.book?.snapshot({ ...sides, time: timestamp }, now, out)
    else product.book?.change({ ...sides, time }, now, out)
    if (product.book?.live === false) this.#doubt('crossed', `${String(name)}: the book broke`, out)
    return true
  }

  readTrades(event: Fields, { now, out }: Hearing): boolean {
    const rows = event['trades']
    if (!Array.isArray(rows)) return false
    const read = rows.map(row => {
      const fields = fieldsOf(row) ?? {}
      const product = this.#product(fields['product_id'], ['trade'], now)
      const { provenance } = this.#talk
      const trade = product && tradeOf(fields, { instrument: product.wish.instrument, provenance, receivedTime: now })
      return { product, trade, name: fields['product_id'] }
    })
    for (const { product, trade, name } of read) {
      if (product === undefined) this.#unasked(name, out)
      else if (trade === undefined) return false
    }
    for (const product of new Set(read.map(row => row.product))) {
      const trades = read.filter(row => row.product === product).flatMap(({ trade }) => trade ?? [])
      const inOrder = trades.toSorted((a, b) => a.sequence - b.sequence)
      // The first event repeats what was traded before.
      if (event['type'] === 'snapshot') product?.trades.begin(inOrder, now, out)
      else for (const trade of inOrder) product?.trades.take(trade, now, out)
    }
    return true
  }

  readTicker(event: Fields, { timestamp, sequence, now, out }: Hearing): boolean {
    const rows = event['tickers']
    if (!Array.isArray(rows)) return false
    return rows.every(row => {
      const fields = fieldsOf(row) ?? {}
      const product = this.#product(fields['product_id'], ['quote'], now)
      if (product === undefined) return this.#unasked(fields['product_id'], out)
      const { instrument } = product.wish
      const bid = priceOf(fields['best_bid'], instrument)
      const ask = priceOf(fields['best_ask'], instrument)
      if (bid === undefined || ask === undefined) return false
      if (product.book !== undefined) return true
      const origin = { instrument, provenance: this.#talk.provenance, receivedTime: now }
      const quote = quoteOf(fields, origin, { time: timestamp, bid, ask, sequence })
      if (quote === undefined) out.fault('crossed', instrument.id, 'best bid at or above best ask')
      else out.fact(quote)
      return true
    })
  }

  readConfirmation(event: Fields, { now, out }: Hearing): boolean {
    this.#confirmBy = Number.POSITIVE_INFINITY
    for (const [channel, products] of Object.entries(fieldsOf(event['subscriptions']) ?? {})) {
      if (!Array.isArray(products)) continue
      for (const name of products) this.#product(name, channel === 'level2' ? ['book'] : [], now)
    }
    for (const { wish, book } of this.#products.values())
      if (book === undefined) out.link('live', wish.instrument.id, 'subscribed, and no book was asked for')
    return true
  }

  /** Known, or met for the first time in a captured session. */
  #product(name: unknown, wants: ProductWish['wants'], now: Micros): Product | undefined {
    const product = textOf(name)
    if (product === undefined) return undefined
    const known = this.#products.get(product)
    const { resolve } = this.#talk
    if (resolve === undefined || (known !== undefined && (known.book !== undefined || !wants.includes('book')))) return known
    const met = this.#productOf({ instrument: resolve(product), product, wants }, now)
    this.#products.set(product, met)
    return met
  }

  #productOf(wish: ProductWish, now: Micros): Product {
    const { instrument, product, wants } = wish
    const { provenance, lastTrades } = this.#talk
    // A book that breaks makes the whole connection doubtful: its numbers have shown no gap.
    const book = new CoinbaseBook({ instrument, provenance, renew: () => undefined }, now)
    const trades = new TradeChain({
      instrumentId: instrument.id,
      known: lastTrades?.get(product),
      told: last => lastTrades?.set(product, last),
    })
    return { wish, book: wants.includes('book') ? book : undefined, trades }
  }

  #unasked(name: unknown, out: Reactions): true {
    out.unknown(`an event of ${String(name)}`)
    return true
  }

  #inSequence(sequence: number, out: Reactions): boolean {
    if (this.#sequence >= 0 && sequence <= this.#sequence) {
      out.fault(sequence === this.#sequence ? 'duplicate' : 'reorder', '', `message ${sequence} after ${this.#sequence}`)
      return false
    }
    if (this.#sequence >= 0 && sequence > this.#sequence + 1) {
      this.#doubt('gap', `messages ${this.#sequence + 1} to ${sequence - 1} did not come`, out)
      return false
    }
    this.#sequence = sequence
    return true
  }

  /** Numbers count over all channels, so what is missing may be of any product: all begins again. */
  #doubt(fault: 'gap' | 'schema' | 'crossed', detail: string, out: Reactions): void {
    if (this.#over) return
    this.#over = true
    out.fault(fault, '', detail)
    out.link('degraded', '', detail)
    out.reconnect('now', detail)
  }

  #refused(message: Fields, out: Reactions): void {
    const text = [message['message'], message['reason']].filter(part => typeof part === 'string').join(': ')
    if (/auth|jwt|token|permission/i.test(text)) {
      out.refuse(
        new SourceError('COINBASE_REFUSED', {
          message: `Coinbase refuses the subscription: ${text}`,
          fix: 'the channels that Quadrant asks for are public; if Coinbase has closed them, use another source or `feed: exchange`',
        }),
      )
    } else out.reconnect('later', `the venue says: ${text}`)
  }
}

type Reader = (this: AdvancedConversation, event: Fields, hearing: Hearing) => boolean

const READERS: ReadonlyMap<unknown, Reader> = new Map<unknown, Reader>([
  ['l2_data', AdvancedConversation.prototype.readBook],
  ['market_trades', AdvancedConversation.prototype.readTrades],
  ['ticker', AdvancedConversation.prototype.readTicker],
  ['subscriptions', AdvancedConversation.prototype.readConfirmation],
  ['heartbeats', () => true],
  ['candles', () => true],
  ['status', () => true],
])

/** Trades wait while the book is not whole, so that none is lost meanwhile. */
function release({ book, trades }: Product, now: Micros, out: Reactions): void {
  if (book === undefined || book.live) trades.release(now, out)
}

function sidesOf(
  updates: readonly unknown[],
  instrument: Instrument,
): { readonly bids: readonly BookLevel[]; readonly asks: readonly BookLevel[]; readonly time: Micros | undefined } | undefined {
  const bids: BookLevel[] = []
  const asks: BookLevel[] = []
  let time: Micros | undefined
  for (const update of updates) {
    const fields = fieldsOf(update) ?? {}
    const level = levelOf(fields['price_level'], fields['new_quantity'], instrument)
    const side = fields['side']
    if (level === undefined || (side !== 'bid' && side !== 'offer')) return undefined
    ;(side === 'bid' ? bids : asks).push(level)
    time = timeOf(fields['event_time']) ?? time
  }
  return { bids, asks, time }
}
