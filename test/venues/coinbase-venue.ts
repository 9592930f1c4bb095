// Coinbase as it should be: the Exchange feed and Advanced Trade over one true market, REST beside them, and a strict eye on the client.
import type { Fault } from './fault.ts'
import { RateJudge } from './judge.ts'
import { type MarketStep, type MarketTrade, TrueMarket } from './true-market.ts'
import type { TextBook, TextLevel, TextTrade, Venue, VenueOptions } from './venue.ts'
import type { VenueReply, VenueRequest } from './venue-http.ts'
import type { VenueLine } from './venue-line.ts'
import { VenueServer } from './venue-server.ts'

const EXCHANGE_HOST = 'ws-feed.exchange.coinbase.com'
const ADVANCED_HOST = 'advanced-trade-ws.coinbase.com'
const REST_HOST = 'api.exchange.coinbase.com'
/** Numbers of trades do not begin at one. */
const FIRST_TRADE = 280_231
const TRADES_KEPT = 1000
/** Market trades begin with so many that were made before. */
const TRADES_SHOWN = 50
const SUBSCRIBE_WITHIN_MILLIS = 5_000

export const COINBASE_PRODUCTS = [
  { symbol: 'BTC-USD', priceDecimals: 2, sizeDecimals: 8, price: '68900.50' },
  { symbol: 'SKL-BTC', priceDecimals: 8, sizeDecimals: 1, price: '0.00001305', depth: 12 },
  { symbol: 'YFI-BTC', priceDecimals: 5, sizeDecimals: 6, price: '0.82613', depth: 8 },
]

export async function startCoinbaseVenue(options: VenueOptions): Promise<CoinbaseVenue> {
  const venue = new CoinbaseVenue(options)
  await venue.server.start()
  return venue
}

type Channel = 'book' | 'trades' | 'ticker' | 'heartbeat'

/** One of the two feeds: how it calls things and how it says them. */
interface Dialect {
  readonly channels: ReadonlyMap<string, Channel>
  snapshot(product: string, book: TextBook, time: string): unknown
  change(product: string, sides: Sides, time: string): unknown
  trade(product: string, trade: MarketTrade, sequence: number): unknown
  ticker(product: string, best: Best, time: string): unknown
}

interface Sides {
  readonly bids: readonly TextLevel[]
  readonly asks: readonly TextLevel[]
}

interface Best {
  readonly bid: TextLevel
  readonly ask: TextLevel
  readonly trade: MarketTrade | undefined
  readonly sequence: number
}

interface Client {
  readonly line: VenueLine
  readonly isAdvanced: boolean
  readonly dialect: Dialect
  readonly products: Record<Channel, Set<string>>
  /** Advanced Trade numbers what it sends on a connection, over all channels. */
  number: number
  subscribed: boolean
}

export class CoinbaseVenue implements Venue {
  readonly name = 'coinbase'
  readonly hosts = [EXCHANGE_HOST, ADVANCED_HOST, REST_HOST]
  readonly server: VenueServer
  readonly #market: TrueMarket
  readonly #clients = new Map<VenueLine, Client>()
  readonly #attempts: RateJudge
  readonly #requests: RateJudge
  readonly #trades = new Map<string, MarketTrade[]>()
  readonly #sequences = new Map<string, number>()
  #skewMicros = 0
  #silent = false
  #muted = 0
  #newSides = 0
  #beats = 0

