import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NotedReactions } from '../../../test/reactions.ts'
import { instrument } from '../../domain/instrument.ts'
import { HOUR, MINUTE, type Micros, SECOND } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { BinanceConversation } from './binance-conversation.ts'

const START = 1_633_998_512_000_000
const BTC = instrument({
  id: 'BTCUSDT.BINANCE',
  assetClass: 'crypto',
  base: 'BTC',
  quote: 'USDT',
  settle: 'USDT',
  priceDecimals: 2,
  quantityDecimals: 8,
  tick: 1,
  lot: 1,
  multiplier: 1,
  calendar: 'crypto',
  negativePrices: false,
})
const PROVENANCE: Provenance = { source: 'binance', kind: 'live', origin: 'wss://…', checksum: '', licence: '' }

/** One symbol's talk, spoken by hand. Seconds after the start. */
class Talk {
  readonly noted = new NotedReactions()
  readonly conversation: BinanceConversation

  constructor({ book = true, known }: { book?: boolean; known?: number } = {}) {
    this.conversation = new BinanceConversation({
      wishes: [{ instrument: BTC, symbol: 'BTCUSDT', book, quote: true }],
      provenance: PROVENANCE,
      chain: 'contiguous',
      rest: 'https://data-api.binance.vision/api/v3',
      depthLimit: 100,
      ...(known === undefined ? {} : { lastTrades: new Map([['BTCUSDT', known]]) }),
    })
    this.conversation.open(at(0), this.noted)
  }

  say(second: number, data: object): this {
    this.conversation.receive(JSON.stringify({ stream: 'x', data: { s: 'BTCUSDT', ...data } }), at(second), this.noted)
    return this
  }

  depth(
    second: number,
    U: number,
    u: number,
    b: readonly (readonly string[])[] = [],
    a: readonly (readonly string[])[] = [],
  ): this {
    return this.say(second, { e: 'depthUpdate', E: (START + second * SECOND) / 1000, U, u, b, a })
  }

  best(second: number, u: number, b: string, a: string, size = '1.00000000'): this {
    return this.say(second, { u, b, B: size, a, A: size })
  }

  trade(second: number, a: number, m = false): this {
    return this.say(second, { e: 'aggTrade', E: START / 1000, a, p: '100.00', q: '0.50000000', T: START / 1000, m })
  }

  snapshot(second: number, lastUpdateId: number, bids = [['99.00', '1.00000000']], asks = [['101.00', '1.00000000']]): this {
    return this.answer(second, 'depth BTCUSDT 100', { lastUpdateId, bids, asks })
  }

  answer(second: number, tag: string, body: unknown, status = 200): this {
    this.conversation.answer(tag, { status, headers: {}, body: JSON.stringify(body) }, at(second), this.noted)
    return this
  }

  tick(second: number): this {
    this.conversation.tick(at(second), this.noted)
    return this
  }

  get asked(): number {
    return this.noted.requests.filter(({ tag }) => tag.startsWith('depth')).length
  }
  get state() {
    return this.noted.stateOf(BTC.id)
  }
  get faults() {
    return this.noted.faults.map(({ fault }) => fault)
  }
}

const at = (second: number): Micros => (START + second * SECOND) as Micros

