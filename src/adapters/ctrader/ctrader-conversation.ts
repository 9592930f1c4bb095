// cTrader's Open API as a conversation: application, account, symbols, then spots and depth, in either encoding.
//
//   2100 application ─► 2149 accounts of the token ─► 2102 account ─► 2114 symbols ─► 2127 spots, 2156 depth ─► live
//                                    ▲                     ▲
//   2147 token died, error 104 or 1 ─┴─ waits for a new token on the same connection; 2164 logs in to the account again
//
// Heartbeats (51) go both ways, ours at least every ten seconds.
import type { Conversation, Frame, Reactions } from '../../connectivity/conversation.ts'
import type { Environment, Subscription } from '../../connectivity/source.ts'
import { type Micros, SECOND } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import type { AccountToken } from './account-token.ts'
import { accountRefused, keyRefused, type VenueError, venueError } from './open-api-error.ts'
import { type Fields, fieldOf, idOf, idsOf, listOf, type OpenApiCodec, PAYLOAD, textOf } from './open-api-message.ts'
import { type Asked, type Request, RequestQueue } from './request-queue.ts'
import { SymbolStream } from './symbol-stream.ts'

/** Half of what the venue allows. */
const HEARTBEAT_MICROS = 5 * SECOND
/** How often the venue is asked for its version: the round trip is measured, and a connection that still stands is never silent. */
const PROBE_MICROS = 10 * SECOND
/** How often a token that was refused is asked for again, and how long a depth that broke again waits. */
const TOKEN_MICROS = 5 * SECOND
const RESYNC_MICROS = SECOND
const SYMBOLS_PER_REQUEST = 100

/** Known, and of no use here. */
const IGNORED: ReadonlySet<number> = new Set([
  PAYLOAD.heartbeat,
  PAYLOAD.symbolChanged,
  PAYLOAD.traderUpdated,
  PAYLOAD.marginChanged,
  PAYLOAD.unsubscribeSpotsAnswer,
  PAYLOAD.subscribeDepthAnswer,
])

export interface CtraderConversationParts {
  readonly codec: OpenApiCodec
  readonly clientId: string
  readonly clientSecret: string
  /** ctidTraderAccountId, not the login. */
  readonly accountId: string
  readonly token: AccountToken
  readonly environment: Environment
  readonly subscriptions: readonly Subscription[]
  readonly provenance: Provenance
}

export class CtraderConversation implements Conversation {
  readonly #parts: CtraderConversationParts
  readonly #requests: RequestQueue
  readonly #streams = new Map<string, SymbolStream>()
  /** When each broken depth was last asked for anew. */
  readonly #resyncs = new Map<string, number>()
  /** Broken depths that wait for that. */
  readonly #broken = new Set<SymbolStream>()
  #sequence = 0
  #beatTime = 0
  #probeTime = 0
  #usedToken = ''
  /** The token that was refused, while a younger one is waited for. */
  #refusedToken: string | undefined
  #tokenAskedTime = 0

  constructor(parts: CtraderConversationParts) {
    this.#parts = parts
    this.#requests = new RequestQueue(parts.codec)
  }

  open(now: Micros, out: Reactions): void {
    const { clientId, clientSecret } = this.#parts
    out.link('authenticating', '', 'the application logs in')
    this.#beatTime = now
    this.#probeTime = now
    this.#ask(PAYLOAD.applicationAuth, { clientId, clientSecret })
    this.#requests.release(now, out)
  }

  receive(frame: Frame, now: Micros, out: Reactions): void {
    const message = this.#parts.codec.decode(frame)
    if (message === undefined) {
      out.fault(
        'schema',
        '',
        `a frame that is no message (${frame.length} ${typeof frame === 'string' ? 'characters' : 'bytes'})`,
      )
      return
    }
    const { type, id, fields } = message
    // The hot path: nothing is asked, nothing is looked up but the symbol.
    if (type === PAYLOAD.spot) this.#spot(fields, now, out)
    else if (type === PAYLOAD.depth) this.#depth(fields, now, out)
    else {
      this.#answer(type, fields, { request: id === '' ? undefined : this.#requests.answered(id), now, out })
      this.#requests.release(now, out)
    }
  }

