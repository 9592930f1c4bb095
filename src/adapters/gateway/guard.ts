// Who may come in: every request is looked at before its body is read, and what no rule lets in stays outside.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Access } from '../../access/access.ts'
import { type Circumstances, type Identity, isFresh } from '../../access/principal.ts'
import type { Right, Route } from '../../wire/route.ts'
import { addressOf, credentialsOf, deviceOf } from './credentials.ts'
import { misdirected, type OwnHosts } from './own-hosts.ts'
import type { PeopleCall } from './people-handlers.ts'
import type { RateName, Throttle } from './rates.ts'
import { Refusal } from './refusal.ts'

export interface GuardOptions {
  readonly access: Pick<Access, 'identify' | 'describe'>
  readonly hosts: OwnHosts
  readonly throttle: Throttle
  readonly now: () => number
  /** Puts a refusal into the audit trail. */
  readonly refused: (request: FastifyRequest, who: Identity | undefined, refusal: Refusal) => Promise<void>
}

const CHANGES = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])
const COUNTED_BY_ADDRESS = new Set<string>(['sign-in', 'refresh'])

export class Guard {
  readonly #options: GuardOptions

  constructor(options: GuardOptions) {
    this.#options = options
  }

  /** Of every request, whatever it is for. */
  admitAny(request: FastifyRequest): void {
    this.#count('address', addressOf(request))
    if (!this.#options.hosts.admits(request.headers.host, request.socket.localAddress)) throw misdirected()
  }

  /** Of a route of the API. Throws the Refusal that is to be answered. */
  async admit(route: Route, request: FastifyRequest): Promise<Identity | undefined> {
    if (CHANGES.has(request.method)) this.#refuseForeignPage(request)
    if (COUNTED_BY_ADDRESS.has(route.rate)) this.#count(route.rate as RateName, this.#callerOf(route, request))

    if (route.right === 'public') return undefined

    const who = await this.identify(request)
    if (who.via === 'cookie' && CHANGES.has(request.method)) await this.#refuseForged(request, who)
    await this.#refuseWithoutRight(route, request, who)
    this.#countPerson(route, who)
    return who
  }

  /** Whoever the credentials of any request say it is. Throws what access says where they say nothing, or nothing any more. */
  async identify(request: FastifyRequest): Promise<Identity> {
    const presented = credentialsOf(request)
    try {
      return await this.#options.access.identify(presented)
    } catch (error) {
      this.#count('anonymous', addressOf(request))
      throw error
    }
  }

  /** A page of somebody else's may make the browser send a request, but not lie about where it comes from. */
  #refuseForeignPage(request: FastifyRequest): void {
    const { origin, host, 'sec-fetch-site': site } = request.headers
    const isForeign = origin !== undefined && !this.#options.hosts.isOwnOrigin(origin, host)
    if (!isForeign && (site === undefined || site === 'same-origin')) return
    throw new Refusal(403, 'ORIGIN_REFUSED', {
      message: 'The request comes from a page of another origin.',
      fix: 'Use the dashboard at its own address; a program sends no Origin header.',
    })
  }

  /** A browser adds the cookie by itself, so a change needs two things more that only our own page can give. */
  async #refuseForged(request: FastifyRequest, who: Identity): Promise<void> {
    const token = request.headers['x-csrf']
    const isOurs = typeof token === 'string' && sameText(token, (await this.#options.access.describe(who)).csrf)
    if (isOurs && request.headers.origin !== undefined) return

    const refusal = new Refusal(403, 'CSRF_REFUSED', {
      message: isOurs
        ? 'The request does not say which page it comes from.'
        : 'The header X-CSRF is missing or not that of this session.',
      fix: 'Send the csrf of GET /session as X-CSRF, and Origin; or use an API token instead of the cookie.',
    })
    await this.#options.refused(request, who, refusal)
    throw refusal
  }

  async #refuseWithoutRight(route: Route, request: FastifyRequest, who: Identity): Promise<void> {
    const refusal = this.#lacks(route, who)
    if (refusal === undefined) return
    await this.#options.refused(request, who, refusal)
    throw refusal
  }

  #lacks(route: Route, who: Identity): Refusal | undefined {
    if (!who.rights.has(route.right)) return notAllowed(route.right)
    if (route.fresh && !isFresh(who, this.#options.now())) {
      return new Refusal(403, 'SIGN_IN_NOT_FRESH', {
        message: 'This needs a sign-in that is not older than five minutes.',
        fix: 'Give the password again with POST /session/confirm, then repeat the request.',
      })
    }
    return undefined
  }

  #countPerson(route: Route, who: Identity): void {
    if (COUNTED_BY_ADDRESS.has(route.rate)) return
    if (route.rate !== 'unlimited') this.#count(route.rate, who.actor)
    else if (!who.roles.some(role => role !== 'read')) this.#count('stop-by-reader', who.actor)
  }

  /** A refresh is counted for each session, whose id its token begins with; a sign-in for each address. */
  #callerOf(route: Route, request: FastifyRequest): string {
    const session = route.rate === 'refresh' ? request.cookies['__Host-rt']?.split('.')[0]?.slice(0, 60) : undefined
    return `${addressOf(request)} ${session ?? ''}`
  }

  #count(rate: RateName, caller: string): void {
    const wait = this.#options.throttle.take(rate, caller)
    if (wait > 0) throw tooMany(wait)
  }
}

export const notAllowed = (right: Right): Refusal =>
  new Refusal(403, 'NOT_ALLOWED', {
    message: `This needs the right ${right}, which your roles, or the scopes of this token, do not give.`,
    fix: 'Ask an admin for the role; an admin who also trades needs both.',
  })

export const tooMany = (seconds: number): Refusal =>
  new Refusal(429, 'RATE_LIMITED', {
    message: 'That was asked too often.',
    fix: 'Wait as long as Retry-After says.',
    retryAfterSeconds: Math.ceil(seconds),
  })

export const circumstancesOf = (request: FastifyRequest): Circumstances => ({
  address: addressOf(request),
  device: deviceOf(request),
  correlationId: request.id,
})

/** What a handler gets to know of the request. Its signal falls when the caller has gone. */
export function callOf(request: FastifyRequest, reply: FastifyReply, who: Identity | undefined): PeopleCall {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  return { who, ...circumstancesOf(request), signal: gone.signal }
}

/** In the same time whatever is wrong with it. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
