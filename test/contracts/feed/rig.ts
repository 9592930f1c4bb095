// One live source against its simulated venue, with a bad network between them, and a reader who writes down what he learns.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Frame } from '../../../src/connectivity/conversation.ts'
import type { FrameTap } from '../../../src/connectivity/frame-line.ts'
import type { HttpClient } from '../../../src/connectivity/http-client.ts'
import { Network } from '../../../src/connectivity/network.ts'
import { PooledHttp } from '../../../src/connectivity/pooled-http.ts'
import type { Environment, SourceDescriptor, Subscription } from '../../../src/connectivity/source.ts'
import type { LiveEvent } from '../../../src/domain/event.ts'
import { Authority } from '../../venues/authority.ts'
import { ChaosProxy } from '../../venues/chaos-proxy.ts'
import { type Fault, type FaultKind, isHttpFault, isWireFault } from '../../venues/fault.ts'
import type { StartVenue, TextTrade, Venue } from '../../venues/venue.ts'
import { VenueClock } from '../../venues/venue-clock.ts'
import { inAllDecimals, Mirror } from './mirror.ts'

export interface LiveSourceSubject {
  readonly name: string
  readonly descriptor: SourceDescriptor
  readonly startVenue: StartVenue
  /** Of symbols that the simulator has; their decimals are the venue's. */
  readonly subscriptions: readonly Subscription[]
  /** Faults that the protocol cannot have, or that a client cannot notice, each with the reason. */
  readonly exempt: Partial<Record<FaultKind, string>>
  /** `practice` when not given: it must be enough for everything. */
  readonly environment?: Environment
  readonly credentials?: Readonly<Record<string, string>>
  readonly settings?: Readonly<Record<string, unknown>>
  /** Another client than the pooled one with the descriptor's rates. */
  readonly http?: (network: Network, clock: VenueClock) => HttpClient
  /** How long something may take that should happen, in real milliseconds. Long, for a machine with other work to do: only a failing test waits so long. */
  readonly patienceMillis?: number
}

/** Venue seconds in a real one. Three, so that a silence of 15 s is 5, and the driver's tick of 100 ms stays below half a second. */
const SPEED = 3
const PATIENCE_MILLIS = 40_000

export interface RigOptions {
  readonly seed?: number
  /** Hosts that may be reached, instead of the descriptor's. */
  readonly allowed?: readonly string[]
}

export class Rig {
  readonly subject: LiveSourceSubject
  readonly venue: Venue
  readonly proxy: ChaosProxy
  readonly mirror: Mirror
  readonly clock: VenueClock
  readonly #folder: string
  readonly #http: HttpClient
  readonly #iterator: AsyncIterator<readonly LiveEvent[]>
  readonly #waiting = new Set<() => void>()
  ended = false
  #reading: Promise<void> | undefined

  private constructor(
    subject: LiveSourceSubject,
    parts: { venue: Venue; proxy: ChaosProxy; clock: VenueClock; allowed: readonly string[] },
  ) {
    const { descriptor, subscriptions, credentials = {}, settings, environment = 'practice' } = subject
    this.subject = subject
    this.venue = parts.venue
    this.proxy = parts.proxy
    this.clock = parts.clock
    this.#folder = mkdtempSync(join(tmpdir(), 'quadrant-rig-'))
    const secret = descriptor.needs.filter(need => need.secret).map(need => credentials[need.variable] ?? '')
    this.mirror = new Mirror(descriptor.name, subscriptions, () => [...secret, ...(parts.venue.secrets?.() ?? [])])
    const network = new Network(parts.allowed, parts.proxy.routes)
    const { rates } = descriptor
    this.#http =
      subject.http?.(network, parts.clock) ??
      new PooledHttp({ network, clock: parts.clock, ...(rates === undefined ? {} : { rates }) })
    const source = descriptor.live!(
      {
        network,
        http: this.#http,
        clock: parts.clock,
        environment,
        credentials,
        tap: this.#tap(),
        stateFolder: this.#folder,
        ...(settings === undefined ? {} : { settings }),
      },
      subscriptions,
    )
    this.#iterator = source.batches()[Symbol.asyncIterator]()
  }

