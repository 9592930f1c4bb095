// Kraken as it should be: WebSocket v2 with checked books, trades that are numbered, heartbeats, pongs, and a strict eye on the client.
import { crc32 } from 'node:zlib'
import type { Fault } from './fault.ts'
import { RateJudge } from './judge.ts'
import { type MarketStep, type MarketTrade, TrueMarket } from './true-market.ts'
import type { TextBook, TextLevel, TextTrade, Venue, VenueOptions } from './venue.ts'
import type { VenueLine } from './venue-line.ts'
import { VenueServer } from './venue-server.ts'

const HOST = 'ws.kraken.com'
const DEPTHS = [10, 25, 100, 500, 1000]
const CHANNELS = ['book', 'ticker', 'trade']
/** A subscription to trades begins with so many that were made before. */
const TRADES_SHOWN = 50

export const KRAKEN_SYMBOLS = [
  { symbol: 'BTC/USD', priceDecimals: 1, sizeDecimals: 8, price: '45283.5' },
  { symbol: 'ETH/USD', priceDecimals: 2, sizeDecimals: 8, price: '2410.07' },
  { symbol: 'ADA/BTC', priceDecimals: 9, sizeDecimals: 8, price: '0.000022930', depth: 8 },
]

export async function startKrakenVenue(options: VenueOptions): Promise<Venue> {
  const venue = new KrakenVenue(options)
  await venue.server.start()
  return venue
}

interface Client {
  readonly line: VenueLine
  readonly rate: RateJudge
  /** What it sees of each book it subscribed. */
  readonly books: Map<string, { readonly depth: number; view: TextBook }>
  readonly tickers: Set<string>
  readonly trades: Set<string>
  pinged: boolean
}

class KrakenVenue implements Venue {
  readonly name = 'kraken'
  readonly hosts = [HOST, 'api.kraken.com']
  readonly server: VenueServer
  readonly #market: TrueMarket
  readonly #clients = new Map<VenueLine, Client>()
  readonly #attempts: RateJudge
  /** All trades since somebody first listened: a later subscription shows the last of them. */
  readonly #trades = new Map<string, MarketTrade[]>()
  readonly #tops = new Map<string, string>()
  #depth = 10
  #skewMicros = 0
  #silent = false
  #mutedChanges = 0
  #wrongChecksums = 0
  #staleSnapshots = 0
  #newSides = 0

