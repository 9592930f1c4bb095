// A simulated cTrader: tokens that rotate, one demo account, two symbols with spots and depth, in both encodings.

import { JSON_CODEC } from '../../src/adapters/ctrader/json-codec.ts'
import { type Fields, type OpenApiCodec, type OpenApiMessage, PAYLOAD } from '../../src/adapters/ctrader/open-api-message.ts'
import { PROTOBUF_CODEC } from '../../src/adapters/ctrader/protobuf-codec.ts'
import type { Frame } from '../../src/connectivity/conversation.ts'
import { CtraderHistory } from './ctrader-history.ts'
import type { Fault } from './fault.ts'
import { type Limit, RateJudge } from './judge.ts'
import { OauthLedger } from './oauth-ledger.ts'
import { OauthVenue } from './oauth-venue.ts'
import { type MarketStep, TrueMarket } from './true-market.ts'
import type { TextBook, TextLevel, Venue, VenueOptions } from './venue.ts'
import type { VenueLine } from './venue-line.ts'
import { VenueServer } from './venue-server.ts'

export const CLIENT_ID = '4711_kJ8sPq2LwZx7VbNm3RtYc9HgFd5KaQe1UoIuXyTz6SvBn4Mp'
export const CLIENT_SECRET = 'uW3nTq8ZyLr5KcXv2BmPj7HsDf4GaEo9QiNb6VtYx1MwCzRk'
export const ACCOUNT = 38421907
const HOST = 'demo.ctraderapi.com'
const TOKEN_HOST = 'openapi.ctrader.com'

const SYMBOLS = [
  { symbol: 'EURUSD', id: 1, digits: 5, base: 1, quote: 2, category: 1, lotSize: 10_000_000, price: '1.08013' },
  { symbol: 'XAUUSD', id: 41, digits: 2, base: 3, quote: 2, category: 2, lotSize: 10_000, price: '2384.35' },
] as const
type SymbolId = (typeof SYMBOLS)[number]['id']

const market = SYMBOLS.map(({ symbol, digits, price }) => ({ symbol, priceDecimals: digits, sizeDecimals: 2, price, depth: 8 }))

export const startCtraderVenue =
  (encoding: 'json' | 'protobuf') =>
  async (options: VenueOptions): Promise<CtraderVenue> => {
    const venue = new CtraderVenue(encoding, options)
    await venue.server.start()
    return venue
  }

/** The tokens with which a client begins. */
export const FIRST_REFRESH = 'gR7mVx2KpQz9LsNw4TbYc8HjFd3AeUo6IiXqZv1BnMt'
export const FIRST_ACCESS = 'aC3nWy8LsRv5KpTx7ZbQm2HjGd9FeUo4IiYqNu6BvMk'

interface Quote {
  readonly id: string
  readonly size: string
}

interface Session {
  readonly line: VenueLine
  readonly rate: RateJudge
  /** The stricter one of what is past. */
  readonly pastRate: RateJudge
  readonly spots: Set<number>
  readonly depth: Set<number>
  app: boolean
  account: boolean
  heard: number
}

export class CtraderVenue implements Venue {
  readonly name = 'ctrader'
  readonly hosts = [HOST, TOKEN_HOST]
  readonly server: VenueServer
  readonly ledger = new OauthLedger('at-once', { access: FIRST_ACCESS, refresh: FIRST_REFRESH })
  readonly oauth: OauthVenue
  readonly history: ReadonlyMap<number, CtraderHistory> = new Map([
    [1, new CtraderHistory({ start: 108_013, step: 1, seed: 7 })],
    [41, new CtraderHistory({ start: 238_435_000, step: 1_000, seed: 8 })],
  ])
  /** How often each question about the past was answered. */
  readonly answered = new Map<string, number>()
  /** What the next questions about the past are refused with. */
  readonly pastRefusals: string[] = []
  blockSeconds = 1
  readonly #codec: OpenApiCodec
  readonly #market: TrueMarket
  readonly #sessions = new Map<VenueLine, Session>()
  /** Resting quotes by symbol, side and price: what depth events speak of. */
  readonly #quotes = new Map<string, Quote[]>()
  readonly #changedTime = new Map<number, number>()
  /** Ids are of 64 bits, beyond what a double holds. */
  #lastId = 2n ** 60n
  #skewMillis = 0
  #silent = false

