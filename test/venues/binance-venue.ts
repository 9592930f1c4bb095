// Binance as it should be: combined streams with numbered differences, snapshots and trades by REST, weights, and a strict eye on the client.
import type { Fault } from './fault.ts'
import { RateJudge } from './judge.ts'
import { type MarketStep, type MarketTrade, TrueMarket } from './true-market.ts'
import type { TextBook, TextLevel, TextTrade, Venue, VenueOptions } from './venue.ts'
import type { HttpHandler, VenueReply, VenueRequest } from './venue-http.ts'
import type { VenueLine } from './venue-line.ts'
import { VenueServer } from './venue-server.ts'

const STREAM_HOST = 'data-stream.binance.vision'
const REST_HOST = 'data-api.binance.vision'
/** A request for older trades than these finds nothing. */
const TRADES_KEPT = 1000
/** Numbers of trades do not begin at one. */
const FIRST_TRADE = 15_683_430
const CHANNELS = ['depth@100ms', 'depth', 'bookTicker', 'aggTrade']

/** Binance writes all prices and sizes with eight decimals. */
export const BINANCE_SYMBOLS = [
  { symbol: 'BTCUSDT', priceDecimals: 8, sizeDecimals: 8, price: '61737.63000000' },
  { symbol: 'ETHBTC', priceDecimals: 8, sizeDecimals: 8, price: '0.04213000', depth: 12 },
  { symbol: 'ADAUSDT', priceDecimals: 8, sizeDecimals: 8, price: '0.35210000', depth: 8 },
]

export async function startBinanceVenue(options: VenueOptions): Promise<BinanceVenue> {
  const venue = new BinanceVenue(options)
  await venue.server.start()
  return venue
}

interface Client {
  readonly line: VenueLine
  /** 'btcusdt@depth@100ms' */
  readonly streams: ReadonlySet<string>
  /** Microseconds in a unit of its times. */
  readonly unit: 1 | 1000
}

/** What a step of the market adds to it, out of the venue's own faults. */
interface Wrongs {
  readonly bids?: readonly TextLevel[]
  readonly asks?: readonly TextLevel[]
}

export class BinanceVenue implements Venue {
  readonly name = 'binance'
  readonly hosts = [STREAM_HOST, REST_HOST]
  readonly server: VenueServer
  readonly #market: TrueMarket
  readonly #clients = new Map<VenueLine, Client>()
  readonly #attempts: RateJudge
  readonly #weights: RateJudge
  #used: { readonly time: number; readonly weight: number }[] = []
  /** The last update of each book. */
  readonly #ids = new Map<string, number>()
  readonly #tops = new Map<string, string>()
  /** All trades since somebody first listened: those that a client missed can be asked for. */
  readonly #trades = new Map<string, MarketTrade[]>()
  #skewMicros = 0
  #silent = false
  #muted = 0
  #wrongLevels = 0
  #stale = 0