  constructor({ authority, clock, seed }: VenueOptions) {
    this.server = new VenueServer({ authority, clock, hosts: this.hosts })
    this.server.frames.garbage = '{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"pri'
    this.#market = new TrueMarket(KRAKEN_SYMBOLS, { seed, clock })
    const limit = { what: 'connections', most: 150, withinMillis: 600_000 }
    this.#attempts = new RateJudge(limit, clock, violation => this.server.report(violation))
    this.server.webSocket(HOST, '/v2', line => this.#accept(line))
    this.server.every(1_000, () => this.#beat())
  }

  readonly truth = {
    symbols: KRAKEN_SYMBOLS.map(({ symbol }) => symbol),
    book: (symbol: string): TextBook => this.#market.book(symbol, this.#depth),
    quote: (symbol: string) => {
      const { bids, asks } = this.#market.book(symbol, 1)
      return { bid: bids[0]![0], ask: asks[0]![0] }
    },
    trades: (symbol: string): readonly TextTrade[] => this.#trades.get(symbol) ?? [],
    forget: () => {
      for (const trades of this.#trades.values()) trades.splice(0, trades.length - TRADES_SHOWN)
    },
  }

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
    const seen = [...this.#clients.values()].flatMap(({ books }) => [...books.keys()])
    const symbol = seen[seed % Math.max(1, seen.length)] ?? KRAKEN_SYMBOLS[0]!.symbol
    switch (kind) {
      case 'gap':
        this.#mutedChanges += count
        return true
      case 'bad-checksum':
        this.#wrongChecksums += count
        return true
      case 'stale-snapshot':
        this.#staleSnapshots += count
        // Somebody has to ask for one.
        this.#wrongChecksums += 1
        return true
      case 'crossed-book':
        this.#cross(symbol)
        return true
      case 'empty-array':
        this.#sendAll('book', symbol, '{"channel":"book","type":"update","data":[]}')
        return true
      case 'null-value':
      case 'dot-value': {
        const price = kind === 'dot-value' ? '"."' : 'null'
        const level = `{"price":${price},"qty":1.00000000}`
        this.#sendAll('book', symbol, this.#bookText('update', symbol, `"bids":[${level}],"asks":[]`, 1))
        return true
      }
      case 'unknown-type':
        for (const line of this.#clients.keys())
          line.reply('{"channel":"weather","type":"update","data":[{"sky":"grau, später heiter"}]}')
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
      case 'shutdown-notice':
        for (const line of this.#clients.keys()) {
          line.reply(status('maintenance'))
          this.server.after(2_000, () => line.close())
        }
        return true
      default:
        return this.server.arm(fault)
    }
  }

  heal(): void {
    this.#skewMicros = 0
    this.#silent = false
    this.#mutedChanges = 0
    this.#wrongChecksums = 0
    this.#staleSnapshots = 0
    this.#newSides = 0
    this.server.heal()
  }

  #step({ symbol, trade }: MarketStep): void {
    for (const client of this.#clients.values()) this.#tellChange(client, symbol)
    this.#tellTop(symbol)
    if (trade === undefined) return
    const hearers = [...this.#clients.values()].filter(({ trades }) => trades.has(symbol))
    const made = this.#trades.get(symbol)
    if (made === undefined && hearers.length === 0) return
    const timed = { ...trade, time: trade.time + this.#skewMicros }
    this.#trades.set(symbol, [...(made ?? []).slice(-100_000), timed])
    const side = this.#newSides > 0 ? 'auction' : trade.aggressor
    this.#newSides = Math.max(0, this.#newSides - 1)
    for (const { line } of hearers) line.send(`{"channel":"trade","type":"update","data":[${tradeText(symbol, timed, side)}]}`)
  }

  /** What changed in the part of the book that this client sees. A level pushed out of it is not spoken of. */
  #tellChange({ books, line }: Client, symbol: string): void {
    const seen = books.get(symbol)
    if (seen === undefined) return
    const whole = this.#market.book(symbol)
    const now = this.#market.book(symbol, seen.depth)
    const bids = changed(seen.view.bids, now.bids, whole.bids)
    const asks = changed(seen.view.asks, now.asks, whole.asks)
    seen.view = now
    if (bids.length + asks.length === 0) return
    if (this.#mutedChanges > 0) {
      this.#mutedChanges--
      return
    }
    line.send(this.#bookText('update', symbol, levels(bids, asks), this.#checksum(now)))
  }

  #checksum(book: TextBook): number {
    const right = checksum(book)
    if (this.#wrongChecksums === 0) return right
    this.#wrongChecksums--
    return (right ^ 0x5a5a5a5a) >>> 0
  }

  #cross(symbol: string): void {
    const { bids, asks } = this.#market.book(symbol, this.#depth)
    const bid: TextLevel = [asks[0]![0], '1.00000000']
    const crossed = { bids: [bid, ...bids].slice(0, this.#depth), asks }
    this.#sendAll('book', symbol, this.#bookText('update', symbol, levels([bid], []), checksum(crossed)))
  }

  #tellTop(symbol: string): void {
    const text = this.#tickerText(symbol)
    if (this.#tops.get(symbol) === text.top) return
    this.#tops.set(symbol, text.top)
    for (const { tickers, line } of this.#clients.values())
      if (tickers.has(symbol)) line.send(`{"channel":"ticker","type":"update","data":[${text.item}]}`)
  }

  #tickerText(symbol: string): { readonly top: string; readonly item: string } {
    const { bids, asks } = this.#market.book(symbol, 1)
    const [[bid, bidSize], [ask, askSize]] = [bids[0]!, asks[0]!]
    const top = `"bid":${bid},"bid_qty":${bidSize},"ask":${ask},"ask_qty":${askSize}`
    const day = `"last":${bid},"volume":163.28908096,"vwap":${ask},"low":${bid},"high":${ask},"change":0.0,"change_pct":0.00`
    return { top, item: `{"symbol":"${symbol}",${top},${day},"timestamp":"${this.#stamp()}"}` }
  }

  #bookText(type: 'snapshot' | 'update', symbol: string, sides: string, crc: number): string {
    return `{"channel":"book","type":"${type}","data":[{"symbol":"${symbol}",${sides},"checksum":${crc},"timestamp":"${this.#stamp()}"}]}`
  }

  #sendAll(channel: 'book', symbol: string, text: string): void {
    for (const client of this.#clients.values()) if (channel === 'book' && client.books.has(symbol)) client.line.send(text)
  }

  #stamp(): string {
    return stamp(this.server.clock.now() + this.#skewMicros)
  }

  #beat(): void {
    if (this.#silent) return
    for (const { line, books, tickers, trades } of this.#clients.values())
      if (books.size + tickers.size + trades.size > 0) line.reply('{"channel":"heartbeat"}')
  }

  #accept(line: VenueLine): void {
    const { server } = this
    this.#attempts.count()
    const limit = { what: 'messages', most: 30, withinMillis: 1_000 }
    const rate = new RateJudge(limit, server.clock, violation => server.report(violation))
    const client: Client = { line, rate, books: new Map(), tickers: new Set(), trades: new Set(), pinged: false }
    this.#clients.set(line, client)
    line.onClose = () => this.#clients.delete(line)
    line.onFrame = frame => this.#hear(client, frame)
    line.reply(status('online'))
    server.after(30_000, () => {
      if (line.open && !client.pinged) server.report('no ping within 30 s: its clock and ours are never compared')
    })
  }

  #hear(client: Client, frame: unknown): void {
    const { server } = this
    client.rate.count()
    const text = String(frame)
    const said = parsed(text)
    const method = String(said['method'])
    server.count(method)
    const id = said['req_id']
    if (!Number.isSafeInteger(id)) server.report(`a request without a whole req_id: ${text.slice(0, 80)}`)
    if (method === 'ping') {
      client.pinged = true
      if (this.#silent) return
      client.line.reply(`{"method":"pong","req_id":${id},"time_in":"${this.#stamp()}","time_out":"${this.#stamp()}"}`)
    } else if (method === 'subscribe' || method === 'unsubscribe') {
      const params = (said['params'] ?? {}) as Record<string, unknown>
      this.#judgeParams(params, text)
      for (const symbol of (params['symbol'] as string[] | undefined) ?? [])
        this.#subscription(client, { method, params, symbol, id: Number(id) })
    } else {
      server.report(`said ${text.slice(0, 80)}, which is not documented`)
    }
  }

  #judgeParams(
    { channel, symbol, depth, snapshot, event_trigger: trigger, ...others }: Record<string, unknown>,
    text: string,
  ): void {
    const { server } = this
    if (!CHANNELS.includes(String(channel))) server.report(`no such channel: ${text.slice(0, 120)}`)
    if (!Array.isArray(symbol) || symbol.length === 0) server.report(`symbols are a list: ${text.slice(0, 120)}`)
    if (depth !== undefined && (channel !== 'book' || !DEPTHS.includes(Number(depth)))) server.report(`no such depth: ${depth}`)
    if (snapshot !== undefined && typeof snapshot !== 'boolean') server.report('snapshot is true or false')
    if (trigger !== undefined && (channel !== 'ticker' || !['bbo', 'trades'].includes(String(trigger))))
      server.report(`no such trigger: ${trigger}`)
    if (Object.keys(others).length > 0) server.report(`unknown parameters: ${Object.keys(others).join(', ')}`)
  }

  #subscription(client: Client, asked: Asked): void {
    const { method, params, symbol, id } = asked
    const channel = String(params['channel'])
    const depth = Number(params['depth'] ?? 10)
    const times = `"time_in":"${this.#stamp()}","time_out":"${this.#stamp()}","req_id":${id}`
    const refuse = (why: string) =>
      client.line.reply(`{"method":"${method}","error":"${why}","success":false,"symbol":"${symbol}",${times}}`)
    const held = channel === 'book' ? client.books : channel === 'ticker' ? client.tickers : client.trades
    if (!this.truth.symbols.includes(symbol)) {
      this.server.report(`asked for ${symbol}, which the venue does not have`)
      refuse(`Currency pair not supported ${symbol}`)
      return
    }
    if (method === 'subscribe' && held.has(symbol)) {
      this.server.report(`subscribed ${channel} of ${symbol} twice`)
      refuse('Already subscribed')
      return
    }
    if (method === 'unsubscribe') {
      if (!held.delete(symbol)) refuse('Subscription Not Found')
      else
        client.line.reply(
          `{"method":"unsubscribe","result":{"channel":"${channel}","symbol":"${symbol}"},"success":true,${times}}`,
        )
      return
    }
    const more = channel === 'book' ? `,"depth":${depth}` : ''
    client.line.reply(
      `{"method":"subscribe","result":{"channel":"${channel}","symbol":"${symbol}"${more},"snapshot":true},"success":true,${times}}`,
    )
    if (channel === 'book') this.#beginBook(client, symbol, depth)
    else if (channel === 'ticker') {
      client.tickers.add(symbol)
      client.line.reply(`{"channel":"ticker","type":"snapshot","data":[${this.#tickerText(symbol).item}]}`)
    } else this.#beginTrades(client, symbol)
  }

  #beginBook(client: Client, symbol: string, depth: number): void {
    this.#depth = depth
    const view = this.#market.book(symbol, depth)
    client.books.set(symbol, { depth, view })
    const isStale = this.#staleSnapshots > 0
    this.#staleSnapshots = Math.max(0, this.#staleSnapshots - 1)
    // Of a moment ago, whole and with the checksum it had then.
    const told = isStale ? { bids: view.bids.slice(1), asks: view.asks } : view
    client.line.reply(this.#bookText('snapshot', symbol, levels(told.bids, told.asks), checksum(told)))
  }

  #beginTrades(client: Client, symbol: string): void {
    client.trades.add(symbol)
    const made = this.#trades.get(symbol) ?? []
    this.#trades.set(symbol, made)
    const shown = made.slice(-TRADES_SHOWN).map(trade => tradeText(symbol, trade, trade.aggressor))
    if (shown.length > 0) client.line.reply(`{"channel":"trade","type":"snapshot","data":[${shown.join(',')}]}`)
  }
}

interface Asked {
  readonly method: 'subscribe' | 'unsubscribe'
  readonly params: Readonly<Record<string, unknown>>
  readonly symbol: string
  readonly id: number
}

/** Ten asks from low to high, ten bids from high to low; the digits of price and size without leading zeros. */
export function checksum({ bids, asks }: TextBook): number {
  const digits = (text: string) => text.replace('.', '').replace(/^0+/, '')
  const text = [...asks.slice(0, 10), ...bids.slice(0, 10)].map(([price, size]) => digits(price) + digits(size)).join('')
  return crc32(text)
}

function changed(before: readonly TextLevel[], now: readonly TextLevel[], whole: readonly TextLevel[]): TextLevel[] {
  const known = new Map(before)
  const there = new Map(whole)
  const set = now.filter(([price, size]) => known.get(price) !== size)
  const gone = before
    .filter(([price]) => !there.has(price))
    .map(([price, size]): TextLevel => [price, size.replaceAll(/[1-9]/g, '0')])
  return [...gone, ...set]
}

const side = (texts: readonly TextLevel[]): string => texts.map(([price, size]) => `{"price":${price},"qty":${size}}`).join(',')

const levels = (bids: readonly TextLevel[], asks: readonly TextLevel[]): string => `"bids":[${side(bids)}],"asks":[${side(asks)}]`

const tradeText = (symbol: string, { id, price, size, time }: MarketTrade, taker: string): string =>
  `{"symbol":"${symbol}","side":"${taker}","price":${price},"qty":${size},"ord_type":"market","trade_id":${id},"timestamp":"${stamp(time)}"}`

const status = (system: string): string =>
  `{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"${system}","api_version":"v2","connection_id":12345678901234567890}]}`

/** RFC 3339 with microseconds. */
const stamp = (time: number): string =>
  new Date(Math.floor(time / 1000)).toISOString().replace('Z', `${String(time % 1000).padStart(3, '0')}Z`)

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}
