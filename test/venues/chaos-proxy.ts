// A bad network between a client and a simulated venue: bytes late, slowly, in crumbs, half, or never. Knows no protocol.
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Routes } from '../../src/connectivity/network.ts'
import { type Fault, isWireFault, type WireFault } from './fault.ts'
import type { VenueClock } from './venue-clock.ts'

/** `down`: from the venue to the client. */
export type Direction = 'down' | 'up'

/** Doors prepared before anybody dials: names become addresses without waiting. */
const DOORS = 12
/** Held for a slow reader before the other end is asked to wait. */
const HELD_BYTES = 1_048_576

interface Door {
  readonly server: Server
  readonly port: number
  /** Where it leads, once somebody dialled it. */
  target?: { readonly name: string; readonly port: number }
}

export class ChaosProxy {
  readonly #inner: Routes
  readonly #clock: VenueClock
  readonly #doors: Door[]
  readonly #wires = new Set<Wire>()
  #refusing = false
  /** Connections that were tried until now, refused ones too. */
  attempts = 0

  private constructor(inner: Routes, clock: VenueClock, doors: Door[]) {
    this.#inner = inner
    this.#clock = clock
    this.#doors = doors
    for (const door of doors) door.server.on('connection', socket => this.#accept(door, socket))
  }

  /** In front of everything that `inner` leads to. */
  static async start(inner: Routes, clock: VenueClock): Promise<ChaosProxy> {
    return new ChaosProxy(inner, clock, await Promise.all(Array.from({ length: DOORS }, openDoor)))
  }

  get routes(): Routes {
    return {
      ...this.#inner,
      route: target => {
        const name = `${target.host}:${target.port}`
        const { port } = this.#inner.route(target)
        const door = this.#doors.find(door => door.target?.name === name) ?? this.#doors.find(door => door.target === undefined)
        if (door === undefined) throw new Error(`more than ${DOORS} addresses were dialled`)
        door.target = { name, port }
        return { host: '127.0.0.1', port: door.port }
      },
    }
  }

  /** Connections that stand now. */
  get open(): number {
    return this.#wires.size
  }

  /** Hits the connections that stand now, in both directions; false when it is no fault of the wire. */
  apply(fault: Fault, direction?: Direction): boolean {
    if (!isWireFault(fault.kind)) return false
    for (const wire of this.#wires) wire.suffer({ ...fault, kind: fault.kind }, direction)
    return true
  }

  /** From now on nobody is let through, until `heal`. Those who are stay. */
  refuse(): void {
    this.#refusing = true
  }

  /** What is only slow is fast again; what was swallowed stays lost. */
  heal(): void {
    this.#refusing = false
    for (const wire of this.#wires) wire.heal()
  }

  async stop(): Promise<void> {
    for (const wire of this.#wires) wire.destroy()
    await Promise.all(this.#doors.map(({ server }) => new Promise(resolve => server.close(resolve))))
  }

  #accept({ target }: Door, client: Socket): void {
    this.attempts += 1
    if (target === undefined || this.#refusing) {
      client.on('error', () => {})
      client.resetAndDestroy()
      return
    }
    const wire = new Wire(client, connect({ host: '127.0.0.1', port: target.port }), this.#clock, () => this.#wires.delete(wire))
    this.#wires.add(wire)
  }
}

/** One connection through the proxy. */
class Wire {
  readonly #client: Socket
  readonly #venue: Socket
  readonly #down: Pipe
  readonly #up: Pipe
  readonly #over: () => void

  constructor(client: Socket, venue: Socket, clock: VenueClock, over: () => void) {
    this.#client = client
    this.#venue = venue
    this.#down = new Pipe(venue, client, clock)
    this.#up = new Pipe(client, venue, clock)
    this.#over = over
    for (const socket of [client, venue]) {
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('close', () => this.#closed(socket))
    }
  }

  suffer(fault: Fault & { readonly kind: WireFault }, direction?: Direction): void {
    switch (fault.kind) {
      case 'cut':
        this.#client.end()
        this.#venue.end()
        return
      case 'reset':
        this.#reset()
        return
      case 'reset-mid-frame':
        this.#down.halfThen(() => this.#reset())
        return
    }
    if (direction !== 'up') this.#down.suffer(fault)
    if (direction !== 'down') this.#up.suffer(fault)
  }

  heal(): void {
    this.#down.heal()
    this.#up.heal()
  }

  destroy(): void {
    this.#client.destroy()
    this.#venue.destroy()
    this.#over()
  }

  #reset(): void {
    this.#client.resetAndDestroy()
    this.#venue.resetAndDestroy()
    this.#over()
  }

  /** A half-open connection tells nobody that the other end is gone. */
  #closed(socket: Socket): void {
    if (socket === this.#venue && this.#down.swallows && !this.#client.destroyed) return
    this.destroy()
  }
}

/** One direction of a wire. */
class Pipe {
  readonly #from: Socket
  readonly #to: Socket
  readonly #clock: VenueClock
  #swallow = false
  /** Real time before which nothing goes on; whatever comes waits in line. */
  #stalledUntil = 0
  #delayMillis = 0
  #trickle = false
  #cutter: (() => void) | undefined
  readonly #queue: { readonly bytes: Buffer; readonly due: number }[] = []
  #queued = 0
  #pumping = false
  #ended = false

  constructor(from: Socket, to: Socket, clock: VenueClock) {
    this.#from = from
    this.#to = to
    this.#clock = clock
    from.on('data', (bytes: Buffer) => this.#take(bytes))
    from.on('end', () => {
      this.#ended = true
      void this.#pump()
    })
    to.on('drain', () => from.resume())
  }

  get swallows(): boolean {
    return this.#swallow
  }

  suffer({ kind, millis = 500 }: Fault): void {
    const real = this.#clock.real(Math.abs(millis))
    if (kind === 'half-open') this.#swallow = true
    if (kind === 'stall') this.#stalledUntil = performance.now() + real
    if (kind === 'delay') this.#delayMillis = real
    if (kind === 'trickle') this.#trickle = true
  }

  /** The next bytes go half of their way, then `act` happens. */
  halfThen(act: () => void): void {
    this.#cutter = act
  }

  heal(): void {
    this.#delayMillis = 0
    this.#trickle = false
    this.#stalledUntil = 0
  }

  #take(bytes: Buffer): void {
    if (this.#swallow) return
    if (this.#cutter !== undefined) {
      const act = this.#cutter
      this.#cutter = undefined
      this.#to.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), act)
      this.#swallow = true
      return
    }
    this.#queue.push({ bytes, due: performance.now() + this.#delayMillis })
    this.#queued += bytes.length
    if (this.#queued > HELD_BYTES) this.#from.pause()
    void this.#pump()
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return
    this.#pumping = true
    for (let next = this.#queue[0]; next !== undefined && !this.#to.destroyed; next = this.#queue[0]) {
      const wait = Math.max(next.due, this.#stalledUntil) - performance.now()
      // Short naps, so that healing is felt at once.
      if (wait > 0 && (this.#delayMillis > 0 || this.#stalledUntil > 0)) {
        await new Promise(resolve => setTimeout(resolve, Math.min(wait, 20)))
        continue
      }
      this.#queue.shift()
      this.#queued -= next.bytes.length
      await this.#write(next.bytes)
      if (this.#queued <= HELD_BYTES) this.#from.resume()
    }
    this.#pumping = false
    if (this.#ended && !this.#swallow) this.#to.end()
  }

  async #write(bytes: Buffer): Promise<void> {
    if (!this.#trickle || bytes.length > 100_000) {
      this.#to.write(bytes)
      return
    }
    // Pieces of an awkward length, each in a turn of its own.
    for (let at = 0; at < bytes.length; at += 97) {
      this.#to.write(bytes.subarray(at, at + 97))
      await new Promise(resolve => setImmediate(resolve))
    }
  }
}

async function openDoor(): Promise<Door> {
  const server = createServer({ allowHalfOpen: false })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return { server, port: (server.address() as AddressInfo).port }
}