describe('a book begins', () => {
  test('with the first update the snapshot is asked for, and what it holds already is left out', () => {
    const talk = new Talk().depth(0.1, 90, 99).depth(0.2, 100, 105, [['98.00', '2.00000000']])
    expect(talk.noted.requests.map(({ request }) => request.url)).toEqual([
      'https://data-api.binance.vision/api/v3/depth?symbol=BTCUSDT&limit=100',
    ])
    expect(talk.noted.requests[0]?.request.weight).toBe(5)

    talk.snapshot(0.3, 99)
    expect(talk.state).toBe('live')
    expect(talk.noted.factsOf('book-change').map(({ lastUpdateId }) => lastUpdateId)).toEqual([105])
    expect(talk.noted.factsOf('book-snapshot')[0]).toMatchObject({ updateId: 99, bids: [{ price: 9900, quantity: 1e8 }] })
  })

  test('a quiet symbol is asked for after two seconds', () => {
    const talk = new Talk().tick(1.9)
    expect(talk.asked).toBe(0)
    talk.tick(2)
    expect(talk.asked).toBe(1)
    expect(talk.snapshot(2.1, 7).state).toBe('live')
  })

  test('a snapshot older than the stream is told, and asked for again', () => {
    const talk = new Talk().depth(0.1, 100, 105).snapshot(0.2, 98)
    expect(talk.faults).toEqual(['stale-snapshot'])
    expect(talk.state).toBe('syncing')
    talk.tick(0.3)
    expect(talk.asked).toBe(2)
    expect(talk.snapshot(0.4, 103).state).toBe('live')
  })

  test('a snapshot that does not come is asked for again after ten seconds', () => {
    const talk = new Talk().depth(0.1, 100, 105).tick(10)
    expect(talk.asked).toBe(1)
    expect(talk.tick(10.1).asked).toBe(2)
  })

  test('a symbol that the venue does not know is left to a person', () => {
    const talk = new Talk().answer(0.1, 'depth BTCUSDT 100', { code: -1121, msg: 'Invalid symbol.' }, 400)
    expect(talk.state).toBe('fatal')
  })
})

describe('a book ends', () => {
  const whole = () => new Talk().depth(0.1, 90, 99).snapshot(0.2, 99)

  test('at a gap: nothing of the update is told, and the book that comes begins with it', () => {
    const talk = whole().depth(20, 101, 103, [['98.50', '3.00000000']])
    expect(talk.faults).toEqual(['gap'])
    expect(talk.state).toBe('degraded')
    expect(talk.noted.factsOf('book-change')).toEqual([])

    talk.snapshot(20.1, 102)
    expect(talk.state).toBe('live')
    expect(talk.noted.factsOf('book-change').map(({ firstUpdateId }) => firstUpdateId)).toEqual([101])
  })

  test('an update told twice changes nothing', () => {
    const talk = whole().depth(1, 100, 101).depth(1.1, 100, 101)
    expect(talk.faults).toEqual(['duplicate'])
    expect(talk.state).toBe('live')
    expect(talk.noted.factsOf('book-change')).toHaveLength(1)
  })

  test('where it crosses, and the crossed update is not told', () => {
    const talk = whole().depth(20, 100, 101, [['101.00', '1.00000000']])
    expect(talk.faults).toEqual(['crossed'])
    expect(talk.noted.factsOf('book-change')).toEqual([])
  })

  test('where the venue’s best prices at the same update are others', () => {
    const talk = whole().best(20, 101, '99.00', '101.00', '2.00000000').depth(20.1, 100, 101)
    expect(talk.noted.comparisons).toEqual([{ instrumentId: BTC.id, equal: false }])
    expect(talk.faults).toEqual(['checksum'])
    expect(talk.state).toBe('degraded')
  })

  test('best prices of another update say nothing of it', () => {
    const talk = whole().best(1, 100, '98.00', '102.00').depth(1.1, 100, 101)
    expect(talk.noted.comparisons).toEqual([])
    expect(talk.state).toBe('live')
  })

  test('where it stays behind best prices that the venue told before it answered a question', () => {
    const talk = whole().best(1, 105, '99.00', '101.00').tick(3)
    expect(talk.noted.sent).toEqual(['{"method":"LIST_SUBSCRIPTIONS","id":1}'])
    talk.conversation.receive('{"result":[],"id":1}', at(3.1), talk.noted)
    expect(talk.faults).toEqual(['gap'])
    expect(talk.noted.measures).toContainEqual({ roundTripMicros: 100_000, clockOffsetMicros: Number.NaN })
  })

  test('where a price is finer than the instrument', () => {
    const talk = whole().depth(20, 100, 101, [['99.001', '1.00000000']])
    expect(talk.faults).toEqual(['schema'])
    expect(talk.state).toBe('degraded')
  })

  test('a book that breaks at once is asked for ever more slowly', () => {
    const talk = whole().depth(0.3, 200, 201)
    // Whole for less than a second each time: a pause of 200 ms, then of 400 ms.
    expect(talk.asked).toBe(2)
    talk.snapshot(0.4, 200).depth(0.5, 300, 301)
    expect(talk.tick(0.69).asked).toBe(2)
    expect(talk.tick(0.7).asked).toBe(3)
    talk.snapshot(0.8, 300).depth(0.9, 400, 401)
    expect(talk.tick(1.29).asked).toBe(3)
    expect(talk.tick(1.3).asked).toBe(4)
  })
})

