// The server that people and programs talk to: HTTPS with the API, its documentation and the dashboard, and WebSockets.
import { randomBytes } from 'node:crypto'
import type { Server as HttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import cookie from '@fastify/cookie'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Identity } from '../../access/principal.ts'
import { API_ROOT } from '../../wire/contract.ts'
import { answerTo, sendAnswer } from './answers.ts'
import { addressOf } from './credentials.ts'
import { Guard } from './guard.ts'
import { takeJson } from './json-body.ts'
import { NO_METER } from './meter.ts'
import { type Certificate, type GatewayOptions, LIMITS } from './options.ts'
import { OwnHosts } from './own-hosts.ts'
import { peopleHandlers } from './people-handlers.ts'
import { RATES, Throttle } from './rates.ts'
import { notFound, Refusal } from './refusal.ts'
import { ERROR_SCHEMA, registerRoutes } from './routes.ts'
import { keepCount, serverOptions } from './secure-server.ts'
import { setSecurityHeaders } from './security-headers.ts'
import { Tickets } from './tickets.ts'
import { validatorCompiler } from './validation.ts'

export class Gateway {
  /** https://HOST:PORT as it is reached from this machine. */
  readonly url: string
  readonly port: number
  readonly #app: FastifyInstance
  readonly #ends: readonly (() => void)[]

  private constructor(app: FastifyInstance, url: string, port: number, ends: readonly (() => void)[]) {
    this.#app = app
    this.url = url
    this.port = port
    this.#ends = ends
  }

  /** Listens when it returns. Throws an error with code PORT_IN_USE, or what the system says of the address. */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const limits = { ...LIMITS, ...options.limits }
    const { now = Date.now, meter = NO_METER, trustedProxies = [] } = options
    const app = appOf(options)
    const server = app.server as HttpsServer
    const uncount = keepCount({ server, limits, trusted: trustedProxies, turnedAway: code => meter.refused(code) })

    const guard = new Guard({
      access: options.access,
      hosts: new OwnHosts([options.host, ...(options.names ?? [])]),
      throttle: new Throttle({ rates: { ...RATES, ...options.rates }, now }),
      now,
      refused: (request, who, refusal) => options.audit(entryOf(request, who, refusal)),
    })
    const people = peopleHandlers({ ...options, tickets: new Tickets(now), extended: () => {} })
    registerRoutes(app, { handlers: { ...options.handlers, ...people }, guard })

    try {
      await app.listen({ host: options.host, port: options.port })
    } catch (error) {
      uncount()
      await app.close()
      throw portInUse(error, options)
    }
    const { port } = server.address() as AddressInfo
    return new Gateway(app, `https://${reachable(options.host)}:${port}`, port, [uncount])
  }

  /** New connections get the new certificate; those that are open go on with the old one. */
  reloadCertificate(certificate: Certificate): void {
    const server = this.#app.server as HttpsServer
    server.setSecureContext({ ...certificate })
  }

  /** Open requests are finished, idle connections closed. */
  async close(): Promise<void> {
    for (const end of this.#ends) end()
    await this.#app.close()
  }
}

function appOf(options: GatewayOptions): FastifyInstance {
  const limits = { ...LIMITS, ...options.limits }
  const { meter = NO_METER, log = () => {}, trustedProxies } = options
  const app = fastify({
    https: serverOptions({ certificate: options.certificate, clientCertificates: options.clientCertificates, limits }),
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMillis,
    keepAliveTimeout: limits.keepAliveMillis,
    connectionTimeout: limits.keepAliveMillis * 2,
    maxRequestsPerSocket: limits.requestsPerConnection,
    forceCloseConnections: 'idle',
    trustProxy: trustedProxies === undefined || trustedProxies.length === 0 ? false : [...trustedProxies],
    requestIdHeader: false,
    genReqId: () => randomBytes(8).toString('hex'),
    routerOptions: { caseSensitive: true, ignoreTrailingSlash: false, maxParamLength: 250 },
    exposeHeadRoutes: false,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    frameworkErrors: (error, request, reply) => void sendAnswer(request as never, reply as never, answerTo(error)),
  }) as unknown as FastifyInstance

  app.decorateRequest('who', undefined)
  app.setValidatorCompiler(validatorCompiler)
  app.addSchema(ERROR_SCHEMA)
  app.register(cookie)
  takeJson(app)
  setSecurityHeaders(app)

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-correlation-id', request.id)
    if (request.raw.rawHeaders.length > 2 * limits.headerCount) throw tooManyHeaders()
  })
  app.addHook('onResponse', async (request, reply) => {
    meter.request(request.method, request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime / 1_000)
  })
  app.setErrorHandler((error, request, reply) => {
    const answer = answerTo(error)
    if (answer.status >= 500)
      log('error', describe(error), { code: answer.code, correlationId: request.id, route: request.routeOptions.url })
    return sendAnswer(request, reply, answer)
  })
  app.setNotFoundHandler((request, reply) => sendAnswer(request, reply, answerTo(notFound())))
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
