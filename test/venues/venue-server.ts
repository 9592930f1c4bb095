// The sockets of a simulated venue: HTTPS, WebSocket and raw TLS on loopback under the venue's real host names.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { createSecureContext, createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Address, Routes } from '../../src/connectivity/network.ts'
import type { Authority, CertificateFlaw, Identity } from './authority.ts'
import { type Fault, type HttpFault, isHttpFault } from './fault.ts'
import type { VenueClock } from './venue-clock.ts'
import { type Framing, LENGTH_PREFIXED, LINES, socketLine, webSocketTransport } from './venue-framing.ts'
import { type HttpHandler, refuseWith, VenueReply, type VenueRequest } from './venue-http.ts'
import { FrameFaults, VenueLine } from './venue-line.ts'

export interface ServerOptions {
  readonly authority: Authority
  readonly clock: VenueClock
  /** Names it has certificates for. Any other name in SNI or in the Host header is a violation. */
  readonly hosts: readonly string[]
  /** Requests without a User-Agent are a violation where the venue asks for one. */
  readonly needsUserAgent?: boolean
}

type Accept = (line: VenueLine, request: VenueRequest) => void

interface RawDoor {
  readonly target: Address
  readonly framing: Framing
  readonly plain: boolean
  readonly accept: (line: VenueLine) => void
}

/**
 * Say what it answers (`http`, `webSocket`, `framed`, `lines`, `plainLines`), then `start`. All HTTPS and WebSocket hosts
 * share one port on loopback; each raw door has its own.
 */
export class VenueServer {
  readonly frames = new FrameFaults()
  readonly violations: string[] = []
  readonly requests = new Map<string, number>()
  readonly connections = { opened: 0, open: 0 }
  readonly #options: ServerOptions
  readonly #http: { host: string; method: string; path: string | RegExp; handle: HttpHandler }[] = []
  readonly #webSockets: { host: string; path: string | RegExp; accept: Accept }[] = []
  readonly #raw: RawDoor[] = []
  readonly #ports = new Map<string, number>()
  readonly #servers: (HttpsServer | TcpServer)[] = []
  readonly #sockets = new Set<Socket>()
  readonly #lines = new Set<VenueLine>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #upgrades = new WebSocketServer({ noServer: true, clientTracking: false })
  readonly #httpFaults: Fault[] = []
  #flaw: CertificateFlaw | undefined
  readonly #identities = new Map<CertificateFlaw | undefined, Promise<Identity>>()

  constructor(options: ServerOptions) {
    this.#options = options
  }

  get clock(): VenueClock {
    return this.#options.clock
  }