describe('a later snapshot', () => {
  // The book of this symbol is looked up again within the minute.
  const later = () => new Talk().depth(0.1, 90, 99).snapshot(0.2, 99).tick(61)

  test('agrees with the book at its own update', () => {
    const talk = later()
      .depth(61.1, 100, 101, [['98.00', '2.00000000']])
      .depth(61.2, 102, 103, [['97.00', '1.00000000']])
    talk.snapshot(61.3, 101, [
      ['99.00', '1.00000000'],
      ['98.00', '2.00000000'],
    ])
    expect(talk.noted.comparisons).toEqual([{ instrumentId: BTC.id, equal: true }])
    expect(talk.noted.factsOf('book-snapshot')).toHaveLength(1)
  })

  test('that is ahead of the stream waits for it', () => {
    const talk = later().snapshot(61.1, 101, [
      ['99.00', '1.00000000'],
      ['98.00', '2.00000000'],
    ])
    expect(talk.noted.comparisons).toEqual([])
    talk.depth(61.2, 100, 101, [['98.00', '2.00000000']])
    expect(talk.noted.comparisons).toEqual([{ instrumentId: BTC.id, equal: true }])
  })

  test('takes the place of a book that differs', () => {
    const talk = later().snapshot(61.1, 99, [['99.00', '5.00000000']])
    expect(talk.noted.comparisons).toEqual([{ instrumentId: BTC.id, equal: false }])
    expect(talk.faults).toEqual(['checksum'])
    expect(talk.state).toBe('live')
    expect(talk.noted.factsOf('book-snapshot').at(-1)?.bids).toEqual([{ price: 9900, quantity: 5e8 }])
  })
})

describe('trades', () => {
  const noBook = (known?: number) => new Talk(known === undefined ? { book: false } : { book: false, known })

  test('the side that is not the maker has crossed the spread', () => {
    const talk = noBook().trade(1, 7, true).trade(2, 8, false)
    expect(talk.noted.factsOf('trade').map(({ aggressor }) => aggressor)).toEqual(['sell', 'buy'])
  })

  test('what is missing is fetched, and told in its place', () => {
    const talk = noBook().trade(1, 7).trade(2, 10)
    expect(talk.faults).toEqual(['gap'])
    expect(talk.noted.factsOf('trade').map(({ sequence }) => sequence)).toEqual([7])
    expect(talk.noted.requests.at(-1)?.request.url).toContain('/aggTrades?symbol=BTCUSDT&fromId=8&limit=1000')

    const row = (a: number) => ({ a, p: '100.00', q: '0.50000000', f: a, l: a, T: START / 1000, m: true, M: true })
    talk.answer(2.1, 'trades BTCUSDT', [row(8), row(9), row(10)])
    expect(talk.noted.factsOf('trade').map(({ sequence }) => sequence)).toEqual([7, 8, 9, 10])
  })

  test('what does not come within five seconds is given up', () => {
    const talk = noBook().trade(1, 7).trade(2, 10).tick(7)
    expect(talk.noted.factsOf('trade').map(({ sequence }) => sequence)).toEqual([7, 10])
  })

  test('what was missed between two connections is fetched, and is nobody’s fault', () => {
    const talk = noBook(5).trade(1, 8)
    expect(talk.faults).toEqual([])
    expect(talk.noted.requests.at(-1)?.request.url).toContain('fromId=6')
  })

  test('they wait while the book is not whole', () => {
    const talk = new Talk().trade(0.1, 7)
    expect(talk.noted.factsOf('trade')).toEqual([])
    talk.depth(0.2, 90, 99).snapshot(0.3, 99)
    expect(talk.noted.factsOf('trade').map(({ sequence, receivedTime }) => [sequence, receivedTime])).toEqual([[7, at(0.3)]])
  })
})

