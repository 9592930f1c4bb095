// All WebSockets: who may open one, how many, and when each has to go.
import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Access } from '../../access/access.ts'
import type { AuditEntry } from '../../access/audit-entry.ts'
import type { Ended } from '../../access/house.ts'
import type { Identity } from '../../access/principal.ts'
import { TOPICS, type Topic } from '../../wire/topics.ts'
import { answerTo, rawAnswer } from './answers.ts'
import { credentialsOf, type Envelope } from './credentials.ts'
import { notAllowed, tooMany } from './guard.ts'
import type { Hub } from './hub.ts'
import type { GatewayMeter } from './meter.ts'
import { OpenSocket } from './open-socket.ts'
import type { GatewayLimits } from './options.ts'
import { misdirected, namesTwoHosts, type OwnHosts, remoteOf, twoHosts } from './own-hosts.ts'
import type { Throttle } from './rates.ts'
import { notFound, Refusal } from './refusal.ts'
import type { Tickets } from './tickets.ts'

export interface SocketHouseParts {
  readonly access: Access
  readonly tickets: Tickets
  readonly hub: Hub
  readonly hosts: OwnHosts
  readonly throttle: Throttle
  readonly limits: GatewayLimits
  readonly meter: GatewayMeter
  readonly audit: (entry: AuditEntry) => Promise<void>
  readonly now: () => number
  readonly trustedProxies: readonly string[]
  readonly cookiesIn: (header: string) => Readonly<Record<string, string | undefined>>
}

export const PROTOCOL = 'quadrant.v1'
const LOOK_MILLIS = 250
const FRAGMENTS_MAX = 64

interface Visitor {
  readonly open: OpenSocket
  /** What counts together: a session, or a token. */
  readonly owner: string
  checked: number
}

export class SocketHouse {
  readonly #parts: SocketHouseParts
  readonly #server: WebSocketServer
  readonly #visitors = new Set<Visitor>()
  readonly #timer: NodeJS.Timeout
  readonly #unlisten: () => void
  /** Upgrades under way count too, or many at once would all find room. */
  #arriving = 0

