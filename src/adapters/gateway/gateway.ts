// The server that people and programs talk to: HTTPS with the API, its documentation and the dashboard, and WebSockets.
import { randomBytes } from 'node:crypto'
import type { Server as HttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import cookie from '@fastify/cookie'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Identity } from '../../access/principal.ts'
import { correlate } from '../../operations/correlation.ts'
import { API_ROOT } from '../../wire/contract.ts'
import { answerTo, refuseUnreadable, sendAnswer } from './answers.ts'
import { addressOf } from './credentials.ts'
import { takeCspReports } from './csp-reports.ts'
import { serveDashboard } from './dashboard-files.ts'
import { documentApi } from './documentation.ts'
import { Guard, type GuardOptions } from './guard.ts'
import { takeJson } from './json-body.ts'
import { NO_METER } from './meter.ts'
import { type Certificate, type ClientCertificates, type GatewayLimits, type GatewayOptions, LIMITS } from './options.ts'
import { namesTwoHosts, OwnHosts, plainAddress, twoHosts } from './own-hosts.ts'
import { peopleHandlers } from './people-handlers.ts'
import { registerProbes } from './probes.ts'
import { RATES, Throttle } from './rates.ts'
import { Refusal } from './refusal.ts'
import { ERROR_SCHEMA, registerRoutes } from './routes.ts'
import { keepCount, serverOptions, tlsOptions } from './secure-server.ts'
import { setSecurityHeaders } from './security-headers.ts'
import { SocketHouse } from './socket-house.ts'
import { Tickets } from './tickets.ts'
import { validatorCompiler } from './validation.ts'

export class Gateway {
  /** https://HOST:PORT as it is reached from this machine. */
  readonly url: string
  readonly port: number
  readonly #app: FastifyInstance
  readonly #sockets: SocketHouse
  readonly #end: () => void
  readonly #cut: () => void
  #clientCertificates: ClientCertificates | undefined

  private constructor({ app, url, port, sockets, end, cut, clientCertificates }: Running) {
    this.#app = app
    this.#clientCertificates = clientCertificates
    this.url = url
    this.port = port
    this.#sockets = sockets
    this.#end = end
    this.#cut = cut
  }

  /** Listens when it returns. Throws an error with code PORT_IN_USE, or what the system says of the address. */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const { access, hub, now = Date.now, meter = NO_METER, trustedProxies = [], audit } = options
    const limits = { ...LIMITS, ...options.limits }
    const hosts = new OwnHosts([options.host, ...(options.names ?? [])])
    const throttle = new Throttle({ rates: { ...RATES, ...options.rates }, now: () => performance.now() })
    const tickets = new Tickets(now)
    const refused: GuardOptions['refused'] = (request, who, refusal) => audit(entryOf(request, who, refusal))
    const guard = new Guard({ access, hosts, throttle, now, refused })

    const app = appOf(options, { limits, guard })
    const cookiesIn = (header: string) => app.parseCookie(header)
    const sockets = new SocketHouse({
      cookiesIn,
      access,
      tickets,
      hub,
      hosts,
      throttle,
      limits,
      meter,
      audit,
      now,
      trustedProxies,
    })
    const people = peopleHandlers({ ...options, tickets, extended: (session, until) => sockets.extend(session, until) })
    await documentApi(app, options.version)
    registerRoutes(app, { handlers: { ...options.handlers, ...people }, guard })
    registerProbes(app, { guard, unready: options.unready ?? (() => []) })
    takeCspReports(app, { throttle, log: options.log ?? (() => {}) })
    await serveDashboard(app, options.dashboard)

    const server = app.server as HttpsServer
    const counted = keepCount({ server, limits, trusted: trustedProxies, turnedAway: code => meter.refused(code) })
    server.on('upgrade', (request, socket, head) => void sockets.upgrade(request, socket, head))
    const end = () => {
      counted.end()
      sockets.close()
    }

