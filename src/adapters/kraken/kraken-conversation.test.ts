// What Kraken's conversation says and believes, spoken by hand.
import { describe, expect, test } from 'vitest'
import { NotedReactions } from '../../../test/reactions.ts'
import { instrument } from '../../domain/instrument.ts'
import { type Micros, micros, SECOND } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { CheckedBook } from './checked-book.ts'
import { depthOf, KrakenConversation, type Wish } from './kraken-conversation.ts'
import type { TradeTails } from './symbol-stream.ts'
import { SymbolTable } from './symbol-table.ts'

const START = 1_700_000_000 * SECOND
const provenance: Provenance = Object.freeze({ source: 'kraken', kind: 'live', origin: 'wss://x', checksum: '', licence: '' })
const of = (symbol: string) =>
  instrument({
    id: `${symbol.replace('/', '')}.KRAKEN`,
    assetClass: 'crypto',
    base: symbol.slice(0, 3),
    quote: 'USD',
    settle: 'USD',
    priceDecimals: 1,
    quantityDecimals: 8,
    tick: 1,
    lot: 1,
    multiplier: 1,
    calendar: 'crypto',
    negativePrices: false,
  })
const SYMBOLS = ['BTC/USD', 'ETH/USD']

class Talk {
  readonly noted = new NotedReactions()
  readonly conversation: KrakenConversation
  now = START as Micros

  constructor(wishes: readonly Wish[], tails: TradeTails = new Map()) {
    const resolve = (symbol: string) => (SYMBOLS.includes(symbol) ? of(symbol) : undefined)
    const table = new SymbolTable({ resolve, provenance, tails })
    this.conversation = new KrakenConversation({ table, wishes, depth: 10 })
    this.conversation.open(this.now, this.noted)
  }

  hear(text: string): this {
    this.conversation.receive(text, this.now, this.noted)
    return this
  }

  /** Time passes, with ticks. */
  wait(micros: number): this {
    for (const until = this.now + micros; this.now < until; ) {
      this.now = Math.min(until, this.now + SECOND / 10) as Micros
      this.conversation.tick(this.now, this.noted)
    }
    return this
  }

  /** What was sent since the last time, as objects. */
  said(): Record<string, unknown>[] {
    return this.noted.sent.splice(0).map(frame => JSON.parse(String(frame)))
  }

  state(symbol: string) {
    return this.noted.stateOf(of(symbol).id)
  }
}

type Levels = readonly (readonly [price: string, quantity: string])[]
const side = (levels: Levels) => levels.map(([price, qty]) => `{"price":${price},"qty":${qty}}`).join(',')
const book = (type: string, symbol: string, bids: Levels, asks: Levels, checksum: number, at = '2023-10-06T17:35:55.440295Z') =>
  `{"channel":"book","type":"${type}","data":[{"symbol":"${symbol}","bids":[${side(bids)}],"asks":[${side(asks)}],"checksum":${checksum},"timestamp":"${at}"}]}`
const ack = (channel: string, symbol: string) =>
  `{"method":"subscribe","result":{"channel":"${channel}","symbol":"${symbol}","snapshot":true},"success":true,"time_in":"2023-09-25T09:04:31.742599Z","time_out":"2023-09-25T09:04:31.742648Z","req_id":1}`
const trade = (type: string, ...ids: readonly number[]) =>
  `{"channel":"trade","type":"${type}","data":[${ids
    .map(
      id =>
        `{"symbol":"BTC/USD","side":"sell","price":100.0,"qty":0.000000${id + 10},"ord_type":"limit","trade_id":${id},"timestamp":"2023-10-06T17:35:55.440295Z"}`,
    )
    .join(',')}]}`

const BIDS: Levels = [['100.0', '1.00000000']]
const ASKS: Levels = [['100.5', '2.00000000']]
/** By the documented rule, as checked in checked-book.test.ts. */
function checksumOf(bids: Levels, asks: Levels): number {
  const reference = new CheckedBook(of('BTC/USD'), 10)
  const texts = (levels: Levels) => levels.map(([price, quantity]) => ({ price, quantity }))
  reference.replace(texts(bids), texts(asks))
  return reference.checksum()
}
const CRC = checksumOf(BIDS, ASKS)
const booksOf = (...symbols: readonly string[]): Wish[] => symbols.map(symbol => ({ symbol, channels: ['book'] }))

