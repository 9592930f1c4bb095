// A small venue with a protocol of its own, Bell: it exists so that the conformance harness can be tried before any adapter.
//
//   client  {"do":"hello","key":"…"}                          within 5 s
//           {"do":"book","symbols":["GOLD/EUR"]}              subscribes, or asks for a new snapshot
//           {"do":"pong","n":7}                               within 5 s of {"is":"ping","n":7}
//   venue   {"is":"book","symbol","seq","bids":[["1.0","2"]],"asks":[…],"time":µs}
//           {"is":"change", … the same}                       absolute sizes, seq is one more than before
//           {"is":"trade","symbol","seq","id","side","price","size","time","by":"Glöckner"}
//           {"is":"beat"} every second · {"is":"leaving"} 2 s before it goes
//
// At most 5 messages a second.
import type { Fault } from './fault.ts'
import { RateJudge } from './judge.ts'
import { type MarketStep, TrueMarket } from './true-market.ts'
import type { TextBook, TextTrade, Venue, VenueOptions } from './venue.ts'
import type { VenueLine } from './venue-line.ts'
import { VenueServer } from './venue-server.ts'

export const BELL_HOST = 'feed.bell.example'
export const BELL_PORT = 7100
export const BELL_KEY = 'b3ll-k3y-7f2d9c41'

const SYMBOLS = [
  { symbol: 'GOLD/EUR', priceDecimals: 2, sizeDecimals: 3, price: '2012.30' },
  { symbol: 'TIN/EUR', priceDecimals: 2, sizeDecimals: 8, price: '4.35', depth: 5 },
]

export async function startBellVenue(options: VenueOptions): Promise<Venue> {
  const venue = new BellVenue(options)
  await venue.server.start()
  return venue
}

interface Client {
  readonly line: VenueLine
  readonly rate: RateJudge
  readonly symbols: Set<string>
  greeted: boolean
}

class BellVenue implements Venue {
  readonly name = 'bell'
  readonly hosts = [BELL_HOST]
  readonly server: VenueServer
  readonly #market: TrueMarket
  readonly #clients = new Map<VenueLine, Client>()
  readonly #sequences = new Map<string, number>()
  readonly #trades = new Map<string, TextTrade[]>()
  #skewMicros = 0
  #silent = false
  #staleSnapshots = 0
  #newSides = 0
  #pings = 0

