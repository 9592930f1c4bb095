// cTrader's conversation, message by message: what is said when, and what of it becomes a fact.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Frame, Reactions } from '../../connectivity/conversation.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import type { FeedEvent } from '../../domain/event.ts'
import { instrument } from '../../domain/instrument.ts'
import { MINUTE, type Micros, micros, SECOND } from '../../domain/numbers.ts'
import type { AccountToken } from './account-token.ts'
import { CtraderConversation } from './ctrader-conversation.ts'
import { JSON_CODEC } from './json-codec.ts'
import { type Fields, idOf, idsOf, listOf, type OpenApiCodec, PAYLOAD } from './open-api-message.ts'
import { PROTOBUF_CODEC } from './protobuf-codec.ts'
import { rescaled } from './symbol-stream.ts'

const START = micros(Date.UTC(2026, 10, 20, 10) * 1000)
const ACCOUNT = 38421907

const EURUSD = instrument({
  ...{ id: 'EURUSD.CTRADER', assetClass: 'forex', base: 'EUR', quote: 'USD', settle: 'USD', calendar: 'fx-cfd' },
  ...{ priceDecimals: 5, quantityDecimals: 2, tick: 1, lot: 100_000, multiplier: 1, negativePrices: false },
})

/** One conversation, and everything that it caused, in words. */
class Talk {
  readonly sent: { readonly type: number; readonly id: string; readonly fields: Fields }[] = []
  readonly facts: FeedEvent[] = []
  readonly said: string[] = []
  readonly token: AccountToken & { latest: string; lost: SourceError | undefined; asked: string[] }
  now: Micros = START
  readonly #codec: OpenApiCodec
  readonly #conversation: CtraderConversation
  readonly #out: Reactions

  constructor(codec: OpenApiCodec = JSON_CODEC, environment: 'live' | 'practice' = 'practice') {
    this.#codec = codec
    const token = {
      latest: 'access-1',
      lost: undefined,
      asked: [] as string[],
      refused: (access: string) => void token.asked.push(access),
    }
    this.token = token
    this.#out = {
      fact: event => this.facts.push(event),
      link: (state, id, reason) => this.said.push(`${state} ${id === '' ? 'all' : id}: ${reason}`),
      fault: (fault, id, detail) => this.said.push(`fault ${fault} ${id}: ${detail}`),
      compared: () => undefined,
      measure: micros => this.said.push(`round trip ${micros} µs`),
      send: frame => this.sent.push(codec.decode(frame)!),
      request: () => undefined,
      reconnect: (when, reason) => this.said.push(`reconnect ${when}: ${reason}`),
      refuse: error => this.said.push(`refuse ${error.code}: ${error.message}`),
      unknown: what => this.said.push(`unknown ${what}`),
    }
    this.#conversation = new CtraderConversation({
      ...{ codec, clientId: 'id', clientSecret: 'secret', accountId: String(ACCOUNT), token, environment },
      subscriptions: [{ instrument: EURUSD, symbol: 'EURUSD', wants: ['quote', 'book'] }],
      provenance: Object.freeze({ source: 'ctrader', kind: 'live', origin: 'wss://…', checksum: '', licence: '' }),
    })
    this.#conversation.open(this.now, this.#out)
  }

  /** Request types in order, as a person reads them. */
  get asked(): readonly number[] {
    return this.sent.map(({ type }) => type)
  }

  receive(frame: Frame): void {
    this.#conversation.receive(frame, this.now, this.#out)
  }

  tell(type: number, fields: Fields, id = ''): void {
    this.receive(this.#codec.encode({ type, id, fields }))
  }

  /** Answers the newest request of a type. */
  answer(asked: number, type: number, fields: Fields = {}): void {
    const request = this.sent.findLast(each => each.type === asked)
    if (request === undefined) throw new Error(`${asked} was not asked`)
    this.tell(type, fields, request.id)
  }

  fail(asked: number, errorCode: string, more: Fields = {}): void {
    this.answer(asked, PAYLOAD.error, { errorCode, ...more })
  }

  pass(micros: number): void {
    this.now = (this.now + micros) as Micros
    this.#conversation.tick(this.now, this.#out)
  }

  logIn(): this {
    this.answer(PAYLOAD.applicationAuth, PAYLOAD.applicationAuthAnswer)
    return this.enter()
  }

  enter(): this {
    const accounts = [{ ctidTraderAccountId: ACCOUNT, isLive: false }]
    this.answer(PAYLOAD.accountList, PAYLOAD.accountListAnswer, { accessToken: this.token.latest, ctidTraderAccount: accounts })
    this.answer(PAYLOAD.accountAuth, PAYLOAD.accountAuthAnswer, { ctidTraderAccountId: ACCOUNT })
    return this
  }

  subscribe(): this {
    const symbol = [{ symbolId: 1, symbolName: 'EURUSD', enabled: true }]
    this.answer(PAYLOAD.symbolsList, PAYLOAD.symbolsListAnswer, { ctidTraderAccountId: ACCOUNT, symbol })
    this.answer(PAYLOAD.subscribeSpots, PAYLOAD.subscribeSpotsAnswer, { ctidTraderAccountId: ACCOUNT })
    return this
  }

  spot(fields: Fields): void {
    this.tell(PAYLOAD.spot, { ctidTraderAccountId: ACCOUNT, symbolId: 1, ...fields })
  }

  depth(newQuotes: readonly Fields[], deletedQuotes: readonly (number | string)[] = []): void {
    this.tell(PAYLOAD.depth, { ctidTraderAccountId: ACCOUNT, symbolId: 1, newQuotes, deletedQuotes })
  }

  millis(ago = 0): number {
    return Math.floor((this.now - ago) / 1000)
  }
}