test('milliseconds and microseconds are told apart by their size', () => {
  const talk = new Talk({ book: false })
  talk.say(1, { e: 'aggTrade', E: 1, a: 1, p: '1.00', q: '1.00000000', T: 1_633_998_512_123, m: true })
  talk.say(1, { e: 'aggTrade', E: 1, a: 2, p: '1.00', q: '1.00000000', T: 1_633_998_512_123_456, m: true })
  expect(talk.noted.factsOf('trade').map(({ eventTime }) => eventTime)).toEqual([1_633_998_512_123_000, 1_633_998_512_123_456])
})

test('a kline is a bar when it is closed', () => {
  const talk = new Talk({ book: false })
  const k = { t: 1_633_998_480_000, T: 1_633_998_539_999, o: '1.00', h: '3.00', l: '0.50', c: '2.00', v: '4.00000000', L: 9 }
  talk.say(1, { e: 'kline', E: 1, k: { ...k, x: false } }).say(60, { e: 'kline', E: 1, k: { ...k, x: true } })
  expect(talk.noted.factsOf('bar')).toMatchObject([
    { openTime: 1_633_998_480_000_000, eventTime: 1_633_998_540_000_000, open: 100, high: 300, low: 50, close: 200, volume: 4e8 },
  ])
})

test('a server that announces its end is replaced once, and so is a connection before its 24 hours are over', () => {
  const announced = new Talk()
  for (const _ of [1, 2]) announced.conversation.receive('{"e":"serverShutdown","E":1770123456789}', at(1), announced.noted)
  expect(announced.noted.reconnects).toMatchObject([{ when: 'now' }])

  const old = new Talk()
  old.conversation.tick((START + 23 * HOUR + 49 * MINUTE) as Micros, old.noted)
  expect(old.noted.reconnects).toEqual([])
  old.conversation.tick((START + 23 * HOUR + 50 * MINUTE) as Micros, old.noted)
  expect(old.noted.reconnects).toMatchObject([{ when: 'now' }])
})

test('no message of any kind is fatal', () => {
  const talk = new Talk()
  const odd = [
    '',
    'null',
    '[]',
    '7',
    '{"stream":"x"}',
    '{"stream":"x","data":[]}',
    '{"e":{}}',
    '{"e":"kline","s":"BTCUSDT"}',
    '\u0000',
  ]
  for (const frame of [...odd, new Uint8Array([1, 2, 3])]) talk.conversation.receive(frame, at(1), talk.noted)
  expect(talk.noted.faults.length + talk.noted.unknowns.length).toBe(odd.length + 1)
  expect(talk.noted.facts).toEqual([])
})

test('whatever is in the fields, nothing is thrown, and no fact is at no time or of no whole number', () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom('1.00', '0.00000000', '9'.repeat(20), '-1', 'NaN', 1, 2 ** 53, -1, true))
  const keys = [
    'e',
    'E',
    's',
    'U',
    'u',
    'pu',
    'b',
    'B',
    'a',
    'A',
    'p',
    'q',
    'T',
    'm',
    'k',
    'lastUpdateId',
    'bids',
    'asks',
    'id',
    'result',
  ]
  const fields = fc.dictionary(fc.constantFrom(...keys), value)
  const kinds = fc.constantFrom('depthUpdate', 'bookTicker', 'aggTrade', 'kline', undefined)
  fc.assert(
    fc.property(fc.array(fc.tuple(kinds, fields), { maxLength: 12 }), messages => {
      const talk = new Talk()
      for (const [second, [e, data]] of messages.entries()) {
        talk.say(second, { ...data, s: 'BTCUSDT', ...(e === undefined ? {} : { e }) })
        talk
          .answer(second, 'depth BTCUSDT 100', data)
          .answer(second, 'trades BTCUSDT', [data])
          .answer(second, 'best BTCUSDT', data)
        talk.tick(second)
      }
      for (const fact of talk.noted.facts) {
        expect(Number.isSafeInteger(fact.eventTime)).toBe(true)
        if (fact.kind === 'quote') expect(fact.bid).toBeLessThan(fact.ask)
      }
    }),
  )
})
