// OANDA's price stream: chunked lines of prices and heartbeats for whoever shows the right token for the right account.
import type { Fault } from './fault.ts'
import { RateJudge } from './judge.ts'
import { type MarketStep, type MarketSymbol, TrueMarket } from './true-market.ts'
import type { TextLevel, Venue, VenueOptions } from './venue.ts'
import type { VenueReply, VenueRequest } from './venue-http.ts'
import type { VenueLine } from './venue-line.ts'
import { VenueServer } from './venue-server.ts'

export const OANDA_TOKEN = '0123456789abcdef89abcdef01234567-fedcba9876543210fedcba9876543210'
export const OANDA_ACCOUNT = '101-004-1435156-001'
const HOST = 'stream-fxpractice.oanda.com'
const PATH = /^\/v3\/accounts\/([^/]+)\/pricing\/stream$/
const STREAMS_MAX = 20

export const OANDA_SYMBOLS: readonly MarketSymbol[] = [
  { symbol: 'EUR_USD', priceDecimals: 5, sizeDecimals: 0, price: '1.08010' },
  { symbol: 'XAU_USD', priceDecimals: 3, sizeDecimals: 0, price: '2650.100', depth: 5 },
  { symbol: 'USD_JPY', priceDecimals: 3, sizeDecimals: 0, price: '154.320' },
]

interface Price {
  readonly symbol: string
  readonly bids: readonly TextLevel[]
  readonly asks: readonly TextLevel[]
}

export async function startOandaVenue(options: VenueOptions): Promise<Venue> {
  const venue = new OandaVenue(options)
  await venue.server.start()
  return venue
}

class OandaVenue implements Venue {
  readonly name = 'oanda'
  readonly hosts = [HOST]
  readonly server: VenueServer
  readonly #market: TrueMarket
  readonly #rate: RateJudge
  readonly #streams = new Map<VenueLine, ReadonlySet<string>>()
  readonly #told = new Map<string, { readonly bid: string; readonly ask: string }>()
  #lastTime = 0
  #skewMicros = 0
  #silent = false
  #expired = false
  #newStatuses = 0

