import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NotedReactions } from '../../../test/reactions.ts'
import { instrument } from '../../domain/instrument.ts'
import { type Micros, SECOND } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { ExchangeConversation, type ProductWish } from './exchange-conversation.ts'

const START = 1_618_677_817_000_000
const BTC = instrument({
  id: 'BTCUSD.COINBASE',
  assetClass: 'crypto',
  base: 'BTC',
  quote: 'USD',
  settle: 'USD',
  priceDecimals: 2,
  quantityDecimals: 8,
  tick: 1,
  lot: 1,
  multiplier: 1,
  calendar: 'crypto',
  negativePrices: false,
})
const PROVENANCE: Provenance = { source: 'coinbase', kind: 'live', origin: 'wss://…', checksum: '', licence: '' }

const at = (second: number): Micros => (START + second * SECOND) as Micros
const iso = (second: number): string => new Date(START / 1000 + second * 1000).toISOString()

/** One product's talk, spoken by hand. Seconds after the start. */
class Talk {
  readonly noted = new NotedReactions()
  readonly conversation: ExchangeConversation

  constructor(wants: ProductWish['wants'] = ['book', 'trade'], known?: number) {
    this.conversation = new ExchangeConversation({
      wishes: [{ instrument: BTC, product: 'BTC-USD', wants }],
      provenance: PROVENANCE,
      ...(known === undefined ? {} : { lastTrades: new Map([['BTC-USD', known]]) }),
    })
    this.conversation.open(at(0), this.noted)
  }

  say(second: number, data: object): this {
    this.conversation.receive(JSON.stringify({ product_id: 'BTC-USD', ...data }), at(second), this.noted)
    return this
  }

  confirm(channel = 'level2_batch'): this {
    return this.say(0.1, { type: 'subscriptions', channels: [{ name: channel, product_ids: ['BTC-USD'] }] })
  }

  snapshot(second: number, bids = [['99.00', '1']], asks = [['101.00', '1']]): this {
    return this.say(second, { type: 'snapshot', bids, asks })
  }

  change(second: number, ...changes: readonly (readonly string[])[]): this {
    return this.say(second, { type: 'l2update', changes, time: iso(second) })
  }

  match(second: number, trade_id: number, type = 'match', side = 'sell'): this {
    const ids = { trade_id, sequence: trade_id * 10, side, size: '0.5', price: '100.00' }
    return this.say(second, { type, ...ids, time: iso(second) })
  }

  ticker(second: number, sequence: number, best_bid: string, best_ask: string): this {
    return this.say(second, { type: 'ticker', sequence, price: '100.00', best_bid, best_ask, time: iso(second) })
  }

  answer(second: number, tag: string, body: unknown): this {
    this.conversation.answer(tag, { status: 200, headers: {}, body: JSON.stringify(body) }, at(second), this.noted)
    return this
  }

  tick(second: number): this {
    this.conversation.tick(at(second), this.noted)
    return this
  }

  get faults() {
    return this.noted.faults.map(({ fault }) => fault)
  }
  get state() {
    return this.noted.stateOf(BTC.id)
  }
}

test('it subscribes at once, to channels that need no key', () => {
  const { noted } = new Talk(['quote', 'trade', 'book'])
  expect(noted.sent.map(frame => JSON.parse(String(frame)))).toEqual([
    {
      type: 'subscribe',
      channels: ['level2_batch', 'matches', 'heartbeat'].map(name => ({ name, product_ids: ['BTC-USD'] })),
    },
  ])
})

test('a subscription that is not confirmed is tried again on another connection', () => {
  expect(new Talk().tick(9.9).noted.reconnects).toEqual([])
  expect(new Talk().tick(10).noted.reconnects).toMatchObject([{ when: 'later' }])
  expect(new Talk().confirm().tick(10).noted.reconnects).toEqual([])
})