  tick(now: Micros, out: Reactions): void {
    if (now - this.#beatTime >= HEARTBEAT_MICROS) this.#beat(now, out)
    if (now - this.#probeTime >= PROBE_MICROS && this.#usedToken !== '') {
      this.#probeTime = now
      this.#ask(PAYLOAD.version, {})
    }
    this.#seekToken(now, out)
    for (const stream of this.#broken) this.#resync(stream, now)
    this.#requests.release(now, out)
    const overdue = this.#requests.overdue(now)
    if (overdue !== undefined) out.reconnect('later', `no answer to request ${overdue.type}`)
  }

  #answer(
    type: number,
    fields: Fields,
    { request, now, out }: { readonly request: Asked | undefined; readonly now: Micros; readonly out: Reactions },
  ): void {
    switch (type) {
      case PAYLOAD.heartbeat:
        this.#beat(now, out)
        return
      case PAYLOAD.versionAnswer:
        if (request !== undefined) out.measure(now - request.sent, Number.NaN)
        return
      case PAYLOAD.applicationAuthAnswer:
        this.#useToken(now, out)
        return
      case PAYLOAD.accountListAnswer:
        this.#accounts(fields, out)
        return
      case PAYLOAD.accountAuthAnswer:
        this.#loggedIn(out)
        return
      case PAYLOAD.symbolsListAnswer:
        this.#symbols(fields, out)
        return
      case PAYLOAD.subscribeSpotsAnswer:
        this.#subscribedSpots(request, out)
        return
      case PAYLOAD.unsubscribeDepthAnswer:
        this.#subscribeDepths(request)
        return
      case PAYLOAD.error:
      case PAYLOAD.commonError:
        this.#error(venueError(fields), request, now, out)
        return
      case PAYLOAD.tokensInvalidated:
        if (idsOf(fields, 'ctidTraderAccountIds').includes(this.#parts.accountId)) this.#tokenDied(this.#usedToken, now, out)
        return
      case PAYLOAD.accountDisconnect:
        if (idOf(fields, 'ctidTraderAccountId') !== this.#parts.accountId) return
        out.link('degraded', '', 'the venue ended the session of the account')
        this.#useToken(now, out)
        return
      case PAYLOAD.clientDisconnect:
        out.reconnect('later', `the venue ends the connection: ${textOf(fields, 'reason') ?? 'no reason given'}`)
        return
      default:
        if (!IGNORED.has(type)) out.unknown(`payload type ${type}`)
    }
  }

  #ask(type: number, fields: Fields, due?: number): void {
    this.#requests.put({ type, fields }, due)
  }

  #askAccount(type: number, fields: Fields = {}): void {
    this.#ask(type, { ctidTraderAccountId: wireId(this.#parts.accountId), ...fields })
  }

  #beat(now: Micros, out: Reactions): void {
    // An echo of every heartbeat would answer the answers for ever.
    if (now - this.#beatTime < SECOND) return
    this.#beatTime = now
    out.send(this.#parts.codec.encode({ type: PAYLOAD.heartbeat, id: '', fields: {} }))
  }

  #useToken(now: Micros, out: Reactions): void {
    const { latest } = this.#parts.token
    if (latest === '') {
      this.#tokenDied('', now, out)
      return
    }
    this.#usedToken = latest
    this.#ask(PAYLOAD.accountList, { accessToken: latest })
  }

  #accounts(fields: Fields, out: Reactions): void {
    const { accountId, environment } = this.#parts
    const account = listOf(fields, 'ctidTraderAccount').find(each => idOf(each, 'ctidTraderAccountId') === accountId)
    if (account === undefined) {
      out.refuse(accountRefused('it is not among those that the consent covers'))
      return
    }
    const isLive = fieldOf(account, 'isLive')
    if (typeof isLive === 'boolean' && isLive !== (environment === 'live')) {
      out.refuse(accountRefused(`it is a ${isLive ? 'live' : 'demo'} account and the environment is ${environment}`))
      return
    }
    this.#askAccount(PAYLOAD.accountAuth, { accessToken: this.#usedToken })
  }

  #loggedIn(out: Reactions): void {
    out.link('syncing', '', 'subscribing')
    if (this.#streams.size === 0) this.#askAccount(PAYLOAD.symbolsList)
    else this.#subscribe()
  }

  #symbols(fields: Fields, out: Reactions): void {
    const ids = new Map<string, string>()
    for (const symbol of listOf(fields, 'symbol')) {
      const [name, id] = [textOf(symbol, 'symbolName'), idOf(symbol, 'symbolId')]
      if (name !== undefined && id !== undefined && fieldOf(symbol, 'enabled') !== false) ids.set(name, id)
    }
    for (const subscription of this.#parts.subscriptions) {
      const symbolId = ids.get(subscription.symbol)
      if (symbolId === undefined) {
        out.link('fatal', subscription.instrument.id, `the account has no symbol ${subscription.symbol}`)
        continue
      }
      const { provenance } = this.#parts
      const sequence = () => ++this.#sequence
      this.#streams.set(symbolId, new SymbolStream({ subscription, symbolId, provenance, sequence }))
    }
    if (this.#streams.size > 0) this.#subscribe()
  }

  #subscribe(): void {
    const streams = [...this.#streams.values()]
    for (let at = 0; at < streams.length; at += SYMBOLS_PER_REQUEST) {
      const some = streams.slice(at, at + SYMBOLS_PER_REQUEST)
      for (const stream of some) stream.subscribed('quote')
      const symbolId = some.map(stream => wireId(stream.symbolId))
      this.#askAccount(PAYLOAD.subscribeSpots, { symbolId, subscribeToSpotTimestamp: true })
    }
  }

  #subscribedSpots(request: Request | undefined, out: Reactions): void {
    for (const stream of this.#streamsOf(request)) {
      out.link('live', stream.instrumentId, 'subscribed')
      // Depth is refused to those who have no spots.
      if (stream.wants('book')) this.#askDepth(stream)
    }
  }