  constructor({ authority, clock, seed }: VenueOptions) {
    this.server = new VenueServer({ authority, clock, hosts: this.hosts, needsUserAgent: true })
    this.server.frames.garbage = '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpd'
    this.#market = new TrueMarket(BINANCE_SYMBOLS, { seed, clock })
    const report = (violation: string) => this.server.report(violation)
    this.#attempts = new RateJudge({ what: 'connections', most: 300, withinMillis: 300_000 }, clock, report)
    this.#weights = new RateJudge({ what: 'weight', most: 6000, withinMillis: 60_000 }, clock, report)
    for (const [at, { symbol }] of BINANCE_SYMBOLS.entries()) this.#ids.set(symbol, 499_869_752 + at * 1_000_000)
    this.server.webSocket(STREAM_HOST, '/stream', (line, request) => this.#accept(line, request))
    this.#rest('/api/v3/depth', request => depthWeight(Number(request.url.searchParams.get('limit') ?? 100)), this.#depth)
    this.#rest('/api/v3/aggTrades', () => 4, this.#aggTrades)
    this.#rest('/api/v3/ticker/bookTicker', () => 2, this.#bestPrices)
  }

  readonly truth = {
    symbols: BINANCE_SYMBOLS.map(({ symbol }) => symbol),
    book: (symbol: string): TextBook => this.#market.book(symbol),
    quote: (symbol: string) => {
      const { bids, asks } = this.#market.book(symbol, 1)
      return { bid: bids[0]![0], ask: asks[0]![0] }
    },
    trades: (symbol: string): readonly TextTrade[] => this.#trades.get(symbol) ?? [],
    forget: () => {
      for (const trades of this.#trades.values()) trades.splice(0, trades.length - 10)
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
    const booked = this.truth.symbols.filter(symbol => this.#isHeard(symbol, 'depth@100ms'))
    const symbol = booked[seed % booked.length] ?? this.truth.symbols[0]!
    switch (kind) {
      case 'gap':
        this.#muted += count
        return true
      case 'bad-checksum':
        this.#wrongLevels += count
        return true
      case 'stale-snapshot':
        this.#stale += count
        // Somebody has to ask for one.
        this.#muted += 1
        return true
      case 'crossed-book':
        this.#tellDepth(symbol, { bids: [[this.#market.book(symbol, 1).asks[0]![0], '1.00000000']] })
        return true
      case 'empty-array':
        this.#tellDepth(symbol, {})
        return true
      case 'null-value':
      case 'dot-value': {
        const price = (kind === 'dot-value' ? '.' : null) as string
        this.#tellDepth(symbol, { bids: [[price, '1.00000000']] })
        return true
      }
      case 'unknown-type':
        for (const { line } of this.#clients.values())
          line.reply('{"stream":"btcusdt@weather","data":{"e":"weather","s":"BTCUSDT","sky":"grau, später heiter"}}')
        return true
      case 'clock-skew':
        this.#skewMicros = millis * 1000
        return true
      case 'ping-silence':
        this.#silent = true
        return true
      case 'shutdown-notice':
        for (const { line, unit } of this.#clients.values()) {
          line.reply(`{"e":"serverShutdown","E":${Math.floor(this.#now / unit)}}`)
          this.server.after(10_000, () => line.close())
        }
        return true
      default:
        return this.server.arm(fault)
    }
  }

  heal(): void {
    this.#skewMicros = 0
    this.#silent = false
    this.#muted = 0
    this.#wrongLevels = 0
    this.#stale = 0
    this.server.heal()
  }

  get #now(): number {
    return this.server.clock.now() + this.#skewMicros
  }

  #isHeard(symbol: string, channel: string): boolean {
    return [...this.#clients.values()].some(({ streams }) => streams.has(streamOf(symbol, channel)))
  }

  #step({ symbol, bids, asks, trade }: MarketStep): void {
    const isWrong = this.#wrongLevels > 0 && this.#isHeard(symbol, 'depth@100ms')
    if (isWrong) {
      this.#wrongLevels -= 1
      const [price, size] = this.#market.book(symbol, 1).bids[0]!
      this.#tellDepth(symbol, { bids: [...bids, [price, `9${size}`]], asks })
    } else {
      this.#tellDepth(symbol, { bids, asks })
    }
    this.#tellTop(symbol, isWrong)
    if (trade !== undefined) this.#tellTrade(symbol, trade)
  }

  #tellDepth(symbol: string, { bids = [], asks = [] }: Wrongs): void {
    const before = this.#ids.get(symbol)!
    const last = before + Math.max(1, bids.length + asks.length)
    this.#ids.set(symbol, last)
    const hearers = [...this.#clients.values()].filter(({ streams }) => streams.has(streamOf(symbol, 'depth@100ms')))
    if (hearers.length > 0 && this.#muted > 0) {
      this.#muted -= 1
      return
    }
    for (const { line, unit } of hearers) {
      const ids = `"U":${before + 1},"u":${last}`
      const sides = `"b":${JSON.stringify(bids)},"a":${JSON.stringify(asks)}`
      const data = `{"e":"depthUpdate","E":${Math.floor(this.#now / unit)},"s":"${symbol}",${ids},${sides}}`
      line.send(framed(symbol, 'depth@100ms', data))
    }
  }

  #tellTop(symbol: string, always: boolean): void {
    const { bids, asks } = this.#market.book(symbol, 1)
    const [[bid, bidSize], [ask, askSize]] = [bids[0]!, asks[0]!]
    const top = `"b":"${bid}","B":"${bidSize}","a":"${ask}","A":"${askSize}"`
    if (this.#tops.get(symbol) === top && !always) return
    this.#tops.set(symbol, top)
    this.#toHearers(symbol, 'bookTicker', () => `{"u":${this.#ids.get(symbol)},"s":"${symbol}",${top}}`)
  }

  #tellTrade(symbol: string, trade: MarketTrade): void {
    const made = this.#trades.get(symbol)
    if (made === undefined) return
    const timed = { ...trade, time: trade.time + this.#skewMicros }
    made.push(timed)
    this.#toHearers(symbol, 'aggTrade', unit => {
      const row = tradeFields(timed, unit)
      return `{"e":"aggTrade","E":${Math.floor(this.#now / unit)},"s":"${symbol}",${row},"M":true}`
    })
  }

  #toHearers(symbol: string, channel: string, data: (unit: number) => string): void {
    const stream = streamOf(symbol, channel)
    for (const { line, streams, unit } of this.#clients.values())
      if (streams.has(stream)) line.send(framed(symbol, channel, data(unit)))
  }

  #accept(line: VenueLine, { url }: VenueRequest): void {
    const { server } = this
    this.#attempts.count()
    const names = (url.searchParams.get('streams') ?? '').split('/')
    const unit = url.searchParams.get('timeUnit') === 'MICROSECOND' ? 1 : 1000
    if (names.length > 1024) server.report(`${names.length} streams on one connection`)
    if (url.href.length > 8000) server.report(`an address of ${url.href.length} characters`)
    if (new Set(names).size < names.length) server.report('a stream is asked for twice')
    for (const name of names) this.#judgeStream(name)
    const client: Client = { line, streams: new Set(names), unit }
    this.#clients.set(line, client)
    line.onClose = () => this.#clients.delete(line)
    const limit = { what: 'messages', most: 5, withinMillis: 1_000 }
    const rate = new RateJudge(limit, server.clock, violation => server.report(violation))
    line.onFrame = frame => {
      rate.count()
      this.#hear(client, String(frame))
    }
  }

