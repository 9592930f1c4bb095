// A simulated MetaTrader 5 terminal with the Expert Advisor in it: dials our bridge over real TLS and pins its certificate.
import type { Socket } from 'node:net'
import { connect } from 'node:tls'
import type { Routes } from '../../src/connectivity/network.ts'
import type { Fault } from './fault.ts'
import { faultySymbol, MT5_SYMBOLS, type Mt5Level, Mt5Market, mt5Levels, mt5SymbolFields } from './mt5-market.ts'
import { SbpTerminal, type TerminalFacts } from './sbp-terminal.ts'
import type { Venue, VenueOptions } from './venue.ts'
import { LINES, socketLine } from './venue-framing.ts'
import { VenueLine } from './venue-line.ts'
import { VenueServer } from './venue-server.ts'

export const TERMINAL: TerminalFacts = {
  version: '1.0.0',
  login: '5012345',
  server: 'Broker-Demo',
  accounting: 'hedge',
  currency: 'USD',
  build: 5150,
  epoch: '7f0c6a52-0d1e-4d0e-9a55-6f7d3b0c9f11',
  secret: 'a-secret-of-the-test-run-that-is-long-enough',
}

/** Where the terminal finds the gateway, and how it reaches it. */
export interface BridgeDoor {
  readonly port: number
  /** SHA-1 in hex, as the gateway shows it. */
  readonly thumbprint: string
  /** A connecting plain socket; TLS is put on it. */
  readonly dial: () => Socket
}

const REDIAL_MILLIS = 500
const HEARTBEAT_MILLIS = 2_000
const MISSES = 3
const WINTER = 7200
const SUMMER = 10_800

export class Mt5Terminal implements Venue {
  readonly name = 'mt5-bridge'
  readonly hosts = ['127.0.0.1']
  readonly #server: VenueServer
  readonly #market: Mt5Market
  readonly #facts: TerminalFacts
  #door: BridgeDoor | undefined
  #line: VenueLine | undefined
  #terminal: SbpTerminal | undefined
  #retired = false
  #watched: readonly string[] = []
  #books: readonly string[] = []
  #offsetSeconds = WINTER
  /** The broker's clock before the one that was told, while the change is not noticed. */
  #unnoticedSeconds = 0
  #unnoticedTicks = 0
  #skewMillis = 0
  #silent = false