test('a product that the venue does not know is left out, and the others are subscribed again', () => {
  const talk = new Talk().say(0.1, { type: 'error', message: 'Failed to subscribe', reason: 'BTC-USD is not a valid product' })
  expect(talk.state).toBe('fatal')
  expect(talk.noted.refusals).toEqual([])
})

test('a channel that wants a key is for a person to mend', () => {
  const talk = new Talk().say(0.1, { type: 'error', message: 'Authentication Failed' })
  expect(talk.noted.refusals.map(({ code }) => code)).toEqual(['COINBASE_REFUSED'])
})

describe('a book', () => {
  test('tells its top when that changes, and only then', () => {
    const talk = new Talk().confirm().snapshot(0.2).change(1, ['buy', '98.00', '2']).change(2, ['buy', '100.00', '3'])
    expect(talk.noted.factsOf('quote').map(({ bid, bidSize }) => [bid, bidSize])).toEqual([
      [9900, 1e8],
      [10_000, 3e8],
    ])
  })

  test('that crosses is not told, and asked for again', () => {
    const talk = new Talk().confirm().snapshot(0.2).change(20, ['buy', '101.00', '1'])
    expect(talk.faults).toEqual(['crossed'])
    expect(talk.state).toBe('degraded')
    expect(talk.noted.factsOf('book-change')).toEqual([])
    expect(talk.noted.sent.slice(1).map(frame => JSON.parse(String(frame)).type)).toEqual(['unsubscribe', 'subscribe'])
    expect(talk.snapshot(20.1).state).toBe('live')
  })

  test('is given up when the ticker disagrees twice in a row, where changes come one by one', () => {
    const talk = new Talk().confirm('level2').snapshot(0.2).ticker(0.3, 1, '1.00', '2.00')
    talk.ticker(1, 2, '99.50', '101.00').change(1.1, ['buy', '98.00', '1'])
    expect(talk.faults).toEqual([])
    talk.ticker(2, 3, '99.50', '101.00').change(2.1, ['buy', '97.00', '1'])
    expect(talk.faults).toEqual(['checksum'])
    expect(talk.noted.comparisons).toEqual([{ instrumentId: BTC.id, equal: false }])
  })

  test('agrees with a ticker that came before the change of the same instant', () => {
    const talk = new Talk().confirm('level2').snapshot(0.2).ticker(0.3, 1, '1.00', '2.00')
    talk.ticker(1, 2, '99.50', '101.00').change(1, ['buy', '99.50', '1'])
    expect(talk.noted.comparisons).toEqual([{ instrumentId: BTC.id, equal: true }])
  })

  test('in batches is not held against the ticker', () => {
    const talk = new Talk().confirm().snapshot(0.2).ticker(0.3, 1, '1.00', '2.00').ticker(1, 2, '99.50', '101.00')
    talk.change(1.1, ['buy', '98.00', '1'])
    expect(talk.noted.comparisons).toEqual([])
  })
})

describe('a book beside the stream', () => {
  const asked = () => new Talk().confirm().snapshot(0.2).tick(30.2)

  test('is asked for every half minute, and equal when nothing was lost', () => {
    const talk = asked()
    expect(talk.noted.requests.map(({ request }) => request.url)).toEqual([
      'https://api.exchange.coinbase.com/products/BTC-USD/book?level=2',
    ])
    talk.answer(30.3, 'book BTC-USD', { bids: [['99.00', '1', 1]], asks: [['101.00', '1', 2]] }).tick(35.2)
    expect(talk.noted.comparisons).toEqual([])
    talk.tick(35.3)
    expect(talk.noted.comparisons).toEqual([{ instrumentId: BTC.id, equal: true }])
  })

  test('shows a change that never came', () => {
    const talk = asked()
      .answer(30.3, 'book BTC-USD', { bids: [['99.00', '4', 1]], asks: [['101.00', '1', 2]] })
      .tick(35.3)
    expect(talk.faults).toEqual(['checksum'])
    expect(talk.state).toBe('degraded')
  })

  test('says nothing of levels that moved around it', () => {
    const talk = new Talk().confirm().snapshot(0.2).change(25, ['buy', '99.00', '2']).tick(30.2)
    talk.answer(30.3, 'book BTC-USD', {
      bids: [
        ['99.00', '1', 1],
        ['98.00', '7', 1],
      ],
      asks: [['101.00', '1', 2]],
    })
    talk.change(33, ['buy', '98.00', '7']).tick(35.3)
    expect(talk.noted.comparisons).toEqual([{ instrumentId: BTC.id, equal: true }])
  })
})