  constructor({ authority, clock, seed }: VenueOptions) {
    this.server = new VenueServer({ authority, clock, hosts: this.hosts })
    this.#market = new TrueMarket(OANDA_SYMBOLS, { seed, clock })
    // Two a second are documented; a third may have waited on its way.
    const limit = { what: 'new connections', most: 3, withinMillis: 1000 }
    this.#rate = new RateJudge(limit, clock, violation => this.server.report(violation))
    this.server.http(HOST, 'GET', PATH, (request, reply) => this.#accept(request, reply))
    this.server.every(5000, () => this.#beat())
  }

  readonly truth = {
    symbols: OANDA_SYMBOLS.map(({ symbol }) => symbol),
    book: () => undefined,
    quote: (symbol: string) => this.#told.get(symbol),
    trades: () => [],
    forget: () => {},
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

  /** A price is told when the best of a side has changed. */
  play(steps: number): void {
    for (let step = 0; step < steps; step++) {
      const { symbol }: MarketStep = this.#market.step()
      const price = this.#price(symbol)
      const { bid, ask } = bestOf(price)
      const before = this.#told.get(symbol)
      if (before?.bid !== bid || before.ask !== ask) this.#publish(price)
    }
  }

  apply(fault: Fault): boolean {
    const { kind, count = 1, millis = 0, seed = 0 } = fault
    const { symbol } = OANDA_SYMBOLS[seed % OANDA_SYMBOLS.length]!
    const price = this.#price(symbol)
    switch (kind) {
      case 'unknown-type':
        this.#tell({ type: 'MAINTENANCE', note: 'Wartung für Gäste' })
        return true
      case 'new-enum':
        this.#newStatuses += count
        return true
      case 'empty-array':
        this.#spoil({ ...price, bids: [] })
        return true
      case 'dot-value':
        this.#spoil({ ...price, asks: [['.', '1']] })
        return true
      case 'null-value':
        this.#spoil({ ...price, asks: [[null as unknown as string, '1']] })
        return true
      case 'clock-skew':
        this.#skewMicros = millis * 1000
        return true
      case 'ping-silence':
        this.#silent = true
        return true
      case 'token-expired':
        this.#expired = true
        for (const line of this.#streams.keys()) line.close()
        return true
      default:
        return this.server.arm(fault)
    }
  }

  heal(): void {
    this.#skewMicros = 0
    this.#silent = false
    this.#expired = false
    this.#newStatuses = 0
    this.server.heal()
  }

  #accept({ url, headers }: VenueRequest, reply: VenueReply): void {
    const { server } = this
    this.#rate.count()
    const account = PATH.exec(url.pathname)?.[1]
    if (headers.authorization !== `Bearer ${OANDA_TOKEN}` || this.#expired) {
      if (!this.#expired) server.report('a wrong token')
      reply.json({ errorMessage: 'Insufficient authorization to perform request.' }, 401)
      return
    }
    if (account !== OANDA_ACCOUNT) server.report(`asked for the account ${account}`)
    const symbols = new Set((url.searchParams.get('instruments') ?? '').split(','))
    const unknown = [...symbols].filter(symbol => !this.truth.symbols.includes(symbol))
    if (unknown.length > 0) {
      reply.json({ errorMessage: `Invalid value specified for 'instruments'` }, 400)
      return
    }
    if (this.#streams.size >= STREAMS_MAX) server.report(`more than ${STREAMS_MAX} streams`)

    const line = reply.stream()
    if (line === undefined) return
    this.#streams.set(line, symbols)
    line.onClose = () => this.#streams.delete(line)
    if (this.#silent || url.searchParams.get('snapshot') === 'false') return
    for (const symbol of symbols) {
      const price = this.#price(symbol)
      this.#told.set(symbol, bestOf(price))
      line.reply(this.#text(price))
      for (const [other, of] of this.#streams) if (other !== line && of.has(symbol)) other.reply(this.#text(price))
    }
  }

  #publish(price: Price): void {
    if (this.#silent) return
    const text = this.#text(price)
    const hearers = [...this.#streams].filter(([, symbols]) => symbols.has(price.symbol))
    if (hearers.length > 0) this.#told.set(price.symbol, bestOf(price))
    for (const [line] of hearers) line.send(text)
  }

  /** What no correct venue says: it changes nothing of what is true. */
  #spoil(price: Price): void {
    const text = this.#text(price)
    for (const [line, symbols] of this.#streams) if (symbols.has(price.symbol)) line.reply(text)
  }

  #beat(): void {
    if (!this.#silent) this.#tell({ type: 'HEARTBEAT', time: this.#time() })
  }

  #tell(message: object): void {
    for (const line of this.#streams.keys()) line.reply(JSON.stringify(message))
  }

  #price(symbol: string): Price {
    const { bids, asks } = this.#market.book(symbol, 3)
    return { symbol, bids, asks }
  }

  #text({ symbol, bids, asks }: Price): string {
    const level = ([price, size]: TextLevel) => ({ price, liquidity: Number(size) })
    const isNew = this.#newStatuses > 0
    if (isNew) this.#newStatuses -= 1
    return JSON.stringify({
      type: 'PRICE',
      time: this.#time(),
      bids: bids.map(level),
      asks: asks.map(level),
      closeoutBid: bids.at(-1)?.[0],
      closeoutAsk: asks.at(-1)?.[0],
      status: isNew ? 'auction' : 'tradeable',
      tradeable: true,
      instrument: symbol,
    })
  }

  /** Nanoseconds; no two messages of one clock have the same microsecond. */
  #time(): string {
    this.#lastTime = Math.max(this.server.clock.now(), this.#lastTime + 1)
    const time = this.#lastTime + this.#skewMicros
    const fraction = String(((time % 1_000_000) + 1_000_000) % 1_000_000).padStart(6, '0')
    return `${new Date(Math.floor(time / 1000)).toISOString().slice(0, 19)}.${fraction}789Z`
  }
}

const bestOf = ({ bids, asks }: Price) => ({ bid: bids[0]![0], ask: asks[0]![0] })
