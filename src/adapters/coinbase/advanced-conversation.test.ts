import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { packPath, packTest } from '../../../test/pack.ts'
import { NotedReactions } from '../../../test/reactions.ts'
import { instrument } from '../../domain/instrument.ts'
import type { Micros } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { AdvancedConversation } from './advanced-conversation.ts'

const NOW = 1_775_572_200_000_000 as Micros
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

function talk() {
  const noted = new NotedReactions()
  const conversation = new AdvancedConversation({
    wishes: [{ instrument: BTC, product: 'BTC-USD', wants: ['book', 'trade'] }],
    provenance: PROVENANCE,
  })
  conversation.open(NOW, noted)
  const say = (sequence_num: number, channel: string, ...events: readonly object[]) =>
    conversation.receive(JSON.stringify({ channel, timestamp: '2026-04-07T14:30:00Z', sequence_num, events }), NOW, noted)
  return { noted, conversation, say }
}

const level = (side: string, price_level: string, new_quantity: string) => ({ side, price_level, new_quantity })
const SNAPSHOT = {
  type: 'snapshot',
  product_id: 'BTC-USD',
  updates: [level('bid', '99.00', '1.5'), level('offer', '101.00', '0.5')],
}

test('each channel is a message of its own, heartbeats among them', () => {
  const { noted } = talk()
  const channels = noted.sent.map(frame => JSON.parse(String(frame)).channel as string)
  expect(channels).toEqual(['heartbeats', 'level2', 'market_trades'])
})

describe('numbers count over all channels of a connection', () => {
  test('a hole makes everything doubtful, and the connection is replaced', () => {
    const { noted, say } = talk()
    say(0, 'l2_data', SNAPSHOT)
    say(1, 'heartbeats', { heartbeat_counter: 1 })
    expect(noted.stateOf(BTC.id)).toBe('live')

    say(3, 'heartbeats', { heartbeat_counter: 3 })
    expect(noted.faults.map(({ fault }) => fault)).toEqual(['gap'])
    expect(noted.stateOf(BTC.id)).toBe('degraded')
    expect(noted.reconnects).toMatchObject([{ when: 'now' }])

    say(4, 'l2_data', SNAPSHOT)
    expect(noted.factsOf('book-snapshot')).toHaveLength(1)
  })

  test('a message told twice changes nothing', () => {
    const { noted, say } = talk()
    say(0, 'l2_data', SNAPSHOT)
    say(1, 'market_trades', { type: 'update', trades: [] })
    say(1, 'market_trades', { type: 'update', trades: [] })
    expect(noted.faults.map(({ fault }) => fault)).toEqual(['duplicate'])
    expect(noted.reconnects).toEqual([])
  })
})

packTest('the documented payloads are read: levels, trades with the maker’s side, and a confirmation', () => {
  const payload = (name: string) =>
    JSON.parse(readFileSync(packPath('api_payloads/nautilus/coinbase', `ws_${name}.json`), 'utf8'))
  const { noted, conversation } = talk()
  const names = ['l2_data_snapshot', 'l2_data_update', 'market_trades', 'subscriptions', 'heartbeats', 'candles']
  for (const [sequence_num, name] of names.entries())
    conversation.receive(JSON.stringify({ ...payload(name), sequence_num }), NOW, noted)

  expect(noted.faults).toEqual([])
  // The confirmation of the example names ETH-USD too, which is nobody's wish here and no fault.
  expect(noted.unknowns).toEqual([])
  // 68900.00 × 2.0 after the update; 68901.00 is gone, 68901.50 × 1.2 is the best ask.
  expect(noted.factsOf('quote').at(-1)).toMatchObject({ bid: 6_890_000, bidSize: 2e8, ask: 6_890_150, askSize: 120_000_000 })
  expect(noted.factsOf('trade')).toMatchObject([
    { sequence: 995_098_700, price: 6_890_050, quantity: 150_000, aggressor: 'sell' },
    { sequence: 995_098_701, price: 6_890_000, quantity: 5_000_000, aggressor: 'buy' },
  ])
})

test('whatever is in the events, nothing is thrown', () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom('1.00', '0', 'BTC-USD', 'BUY', 'bid', 'snapshot', 'update', 1, -1))
  const row = fc.dictionary(
    fc.constantFrom('product_id', 'price', 'size', 'side', 'trade_id', 'time', 'best_bid', 'best_ask'),
    value,
  )
  const rows = fc.oneof(fc.array(row, { maxLength: 3 }), value)
  const event = fc.record({ type: value, product_id: value, updates: rows, trades: rows, tickers: rows, subscriptions: value })
  const channel = fc.constantFrom('l2_data', 'market_trades', 'ticker', 'subscriptions', 'heartbeats', 'other')
  fc.assert(
    fc.property(fc.array(fc.tuple(channel, event), { maxLength: 8 }), messages => {
      const { say, conversation, noted } = talk()
      for (const [number, [name, data]] of messages.entries()) say(number, name, data)
      conversation.tick(NOW, noted)
    }),
  )
})
