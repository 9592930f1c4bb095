// A simulated sidecar: the other side of the loopback protocol in deploy/mt5/README.md, with a true market behind it.
import type { Fault } from './fault.ts'
import { faultySymbol, MT5_SYMBOLS, Mt5Market, type Mt5Tick, mt5Levels, mt5SymbolFields } from './mt5-market.ts'
import type { Venue, VenueOptions } from './venue.ts'
import type { VenueLine } from './venue-line.ts'
import { VenueServer } from './venue-server.ts'

export const SIDECAR_TOKEN = 'a-token-of-the-test-run-5f1c'
const HOST = '127.0.0.1'
const PORT = 7465
/** The broker's clock, seconds before UTC, and after its change. */
const WINTER = 7200
const SUMMER = 10_800

interface Client {
  readonly line: VenueLine
  greeted: boolean
  count: number
  readonly symbols: Set<string>
  readonly books: Set<string>
}

export async function startMt5Sidecar(options: VenueOptions): Promise<Venue> {
  const venue = new Mt5Sidecar(options)
  await venue.server.start()
  return venue
}

class Mt5Sidecar implements Venue {
  readonly name = 'mt5-direct'
  readonly hosts = [HOST]
  readonly server: VenueServer
  readonly #market: Mt5Market
  readonly #clients = new Map<VenueLine, Client>()
  #offset: number | null = WINTER
  /** Ticks until a changed clock is measured. */
  #unmeasured = 0
  #skewMillis = 0
  #silent = false

  constructor(options: VenueOptions) {
    this.#market = new Mt5Market(options)
    this.server = new VenueServer({ ...options, hosts: this.hosts })
    this.server.plainLines(HOST, PORT, line => this.#accept(line))
  }

  get truth() {
    return this.#market.truth
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
    for (let step = 0; step < steps; step++) {
      this.#measure()
      const tick = this.#market.step(symbol => this.#isHeard(symbol), this.#skewMillis)
      this.#tick(tick)
      this.#book(tick.symbol, mt5Levels(this.truth.book(tick.symbol)))
    }
  }

  apply(fault: Fault): boolean {
    const { kind, count = 1, millis = 0 } = fault
    const symbol = faultySymbol(fault)
    switch (kind) {
      case 'gap':
        for (const client of this.#clients.values()) client.count += count
        return true
      case 'crossed-book':
        this.#book(symbol, this.#market.crossed(symbol))
        return true
      case 'empty-array':
        this.#book(symbol, [])
        return true
      case 'null-value':
        this.#book(symbol, [[1, null, '1']])
        return true
      case 'dot-value':
        this.#book(symbol, [[1, '.', '1']])
        return true
      case 'new-enum':
        this.#book(symbol, [[7, '1', '1']])
        return true
      case 'unknown-type':
        this.#all(client => this.#say(client, { t: 'weather', sky: 'grau' }))
        return true
      case 'clock-skew':
        this.#skewMillis = millis
        return true
      case 'zone-shift':
        this.#offset = null
        this.#unmeasured = 3
        return true
      case 'ping-silence':
        this.#silent = true
        return true
      default:
        return this.server.arm(fault)
    }
  }

  heal(): void {
    this.#skewMillis = 0
    this.#silent = false
    this.server.heal()
  }

  /** A changed clock is known again after three moving ticks. */
  #measure(): void {
    if (this.#offset !== null || --this.#unmeasured > 0) return
    this.#offset = SUMMER
    this.#all(client => this.#state(client))
  }

  #tick({ symbol, bid, ask, last, lots, flags, utcMillis }: Mt5Tick): void {
    this.#hearers(symbol, client =>
      this.#say(client, {
        ...{ t: 'tick', sym: symbol, b: bid, a: ask, l: last, v: lots, fl: flags },
        ...this.#time(utcMillis),
      }),
    )
  }

  #book(symbol: string, lv: readonly unknown[]): void {
    this.#hearers(symbol, client => {
      if (client.books.has(symbol)) this.#say(client, { t: 'book', sym: symbol, lv, ...this.#time(this.#market.utcMillis()) })
    })
  }

  /** The broker's clock labelled as UTC, and what is known of it. */
  #time(utcMillis: number) {
    return { raw: utcMillis + this.#skewMillis + (this.#offset ?? SUMMER) * 1000, tz: this.#offset }
  }

  #state(client: Client): void {
    this.#say(client, { t: 'state', connected: true, tz: this.#offset })
  }

  #isHeard(symbol: string): boolean {
    return this.#offset !== null && [...this.#clients.values()].some(({ symbols }) => symbols.has(symbol))
  }

  #hearers(symbol: string, act: (client: Client) => void): void {
    for (const client of this.#clients.values()) if (client.symbols.has(symbol)) act(client)
  }

  #all(act: (client: Client) => void): void {
    for (const client of this.#clients.values()) if (client.greeted) act(client)
  }

  /** Market data may be hit by faults; all of it is numbered. */
  #say(client: Client, { t, ...rest }: Record<string, unknown> & { t: string }): void {
    client.count += 1
    client.line.send(JSON.stringify({ t, n: client.count, ...rest }))
  }

  #accept(line: VenueLine): void {
    const client: Client = { line, greeted: false, count: 0, symbols: new Set(), books: new Set() }
    this.#clients.set(line, client)
    line.onClose = () => this.#clients.delete(line)
    line.onFrame = frame => this.#hear(client, String(frame))
    this.server.after(5_000, () => {
      if (line.open && !client.greeted) this.server.report('no hello within 5 s')
    })
  }

  #hear(client: Client, text: string): void {
    const said = JSON.parse(text) as Record<string, unknown> & { t: string }
    this.server.count(said.t)
    if (said.t === 'hello') {
      client.greeted = true
      if (said['token'] !== SIDECAR_TOKEN || said['v'] !== 1) this.server.report('a wrong token or version')
      client.line.reply(JSON.stringify({ t: 'ok', v: 1, login: '5012345', server: 'Broker-Demo', currency: 'USD', demo: true }))
    } else if (!client.greeted) this.server.report(`said ${said.t} before hello`)
    else if (said.t === 'watch') this.#watch(client, said)
    else if (said.t === 'symbols') this.#list(client)
    else if (said.t === 'ping') {
      if (this.#silent) return
      client.count += 1
      client.line.reply(JSON.stringify({ t: 'pong', n: client.count, id: said['id'] }))
    } else this.server.report(`said ${text.slice(0, 60)}, which is not documented`)
  }

  #list(client: Client): void {
    for (const { symbol } of MT5_SYMBOLS) this.#describe(client, symbol)
    client.count += 1
    client.line.reply(JSON.stringify({ t: 'end', n: client.count, of: 'symbols' }))
  }

  #describe(client: Client, symbol: string): void {
    client.count += 1
    const facts = Object.fromEntries(mt5SymbolFields(symbol))
    client.line.reply(JSON.stringify({ t: 'sym', n: client.count, sym: symbol, ...facts }))
  }

  #watch(client: Client, said: Record<string, unknown>): void {
    for (const symbol of said['symbols'] as string[]) {
      if (!MT5_SYMBOLS.some(known => known.symbol === symbol)) this.server.report(`watches ${symbol}, which is not there`)
      client.symbols.add(symbol)
      if ((said['books'] as string[]).includes(symbol)) client.books.add(symbol)
      this.#describe(client, symbol)
    }
    this.#state(client)
    for (const symbol of client.symbols) {
      this.#tick(this.#market.standing(symbol))
      this.#book(symbol, mt5Levels(this.truth.book(symbol)))
    }
  }
}