  #askDepth(stream: SymbolStream): void {
    stream.subscribed('book')
    this.#askAccount(PAYLOAD.subscribeDepth, { symbolId: [wireId(stream.symbolId)] })
  }

  #spot(fields: Fields, now: Micros, out: Reactions): void {
    const stream = this.#streams.get(idOf(fields, 'symbolId') ?? '')
    if (stream === undefined) out.fault('schema', '', 'a spot price of a symbol that nobody asked for')
    else stream.spot(fields, now, out)
  }

  #depth(fields: Fields, now: Micros, out: Reactions): void {
    const stream = this.#streams.get(idOf(fields, 'symbolId') ?? '')
    if (stream === undefined) {
      out.fault('schema', '', 'depth of a symbol that nobody asked for')
      return
    }
    if (this.#broken.has(stream)) return
    const wasAwaited = stream.bookAwaited
    if (!stream.depth(fields, now, out)) {
      this.#broken.add(stream)
      out.link('degraded', stream.instrumentId, 'the depth is asked for anew')
      this.#resync(stream, now)
      this.#requests.release(now, out)
    } else if (wasAwaited && this.#resyncs.has(stream.symbolId)) {
      out.link('live', stream.instrumentId, 'the depth is whole again')
    }
  }

  #resync(stream: SymbolStream, now: Micros): void {
    if (now - (this.#resyncs.get(stream.symbolId) ?? Number.NEGATIVE_INFINITY) < RESYNC_MICROS) return
    this.#resyncs.set(stream.symbolId, now)
    this.#broken.delete(stream)
    // What is still on its way belongs to the old subscription: nothing is taken until the venue says that it has ended.
    stream.unsubscribed()
    this.#askAccount(PAYLOAD.unsubscribeDepth, { symbolId: [wireId(stream.symbolId)] })
  }

  #subscribeDepths(request: Request | undefined): void {
    for (const stream of this.#streamsOf(request)) this.#askDepth(stream)
  }

  #streamsOf(request: Request | undefined): SymbolStream[] {
    return idsOf(request?.fields ?? {}, 'symbolId').flatMap(id => this.#streams.get(id ?? '') ?? [])
  }

  #error(error: VenueError, request: Request | undefined, now: Micros, out: Reactions): void {
    const { class: kind, text, retryMicros } = error
    switch (kind) {
      case 'done':
        if (request?.type === PAYLOAD.applicationAuth) this.#useToken(now, out)
        if (request?.type === PAYLOAD.accountAuth) this.#loggedIn(out)
        if (request?.type === PAYLOAD.subscribeSpots) this.#subscribedSpots(request, out)
        // A depth that goes on from before has no beginning: it is ended first.
        if (request?.type === PAYLOAD.subscribeDepth) for (const stream of this.#streamsOf(request)) this.#resync(stream, now)
        return
      case 'token':
        this.#tokenDied(this.#usedToken, now, out)
        return
      case 'account':
        this.#useToken(now, out)
        return
      case 'slower':
      case 'blocked':
        if (request !== undefined) this.#ask(request.type, request.fields, now + (retryMicros ?? SECOND))
        return
      case 'symbol':
        for (const stream of this.#streamsOf(request)) out.link('degraded', stream.instrumentId, text)
        return
      case 'key':
        out.refuse(keyRefused(text))
        return
      case 'denied':
        out.refuse(accountRefused(text))
        return
      default:
        if (request?.type === PAYLOAD.unsubscribeDepth) {
          this.#subscribeDepths(request)
          return
        }
        out.link('degraded', '', text)
        out.reconnect('later', `the venue says ${text}`)
    }
  }

  #tokenDied(token: string, now: Micros, out: Reactions): void {
    if (this.#refusedToken !== undefined) return
    this.#refusedToken = token
    out.link('authenticating', '', 'the access token is no longer taken; a new one is waited for')
    this.#seekToken(now, out)
  }

  #seekToken(now: Micros, out: Reactions): void {
    const refused = this.#refusedToken
    if (refused === undefined) return
    const { token } = this.#parts
    if (token.latest !== '' && token.latest !== refused) {
      this.#refusedToken = undefined
      this.#useToken(now, out)
    } else if (token.lost !== undefined) {
      out.refuse(token.lost)
    } else if (now - this.#tokenAskedTime >= TOKEN_MICROS) {
      this.#tokenAskedTime = now
      token.refused(refused)
    }
  }
}

/** As the venue writes ids: a number, or its digits where a number would lose some. */
const wireId = (id: string): number | string => (Number.isSafeInteger(Number(id)) ? Number(id) : id)
