// The HttpClient of production: undici pools through the network's door.
import type { IncomingHttpHeaders } from 'node:http'
import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  fullJitterGenerator,
  handleWhen,
  type IPolicy,
  retry,
} from 'cockatiel'
import { type buildConnector, Pool } from 'undici'
import type { Clock } from './clock.ts'
import { cancelled, connectionFailure, statusFailure, tooSlow } from './connection-failure.ts'
import type { HttpReply, HttpRequest } from './conversation.ts'
import type { HttpBytes, HttpClient, HttpOptions } from './http-client.ts'
import type { Network } from './network.ts'
import { RateGovernor, type RateRule } from './rate-governor.ts'
import { checkedBody, readBody, unpacked } from './reply-body.ts'
import { SourceError } from './source-error.ts'
import { USER_AGENT } from './user-agent.ts'

export interface PooledHttpOptions {
  readonly network: Network
  readonly clock: Clock
  /** Rate limits by host, from the sources' descriptors. A host without one is asked at most ten times a second. */
  readonly rates?: Readonly<Record<string, RateRule>>
  /** Connections to one host at once; 4 when not given. */
  readonly connections?: number
}

const UNSTATED: RateRule = { limits: [{ weight: 10, windowMillis: 1000 }] }
const TIMEOUT_MILLIS = 30_000
const MAX_BYTES = 64 << 20
const TRIES = 3
const CONNECT_MILLIS = 10_000
const KEEP_ALIVE_MILLIS = 30_000

const BACKOFF = new ExponentialBackoff({ generator: fullJitterGenerator, initialDelay: 250, maxDelay: 10_000 })
/** Asking again at once would give the same. */
const STAYS = new Set([
  'SOURCE_REDIRECTED',
  'SOURCE_NOT_JSON',
  'SOURCE_PAGE',
  'SOURCE_REPLY_TOO_LARGE',
  'SOURCE_BANNED',
  'LINK_CANCELLED',
])
const DOWN = new Set(['SOURCE_UNREACHABLE', 'SOURCE_TLS', 'SOURCE_SLOW'])

const passes = (error: unknown): boolean => error instanceof SourceError && error.passing && !STAYS.has(error.code)
const isDown = (error: unknown): boolean => error instanceof SourceError && DOWN.has(error.code)

/** What one host has in this process. */
interface Host {
  readonly pool: Pool
  readonly governor: RateGovernor
  readonly breaker: IPolicy
}

export class PooledHttp implements HttpClient {
  readonly #options: PooledHttpOptions
  readonly #hosts = new Map<string, Host>()
  readonly #halt = new AbortController()

  constructor(options: PooledHttpOptions) {
    this.#options = options
  }

  async send(request: HttpRequest, options: HttpOptions = {}): Promise<HttpReply> {
    const reply = await this.bytes(request, { expect: 'json', ...options })
    return { ...reply, body: Buffer.from(reply.body).toString('utf8') }
  }