  constructor(encoding: 'json' | 'protobuf', { authority, clock, seed }: VenueOptions) {
    this.#codec = encoding === 'json' ? JSON_CODEC : PROTOBUF_CODEC
    this.server = new VenueServer({ authority, clock, hosts: this.hosts })
    this.#market = new TrueMarket(market, { seed, clock })
    const keys = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }
    this.oauth = new OauthVenue(this.server, { host: TOKEN_HOST, path: '/apps/token', ...keys, ledger: this.ledger })
    this.ledger.onInvalidated = () => this.#tokensDied('token was refreshed')
    for (const { symbol, id } of SYMBOLS) {
      const { bids, asks } = this.#market.book(symbol)
      for (const level of bids) this.#rest(id, 'bid', level)
      for (const level of asks) this.#rest(id, 'ask', level)
      this.#changedTime.set(id, clock.now())
    }
    if (encoding === 'json') this.server.webSocket(HOST, '/', line => this.#accept(line))
    else {
      this.server.framed(HOST, 5035, line => this.#accept(line))
      this.server.frames.huge = bytes => Buffer.alloc(bytes)
      // A tag that promises more than there is.
      this.server.frames.garbage = Buffer.from([0x12, 0xff, 0x01, 0x00])
    }
    this.server.every(9_000, () => this.#beat())
  }

  readonly truth = {
    symbols: SYMBOLS.map(({ symbol }) => symbol),
    book: (symbol: string): TextBook => this.#market.book(symbol),
    quote: (symbol: string) => {
      const { bids, asks } = this.#market.book(symbol, 1)
      return { bid: bids[0]![0], ask: asks[0]![0] }
    },
    trades: () => [],
    forget: () => undefined,
  }

  get routes() {
    return this.server.routes
  }

  get violations() {
    return this.server.violations
  }

  get requests() {
    return this.server.requests
  }

  get connections() {
    return this.server.connections
  }

  secrets(): readonly string[] {
    return [...this.oauth.issued, CLIENT_SECRET]
  }

  stop(): Promise<void> {
    return this.server.stop()
  }

  play(steps: number): void {
    for (let step = 0; step < steps; step++) this.#step(this.#market.step())
  }

  apply(fault: Fault): boolean {
    const { millis = 0, seed = 0 } = fault
    const { symbol, id } = SYMBOLS[seed % SYMBOLS.length]!
    switch (fault.kind) {
      case 'crossed-book': {
        const [price] = this.#market.book(symbol, 1).asks[0]!
        this.#tellDepth(id, { newQuotes: [{ id: this.#nextId(), size: 100, bid: wirePrice(price) }], deletedQuotes: [] })
        return true
      }
      case 'empty-array':
        this.#tellDepth(id, { newQuotes: [], deletedQuotes: [] })
        return true
      case 'unknown-type':
        for (const { line } of this.#sessions.values()) this.#say(line, { type: 2999, id: '', fields: {} })
        return true
      case 'token-expired':
        this.#expiredToken = this.ledger.newest.access
        this.#tokensDied('token has expired')
        return true
      case 'token-rotated':
        // Somebody else used our refresh token: what we hold is dead, and nothing brings it back.
        this.ledger.trade(this.ledger.newest.refresh)
        return true
      case 'refresh-lost':
        this.oauth.losses = 2
        this.#expiredToken = this.ledger.newest.access
        this.#tokensDied('token has expired')
        return true
      case 'clock-skew':
        this.#skewMillis = millis
        return true
      case 'ping-silence':
        this.#silent = true
        return true
      case 'shutdown-notice':
        for (const { line } of this.#sessions.values()) {
          this.#say(line, { type: PAYLOAD.clientDisconnect, id: '', fields: { reason: 'maintenance' } })
          this.server.after(1_000, () => line.close())
        }
        return true
      default:
        return this.server.arm(fault)
    }
  }

  heal(): void {
    this.#skewMillis = 0
    this.#silent = false
    this.oauth.losses = 0
    this.server.heal()
  }

  #step({ symbol, time, bids, asks }: MarketStep): void {
    const { id } = SYMBOLS.find(each => each.symbol === symbol)!
    this.#changedTime.set(id, time)
    const [newQuotes, deletedQuotes]: [Fields[], string[]] = [[], []]
    const sides = [
      ['bid', bids],
      ['ask', asks],
    ] as const
    for (const [side, levels] of sides) {
      for (const level of levels) {
        deletedQuotes.push(...this.#resting(id, side, level[0]).map(quote => quote.id))
        this.#quotes.set(key(id, side, level[0]), [])
        newQuotes.push(...this.#rest(id, side, level))
      }
    }
    this.#tellDepth(id, { newQuotes, deletedQuotes })
    this.#tellSpot(id, { bid: bids.length > 0, ask: asks.length > 0 })
  }

  /** A level rests as one quote or as two. */
  #rest(id: SymbolId, side: 'bid' | 'ask', [price, size]: TextLevel): Fields[] {
    const cents = wireSize(size)
    if (cents === 0) return []
    const half = Math.floor(cents / 2)
    const sizes = half > 0 && this.#lastId % 2n === 0n ? [half, cents - half] : [cents]
    const quotes = sizes.map(part => ({ id: this.#nextId(), size: String(part) }))
    this.#quotes.set(key(id, side, price), quotes)
    return quotes.map(quote => ({ id: quote.id, size: Number(quote.size), [side]: wirePrice(price) }))
  }

  #resting(id: SymbolId, side: 'bid' | 'ask', price: string): Quote[] {
    return this.#quotes.get(key(id, side, price)) ?? []
  }

  #wholeDepth(id: SymbolId): Fields {
    const { symbol } = SYMBOLS.find(each => each.id === id)!
    const { bids, asks } = this.#market.book(symbol)
    const told = (side: 'bid' | 'ask', levels: readonly TextLevel[]) =>
      levels.flatMap(([price]) =>
        this.#resting(id, side, price).map(quote => ({ id: quote.id, size: Number(quote.size), [side]: wirePrice(price) })),
      )
    return { newQuotes: [...told('bid', bids), ...told('ask', asks)], deletedQuotes: [] }
  }

  #tellDepth(symbolId: number, fields: Fields): void {
    const message = { type: PAYLOAD.depth, id: '', fields: { ...account, symbolId, ...fields } }
    for (const { line, depth } of this.#sessions.values()) if (depth.has(symbolId)) line.send(this.#frame(message))
  }

  #tellSpot(symbolId: SymbolId, sides: { readonly bid: boolean; readonly ask: boolean }): void {
    if (!sides.bid && !sides.ask) return
    const frame = this.#frame(this.#spot(symbolId, sides))
    for (const { line, spots } of this.#sessions.values()) if (spots.has(symbolId)) line.send(frame)
  }

  #spot(symbolId: SymbolId, sides: { readonly bid: boolean; readonly ask: boolean }): OpenApiMessage {
    const { symbol } = SYMBOLS.find(each => each.id === symbolId)!
    const { bids, asks } = this.#market.book(symbol, 1)
    const timestamp = Math.floor((this.#changedTime.get(symbolId) ?? 0) / 1000) + this.#skewMillis
    const fields = {
      ...account,
      symbolId,
      ...(sides.bid ? { bid: wirePrice(bids[0]![0]) } : {}),
      ...(sides.ask ? { ask: wirePrice(asks[0]![0]) } : {}),
      timestamp,
    }
    return { type: PAYLOAD.spot, id: '', fields }
  }

  #accept(line: VenueLine): void {
    const { server } = this
    const limit = { what: 'requests', most: 50, withinMillis: 1_000 }
    const judge = (of: Limit) => new RateJudge(of, server.clock, violation => server.report(violation))
    const session: Session = {
      line,
      rate: judge(limit),
      pastRate: judge({ what: 'requests for history', most: 5, withinMillis: 1_000 }),
      spots: new Set(),
      depth: new Set(),
      app: false,
      account: false,
      heard: server.clock.now(),
    }
    this.#sessions.set(line, session)
    line.onClose = () => this.#sessions.delete(line)
    line.onFrame = frame => this.#hear(session, frame)
  }

  #hear(session: Session, frame: Frame): void {
    const { server } = this
    const now = server.clock.now()
    // Ten seconds, and two for the way and the machine.
    if (now - session.heard > 12_000_000) server.report(`nothing was heard for ${(now - session.heard) / 1e6} s`)
    session.heard = now
    const message = this.#codec.decode(frame)
    if (message === undefined) {
      server.report('a frame that is no message')
      return
    }
    server.count(String(message.type))
    if (message.type === PAYLOAD.heartbeat) return
    session.rate.count()
    const answer = (type: number, fields: Fields) => this.#say(session.line, { type, id: message.id, fields })
    this.#answer(session, message, answer)
  }

  #answer(session: Session, { type, fields }: OpenApiMessage, answer: (type: number, fields: Fields) => void): unknown {
    const { server } = this
    const refuse = (errorCode: string, isBreach = false) => {
      if (isBreach) server.report(`request ${type}: ${errorCode}`)
      const retryAfter = errorCode === 'BLOCKED_PAYLOAD_TYPE' ? { retryAfter: this.blockSeconds } : {}
      answer(PAYLOAD.error, { errorCode, description: 'refused', ...retryAfter })
    }
    const asked = fields['symbolId']
    const ids = (Array.isArray(asked) ? asked : []).map(each => Number(String(each)) as SymbolId)
    if (type === PAYLOAD.applicationAuth) {
      if (fields['clientId'] !== CLIENT_ID || fields['clientSecret'] !== CLIENT_SECRET) return refuse('CH_CLIENT_AUTH_FAILURE')
      if (session.app) return refuse('CH_CLIENT_ALREADY_AUTHENTICATED')
      session.app = true
      return answer(PAYLOAD.applicationAuthAnswer, {})
    }
    if (!session.app) return refuse('CH_CLIENT_NOT_AUTHENTICATED', true)
    if (type === PAYLOAD.version) return answer(PAYLOAD.versionAnswer, { version: '97' })
    if (type === PAYLOAD.refreshToken) {
      const traded = this.ledger.trade(String(fields['refreshToken']))
      if (traded.kind === 'denied') return refuse('CH_ACCESS_TOKEN_INVALID')
      this.oauth.issued.push(traded.access, traded.refresh)
      const { access: accessToken, refresh: refreshToken, lifeSeconds: expiresIn } = traded
      return answer(PAYLOAD.refreshTokenAnswer, { accessToken, refreshToken, expiresIn, tokenType: 'bearer' })
    }
    if (type === PAYLOAD.accountList || type === PAYLOAD.accountAuth) {
      const token = String(fields['accessToken'])
      if (!this.#letsIn(token)) return refuse(token === this.#expiredToken ? 'OA_AUTH_TOKEN_EXPIRED' : 'CH_ACCESS_TOKEN_INVALID')
      if (type === PAYLOAD.accountList) {
        const accounts = [
          { ctidTraderAccountId: ACCOUNT, isLive: false, traderLogin: 5012345, brokerTitleShort: 'Größe & Söhne' },
        ]
        return answer(PAYLOAD.accountListAnswer, { accessToken: token, permissionScope: 0, ctidTraderAccount: accounts })
      }
      if (session.account) return refuse('ALREADY_LOGGED_IN')
      session.account = true
      return answer(PAYLOAD.accountAuthAnswer, account)
    }
    if (Number(String(fields['ctidTraderAccountId'])) !== ACCOUNT) return refuse('CH_CTID_TRADER_ACCOUNT_NOT_FOUND', true)
    if (!session.account) return refuse('ACCOUNT_NOT_AUTHORIZED')

    switch (type) {
      case PAYLOAD.symbolsList:
        return answer(PAYLOAD.symbolsListAnswer, { ...account, symbol: LIGHT_SYMBOLS })
      case PAYLOAD.assetList:
        return answer(PAYLOAD.assetListAnswer, { ...account, asset: ASSETS })
      case PAYLOAD.assetClassList:
        return answer(PAYLOAD.assetClassListAnswer, { ...account, assetClass: CLASSES })
      case PAYLOAD.categoryList:
        return answer(PAYLOAD.categoryListAnswer, { ...account, symbolCategory: CATEGORIES })
      case PAYLOAD.symbolById:
        return answer(PAYLOAD.symbolByIdAnswer, { ...account, symbol: fullSymbols(ids) })
      case PAYLOAD.subscribeSpots:
        if (ids.some(id => session.spots.has(id))) return refuse('ALREADY_SUBSCRIBED')
        answer(PAYLOAD.subscribeSpotsAnswer, account)
        for (const id of ids) {
          session.spots.add(id)
          this.#say(session.line, this.#spot(id, { bid: true, ask: true }))
        }
        return
      case PAYLOAD.subscribeDepth:
        if (ids.some(id => !session.spots.has(id))) return refuse('NOT_SUBSCRIBED_TO_SPOTS', true)
        if (ids.some(id => session.depth.has(id))) return refuse('ALREADY_SUBSCRIBED')
        answer(PAYLOAD.subscribeDepthAnswer, account)
        for (const id of ids) {
          session.depth.add(id)
          this.#say(session.line, { type: PAYLOAD.depth, id: '', fields: { ...account, symbolId: id, ...this.#wholeDepth(id) } })
        }
        return
      case PAYLOAD.trendbars:
        session.pastRate.count()
        this.#tellHistory(fields, answer, refuse)
        return
      case PAYLOAD.unsubscribeDepth:
        for (const id of ids) session.depth.delete(id)
        return answer(PAYLOAD.unsubscribeDepthAnswer, account)
      default:
        return refuse('UNSUPPORTED_MESSAGE', true)
    }
  }

  #tellHistory(
    fields: Fields,
    answer: (type: number, fields: Fields) => void,
    refuse: (errorCode: string, isBreach?: boolean) => void,
  ): void {
    const [symbolId, period, from, to] = ['symbolId', 'period', 'fromTimestamp', 'toTimestamp'].map(name =>
      Number(String(fields[name])),
    )
    const told = this.history.get(symbolId!)?.answer({ period: period!, from: from!, to: to! })
    const refusal = this.pastRefusals.shift()
    if (refusal !== undefined) refuse(refusal)
    else if (told === undefined || to! < from!) refuse('INCORRECT_BOUNDARIES', true)
    else {
      const question = `${symbolId} ${period} ${from} ${to}`
      this.answered.set(question, (this.answered.get(question) ?? 0) + 1)
      answer(PAYLOAD.trendbarsAnswer, { ...account, symbolId, ...told })
    }
  }

  #letsIn(token: string): boolean {
    return token !== this.#expiredToken && this.ledger.use(token)
  }

  /** The token that was the newest when it expired; its refresh token is good all the same. */
  #expiredToken: string | undefined

  #tokensDied(reason: string): void {
    for (const session of this.#sessions.values()) {
      session.account = false
      session.spots.clear()
      session.depth.clear()
      if (!session.app) continue
      const fields = { ctidTraderAccountIds: [ACCOUNT], reason }
      this.#say(session.line, { type: PAYLOAD.tokensInvalidated, id: '', fields })
    }
  }