  #judgeStream(name: string): void {
    const at = name.indexOf('@')
    const [symbol, channel] = [name.slice(0, at), name.slice(at + 1)]
    if (!CHANNELS.includes(channel) || symbol !== symbol.toLowerCase() || !this.#ids.has(symbol.toUpperCase()))
      this.server.report(`asked for the stream ${name}, which the venue does not have`)
    if (channel === 'aggTrade' && !this.#trades.has(symbol.toUpperCase())) this.#trades.set(symbol.toUpperCase(), [])
  }

  #hear({ line, streams }: Client, text: string): void {
    const { server } = this
    let said: { method?: unknown; id?: unknown }
    try {
      said = JSON.parse(text) as typeof said
    } catch {
      said = {}
    }
    server.count(String(said.method))
    if (said.method !== 'LIST_SUBSCRIPTIONS') server.report(`said ${text.slice(0, 80)}, which is not needed`)
    else if (!Number.isSafeInteger(said.id)) server.report(`a request without a whole id: ${text.slice(0, 80)}`)
    else if (!this.#silent) line.reply(JSON.stringify({ result: [...streams], id: said.id }))
  }

  #rest(path: string, weightOf: (request: VenueRequest) => number, answer: (request: VenueRequest, reply: Reply) => void): void {
    const handle: HttpHandler = (request, reply) => {
      const weight = weightOf(request)
      this.#weights.count(weight)
      const now = this.server.clock.now()
      this.#used = [...this.#used.filter(({ time }) => time > now - 60_000_000), { time: now, weight }]
      const used = this.#used.reduce((sum, each) => sum + each.weight, 0)
      const json = (value: unknown, status = 200) => reply.json(value, status, { 'x-mbx-used-weight-1m': String(used) })
      if (!this.#ids.has(request.url.searchParams.get('symbol') ?? '')) {
        this.server.report(`asked ${request.url.pathname} for a symbol that the venue does not have`)
        json({ code: -1121, msg: 'Invalid symbol.' }, 400)
      } else answer.call(this, request, { json })
    }
    this.server.http(REST_HOST, 'GET', path, handle)
  }

  #depth({ url }: VenueRequest, reply: Reply): void {
    const symbol = url.searchParams.get('symbol')!
    const limit = Number(url.searchParams.get('limit') ?? 100)
    if (!Number.isInteger(limit) || limit < 1 || limit > 5000) this.server.report(`asked for a book of ${limit} levels`)
    const isStale = this.#stale > 0
    this.#stale = Math.max(0, this.#stale - 1)
    const { bids, asks } = this.#market.book(symbol, limit)
    const lastUpdateId = this.#ids.get(symbol)! - (isStale ? 5000 : 0)
    // Of a while ago, when the best bid was not there yet.
    reply.json({ lastUpdateId, bids: isStale ? bids.slice(1) : bids, asks })
  }

  #aggTrades({ url }: VenueRequest, reply: Reply): void {
    const from = Number(url.searchParams.get('fromId'))
    const limit = Number(url.searchParams.get('limit') ?? 500)
    if (!Number.isSafeInteger(from) || limit > 1000) this.server.report(`asked for trades from ${from}, ${limit} of them`)
    const trades = (this.#trades.get(url.searchParams.get('symbol')!) ?? []).slice(-TRADES_KEPT)
    const found = trades.filter(({ id }) => id + FIRST_TRADE >= from).slice(0, limit)
    // The client's time unit is a header here, and milliseconds where it says none.
    reply.json(found.map(trade => JSON.parse(`{${tradeFields(trade, 1)},"M":true}`) as unknown))
  }

  #bestPrices({ url }: VenueRequest, reply: Reply): void {
    const symbol = url.searchParams.get('symbol')!
    const { bids, asks } = this.#market.book(symbol, 1)
    const [[bidPrice, bidQty], [askPrice, askQty]] = [bids[0]!, asks[0]!]
    reply.json({ symbol, bidPrice, bidQty, askPrice, askQty })
  }
}

type Reply = { json: (value: unknown, status?: number) => ReturnType<VenueReply['json']> }

const depthWeight = (limit: number): number => (limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1000 ? 50 : 250)

const streamOf = (symbol: string, channel: string): string => `${symbol.toLowerCase()}@${channel}`

const framed = (symbol: string, channel: string, data: string): string =>
  `{"stream":"${streamOf(symbol, channel)}","data":${data}}`

/** The buyer is the maker where the seller crossed the spread. */
function tradeFields({ id, price, size, time, aggressor }: MarketTrade, unit: number): string {
  const number = id + FIRST_TRADE
  const trades = `"f":${number},"l":${number},"T":${Math.floor(time / unit)}`
  return `"a":${number},"p":"${price}","q":"${size}",${trades},"m":${aggressor === 'sell'}`
}