  /** A connection as the client sees it: the name stays, the socket lands here. Unknown names are a violation and end nowhere. */
  get routes(): Routes {
    return {
      route: target => {
        const port = this.#ports.get(`${target.host}:${target.port}`)
        if (port === undefined) this.report(`dialled ${target.host}:${target.port}, which the venue does not have`)
        return { host: '127.0.0.1', port: port ?? 1 }
      },
      authorities: [this.#options.authority.pem],
    }
  }

  /** Open connections, oldest first. */
  get lines(): readonly VenueLine[] {
    return [...this.#lines]
  }

  http(host: string, method: 'GET' | 'POST', path: string | RegExp, handle: HttpHandler): this {
    this.#http.push({ host, method, path, handle })
    return this
  }

  webSocket(host: string, path: string | RegExp, accept: Accept): this {
    this.#webSockets.push({ host, path, accept })
    return this
  }

  /** TLS with a 4-byte big-endian length before each message. */
  framed(host: string, port: number, accept: (line: VenueLine) => void): this {
    this.#raw.push({ target: { host, port }, framing: LENGTH_PREFIXED, plain: false, accept })
    return this
  }

  /** TLS with one message in each line. */
  tlsLines(host: string, port: number, accept: (line: VenueLine) => void): this {
    this.#raw.push({ target: { host, port }, framing: LINES, plain: false, accept })
    return this
  }

  /** A neighbour on this machine: lines without TLS. */
  plainLines(host: string, port: number, accept: (line: VenueLine) => void): this {
    this.#raw.push({ target: { host, port }, framing: LINES, plain: true, accept })
    return this
  }

  async start(): Promise<void> {
    const context = await this.#secure()
    const https = createHttpsServer({ ...context, ALPNProtocols: ['http/1.1'] }, (request, response) => {
      void this.#answer(request, response)
    })
    https.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
    const port = await this.#listen(https)
    for (const { host } of [...this.#http, ...this.#webSockets]) {
      this.#ports.set(`${host}:443`, port)
      this.#ports.set(`${host}:9443`, port)
      this.#ports.set(`${host}:5036`, port)
    }
    for (const door of this.#raw) {
      const { host, port } = door.target
      const server = door.plain
        ? createTcpServer(socket => this.#acceptRaw(door, socket))
        : createTlsServer(context, socket => this.#acceptRaw(door, socket))
      this.#ports.set(`${host}:${port}`, await this.#listen(server))
    }
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    this.#timers.clear()
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all(this.#servers.map(server => new Promise(resolve => server.close(resolve))))
  }

  /** Something regular of the venue's, such as heartbeats, in the venue's milliseconds. */
  every(millis: number, act: () => void): void {
    this.#timers.add(setInterval(act, this.clock.real(millis)).unref())
  }

  /** Something once, unless the venue is stopped before; returns what calls it off. */
  after(millis: number, act: () => void): () => void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      act()
    }, this.clock.real(millis))
    this.#timers.add(timer.unref())
    return () => clearTimeout(timer)
  }

  report(violation: string): void {
    // One bug repeats itself thousands of times.
    if (this.violations.length < 100 && !this.violations.includes(violation)) this.violations.push(violation)
  }

  count(request: string): void {
    this.requests.set(request, (this.requests.get(request) ?? 0) + 1)
  }

  /** The faults that any protocol can have; false for all others. */
  arm(fault: Fault): boolean {
    if (fault.kind === 'certificate') {
      this.#flaw = fault.flaw ?? 'expired'
      return true
    }
    if (isHttpFault(fault.kind)) {
      for (let i = 0; i < (fault.count ?? 1); i++) this.#httpFaults.push(fault)
      return true
    }
    return this.frames.arm(fault)
  }

  heal(): void {
    this.#flaw = undefined
    this.#httpFaults.length = 0
    this.frames.heal()
  }

  async #secure() {
    const SNICallback = (name: string, done: (error: Error | null, context?: ReturnType<typeof createSecureContext>) => void) => {
      if (!this.#options.hosts.includes(name)) this.report(`TLS for ${name}, which the venue does not have`)
      this.#identity(this.#flaw).then(
        identity => done(null, createSecureContext(identity)),
        error => done(error),
      )
    }
    // A client without SNI gets the sound certificate: addresses have no SNI.
    return { ...(await this.#identity(undefined)), minVersion: 'TLSv1.2' as const, SNICallback }
  }

  #identity(flaw: CertificateFlaw | undefined): Promise<Identity> {
    const known = this.#identities.get(flaw) ?? this.#options.authority.issue(this.#options.hosts, flaw)
    this.#identities.set(flaw, known)
    return known
  }

  async #listen(server: HttpsServer | TcpServer): Promise<number> {
    this.#servers.push(server)
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => this.#sockets.delete(socket))
    })
    server.on('tlsClientError', () => {})
    server.on('clientError', (_error, socket: Socket) => socket.destroy())
    server.on('secureConnection', (socket: TLSSocket) => socket.on('error', () => {}))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', resolve)
    })
    return (server.address() as AddressInfo).port
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    message.on('error', () => {})
    response.on('error', () => {})
    try {
      for await (const chunk of message) chunks.push(chunk as Buffer)
    } catch {
      return
    }
    const request = this.#read(message, Buffer.concat(chunks).toString('utf8'))
    const route = this.#http.find(
      ({ host, method, path }) => host === request.host && method === request.method && matches(path, request.url.pathname),
    )
    this.count(`${request.method} ${request.url.pathname}`)
    if (route === undefined)
      this.report(`asked for ${request.method} ${request.host}${request.url.pathname}, which is not documented`)
    const fault = this.#httpFaults.shift()
    const reply = new VenueReply(response, {
      fault: fault as (Fault & { kind: HttpFault }) | undefined,
      clock: this.clock,
      open: transport => this.#open(request, transport),
      closed: line => this.#gone(line),
    })
    if (route === undefined) reply.json({ error: 'not found' }, 404)
    else route.handle(request, reply)
  }

  #upgrade(message: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => {})
    const request = this.#read(message, '')
    const route = this.#webSockets.find(({ host, path }) => host === request.host && matches(path, request.url.pathname))
    if (route === undefined) this.report(`a WebSocket to ${request.host}${request.url.pathname}, which is not documented`)
    const fault = this.#httpFaults.shift()
    if (fault !== undefined || route === undefined) {
      socket.end(refuseWith(fault?.kind as HttpFault | undefined))
      return
    }
    this.#upgrades.handleUpgrade(message, socket, head, (webSocket: WebSocket) => {
      const line = this.#open(request, webSocketTransport(webSocket))
      webSocket.on('error', () => {})
      webSocket.on('message', (data: Buffer, binary) => line.onFrame(binary ? data : data.toString('utf8')))
      webSocket.on('close', () => this.#gone(line))
      route.accept(line, request)
    })
  }

  #acceptRaw(door: RawDoor, socket: Socket): void {
    const request = { host: door.target.host, url: new URL(`tcp://${door.target.host}/`) }
    const line = socketLine(socket, door.framing, transport => this.#open(request, transport, ''))
    socket.on('close', () => this.#gone(line))
    door.accept(line)
  }

  #open(
    { host, url }: Pick<VenueRequest, 'host' | 'url'>,
    transport: ConstructorParameters<typeof VenueLine>[2],
    path = `${url.pathname}${url.search}`,
  ): VenueLine {
    this.connections.opened += 1
    this.connections.open += 1
    const line = new VenueLine(this.connections.opened, { host, path }, transport, this.frames)
    this.#lines.add(line)
    return line
  }

  #gone(line: VenueLine): void {
    if (!this.#lines.delete(line)) return
    this.connections.open -= 1
    line.gone()
  }

  #read(message: IncomingMessage, body: string): VenueRequest {
    const host = (message.headers.host ?? '').replace(/:(443|9443|5036)$/, '')
    const name = (message.socket as TLSSocket & { servername?: string | false }).servername
    if (!this.#options.hosts.includes(host)) this.report(`the Host header says ${host}, which is not the venue's`)
    else if (name && name !== host) this.report(`the Host header says ${host} on a connection to ${name}`)
    if (this.#options.needsUserAgent && !message.headers['user-agent']) this.report('a request without a User-Agent')
    const url = new URL(message.url ?? '/', `https://${host}`)
    return { method: message.method ?? '', host, url, headers: message.headers, body }
  }
}

const matches = (path: string | RegExp, actual: string): boolean =>
  typeof path === 'string' ? path === actual : path.test(actual)