describe.each([
  ['JSON', JSON_CODEC],
  ['protobuf', PROTOBUF_CODEC],
] as const)('over %s', (_, codec) => {
  test('the session is opened in the venue’s order, and depth is asked for after spots', () => {
    const talk = new Talk(codec).logIn().subscribe()
    expect(talk.asked).toEqual([2100, 2149, 2102, 2114, 2127, 2156])
    expect(talk.sent[0]?.fields).toMatchObject({ clientId: 'id', clientSecret: 'secret' })
    expect(talk.said).toEqual([
      'authenticating all: the application logs in',
      'syncing all: subscribing',
      'live EURUSD.CTRADER: subscribed',
    ])
  })

  test('a missing side is unchanged', () => {
    const talk = new Talk(codec).logIn().subscribe()
    talk.spot({ bid: 108_011, ask: 108_014, timestamp: talk.millis() })
    talk.spot({ ask: 108_013, timestamp: talk.millis() })
    talk.spot({ bid: 108_012, timestamp: talk.millis() })
    expect(talk.facts.map(fact => fact.kind === 'quote' && [fact.bid, fact.ask, fact.sequence])).toEqual([
      [108_011, 108_014, 1],
      [108_011, 108_013, 2],
      [108_012, 108_013, 3],
    ])
  })

  test('the price of last Friday is no fresh price, and completes the half that comes on Monday', () => {
    const talk = new Talk(codec).logIn().subscribe()
    talk.spot({ bid: 108_011, ask: 108_014, timestamp: talk.millis(3 * 86_400 * SECOND) })
    expect(talk.facts).toEqual([])
    talk.spot({ bid: 108_100, ask: 108_110, timestamp: talk.millis() })
    expect(talk.facts).toMatchObject([{ kind: 'quote', bid: 108_100, ask: 108_110, eventTime: talk.millis() * 1000 }])

    const other = new Talk(codec).logIn().subscribe()
    other.spot({ bid: 108_011, ask: 108_014 })
    expect(other.facts, 'without a time nobody knows how old it is').toEqual([])
  })

  test('depth is a book of quotes by id, exact to 64 bits', () => {
    const talk = new Talk(codec).logIn().subscribe()
    // Two ids that are one and the same as doubles.
    talk.depth([
      { id: '9007199254740992', size: 5_000_000, bid: 108_010 },
      { id: '9007199254740993', size: 2_000_000, bid: 108_010 },
      { id: '3', size: 1_000_000, ask: 108_020 },
    ])
    talk.depth([{ id: '4', size: 700, ask: 108_019 }], ['9007199254740993', '3'])
    expect(talk.facts).toMatchObject([
      {
        kind: 'book-snapshot',
        bids: [{ price: 108_010, quantity: 7_000_000 }],
        asks: [{ price: 108_020, quantity: 1_000_000 }],
      },
      {
        kind: 'book-change',
        bids: [{ price: 108_010, quantity: 5_000_000 }],
        asks: expect.arrayContaining([
          { price: 108_020, quantity: 0 },
          { price: 108_019, quantity: 700 },
        ]),
      },
    ])
  })

  test('random frames are faults, never an end', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.json(), fc.string(), fc.uint8Array()), { maxLength: 20 }), frames => {
        const talk = new Talk(codec).logIn().subscribe()
        for (const frame of frames) talk.receive(frame)
        expect(talk.said.filter(word => /^(?:refuse|reconnect)/.test(word))).toEqual([])
        expect(talk.facts).toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})