describe('what it says', () => {
  test('one subscription for each channel, with the depth, and a ping', () => {
    const talk = new Talk([
      { symbol: 'BTC/USD', channels: ['book', 'trade'] },
      { symbol: 'ETH/USD', channels: ['ticker', 'trade'] },
    ])
    expect(talk.said()).toEqual([
      { method: 'subscribe', params: { channel: 'book', symbol: ['BTC/USD'], depth: 10, snapshot: true }, req_id: 1 },
      {
        method: 'subscribe',
        params: { channel: 'ticker', symbol: ['ETH/USD'], event_trigger: 'bbo', snapshot: true },
        req_id: 2,
      },
      { method: 'subscribe', params: { channel: 'trade', symbol: ['BTC/USD', 'ETH/USD'], snapshot: true }, req_id: 3 },
      { method: 'ping', req_id: 4 },
    ])
  })

  test('a thousand symbols leave in pieces, twenty messages a second', () => {
    const wishes: Wish[] = Array.from({ length: 1500 }, (_, i) => ({
      symbol: `A${i}/USD`,
      channels: ['book', 'ticker', 'trade'],
    }))
    const talk = new Talk(wishes)
    const counts = [talk.said().length, talk.wait(SECOND).said().length, talk.wait(SECOND).said().length]
    // 1,500 symbols of 3 channels in messages of 50 are 90, and the ping.
    expect(counts).toEqual([20, 20, 20])
    expect(talk.wait(3 * SECOND).said()).toHaveLength(90 + 1 - 60)
  })

  test('a ping every ten seconds; its answer measures the way and the clock', () => {
    const talk = new Talk([])
    talk.now = (START + 40_000) as Micros
    // Sent at 0, received at the venue's 1,020 ms, answered at 1,030 ms, heard at 40 ms: the venue is 1,005 ms ahead.
    talk.hear('{"method":"pong","req_id":1,"time_in":"2023-11-14T22:13:21.020000Z","time_out":"2023-11-14T22:13:21.030000Z"}')
    expect(talk.noted.measures).toEqual([{ roundTripMicros: 40_000, clockOffsetMicros: 1_005_000 }])
    talk.said()
    expect(
      talk
        .wait(30 * SECOND)
        .said()
        .map(({ method }) => method),
    ).toEqual(['ping', 'ping', 'ping'])
  })

  test('a book that does not come is asked for again', () => {
    const talk = new Talk(booksOf('BTC/USD'))
    talk.said()
    const methods = talk
      .wait(11 * SECOND)
      .said()
      .map(({ method }) => method)
    expect(methods.filter(method => method !== 'ping')).toEqual(['unsubscribe', 'subscribe'])
  })
})