  constructor({ authority, clock, seed }: VenueOptions) {
    this.server = new VenueServer({ authority, clock, hosts: this.hosts })
    this.#market = new TrueMarket(SYMBOLS, { seed, clock })
    this.server.tlsLines(BELL_HOST, BELL_PORT, line => this.#accept(line))
    this.server.every(1_000, () => this.#tell({ is: 'beat' }))
    this.server.every(2_000, () => this.#ping())
  }

  readonly truth = {
    symbols: SYMBOLS.map(({ symbol }) => symbol),
    book: (symbol: string): TextBook => this.#market.book(symbol),
    quote: (symbol: string) => {
      const { bids, asks } = this.#market.book(symbol, 1)
      return { bid: bids[0]![0], ask: asks[0]![0] }
    },
    trades: (symbol: string): readonly TextTrade[] => this.#trades.get(symbol) ?? [],
    forget: () => this.#trades.clear(),
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
    const symbol = SYMBOLS[seed % SYMBOLS.length]!.symbol
    switch (kind) {
      case 'gap':
        this.#sequences.set(symbol, this.#sequence(symbol) + count)
        return true
      case 'stale-snapshot':
        this.#staleSnapshots += count
        // Somebody has to ask for one.
        this.#sequences.set(symbol, this.#sequence(symbol) + 1)
        return true
      case 'crossed-book': {
        const [price] = this.#market.book(symbol, 1).asks[0]!
        this.#publish(symbol, { is: 'change', bids: [[price, '1.000']], asks: [] })
        return true
      }
      case 'empty-array':
        this.#publish(symbol, { is: 'change', bids: [], asks: [] })
        return true
      case 'null-value':
      case 'dot-value':
        this.#publish(symbol, { is: 'change', bids: [[kind === 'dot-value' ? '.' : null, '1.000']], asks: [] })
        return true
      case 'unknown-type':
        this.#tell({ is: 'weather', sky: 'grau' })
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
          line.reply(text({ is: 'leaving' }))
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
    this.#staleSnapshots = 0
    this.#newSides = 0
    this.server.heal()
  }

  #step({ symbol, time, bids, asks, trade }: MarketStep): void {
    this.#publish(symbol, { is: 'change', bids, asks }, time)
    if (trade === undefined) return
    const { id, aggressor, price, size } = trade
    const side = this.#newSides > 0 ? 'auction' : aggressor
    this.#newSides = Math.max(0, this.#newSides - 1)
    const heard = this.#publish(symbol, { is: 'trade', id, side, price, size, by: 'Glöckner' }, time)
    if (!heard) return
    const trades = this.#trades.get(symbol) ?? []
    trades.push({ price, size, time: time + this.#skewMicros })
    this.#trades.set(symbol, trades)
  }

  /** True when somebody is subscribed. */
  #publish(symbol: string, fields: object, time: number = this.server.clock.now()): boolean {
    const seq = this.#sequence(symbol) + 1
    this.#sequences.set(symbol, seq)
    const message = text({ ...fields, symbol, seq, time: time + this.#skewMicros })
    const hearers = [...this.#clients.values()].filter(({ symbols }) => symbols.has(symbol))
    for (const { line } of hearers) line.send(message)
    return hearers.length > 0
  }

  #tell(message: object): void {
    if (this.#silent) return
    for (const line of this.#clients.keys()) line.reply(text(message))
  }

  #ping(): void {
    this.#pings += 1
    this.#tell({ is: 'ping', n: this.#pings })
    const [asked, n] = [[...this.#clients.values()], this.#pings]
    if (this.#silent) return
    this.server.after(5_000, () => {
      for (const { line } of asked) {
        if (line.open && !this.#answered.has(`${line.id} ${n}`)) this.server.report('a ping was not answered within 5 s')
        this.#answered.delete(`${line.id} ${n}`)
      }
    })
  }

  readonly #answered = new Set<string>()

  #accept(line: VenueLine): void {
    const { server } = this
    const limit = { what: 'messages', most: 5, withinMillis: 1_000 }
    const rate = new RateJudge(limit, server.clock, violation => server.report(violation))
    const client: Client = { line, rate, symbols: new Set(), greeted: false }
    this.#clients.set(line, client)
    line.onClose = () => this.#clients.delete(line)
    line.onFrame = frame => this.#hear(client, String(frame))
    server.after(5_000, () => {
      if (line.open && !client.greeted) server.report('no hello within 5 s')
    })
  }

  #hear(client: Client, frame: string): void {
    const { server } = this
    client.rate.count()
    const said = JSON.parse(frame) as { do: string; key?: string; symbols?: string[]; n?: number }
    server.count(said.do)
    if (said.do === 'hello') {
      client.greeted = true
      if (said.key !== BELL_KEY) server.report('a wrong key')
    } else if (said.do === 'pong') {
      this.#answered.add(`${client.line.id} ${said.n}`)
    } else if (said.do === 'book' && client.greeted) {
      for (const symbol of said.symbols ?? []) this.#snapshot(client, symbol)
    } else {
      server.report(`said ${frame.slice(0, 60)}, which is not documented`)
    }
  }

  #snapshot({ line, symbols }: Client, symbol: string): void {
    symbols.add(symbol)
    const { bids, asks } = this.#market.book(symbol)
    const stale = this.#staleSnapshots > 0
    this.#staleSnapshots = Math.max(0, this.#staleSnapshots - 1)
    const seq = this.#sequence(symbol) - (stale ? 3 : 0)
    const told = stale ? { bids: bids.slice(1), asks } : { bids, asks }
    line.reply(text({ is: 'book', symbol, seq, ...told, time: this.server.clock.now() + this.#skewMicros }))
  }

  #sequence(symbol: string): number {
    return this.#sequences.get(symbol) ?? 100
  }
}

const text = (message: object): string => JSON.stringify(message)