  async bytes(request: HttpRequest, options: HttpOptions = {}): Promise<HttpBytes> {
    const { host: where, protocol } = new URL(request.url)
    if (protocol !== 'https:') {
      throw new SourceError('EGRESS_REFUSED', {
        message: `${where} would be asked without encryption`,
        fix: 'the address must begin with https://',
      })
    }
    const { governor, breaker, pool } = this.#host(request.url)
    const attempt = () => breaker.execute(() => this.#attempt(request, { ...options, where, governor, pool }))

    try {
      // What changes something over there is not sent twice unless the caller knows that it may be.
      const tries = options.tries ?? (request.method === 'GET' ? TRIES : 1)
      return await retry(handleWhen(passes), { maxAttempts: tries - 1, backoff: BACKOFF }).execute(attempt, options.signal)
    } catch (error) {
      if (error instanceof BrokenCircuitError) {
        throw connectionFailure(new Error('it has failed five times in a row and is left alone for some seconds'), where)
      }
      if (options.signal?.aborted || this.#halt.signal.aborted) throw cancelled(where)
      throw error
    }
  }

  async close(): Promise<void> {
    this.#halt.abort()
    await Promise.all([...this.#hosts.values()].map(({ pool }) => pool.destroy()))
  }

  #host(url: string): Host {
    const { origin, hostname } = new URL(url)
    const known = this.#hosts.get(origin)
    if (known !== undefined) return known

    const { network, clock, rates = {}, connections = 4 } = this.#options
    const host: Host = {
      pool: new Pool(origin, {
        connect: connector(network),
        connections,
        keepAliveTimeout: KEEP_ALIVE_MILLIS,
        // One at a time on a connection: a slow reply must not hold up others behind it.
        pipelining: 1,
      }),
      governor: new RateGovernor(hostname, rates[hostname] ?? UNSTATED, clock),
      breaker: circuitBreaker(handleWhen(isDown), { breaker: new ConsecutiveBreaker(5), halfOpenAfter: 5000 }),
    }
    this.#hosts.set(origin, host)
    return host
  }

  async #attempt(request: HttpRequest, how: Attempt): Promise<HttpBytes> {
    const { where, governor, pool, signal: given, timeoutMillis = TIMEOUT_MILLIS, maxBytes = MAX_BYTES, expect = 'bytes' } = how
    const wanted = given === undefined ? this.#halt.signal : AbortSignal.any([given, this.#halt.signal])
    const lease = await governor.take({ weight: request.weight ?? 1, signal: wanted })
    const timeout = AbortSignal.timeout(timeoutMillis)

    try {
      const { pathname, search } = new URL(request.url)
      const reply = await pool.request({
        path: `${pathname}${search}`,
        method: request.method,
        headers: {
          'user-agent': USER_AGENT,
          'accept-encoding': expect === 'bytes' ? 'identity' : 'gzip',
          ...(expect === 'json' ? { accept: 'application/json' } : {}),
          ...request.headers,
        },
        body: request.body ?? null,
        signal: AbortSignal.any([wanted, timeout]),
        headersTimeout: timeoutMillis,
        bodyTimeout: timeoutMillis,
      })
      const { statusCode: status, body } = reply
      const headers = single(reply.headers)
      lease.done({ status, headers })
      if (!isAnswer(status)) {
        body.on('error', () => undefined).destroy()
        throw statusFailure({ status, headers }, where, this.#options.clock.now() / 1000)
      }
      const bytes = await unpacked(await readBody(body, { maxBytes, where }), { headers, maxBytes, where })
      return { status, headers, body: status < 300 ? checkedBody(bytes, { expect, headers, where }) : bytes }
    } catch (error) {
      if (error instanceof SourceError) throw error
      if (wanted.aborted) throw cancelled(where)
      if (timeout.aborted) throw tooSlow(where, `no whole reply within ${timeoutMillis} ms`)
      throw connectionFailure(error, where)
    } finally {
      lease.done()
    }
  }
}

interface Attempt extends HttpOptions {
  readonly where: string
  readonly governor: RateGovernor
  readonly pool: Pool
}

/** Refusals are answers too: what they mean is known to whoever asked. */
function isAnswer(status: number): boolean {
  if (status === 408 || status === 418 || status === 429) return false
  return (status >= 200 && status < 300) || status === 304 || (status >= 400 && status < 500)
}

function single(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
}

/** Opens undici's connections by the network: its list of hosts, its trust, its routes. Proxy variables are not read. */
function connector(network: Network): buildConnector.connector {
  return ({ hostname, port }, callback) => {
    let said = false
    const say = (...answer: buildConnector.CallbackArgs) => {
      if (said) return
      said = true
      clearTimeout(timer)
      callback(...answer)
    }
    let timer: NodeJS.Timeout | undefined
    try {
      const where = { host: hostname, port: Number(port || 443) }
      const socket = network.tls(where)
      timer = setTimeout(() => {
        socket.destroy()
        say(tooSlow(`${where.host}:${where.port}`, `no connection within ${CONNECT_MILLIS} ms`), null)
      }, CONNECT_MILLIS)
      socket.setNoDelay(true)
      socket.once('secureConnect', () => say(null, socket))
      socket.on('error', error => say(error, null))
      socket.on('close', () => say(new Error('closed before it stood'), null))
    } catch (error) {
      say(error as Error, null)
    }
  }
}