  static async start(subject: LiveSourceSubject, { seed = 1, allowed }: RigOptions = {}): Promise<Rig> {
    const clock = new VenueClock(SPEED)
    const venue = await subject.startVenue({ authority: await sharedAuthority(), clock, seed })
    const proxy = await ChaosProxy.start(venue.routes, clock)
    const hosts = subject.descriptor.hosts[subject.environment ?? 'practice']
    const rig = new Rig(subject, { venue, proxy, clock, allowed: allowed ?? hosts })
    rig.#reading = rig.#read()
    return rig
  }

  get #patience(): number {
    return this.subject.patienceMillis ?? PATIENCE_MILLIS
  }

  /** Every subscribed instrument is live and as the venue has it. */
  get whole(): boolean {
    return this.subject.subscriptions.every(subscription => this.#live(subscription) && this.#equal(subscription))
  }

  /** Whatever is told as live is as the venue has it. */
  get honest(): boolean {
    return this.subject.subscriptions.every(subscription => !this.#live(subscription) || this.#equal(subscription))
  }

  /** Some state of the link, the same for all instruments. */
  all(...states: readonly string[]): boolean {
    return this.subject.subscriptions.every(({ instrument }) => states.includes(this.mirror.state(instrument.id)))
  }

  apply(fault: Fault): boolean {
    if (isWireFault(fault.kind)) return this.proxy.apply(fault)
    if (!this.venue.apply(fault)) return false
    // Who is already connected asks for nothing: the handshake is what these hit.
    if (isHttpFault(fault.kind)) this.proxy.apply({ kind: 'reset' })
    return true
  }

  heal(): void {
    this.venue.heal()
    this.proxy.heal()
  }

  /** Steps of the market, a few at a time, with turns of the event loop between. */
  async play(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) {
      this.venue.play(1)
      if (step % 4 === 3) await new Promise(resolve => setImmediate(resolve))
    }
  }

  /** Resolves once `fact` is true; asked after each batch, and now and then. */
  async until(fact: () => boolean, what: string, patience = this.#patience): Promise<void> {
    const deadline = performance.now() + patience
    while (!fact()) {
      if (performance.now() > deadline) throw new Error(`${what}: not within ${patience / 1000} s. ${this.describe()}`)
      await this.#something(20)
    }
  }

  /** The market goes on until the reader has it whole again. */
  async untilWhole(): Promise<void> {
    const deadline = performance.now() + this.#patience
    while (performance.now() < deadline) {
      if (this.ended) throw new Error(`the source has ended. ${this.describe()}`)
      await this.play(2)
      const pause = performance.now() + 250
      while (!this.whole && performance.now() < pause) await this.#something(20)
      if (this.whole) return
    }
    throw new Error(`the source does not become whole again. ${this.describe()}`)
  }

  /** Trades known and trades made, as comparable texts. */
  trades({ instrument, symbol }: Subscription): { readonly known: readonly string[]; readonly made: readonly string[] } {
    const { priceDecimals, quantityDecimals } = instrument
    const text = ({ price, size, time }: TextTrade) =>
      `${inAllDecimals(size, quantityDecimals)} at ${inAllDecimals(price, priceDecimals)}, ${time}`
    return { known: this.mirror.trades(instrument.id).map(text), made: this.venue.truth.trades(symbol).map(text) }
  }

  /** Leaves the iteration, as a reader does who has heard enough. */
  async leave(): Promise<void> {
    await this.#iterator.return?.()
    await this.#reading
  }

  async stop(): Promise<void> {
    await this.leave()
    await this.#http.close()
    await this.proxy.stop()
    await this.venue.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  describe(): string {
    const { mirror, venue, subject } = this
    const instruments = subject.subscriptions.map(subscription => {
      const { instrument, symbol } = subscription
      const state = mirror.state(instrument.id)
      if (this.#equal(subscription)) return `${symbol}: ${state}, equal`
      const { known, made } = this.#books(subscription)
      return `${symbol}: ${state}, knows ${JSON.stringify(known)} quote ${JSON.stringify(mirror.quote(instrument.id))}, the venue has ${JSON.stringify(made)} quote ${JSON.stringify(venue.truth.quote(symbol))}`
    })
    const faults = mirror.faults.slice(-5).map(({ fault, instrumentId, detail }) => `${fault} ${instrumentId} ${detail}`)
    return [
      ...instruments,
      `last faults: ${faults.join('; ') || 'none'}`,
      `breaches: ${mirror.breaches.join('; ') || 'none'}`,
      `violations: ${venue.violations.join('; ') || 'none'}`,
      `connections: ${venue.connections.opened} opened, ${venue.connections.open} open`,
    ].join('\n')
  }

  #live({ instrument }: Subscription): boolean {
    return this.mirror.state(instrument.id) === 'live'
  }

  #equal(subscription: Subscription): boolean {
    const { instrument, symbol, wants } = subscription
    if (wants.includes('book')) {
      const { known, made } = this.#books(subscription)
      if (JSON.stringify(known) !== JSON.stringify(made)) return false
    }
    if (!wants.includes('quote')) return true
    const quote = this.venue.truth.quote(symbol)
    const known = this.mirror.quote(instrument.id)
    const { priceDecimals } = instrument
    if (quote === undefined || known === undefined) return quote === known
    return known.bid === inAllDecimals(quote.bid, priceDecimals) && known.ask === inAllDecimals(quote.ask, priceDecimals)
  }

  #books({ instrument, symbol }: Subscription) {
    const { priceDecimals, quantityDecimals } = instrument
    const truth = this.venue.truth.book(symbol)
    const made = truth && {
      bids: truth.bids.map(([p, s]) => [inAllDecimals(p, priceDecimals), inAllDecimals(s, quantityDecimals)]),
      asks: truth.asks.map(([p, s]) => [inAllDecimals(p, priceDecimals), inAllDecimals(s, quantityDecimals)]),
    }
    const depth = { bids: made?.bids.length ?? 0, asks: made?.asks.length ?? 0 }
    return { known: this.mirror.book(instrument.id, depth), made }
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const { value, done } = await this.#iterator.next()
        if (done) break
        for (const event of value) this.mirror.take(event)
        this.#wake()
      }
    } catch (error) {
      this.mirror.breaches.push(`the iteration threw: ${error instanceof Error ? error.message : String(error)}`)
    }
    this.ended = true
    this.#wake()
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve()
  }

  /** A batch, or so many milliseconds. */
  #something(millis: number): Promise<void> {
    return new Promise(resolve => {
      const done = () => {
        clearTimeout(timer)
        this.#waiting.delete(done)
        resolve()
      }
      const timer = setTimeout(done, millis)
      this.#waiting.add(done)
    })
  }

  /** The recorder's view: secrets must be gone by then. */
  #tap(): FrameTap {
    const text = (frame: Frame) => (typeof frame === 'string' ? frame : Buffer.from(frame).toString('latin1'))
    return {
      opened: url => this.mirror.heard(url, 'a recorded address'),
      sent: (url, _now, frame) => this.mirror.heard(`${url} ${text(frame)}`, 'a recorded frame that was sent'),
      received: (url, _now, frame) =>
        this.mirror.heard(`${url} ${text(frame).slice(0, 10_000)}`, 'a recorded frame that was received'),
      replied: (url, _now, body) => this.mirror.heard(`${url} ${body.slice(0, 10_000)}`, 'a recorded reply'),
    }
  }
}

let authority: Promise<Authority> | undefined

/** One for all venues of a test file: keys take time. */
function sharedAuthority(): Promise<Authority> {
  authority ??= Authority.create()
  return authority
}
