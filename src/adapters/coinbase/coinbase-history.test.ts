import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { packPath, packTest } from '../../../test/pack.ts'
import type { HistoryRequest } from '../../connectivity/source.ts'
import { instrument } from '../../domain/instrument.ts'
import { MINUTE, type Micros, parseMicros } from '../../domain/numbers.ts'
import { CoinbaseHistory } from './coinbase-history.ts'
import { instrumentsOf } from './coinbase-instruments.ts'

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
const from = parseMicros('2026-07-01T10:00:00Z')!
const request = {
  instrument: BTC,
  symbol: 'BTC-USD',
  kind: 'bar',
  barMicros: MINUTE,
  from,
  to: (from + 600 * MINUTE) as Micros,
} as const
const history = new CoinbaseHistory()
const bytes = (text: string) => new TextEncoder().encode(text)

test('a reply of 300 candles at most is asked for at once', () => {
  const pieces = history.pieces(request)
  // 10 h of minutes are two replies; 10:00 is the start of one, since 300 minutes are 5 hours.
  expect(pieces.map(({ key }) => key)).toEqual(['2026-07-01T10-00-00Z', '2026-07-01T15-00-00Z'])
  expect(pieces[0]?.request.url).toBe(
    'https://api.exchange.coinbase.com/products/BTC-USD/candles?granularity=60&start=2026-07-01T10:00:00Z&end=2026-07-01T14:59:00Z',
  )
})

describe('candles', () => {
  const [piece] = history.pieces(request)
  const second = from / 1_000_000
  const read = (text: string, received = from + 600 * MINUTE) => history.read(request, piece!, bytes(text), received as Micros)

  test('come newest first with low before high, and leave as bars in order, empty minutes left out', () => {
    const bars = read(`[[${second + 120},99.5,101,100,100.25,1.5],[${second},98,100,99,100,0.00000001]]`)
    expect(bars).toMatchObject([
      { openTime: from, eventTime: from + MINUTE, low: 9800, high: 10_000, open: 9900, close: 10_000, volume: 1, sequence: 0 },
      { openTime: from + 2 * MINUTE, low: 9950, high: 10_100, open: 10_000, close: 10_025, volume: 150_000_000, sequence: 1 },
    ])
  })

  test('that are not over yet are left out', () => {
    expect(read(`[[${second},98,100,99,100,1]]`, from + MINUTE - 1)).toEqual([])
  })

  test('are read from their text, where a float would lose the last digit', () => {
    // 0.1 + 0.2 apart, a volume of sixteen digits is beyond a float's exactness.
    expect(read(`[[${second},98,100,99,100,90071992.54740991]]`)[0]?.volume).toBe(9_007_199_254_740_991)
  })

  test('that are impossible, or no candles, are refused whole', () => {
    for (const body of ['<html>', '{"message":"NotFound"}', 'null', '', `[[${second},1,2]]`, `[[${second},101,100,99,100,1]]`])
      expect(() => read(body), body).toThrow(expect.objectContaining({ code: 'SOURCE_SCHEMA' }))
  })

  test('of other lengths are not offered', () => {
    const odd: HistoryRequest = { ...request, barMicros: 2 * MINUTE }
    expect(() => history.pieces(odd)).toThrow(expect.objectContaining({ code: 'SOURCE_UNSUPPORTED' }))
  })
})

packTest('the products of 2021 are instruments of today’s record', () => {
  const line = readFileSync(packPath('api_payloads/cryptofeed/COINBASE.0'), 'utf8').split('\n')[0]!
  const metas = instrumentsOf(line.slice(line.indexOf(': ') + 2), 0 as Micros)!
  expect(metas).toHaveLength(162)
  // {"id":"BTC-GBP","base_increment":"0.00000001","quote_increment":"0.01","base_min_size":"0.0001","base_max_size":"80",…}
  expect(metas.find(({ venueSymbol }) => venueSymbol === 'BTC-GBP')).toMatchObject({
    id: 'BTCGBP.COINBASE',
    priceDecimals: 2,
    tick: 1,
    quantityDecimals: 8,
    lot: 1,
    minQuantity: '0.0001',
    maxQuantity: '80',
    minNotional: '10',
    status: 'trading',
  })
})