describe('trades', () => {
  test('the maker who buys is hit by a seller', () => {
    const talk = new Talk(['trade']).confirm('matches').match(1, 7, 'match', 'buy').match(2, 8)
    expect(talk.noted.factsOf('trade').map(({ aggressor }) => aggressor)).toEqual(['sell', 'buy'])
  })

  test('the match from before the subscription is no news', () => {
    const talk = new Talk(['trade']).confirm('matches').match(1, 7, 'last_match').match(2, 8)
    expect(talk.noted.factsOf('trade').map(({ sequence }) => sequence)).toEqual([8])
  })

  test('what was missed between two connections is fetched, newest last', () => {
    const talk = new Talk(['trade'], 5).confirm('matches').match(1, 7, 'last_match')
    expect(talk.faults).toEqual([])
    expect(talk.noted.requests.map(({ request }) => request.url)).toEqual([
      'https://api.exchange.coinbase.com/products/BTC-USD/trades?limit=1000&after=7',
    ])
    const row = (trade_id: number) => ({ trade_id, side: 'sell', size: '0.5', price: '100.00', time: iso(0) })
    talk.answer(1.1, 'trades BTC-USD', [row(6), row(5)])
    expect(talk.noted.factsOf('trade').map(({ sequence }) => sequence)).toEqual([6, 7])
  })

  test('a hole in the ids is told', () => {
    expect(new Talk(['trade']).confirm('matches').match(1, 7).match(2, 9).faults).toEqual(['gap'])
  })
})

test('a message that cannot be read may have been of any book: all begin again on another connection', () => {
  const talk = new Talk().confirm().snapshot(0.2)
  talk.conversation.receive('{"type":"l2upd', at(1), talk.noted)
  expect(talk.faults).toEqual(['schema'])
  expect(talk.state).toBe('degraded')
  expect(talk.noted.reconnects).toMatchObject([{ when: 'now' }])
})

test('whatever is in the fields, nothing is thrown, and no fact is at no time or of no whole number', () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('1.00', '0', '9'.repeat(20), '-1', 'NaN', iso(1), 'buy', 'BTC-USD', 1, 2 ** 53, -1),
  )
  const keys = [
    'side',
    'size',
    'price',
    'time',
    'sequence',
    'trade_id',
    'bids',
    'asks',
    'changes',
    'best_bid',
    'best_ask',
    'channels',
  ]
  const kinds = fc.constantFrom('snapshot', 'l2update', 'match', 'last_match', 'ticker', 'heartbeat', 'error', 'subscriptions')
  fc.assert(
    fc.property(fc.array(fc.tuple(kinds, fc.dictionary(fc.constantFrom(...keys), value)), { maxLength: 12 }), messages => {
      const talk = new Talk(['quote', 'trade', 'book'])
      for (const [second, [type, data]] of messages.entries()) {
        talk
          .say(second, { ...data, type })
          .answer(second, 'book BTC-USD', data)
          .answer(second, 'trades BTC-USD', [data])
          .tick(second)
      }
      for (const fact of talk.noted.facts) {
        expect(Number.isSafeInteger(fact.eventTime)).toBe(true)
        if (fact.kind === 'quote') expect(fact.bid).toBeLessThan(fact.ask)
      }
    }),
  )
})