describe('a book', () => {
  test('is live with its snapshot, and its top is the quote', () => {
    const talk = new Talk(booksOf('BTC/USD')).hear(book('snapshot', 'BTC/USD', BIDS, ASKS, CRC))
    expect(talk.state('BTC/USD')).toBe('live')
    expect(talk.noted.facts.map(({ kind }) => kind)).toEqual(['book-snapshot', 'quote'])
    expect(talk.noted.factsOf('quote')[0]).toMatchObject({ bid: 1000, ask: 1005, bidSize: 1e8, askSize: 2e8 })
    expect(talk.noted.factsOf('book-snapshot')[0]).toMatchObject({ eventTime: 1_696_613_755_440_295, receivedTime: START })
  })

  test('with a wrong checksum is not told, and only its symbol begins anew', () => {
    const talk = new Talk(booksOf('BTC/USD', 'ETH/USD'))
    talk.hear(book('snapshot', 'BTC/USD', BIDS, ASKS, CRC)).hear(book('snapshot', 'ETH/USD', BIDS, ASKS, CRC))
    talk.said()
    const told = talk.noted.facts.length

    talk.hear(book('update', 'BTC/USD', [['99.5', '3.00000000']], [], 7))

    expect(talk.noted.facts).toHaveLength(told)
    expect(talk.noted.faults).toMatchObject([{ fault: 'checksum', instrumentId: 'BTCUSD.KRAKEN' }])
    expect([talk.state('BTC/USD'), talk.state('ETH/USD')]).toEqual(['degraded', 'live'])
    expect(talk.said()).toMatchObject([
      { method: 'unsubscribe', params: { channel: 'book', symbol: ['BTC/USD'], depth: 10 } },
      { method: 'subscribe', params: { channel: 'book', symbol: ['BTC/USD'], depth: 10, snapshot: true } },
    ])

    // What was still on its way is of the old subscription: nothing is said of it.
    talk.hear(book('update', 'BTC/USD', [['99.0', '1.00000000']], [], 8))
    expect(talk.noted.faults).toHaveLength(1)
    talk.hear(book('snapshot', 'BTC/USD', BIDS, ASKS, CRC))
    expect(talk.state('BTC/USD')).toBe('live')
    expect(talk.noted.facts.at(-2)).toMatchObject({ kind: 'book-snapshot' })
  })

  test('that stays wrong is asked for less and less often', () => {
    const talk = new Talk(booksOf('BTC/USD'))
    talk.said()
    let asked = 0
    for (let second = 0; second < 60; second++) {
      talk.hear(book('snapshot', 'BTC/USD', BIDS, ASKS, 7)).wait(SECOND)
      asked += talk.said().filter(({ method }) => method === 'subscribe').length
    }
    // At once, then after 0.5, 1, 2, 4, 8, 16 and 30 s.
    expect(asked).toBeGreaterThan(4)
    expect(asked).toBeLessThanOrEqual(8)
  })

  test('whose message lacks its checksum, or has a level that is none, is lost', () => {
    for (const bad of [
      '{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[],"asks":[]}]}',
      '{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":null,"qty":1}],"asks":[],"checksum":1}]}',
      '{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":100.05,"qty":1}],"asks":[],"checksum":1}]}',
      '{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":7,"checksum":1}]}',
    ]) {
      const talk = new Talk(booksOf('BTC/USD')).hear(book('snapshot', 'BTC/USD', BIDS, ASKS, CRC))
      talk.hear(bad)
      expect(talk.noted.faults.map(({ fault }) => fault)).toEqual(['schema'])
      expect(talk.state('BTC/USD')).toBe('degraded')
    }
  })

  test('with its bid at its ask is not believed, even with the right checksum', () => {
    const talk = new Talk(booksOf('BTC/USD')).hear(book('snapshot', 'BTC/USD', BIDS, ASKS, CRC))
    const bids: Levels = [['100.5', '1.00000000'], ...BIDS]
    talk.hear(book('update', 'BTC/USD', [['100.5', '1.00000000']], [], checksumOf(bids, ASKS)))
    expect(talk.noted.faults).toMatchObject([{ fault: 'crossed' }])
    expect(talk.state('BTC/USD')).toBe('degraded')
  })

  test('told twice of the same change hears it once', () => {
    const talk = new Talk(booksOf('BTC/USD')).hear(book('snapshot', 'BTC/USD', BIDS, ASKS, CRC))
    const bids: Levels = [...BIDS, ['99.5', '3.00000000']]
    const change = book('update', 'BTC/USD', [['99.5', '3.00000000']], [], checksumOf(bids, ASKS))
    talk.hear(change).hear(change)
    expect(talk.noted.factsOf('book-change')).toHaveLength(1)
    expect(talk.noted.faults).toMatchObject([{ fault: 'duplicate' }])
    expect(talk.state('BTC/USD')).toBe('live')
  })

  test('is told once its symbol is live, as it is by then', () => {
    const talk = new Talk([{ symbol: 'BTC/USD', channels: ['book', 'trade'] }]).hear(book('snapshot', 'BTC/USD', BIDS, ASKS, CRC))
    const bids: Levels = [...BIDS, ['99.5', '3.00000000']]
    talk.hear(book('update', 'BTC/USD', [['99.5', '3.00000000']], [], checksumOf(bids, ASKS)))
    expect(talk.noted.facts).toEqual([])
    talk.hear(ack('trade', 'BTC/USD'))
    expect(talk.noted.factsOf('book-snapshot')[0]?.bids).toHaveLength(2)
  })

  test.each([
    [0, 10],
    [10, 10],
    [11, 25],
    [654, 1000],
    [5000, 1000],
  ])('of %d levels is of depth %d, where nobody says', (levels, depth) => {
    expect(depthOf(levels)).toBe(depth)
  })
})