test('a depth that is doubted is ended first; what is still on its way is not taken for its beginning', () => {
  const talk = new Talk().logIn().subscribe()
  talk.depth([
    { id: 1, size: 100, bid: 108_010 },
    { id: 2, size: 100, ask: 108_020 },
  ])
  talk.depth([], [77])
  expect(talk.said.slice(-2)).toEqual([
    'fault gap EURUSD.CTRADER: 1 quotes of the depth end that never began',
    'degraded EURUSD.CTRADER: the depth is asked for anew',
  ])
  expect(talk.asked.slice(-1)).toEqual([PAYLOAD.unsubscribeDepth])

  talk.depth([{ id: 3, size: 100, bid: 108_011 }])
  expect(talk.facts.length).toBe(1)
  talk.answer(PAYLOAD.unsubscribeDepth, PAYLOAD.unsubscribeDepthAnswer)
  expect(talk.asked.slice(-1)).toEqual([PAYLOAD.subscribeDepth])
  talk.depth([
    { id: 3, size: 100, bid: 108_011 },
    { id: 2, size: 100, ask: 108_020 },
  ])
  expect(talk.said.at(-1)).toBe('live EURUSD.CTRADER: the depth is whole again')
  expect(talk.facts.at(-1)).toMatchObject({ kind: 'book-snapshot', bids: [{ price: 108_011, quantity: 100 }] })
})

test('a price finer than the instrument is a fault, not rounded', () => {
  // 2384.35 is 238435000 hundred-thousandths; at two decimals only multiples of 1000 fit.
  expect(rescaled(238_435_000, 5, 2)).toBe(238_435)
  expect(rescaled(238_435_001, 5, 2)).toBeUndefined()
  expect(rescaled(123_000, 5, 5)).toBe(123_000)
  expect(rescaled(123_000, 5, 6)).toBe(1_230_000)
  expect(rescaled(Number.MAX_SAFE_INTEGER, 5, 6)).toBeUndefined()

  const talk = new Talk().logIn().subscribe()
  talk.spot({ bid: 1.5, ask: 108_014 })
  expect(talk.said.at(-1)).toBe('fault schema EURUSD.CTRADER: a spot price that does not fit EURUSD')
})

test('the round trip is measured every ten seconds', () => {
  const talk = new Talk().logIn().subscribe()
  talk.pass(10 * SECOND)
  expect(talk.asked.slice(-2)).toEqual(expect.arrayContaining([PAYLOAD.heartbeat, PAYLOAD.version]))
  talk.now = micros(talk.now + 42_000)
  talk.answer(PAYLOAD.version, PAYLOAD.versionAnswer, { version: '97' })
  expect(talk.said.at(-1)).toBe('round trip 42000 µs')
})