  constructor(options: VenueOptions, facts: Partial<TerminalFacts> = {}) {
    this.#market = new Mt5Market(options)
    this.#server = new VenueServer({ ...options, hosts: this.hosts })
    this.#facts = { ...TERMINAL, ...facts }
    this.#server.every(HEARTBEAT_MILLIS, () => {
      if (!this.#silent) this.#terminal?.heartbeat()
    })
    this.#server.every(REDIAL_MILLIS, () => this.#watch())
  }

  get truth() {
    return this.#market.truth
  }

  /** The gateway is behind whatever address it is asked for. */
  get routes(): Routes {
    return { route: () => ({ host: '127.0.0.1', port: this.#door?.port ?? 1 }) }
  }

  get violations() {
    return this.#server.violations
  }

  get requests() {
    return this.#server.requests
  }

  get connections() {
    return this.#server.connections
  }

  install(door: BridgeDoor): void {
    this.#door = door
    this.#dial()
  }

  /** Taken off the chart. */
  retire(): void {
    this.#retired = true
    this.#line?.destroy()
  }

  async stop(): Promise<void> {
    this.retire()
    await this.#server.stop()
  }

  play(steps: number): void {
    for (let step = 0; step < steps; step++) {
      if (this.#unnoticedSeconds !== 0 && this.#unnoticedTicks-- <= 0) {
        this.#offsetSeconds += this.#unnoticedSeconds
        this.#unnoticedSeconds = 0
        this.#terminal?.offset(this.#offsetSeconds)
      }
      // What is stamped by a clock that is wrong is rightly not believed.
      const isSound = this.#unnoticedSeconds === 0
      const tick = this.#market.step(symbol => isSound && this.#isOpen && this.#watched.includes(symbol), this.#skewMillis)
      if (this.#isOpen && this.#watched.includes(tick.symbol)) {
        this.#terminal!.tick({ ...tick, utcMillis: this.#stamp(tick.utcMillis) })
        this.#tellBook(tick.symbol, mt5Levels(this.truth.book(tick.symbol)))
      }
    }
  }

  apply(fault: Fault): boolean {
    const { kind, count = 1, millis = 0 } = fault
    const symbol = faultySymbol(fault)
    switch (kind) {
      case 'gap':
        this.#terminal?.loseNumbers(count)
        return true
      case 'crossed-book':
        this.#tellBook(symbol, this.#market.crossed(symbol))
        return true
      case 'empty-array':
        this.#tellBook(symbol, [])
        return true
      case 'null-value':
        this.#tellBook(symbol, [[1, null, '1']])
        return true
      case 'dot-value':
        this.#tellBook(symbol, [[1, '.', '1']])
        return true
      case 'new-enum':
        this.#tellBook(symbol, [[7, '1', '1']])
        return true
      case 'unknown-type':
        if (this.#isOpen)
          this.#terminal!.strange([
            ['t', 'weather'],
            ['sky', 'grau'],
          ])
        return true
      case 'clock-skew':
        this.#skewMillis = millis
        return true
      case 'zone-shift':
        this.#unnoticedSeconds = this.#offsetSeconds === WINTER ? SUMMER - WINTER : WINTER - SUMMER
        this.#unnoticedTicks = 3
        return true
      case 'ping-silence':
        this.#silent = true
        return true
      default:
        return this.#server.arm(fault)
    }
  }

  heal(): void {
    this.#skewMillis = 0
    this.#silent = false
    this.#server.heal()
  }

  get #isOpen(): boolean {
    return this.#terminal?.isOpen === true && this.#line?.open === true
  }

  /** Our UTC of a broker's time, off by what was not noticed of its clock. */
  #stamp(utcMillis: number): number {
    return utcMillis + this.#skewMillis + this.#unnoticedSeconds * 1000
  }

  #tellBook(symbol: string, levels: readonly Mt5Level[]): void {
    if (this.#isOpen && this.#books.includes(symbol)) {
      this.#terminal!.book(symbol, this.#stamp(this.#market.utcMillis()), levels)
    }
  }

  #watch(): void {
    if (this.#retired || this.#door === undefined) return
    if (this.#line === undefined) this.#dial()
    else if (this.#terminal !== undefined && this.#terminal.silence > MISSES * HEARTBEAT_MILLIS) this.#line.destroy()
  }

  #dial(): void {
    const door = this.#door!
    const plain = door.dial()
    plain.on('error', () => {})
    // The chain is judged by the pin, as MQL5 does it; names and authorities are not asked.
    const socket = connect({ socket: plain, rejectUnauthorized: false, servername: 'bridge.example' })
    const line = socketLine(socket, LINES, transport => {
      const { connections, frames } = this.#server
      return new VenueLine(connections.opened + 1, { host: 'bridge', path: '' }, transport, frames)
    })
    this.#line = line
    const gone = () => {
      if (this.#line === line) {
        this.#line = undefined
        this.#terminal = undefined
        this.#watched = []
      }
      if (!line.open) return
      if (wasSecure) this.#server.connections.open -= 1
      line.gone()
    }
    let wasSecure = false
    socket.on('close', gone)
    plain.on('close', () => socket.destroy())
    socket.on('secureConnect', () => {
      wasSecure = true
      this.#server.connections.opened += 1
      this.#server.connections.open += 1
      if (socket.getPeerCertificate().fingerprint.replaceAll(':', '') !== door.thumbprint) {
        this.#server.report('another certificate than the one that was shown')
        socket.destroy()
        return
      }
      this.#begin(line)
    })
  }

  #begin(line: VenueLine): void {
    const report = (what: string) => this.#server.report(what)
    const terminal = new SbpTerminal(this.#facts, {
      offsetSeconds: this.#offsetSeconds,
      now: () => this.#market.utcMillis() + this.#skewMillis,
      say: (text, kind) => (MARKET.has(kind) ? line.send(text) : line.reply(text)),
      complain: report,
      duties: {
        subscribe: (symbols, books) => {
          this.#server.count('sub')
          for (const symbol of symbols) {
            if (!MT5_SYMBOLS.some(known => known.symbol === symbol)) report(`subscribed ${symbol}, which is not there`)
          }
          this.#watched = symbols
          this.#books = books
          this.#tellAll(terminal)
        },
        tellAll: () => this.#tellAll(terminal),
        list: () => {
          this.#server.count('symbols')
          for (const { symbol } of MT5_SYMBOLS) terminal.symbol(symbol, mt5SymbolFields(symbol))
          terminal.listed()
        },
      },
    })
    this.#terminal = terminal
    line.onFrame = frame => terminal.hear(String(frame))
    terminal.dialled()
    this.#server.after(5_000, () => {
      if (line.open && !terminal.isOpen) report('not let in within 5 s')
    })
  }

  /** Symbols, account, the standing ticks and books. */
  #tellAll(terminal: SbpTerminal): void {
    terminal.connected(true)
    terminal.account(['10000', '10000', '0', '10000', '0'])
    for (const symbol of this.#watched) {
      terminal.symbol(symbol, mt5SymbolFields(symbol))
      const tick = this.#market.standing(symbol)
      terminal.tick({ ...tick, utcMillis: this.#stamp(tick.utcMillis) })
      this.#tellBook(symbol, mt5Levels(this.truth.book(symbol)))
    }
    terminal.snapshotDone()
  }
}

/** What frame faults may hit. */
const MARKET = new Set(['tick', 'book', 'weather'])