  constructor({ authority, clock, seed }: VenueOptions) {
    this.server = new VenueServer({ authority, clock, hosts: this.hosts, needsUserAgent: true })
    this.server.frames.garbage = '{"type":"l2update","product_id":"BTC-U'
    this.#market = new TrueMarket(COINBASE_PRODUCTS, { seed, clock })
    const report = (violation: string) => this.server.report(violation)
    this.#attempts = new RateJudge({ what: 'connections', most: 8, withinMillis: 1_000 }, clock, report)
    this.#requests = new RateJudge({ what: 'requests', most: 8, withinMillis: 1_000 }, clock, report)
    this.server.webSocket(EXCHANGE_HOST, '/', line => this.#accept(line, EXCHANGE))
    this.server.webSocket(ADVANCED_HOST, '/', line => this.#accept(line, ADVANCED))
    this.server.http(REST_HOST, 'GET', /^\/products\/[^/]+\/(?:book|trades)$/, (request, reply) => this.#rest(request, reply))
    this.server.every(1_000, () => this.#beat())
  }

  readonly truth = {
    symbols: COINBASE_PRODUCTS.map(({ symbol }) => symbol),
    book: (symbol: string): TextBook => this.#market.book(symbol),
    /** Without a book it is the ticker's, which speaks with every trade only. */
    quote: (symbol: string) => this.#quotes.get(symbol) ?? this.#top(symbol),
    trades: (symbol: string): readonly TextTrade[] => this.#trades.get(symbol) ?? [],
    forget: () => {
      for (const trades of this.#trades.values()) trades.splice(0, trades.length - TRADES_SHOWN)
    },
  }

  /** What the ticker last said of products whose ticker is heard. */
  readonly #quotes = new Map<string, { readonly bid: string; readonly ask: string }>()

  get routes() {
    return this.server.routes
  }

  get violations() {
    return this.server.violations
  }

  get requests() {
    return this.server.requests
  }

  get connections() {
    return this.server.connections
  }

  stop(): Promise<void> {
    return this.server.stop()
  }

  play(steps: number): void {
    for (let step = 0; step < steps; step++) this.#step(this.#market.step())
  }

  apply(fault: Fault): boolean {
    const { kind, count = 1, millis = 0, seed = 0 } = fault
    const booked = this.truth.symbols.filter(symbol =>
      [...this.#clients.values()].some(({ products }) => products.book.has(symbol)),
    )
    const product = booked[seed % booked.length] ?? this.truth.symbols[0]!
    switch (kind) {
      case 'gap':
        this.#muted += count
        return true
      case 'crossed-book':
        this.#tellBook(product, { bids: [[this.#top(product).ask, '1.0']], asks: [] })
        return true
      case 'empty-array':
        this.#tellBook(product, { bids: [], asks: [] })
        return true
      case 'null-value':
      case 'dot-value':
        this.#tellBook(product, { bids: [[(kind === 'dot-value' ? '.' : null) as string, '1.0']], asks: [] })
        return true
      case 'unknown-type':
        for (const client of this.#clients.values()) {
          const sky = 'grau, später heiter'
          if (client.isAdvanced) this.#say(client, 'weather', { type: 'update', sky }, 'reply')
          else client.line.reply(JSON.stringify({ type: 'weather', product_id: product, sky }))
        }
        return true
      case 'new-enum':
        this.#newSides += count
        return true
      case 'clock-skew':
        this.#skewMicros = millis * 1000
        return true
      case 'ping-silence':
        this.#silent = true
        return true
      default:
        return this.server.arm(fault)
    }
  }

  heal(): void {
    this.#skewMicros = 0
    this.#silent = false
    this.#muted = 0
    this.#newSides = 0
    this.server.heal()
  }

  get #stamp(): string {
    return stamp(this.server.clock.now() + this.#skewMicros)
  }

  #top(product: string): { readonly bid: string; readonly ask: string } {
    const { bids, asks } = this.#market.book(product, 1)
    return { bid: bids[0]![0], ask: asks[0]![0] }
  }

  #step({ symbol, bids, asks, trade }: MarketStep): void {
    this.#tellBook(symbol, { bids, asks })
    if (trade !== undefined) this.#tellTrade(symbol, trade)
  }

  #tellBook(product: string, sides: Sides): void {
    this.#number(product)
    for (const client of this.#clients.values()) {
      if (!client.products.book.has(product)) continue
      const said = client.dialect.change(product, sides, this.#stamp)
      if (this.#muted > 0) {
        this.#muted -= 1
        client.number += 1
      } else this.#say(client, 'l2_data', said)
    }
  }

  #tellTrade(product: string, trade: MarketTrade): void {
    const made = this.#trades.get(product)
    if (made === undefined) return
    const sequence = this.#number(product)
    const timed = { ...trade, time: trade.time + this.#skewMicros }
    made.push(timed)
    const isNew = this.#newSides > 0
    this.#newSides = Math.max(0, this.#newSides - 1)
    for (const client of this.#clients.values()) {
      const { products, dialect } = client
      if (products.trades.has(product)) {
        const said = dialect.trade(product, timed, sequence)
        const text = JSON.stringify(said).replace(/"(?:buy|sell|BUY|SELL)"/, side => (isNew ? '"auction"' : side))
        this.#say(client, 'market_trades', JSON.parse(text))
      }
      if (products.ticker.has(product)) this.#tellTicker(client, product, timed, sequence)
    }
  }

  #tellTicker(client: Client, product: string, trade: MarketTrade | undefined, sequence: number): void {
    const { bids, asks } = this.#market.book(product, 1)
    this.#quotes.set(product, this.#top(product))
    this.#say(client, 'ticker', client.dialect.ticker(product, { bid: bids[0]!, ask: asks[0]!, trade, sequence }, this.#stamp))
  }

  /** Numbers of a product count on with everything that happens to it. */
  #number(product: string): number {
    const sequence = (this.#sequences.get(product) ?? 177_100_000) + 1
    this.#sequences.set(product, sequence)
    return sequence
  }

  /** The Exchange sends messages as they are, Advanced Trade in numbered envelopes. */
  #say(client: Client, channel: string, said: unknown, how: 'send' | 'reply' = 'send'): void {
    const { line, isAdvanced } = client
    if (!isAdvanced) {
      line[how](JSON.stringify(said))
      return
    }
    const envelope = { channel, client_id: '', timestamp: this.#stamp, sequence_num: client.number, events: [said] }
    client.number += 1
    line[how](JSON.stringify(envelope))
  }

  #beat(): void {
    if (this.#silent) return
    this.#beats += 1
    for (const client of this.#clients.values()) {
      const { products, isAdvanced } = client
      if (isAdvanced && products.heartbeat.size > 0) {
        const current_time = this.#stamp
        this.#say(client, 'heartbeats', { current_time, heartbeat_counter: this.#beats }, 'reply')
      } else {
        for (const product of products.heartbeat) {
          const sequence = this.#sequences.get(product) ?? 90
          client.line.reply(
            JSON.stringify({ type: 'heartbeat', sequence, last_trade_id: 0, product_id: product, time: this.#stamp }),
          )
        }
      }
    }
  }

  #accept(line: VenueLine, dialect: Dialect): void {
    const { server } = this
    const isAdvanced = dialect === ADVANCED
    this.#attempts.count()
    const most = isAdvanced ? 8 : 100
    const rate = new RateJudge({ what: 'messages', most, withinMillis: 1_000 }, server.clock, violation =>
      server.report(violation),
    )
    const products = {
      book: new Set<string>(),
      trades: new Set<string>(),
      ticker: new Set<string>(),
      heartbeat: new Set<string>(),
    }
    const client: Client = { line, isAdvanced, dialect, products, number: 0, subscribed: false }
    this.#clients.set(line, client)
    line.onClose = () => this.#clients.delete(line)
    line.onFrame = frame => {
      rate.count()
      this.#hear(client, String(frame))
    }
    server.after(SUBSCRIBE_WITHIN_MILLIS, () => {
      if (!line.open || client.subscribed) return
      server.report('no subscription within 5 s')
      line.close()
    })
  }

  #hear(client: Client, text: string): void {
    const said = JSON.parse(text) as Said
    this.server.count(said.type)
    if (said.type !== 'subscribe' && said.type !== 'unsubscribe') {
      this.server.report(`said ${text.slice(0, 80)}, which is not documented`)
      return
    }
    client.subscribed = true
    const wanted = client.isAdvanced ? [{ name: said.channel ?? '', product_ids: said.product_ids ?? [] }] : (said.channels ?? [])
    const news: [Channel, string][] = []
    for (const { name, product_ids } of wanted) {
      const channel = client.dialect.channels.get(name)
      if (channel === undefined) this.server.report(`asked for the channel ${name}, which is not public`)
      for (const product of product_ids) {
        if (!this.truth.symbols.includes(product)) this.server.report(`asked for ${product}, which the venue does not have`)
        else if (channel !== undefined && said.type === 'unsubscribe') client.products[channel].delete(product)
        else if (channel !== undefined) {
          if (client.products[channel].has(product)) this.server.report(`subscribed ${name} of ${product} twice`)
          client.products[channel].add(product)
          news.push([channel, product])
        }
      }
    }
    this.#confirm(client)
    for (const [channel, product] of news) this.#begin(client, channel, product)
  }

  #confirm(client: Client): void {
    const names = [...client.dialect.channels].map(([name, channel]) => [name, [...client.products[channel]]] as const)
    const subscriptions = names.filter(([, products]) => products.length > 0)
    if (client.isAdvanced) this.#say(client, 'subscriptions', { subscriptions: Object.fromEntries(subscriptions) }, 'reply')
    else {
      const channels = subscriptions.map(([name, product_ids]) => ({ name, product_ids }))
      client.line.reply(JSON.stringify({ type: 'subscriptions', channels }))
    }
  }

  #begin(client: Client, channel: Channel, product: string): void {
    const { dialect } = client
    const made = this.#trades.get(product) ?? []
    if (channel === 'book')
      this.#say(client, 'l2_data', dialect.snapshot(product, this.#market.book(product), this.#stamp), 'reply')
    else if (channel === 'ticker') this.#beginTicker(client, product)
    else if (channel === 'trades') {
      this.#trades.set(product, made)
      if (client.isAdvanced) {
        const trades = made
          .slice(-TRADES_SHOWN)
          .map(trade => advancedTrade(product, trade))
          .reverse()
        this.#say(client, 'market_trades', { type: 'snapshot', trades }, 'reply')
      } else {
        const last = made.at(-1)
        if (last !== undefined)
          client.line.reply(JSON.stringify({ ...exchangeTrade(product, last, this.#number(product)), type: 'last_match' }))
      }
    }
  }

  /** A ticker begins with what it would have said last. */
  #beginTicker(client: Client, product: string): void {
    const { bids, asks } = this.#market.book(product, 1)
    this.#quotes.set(product, this.#top(product))
    const best = { bid: bids[0]!, ask: asks[0]!, trade: this.#trades.get(product)?.at(-1), sequence: this.#number(product) }
    this.#say(client, 'ticker', client.dialect.ticker(product, best, this.#stamp), 'reply')
  }

  #rest({ url }: VenueRequest, reply: VenueReply): void {
    this.#requests.count()
    const [, , product = '', what] = url.pathname.split('/')
    if (!this.truth.symbols.includes(product)) {
      this.server.report(`asked for ${product}, which the venue does not have`)
      reply.json({ message: 'NotFound' }, 404)
    } else if (what === 'book') {
      if (url.searchParams.get('level') !== '2') this.server.report('asked for a book of another level than 2')
      const { bids, asks } = this.#market.book(product)
      const side = (levels: readonly TextLevel[]) => levels.map(([price, size]) => [price, size, 1])
      reply.json({ bids: side(bids), asks: side(asks), sequence: this.#sequences.get(product) ?? 0, time: this.#stamp })
    } else {
      const after = Number(url.searchParams.get('after') ?? Number.POSITIVE_INFINITY)
      const limit = Number(url.searchParams.get('limit') ?? 100)
      if (limit > 1000) this.server.report(`asked for ${limit} trades`)
      const older = (this.#trades.get(product) ?? []).slice(-TRADES_KEPT).filter(({ id }) => id + FIRST_TRADE < after)
      const rows = older.slice(-limit).reverse()
      reply.json(
        rows.map(trade => {
          const { trade_id, side, size, price, time } = exchangeTrade(product, trade, 0)
          return { trade_id, side, size, price, time }
        }),
      )
    }
  }
}

interface Said {
  readonly type: string
  /** The Exchange's. */
  readonly channels?: readonly { readonly name: string; readonly product_ids: readonly string[] }[]
  /** Advanced Trade's. */
  readonly channel?: string
  readonly product_ids?: readonly string[]
}

const EXCHANGE: Dialect = {
  channels: new Map<string, Channel>([
    ['level2_batch', 'book'],
    ['matches', 'trades'],
    ['ticker', 'ticker'],
    ['heartbeat', 'heartbeat'],
  ]),
  snapshot: (product_id, { bids, asks }, time) => ({ type: 'snapshot', product_id, asks, bids, time }),
  change: (product_id, { bids, asks }, time) => ({
    type: 'l2update',
    product_id,
    changes: [...bids.map(level => ['buy', ...level]), ...asks.map(level => ['sell', ...level])],
    time,
  }),
  trade: exchangeTrade,
  ticker: (product_id, { bid, ask, trade, sequence }, time) => ({
    type: 'ticker',
    sequence,
    product_id,
    price: trade?.price ?? bid[0],
    best_bid: bid[0],
    best_bid_size: bid[1],
    best_ask: ask[0],
    best_ask_size: ask[1],
    side: trade?.aggressor ?? 'buy',
    time,
    trade_id: (trade?.id ?? 0) + FIRST_TRADE,
    last_size: trade?.size ?? '0',
  }),
}

const ADVANCED: Dialect = {
  channels: new Map<string, Channel>([
    ['level2', 'book'],
    ['market_trades', 'trades'],
    ['ticker', 'ticker'],
    ['heartbeats', 'heartbeat'],
  ]),
  snapshot: (product_id, sides, time) => ({ type: 'snapshot', product_id, updates: advancedLevels(sides, time) }),
  change: (product_id, sides, time) => ({ type: 'update', product_id, updates: advancedLevels(sides, time) }),
  trade: (product, trade) => ({ type: 'update', trades: [advancedTrade(product, trade)] }),
  ticker: (product_id, { bid, ask, trade }) => ({
    type: 'update',
    tickers: [
      {
        type: 'ticker',
        product_id,
        price: trade?.price ?? bid[0],
        volume_24_h: '15328.12345678',
        best_bid: bid[0],
        best_bid_quantity: bid[1],
        best_ask: ask[0],
        best_ask_quantity: ask[1],
      },
    ],
  }),
}

const advancedLevels = ({ bids, asks }: Sides, event_time: string) => [
  ...bids.map(([price_level, new_quantity]) => ({ side: 'bid', event_time, price_level, new_quantity })),
  ...asks.map(([price_level, new_quantity]) => ({ side: 'offer', event_time, price_level, new_quantity })),
]

/** Both feeds name the side of the maker. */
const makerSide = ({ aggressor }: MarketTrade): 'buy' | 'sell' => (aggressor === 'buy' ? 'sell' : 'buy')

function exchangeTrade(product_id: string, trade: MarketTrade, sequence: number) {
  const { id, price, size, time } = trade
  const ids = { trade_id: id + FIRST_TRADE, maker_order_id: '2a0da34e-61f7-4c36', taker_order_id: '3c82abaa-c01e-4608' }
  return { type: 'match', ...ids, side: makerSide(trade), size, price, product_id, sequence, time: stamp(time) }
}

function advancedTrade(product_id: string, trade: MarketTrade) {
  const { id, price, size, time } = trade
  const side = makerSide(trade).toUpperCase()
  return { trade_id: String(id + FIRST_TRADE), product_id, price, size, side, time: stamp(time) }
}

/** RFC 3339 with microseconds. */
const stamp = (time: number): string =>
  new Date(Math.floor(time / 1000)).toISOString().replace('Z', `${String(time % 1000).padStart(3, '0')}Z`)