  #beat(): void {
    if (this.#silent) return
    for (const { line } of this.#sessions.values()) this.#say(line, { type: PAYLOAD.heartbeat, id: '', fields: {} })
  }

  #nextId(): string {
    return String(++this.#lastId)
  }

  #say(line: VenueLine, message: OpenApiMessage): void {
    line.reply(this.#frame(message))
  }

  #frame(message: OpenApiMessage): Frame {
    return this.#codec.encode(message)
  }
}

const account = { ctidTraderAccountId: ACCOUNT }
const key = (id: number, side: string, price: string): string => `${id} ${side} ${price}`

/** By characters: '1.08013' is 108013 hundred-thousandths, '2384.3' is 238430000. */
const wirePrice = (text: string): number => {
  const [whole = '', fraction = ''] = text.split('.')
  return Number(`${whole}${fraction.padEnd(5, '0')}`)
}
const wireSize = (text: string): number => Number(text.replace('.', ''))

const ASSETS = [
  { assetId: 1, name: 'EUR', digits: 2 },
  { assetId: 2, name: 'USD', digits: 2 },
  { assetId: 3, name: 'XAU', digits: 2 },
]
const CLASSES = [
  { id: 1, name: 'Forex' },
  { id: 2, name: 'Metals' },
]
const CATEGORIES = [
  { id: 1, assetClassId: 1, name: 'Majors' },
  { id: 2, assetClassId: 2, name: 'Spot Metals' },
]
const LIGHT_SYMBOLS = SYMBOLS.map(({ symbol, id, base, quote, category }) => ({
  symbolId: id,
  symbolName: symbol,
  enabled: true,
  baseAssetId: base,
  quoteAssetId: quote,
  symbolCategoryId: category,
  description: `${symbol} spot`,
}))
const fullSymbols = (ids: readonly number[]) =>
  SYMBOLS.filter(({ id }) => ids.includes(id)).map(({ id, digits, lotSize }) => ({
    symbolId: id,
    digits,
    pipPosition: digits - 1,
    minVolume: lotSize / 100,
    stepVolume: lotSize / 100,
    maxVolume: lotSize * 50,
    lotSize,
    swapLong: -6.2,
    swapShort: 1.4,
    swapCalculationType: 2,
    tradingMode: 0,
    scheduleTimeZone: 'America/New_York',
    schedule: [0, 1, 2, 3, 4].map(day => ({ startSecond: 61_200 + day * 86_400, endSecond: 147_300 + day * 86_400 })),
    holiday: [],
  }))