test('heartbeats leave at least every ten seconds, and an echo does not echo itself', () => {
  const talk = new Talk().logIn().subscribe()
  for (let i = 0; i < 600; i++) {
    talk.pass(SECOND / 10)
    if (talk.asked.at(-1) === PAYLOAD.version) talk.answer(PAYLOAD.version, PAYLOAD.versionAnswer, { version: '97' })
  }
  const beats = talk.asked.filter(type => type === PAYLOAD.heartbeat).length
  expect(beats, 'in a minute').toBe(12)
  talk.pass(2 * SECOND)
  talk.tell(PAYLOAD.heartbeat, {})
  talk.tell(PAYLOAD.heartbeat, {})
  expect(talk.asked.filter(type => type === PAYLOAD.heartbeat).length - beats).toBe(1)
})

test('a token that dies is replaced on the same connection, and everything is subscribed again', () => {
  const talk = new Talk().logIn().subscribe()
  talk.tell(PAYLOAD.tokensInvalidated, { ctidTraderAccountIds: [ACCOUNT], reason: 'token was refreshed' })
  expect(talk.token.asked).toEqual(['access-1'])
  talk.pass(SECOND)
  expect(talk.token.asked.length, 'it is not asked for all the time').toBe(1)

  talk.token.latest = 'access-2'
  talk.pass(SECOND / 10)
  expect(talk.sent.at(-1)).toMatchObject({ type: PAYLOAD.accountList, fields: { accessToken: 'access-2' } })
  talk.enter()
  expect(talk.sent.findLast(({ type }) => type === PAYLOAD.accountAuth)?.fields['accessToken']).toBe('access-2')
  talk.answer(PAYLOAD.subscribeSpots, PAYLOAD.subscribeSpotsAnswer)
  expect(talk.said.at(-1)).toBe('live EURUSD.CTRADER: subscribed')
  expect(talk.said.filter(word => word.startsWith('reconnect'))).toEqual([])
})

test.each(['OA_AUTH_TOKEN_EXPIRED', 'CH_ACCESS_TOKEN_INVALID', '1', '104'])('error %s asks for another token', code => {
  const talk = new Talk()
  talk.answer(PAYLOAD.applicationAuth, PAYLOAD.applicationAuthAnswer)
  talk.fail(PAYLOAD.accountList, code)
  expect(talk.token.asked).toEqual(['access-1'])
})

test('a link that is lost ends with what a person has to do', () => {
  const talk = new Talk().logIn().subscribe()
  talk.token.lost = new SourceError('HUMAN_REAUTH_REQUIRED', { message: 'the link is lost', fix: 'consent again' })
  talk.tell(PAYLOAD.tokensInvalidated, { ctidTraderAccountIds: [ACCOUNT] })
  expect(talk.said.at(-1)).toBe('refuse HUMAN_REAUTH_REQUIRED: the link is lost')
})

test('the token of another account is not ours', () => {
  const talk = new Talk().logIn().subscribe()
  talk.tell(PAYLOAD.tokensInvalidated, { ctidTraderAccountIds: [ACCOUNT + 1] })
  expect(talk.token.asked).toEqual([])
})

test('being logged in already is as good as logging in', () => {
  const talk = new Talk()
  talk.fail(PAYLOAD.applicationAuth, 'CH_CLIENT_ALREADY_AUTHENTICATED')
  const accounts = [{ ctidTraderAccountId: String(ACCOUNT), isLive: false }]
  talk.answer(PAYLOAD.accountList, PAYLOAD.accountListAnswer, { ctidTraderAccount: accounts })
  talk.fail(PAYLOAD.accountAuth, 'ALREADY_LOGGED_IN')
  expect(talk.asked.at(-1)).toBe(PAYLOAD.symbolsList)
})

test('too many requests, or a blocked kind, wait as long as the venue says', () => {
  const talk = new Talk().logIn()
  talk.fail(PAYLOAD.symbolsList, 'REQUEST_FREQUENCY_EXCEEDED')
  const { length } = talk.sent
  talk.pass(SECOND / 2)
  expect(talk.sent.length).toBe(length)
  talk.pass(SECOND / 2)
  expect(talk.asked.at(-1)).toBe(PAYLOAD.symbolsList)

  talk.fail(PAYLOAD.symbolsList, 'BLOCKED_PAYLOAD_TYPE', { retryAfter: 7 })
  const asked = () => talk.asked.filter(type => type === PAYLOAD.symbolsList).length
  talk.pass(6 * SECOND)
  expect(asked()).toBe(2)
  talk.pass(1 * SECOND)
  expect(asked()).toBe(3)
})

