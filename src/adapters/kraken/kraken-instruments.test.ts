// Kraken's pairs as instruments, from its REST list and from its channel.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { packPath, packTest } from '../../../test/pack.ts'
import { instrument } from '../../domain/instrument.ts'
import { micros } from '../../domain/numbers.ts'
import { pairsOfMessage, pairsOfReply } from './kraken-instruments.ts'

const NOW = micros(1_700_000_000_000_000)

describe('the REST list', () => {
  const pair = {
    altname: 'XBTUSD',
    wsname: 'XBT/USD',
    base: 'XXBT',
    quote: 'ZUSD',
    pair_decimals: 1,
    lot_decimals: 8,
    leverage_buy: [2, 3, 5],
    fees: [[0, 0.26]],
    fees_maker: [[0, 0.16]],
    ordermin: '0.0001',
    costmin: '0.5',
    tick_size: '0.1',
    status: 'online',
  }
  const reply = (result: unknown, error: unknown[] = []) => JSON.stringify({ error, result })

  test('names bitcoin as everybody does, and knows it by all its names', () => {
    const [meta] = pairsOfReply(reply({ XXBTZUSD: pair }), NOW)
    expect(meta).toMatchObject({
      id: 'BTCUSD.KRAKEN',
      assetClass: 'crypto',
      priceDecimals: 1,
      quantityDecimals: 8,
      tick: 1,
      venueSymbol: 'BTC/USD',
      venueId: 'XXBTZUSD',
      minQuantity: '0.0001',
      minNotional: '0.5',
      // Leverage 5 is a margin of a fifth; 0.16 % and 0.26 % as shares.
      marginRate: '0.2',
      fees: { maker: '0.0016', taker: '0.0026', currency: 'USD' },
      status: 'trading',
      fetchedTime: NOW,
    })
    expect(meta?.aliases.map(({ symbol }) => symbol)).toEqual(['BTC/USD', 'XBT/USD', 'XBTUSD', 'XXBTZUSD'])
    expect(() => instrument(meta!)).not.toThrow()
  })

  test('leaves out dark pools, and what has more decimals than money', () => {
    const { wsname: _, ...dark } = pair
    expect(pairsOfReply(reply({ 'XBTUSD.d': dark, FINE: { ...pair, pair_decimals: 12 } }), NOW)).toEqual([])
  })

  test('an error that comes with status 200 is one', () => {
    const refused = () => pairsOfReply(reply(undefined, ['EAPI:Rate limit exceeded']), NOW)
    expect(refused).toThrow(expect.objectContaining({ code: 'KRAKEN_REFUSED', passing: true }))
  })

  test.each(['', 'null', '[]', '{}', '{"error":[],"result":[]}', '<html>'])('%j is no list', body => {
    expect(() => pairsOfReply(body, NOW)).toThrow(expect.objectContaining({ code: 'KRAKEN_REPLY' }))
  })

  packTest('of 2021 has 293 pairs with a WebSocket name, each a sound instrument with a name of its own', () => {
    const [line = ''] = readFileSync(packPath('api_payloads/cryptofeed/KRAKEN.0'), 'utf8').split('\n')
    const metas = pairsOfReply(line.slice(line.indexOf('{')), NOW)
    expect(metas).toHaveLength(293)
    expect(new Set(metas.map(({ id }) => id)).size).toBe(293)
    for (const meta of metas) expect(() => instrument(meta)).not.toThrow()
  })
})

test('the channel tells the same of a pair', () => {
  const message = `{"channel":"instrument","type":"snapshot","data":{"assets":[],"pairs":[{"symbol":"EUR/USD","base":"EUR","quote":"USD","status":"cancel_only","qty_precision":8,"qty_increment":0.00000001,"price_precision":5,"cost_precision":5,"marginable":false,"has_index":true,"cost_min":0.50,"price_increment":0.00001,"qty_min":5.00000000}]}}`
  expect(pairsOfMessage(message, NOW)).toMatchObject([
    {
      id: 'EURUSD.KRAKEN',
      assetClass: 'forex',
      priceDecimals: 5,
      quantityDecimals: 8,
      tick: 1,
      minQuantity: '5.00000000',
      status: 'cancel-only',
    },
  ])
  expect(pairsOfMessage('{"channel":"heartbeat"}', NOW)).toEqual([])
})