describe('trades', () => {
  const wish: Wish[] = [{ symbol: 'BTC/USD', channels: ['trade'] }]
  const told = (talk: Talk) => talk.noted.factsOf('trade').map(({ sequence }) => sequence)

  test('of before the subscription are not told; those after are, once and in order', () => {
    const talk = new Talk(wish).hear(ack('trade', 'BTC/USD')).hear(trade('snapshot', 5, 6, 7))
    talk
      .hear(trade('update', 8, 9))
      .hear(trade('update', 9))
      .hear(trade('update', 10))
    expect(told(talk)).toEqual([8, 9, 10])
    expect(talk.noted.faults).toMatchObject([{ fault: 'duplicate' }])
  })

  test('that are missing are told of', () => {
    const talk = new Talk(wish).hear(ack('trade', 'BTC/USD')).hear(trade('update', 8)).hear(trade('update', 10))
    expect(told(talk)).toEqual([8, 10])
    expect(talk.noted.faults).toMatchObject([{ fault: 'gap', detail: 'trade 10 after 8' }])
  })

  test('that were made while the connection was lost come with the next', () => {
    const tails: TradeTails = new Map()
    new Talk(wish, tails).hear(ack('trade', 'BTC/USD')).hear(trade('update', 8))
    const next = new Talk(wish, tails)
      .hear(ack('trade', 'BTC/USD'))
      .hear(trade('snapshot', 7, 8, 9, 10))
      .hear(trade('update', 11))
    expect(told(next)).toEqual([9, 10, 11])
    expect(next.noted.faults).toEqual([])
  })

  test('that come while the book is in doubt are kept until it is not', () => {
    const talk = new Talk([{ symbol: 'BTC/USD', channels: ['book', 'trade'] }]).hear(ack('trade', 'BTC/USD'))
    talk.hear(trade('update', 1)).hear(trade('update', 2))
    expect(told(talk)).toEqual([])
    talk.now = (talk.now + SECOND) as Micros
    talk.hear(book('snapshot', 'BTC/USD', BIDS, ASKS, CRC))
    expect(told(talk)).toEqual([1, 2])
    expect(talk.noted.factsOf('trade')[0]?.receivedTime).toBe(talk.now)
  })

  test('of a side that nobody knows are trades all the same', () => {
    const talk = new Talk(wish).hear(ack('trade', 'BTC/USD')).hear(trade('update', 1).replace('"sell"', '"auction"'))
    expect(talk.noted.factsOf('trade')).toMatchObject([{ aggressor: 'unknown' }])
  })
})

describe('what else may come', () => {
  test('a refused symbol ends for that symbol alone', () => {
    const talk = new Talk(booksOf('BTC/USD', 'ETH/USD'))
    talk.hear(
      '{"error":"Currency pair not supported ETH/USD","method":"subscribe","req_id":1,"success":false,"symbol":"ETH/USD"}',
    )
    talk.hear(book('snapshot', 'BTC/USD', BIDS, ASKS, CRC))
    expect([talk.state('BTC/USD'), talk.state('ETH/USD')]).toEqual(['live', 'fatal'])
  })

  test('maintenance is a reason to come back later', () => {
    const status = '{"channel":"status","type":"update","data":[{"system":"maintenance"}]}'
    expect(new Talk([]).hear(status).noted.reconnects).toMatchObject([{ when: 'later' }])
    expect(new Talk([]).hear(status.replace('maintenance', 'cancel_only')).noted.reconnects).toEqual([])
  })

  test('unknown types are counted, broken frames are faults, and neither ends anything', () => {
    const talk = new Talk(booksOf('BTC/USD'))
    for (const frame of ['{"channel":"weather","type":"update","data":[]}', '{"method":"dance"}', '{}']) talk.hear(frame)
    expect(talk.noted.unknowns).toEqual(['channel weather', 'method dance', '{}'])
    for (const frame of ['', '{', 'null', '[]', '7', '"x"', '{"channel":"book","type":"update","data":7}']) talk.hear(frame)
    talk.conversation.receive(new Uint8Array([1, 2]), micros(START), talk.noted)
    expect(new Set(talk.noted.faults.map(({ fault }) => fault))).toEqual(new Set(['schema']))
    talk.hear(book('snapshot', 'SOL/USD', BIDS, ASKS, CRC))
    expect(talk.noted.faults.at(-1)?.detail).toMatch(/SOL\/USD, which nobody asked for/)
    talk.hear(book('snapshot', 'BTC/USD', BIDS, ASKS, CRC))
    expect(talk.state('BTC/USD')).toBe('live')
  })
})