test('maintenance, and a request that nobody answers, end the connection for later', () => {
  const talk = new Talk().logIn()
  talk.fail(PAYLOAD.symbolsList, 'SERVER_IS_UNDER_MAINTENANCE', { description: 'until 22:00', maintenanceEndTimestamp: 1 })
  expect(talk.said.at(-1)).toBe('reconnect later: the venue says SERVER_IS_UNDER_MAINTENANCE: until 22:00')

  const silent = new Talk()
  silent.pass(MINUTE)
  expect(silent.said.at(-1)).toBe('reconnect later: no answer to request 2100')
})

test('keys and accounts that are not right need a person', () => {
  const keys = new Talk()
  keys.fail(PAYLOAD.applicationAuth, 'CH_CLIENT_AUTH_FAILURE')
  expect(keys.said.at(-1)).toContain('refuse SOURCE_REFUSED: cTrader does not know this application')

  const live = new Talk(JSON_CODEC, 'live')
  live.answer(PAYLOAD.applicationAuth, PAYLOAD.applicationAuthAnswer)
  live.answer(PAYLOAD.accountList, PAYLOAD.accountListAnswer, {
    ctidTraderAccount: [{ ctidTraderAccountId: ACCOUNT, isLive: false }],
  })
  expect(live.said.at(-1)).toContain('it is a demo account and the environment is live')

  const absent = new Talk()
  absent.answer(PAYLOAD.applicationAuth, PAYLOAD.applicationAuthAnswer)
  absent.answer(PAYLOAD.accountList, PAYLOAD.accountListAnswer, { ctidTraderAccount: [] })
  expect(absent.said.at(-1)).toContain('not among those that the consent covers')
})

test('a spot of the wire is read by the documented field numbers', () => {
  // Tag = number × 8 + wire type: account 2, symbol 3, bid 4, ask 5, timestamp 8, all varints (0).
  const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))])
  const body = [2, ACCOUNT, 3, 1, 4, 108_011, 5, 108_014, 8, 1_795_168_800_123].flatMap((value, i) =>
    i % 2 === 0 ? [value * 8] : varint(value),
  )
  // Envelope: payloadType 1 (varint), payload 2 (length-delimited: wire type 2).
  const frame = Uint8Array.from([8, ...varint(2131), 18, ...varint(body.length), ...body])

  const message = PROTOBUF_CODEC.decode(frame)
  expect(message?.type).toBe(2131)
  expect(['ctidTraderAccountId', 'symbolId', 'bid', 'ask', 'timestamp'].map(name => idOf(message!.fields, name))).toEqual([
    String(ACCOUNT),
    '1',
    '108011',
    '108014',
    '1795168800123',
  ])
  expect(idOf(message!.fields, 'sessionClose'), 'a field that was not sent is not there').toBeUndefined()
})

test('numbers of JSON keep all their digits, quoted or not', () => {
  const text = '{"payloadType":2155,"payload":{"newQuotes":[{"id":9007199254740993}],"deletedQuotes":["9007199254740995",12]}}'
  const { fields } = JSON_CODEC.decode(text)!
  expect(listOf(fields, 'newQuotes').map(quote => idOf(quote, 'id'))).toEqual(['9007199254740993'])
  expect(idsOf(fields, 'deletedQuotes')).toEqual(['9007199254740995', '12'])

  const tricky =
    '{"payloadType":2142,"payload":{"description":"ids [9007199254740993], :12345678901234567, ","n":[9007199254740997 , -9007199254740999]}}'
  const answer = JSON_CODEC.decode(tricky)!
  expect(answer.fields['description']).toBe('ids [9007199254740993], :12345678901234567, ')
  expect(idsOf(answer.fields, 'n')).toEqual(['9007199254740997', '-9007199254740999'])
})