  constructor(parts: SocketHouseParts) {
    this.#parts = parts
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: parts.limits.messageBytes,
      maxFragments: FRAGMENTS_MAX,
      autoPong: false,
      handleProtocols: offered => (offered.has(PROTOCOL) ? PROTOCOL : false),
    })
    this.#timer = setInterval(() => this.#lookAround(), LOOK_MILLIS)
    this.#unlisten = parts.access.onEnded(ended => this.#turnOut(ended))
  }

  get size(): number {
    return this.#visitors.size
  }

  /** The answer to a request for an upgrade: a socket, or a status that says why not. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const correlationId = randomBytes(8).toString('hex')
    const dropped = () => socket.destroy()
    socket.on('error', dropped)
    this.#arriving++
    try {
      const who = await this.#admit(request, correlationId)
      socket.off('error', dropped)
      this.#server.handleUpgrade(request, socket, head, opened =>
        this.#receive(opened, who, remoteOf(request, this.#parts.trustedProxies)),
      )
    } catch (error) {
      const answer = answerTo(error)
      this.#parts.meter.refused(answer.code)
      socket.end(rawAnswer(answer, correlationId), dropped)
    } finally {
      this.#arriving--
    }
  }

  /** A session has a new access token. */
  extend(session: string, accessExpires: number): void {
    for (const { open } of this.#visitors) if (open.who.session === session) open.extend(accessExpires)
  }

  /** Everybody is told that the server goes. */
  close(): void {
    clearInterval(this.#timer)
    this.#unlisten()
    for (const { open } of this.#visitors) open.close('closing')
    this.#server.close()
  }

  async #admit(request: IncomingMessage, correlationId: string): Promise<Identity> {
    const { access, tickets, hosts, throttle, limits } = this.#parts
    const { headers, url } = request
    const address = remoteOf(request, this.#parts.trustedProxies)
    const wait = throttle.take('address', address)
    if (wait > 0) throw tooMany(wait)
    if (url !== '/ws') throw notFound()
    if (namesTwoHosts(request)) throw twoHosts()
    if (!hosts.admits(headers.host, request.socket.localAddress)) throw misdirected()
    if (headers.origin !== undefined && !hosts.isOwnOrigin(headers.origin, headers.host)) throw foreign()

    const envelope: Envelope = { headers, cookies: this.#parts.cookiesIn(headers.cookie ?? ''), raw: request, ip: address }
    const presented = credentialsOf(envelope)
    const who = await access.identify(presented).catch(error => {
      const pause = throttle.take('anonymous', address)
      throw pause > 0 ? tooMany(pause) : error
    })

    const refuse = async (refusal: Refusal): Promise<never> => {
      await this.#record(who, { address, correlationId, object: 'GET /ws', refusal })
      throw refusal
    }
    if (who.via === 'cookie') {
      const ticket = ticketIn(headers['sec-websocket-protocol'])
      if (headers.origin === undefined) await refuse(foreign())
      if (ticket === undefined || !tickets.redeem(ticket, who.session)) await refuse(withoutTicket())
    }
    if (!who.rights.has('market.read')) await refuse(notAllowed('market.read'))

    const owner = ownerOf(who)
    const own = [...this.#visitors].filter(visitor => visitor.owner === owner).length
    if (this.#visitors.size + this.#arriving > limits.sockets) throw full()
    if (own >= limits.socketsPerSession) throw tooManySockets(limits.socketsPerSession)

    return who
  }

  #receive(socket: WebSocket, who: Identity, address: string): void {
    const { hub, limits, meter, now } = this.#parts
    const visitor: Visitor = {
      owner: ownerOf(who),
      checked: now(),
      open: new OpenSocket({
        socket,
        who,
        hub,
        limits,
        meter,
        now,
        refused: topic => this.#topicRefused(who, topic, address),
        closed: () => this.#visitors.delete(visitor),
      }),
    }
    this.#visitors.add(visitor)
    meter.socketOpened()

    // It may have ended between the look at it and now.
    this.#check(visitor)
  }

  #lookAround(): void {
    const time = this.#parts.now()
    for (const visitor of this.#visitors) {
      visitor.open.look()
      if (time - visitor.checked >= this.#parts.limits.recheckMillis) this.#check(visitor)
    }
  }

  #check(visitor: Visitor): void {
    visitor.checked = this.#parts.now()
    const { open } = visitor
    const isLetIn = this.#parts.access.again(open.who).then(again => again !== undefined && sameRights(again, open.who))
    isLetIn.then(
      stays => stays || open.close('ended'),
      () => open.close('ended'),
    )
  }

  #turnOut({ user, session, token }: Ended): void {
    for (const { open } of this.#visitors) {
      const { who } = open
      if (who.user !== user) continue
      const everything = session === undefined && token === undefined
      if (
        everything ||
        (session !== undefined && who.session === session) ||
        (token !== undefined && who.actor === `token:${token}`)
      ) {
        open.close('ended')
      }
    }
  }

  #topicRefused(who: Identity, topic: Topic, address: string): void {
    const refusal = notAllowed(TOPICS[topic].right)
    this.#record(who, { address, correlationId: randomBytes(8).toString('hex'), object: `topic:${topic}`, refusal }).catch(
      () => undefined,
    )
  }

  #record(
    who: Identity,
    what: { readonly address: string; readonly correlationId: string; readonly object: string; readonly refusal: Refusal },
  ): Promise<void> {
    return this.#parts.audit({
      actor: who.actor,
      session: who.session,
      address: what.address,
      action: 'request.refuse',
      object: what.object,
      before: null,
      after: null,
      reason: `${what.refusal.code}: ${what.refusal.message}`,
      result: 'refused',
      correlationId: what.correlationId,
    })
  }
}

const sameRights = (a: Identity, b: Identity): boolean =>
  a.rights.size === b.rights.size && [...a.rights].every(right => b.rights.has(right)) && a.accounts.join() === b.accounts.join()

const ownerOf = ({ session, actor }: Identity): string => session || actor

/** Subprotocols: `quadrant.v1` and `ticket.<ticket>`. A header is seen by nobody, an address by every log. */
const ticketIn = (protocols: string | undefined): string | undefined =>
  protocols
    ?.split(',')
    .map(protocol => protocol.trim())
    .find(protocol => protocol.startsWith('ticket.'))
    ?.slice('ticket.'.length)

const foreign = (): Refusal =>
  new Refusal(403, 'ORIGIN_REFUSED', {
    message: 'The request does not come from a page of this server.',
    fix: 'Use the dashboard at its own address; a program uses an API token.',
  })

const withoutTicket = (): Refusal =>
  new Refusal(403, 'TICKET_REFUSED', {
    message: 'A WebSocket of a browser needs a ticket of its session that was not used yet.',
    fix: 'Ask for one with POST /ws-ticket, and give it within 30 seconds as the subprotocol ticket.TICKET.',
  })

const full = (): Refusal =>
  new Refusal(503, 'SOCKETS_FULL', {
    message: 'The server holds as many WebSockets as it can.',
    fix: 'Try again in a while.',
    retryAfterSeconds: 10,
  })

const tooManySockets = (most: number): Refusal =>
  new Refusal(429, 'SOCKETS_EXCEEDED', {
    message: `There are ${most} WebSockets of this session already.`,
    fix: 'Close a page that is open twice.',
    retryAfterSeconds: 10,
  })