    try {
      await app.listen({ host: options.host, port: options.port })
    } catch (error) {
      end()
      await app.close()
      throw portInUse(error, options)
    }
    const { port } = server.address() as AddressInfo
    const url = `https://${reachable(options.host)}:${port}`
    return new Gateway({ app, url, port, sockets, end, cut: counted.cut, clientCertificates: options.clientCertificates })
  }

  /** WebSockets that are open. */
  get sockets(): number {
    return this.#sockets.size
  }

  /** New connections get the new certificate; those that are open go on with the old one. So do those who show one. */
  reloadCertificate(certificate: Certificate, clientCertificates = this.#clientCertificates): void {
    this.#clientCertificates = clientCertificates
    ;(this.#app.server as HttpsServer).setSecureContext(tlsOptions(certificate, clientCertificates))
  }

  /** Sockets are told, open requests finished, idle connections closed; what lasts longer than three seconds is cut. */
  async close(): Promise<void> {
    this.#end()
    const patience = setTimeout(this.#cut, CLOSE_MILLIS)
    await this.#app.close()
    clearTimeout(patience)
  }
}

const CLOSE_MILLIS = 3_000

interface Running {
  readonly app: FastifyInstance
  readonly url: string
  readonly port: number
  readonly sockets: SocketHouse
  readonly end: () => void
  readonly cut: () => void
  readonly clientCertificates: ClientCertificates | undefined
}

function appOf(
  options: GatewayOptions,
  { limits, guard }: { readonly limits: GatewayLimits; readonly guard: Guard },
): FastifyInstance {
  const { meter = NO_METER, log = () => {}, trustedProxies = [] } = options
  const { certificate, clientCertificates } = options
  const app = fastify({
    https: serverOptions({ certificate, clientCertificates, limits }),
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMillis,
    keepAliveTimeout: limits.keepAliveMillis,
    connectionTimeout: limits.keepAliveMillis * 2,
    maxRequestsPerSocket: limits.requestsPerConnection,
    forceCloseConnections: 'idle',
    trustProxy: trustedProxies.length === 0 ? false : (address: string) => trustedProxies.includes(plainAddress(address)),
    requestIdHeader: false,
    genReqId: () => randomBytes(8).toString('hex'),
    routerOptions: { caseSensitive: true, ignoreTrailingSlash: false, maxParamLength: 250 },
    exposeHeadRoutes: false,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    frameworkErrors: (error, request, reply) => void sendAnswer(request as never, reply as never, answerTo(error)),
    clientErrorHandler: refuseUnreadable,
  }) as unknown as FastifyInstance

  app.decorateRequest('who', undefined)
  app.setValidatorCompiler(validatorCompiler)
  app.addSchema(ERROR_SCHEMA)
  app.register(cookie)
  // The callback form: what follows runs inside, so whatever it logs carries the id.
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-correlation-id', request.id)
    correlate(request.id, done)
  })
  setSecurityHeaders(app)
  app.addHook('onRequest', async request => {
    guard.admitAny(request)
    if (request.raw.rawHeaders.length > 2 * limits.headerCount) throw tooManyHeaders()
    if (namesTwoHosts(request.raw)) throw twoHosts()
  })
  takeJson(app)

  app.addHook('onResponse', async (request, reply) => {
    meter.request(request.method, request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime / 1_000)
  })
  app.setErrorHandler((error, request, reply) => {
    const answer = answerTo(error)
    const fields = { code: answer.code, correlationId: request.id, route: request.routeOptions.url ?? 'none' }
    if (answer.status >= 500) log('error', describe(error), fields)
    else meter.refused(answer.code)
    return sendAnswer(request, reply, answer)
  })
  return app
}

/** A refusal in the words of the trail. */
const entryOf = (request: FastifyRequest, who: Identity | undefined, { code, message }: Refusal) => ({
  actor: who?.actor ?? 'anonymous',
  session: who?.session ?? '',
  address: addressOf(request),
  action: 'request.refuse',
  object: `${request.method} ${(request.routeOptions.url ?? '').slice(API_ROOT.length)}`,
  before: null,
  after: null,
  reason: `${code}: ${message}`,
  result: 'refused' as const,
  correlationId: request.id,
})

const tooManyHeaders = (): Refusal =>
  new Refusal(431, 'HEADERS_TOO_LARGE', { message: 'There are too many headers, or they are too long.', fix: 'Send fewer.' })

function portInUse(error: unknown, { host, port }: GatewayOptions): unknown {
  if ((error as { code?: unknown }).code !== 'EADDRINUSE') return error
  return new Refusal(503, 'PORT_IN_USE', {
    message: `Something else listens on ${host}:${port} already.`,
    fix: `Stop it, or take another port: quadrant serve --port ${port + 1}`,
  })
}

/** An address that means every address is reached under this machine's own. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error))
