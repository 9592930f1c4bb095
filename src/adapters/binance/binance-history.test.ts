import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { makeZip } from '../../../test/make-zip.ts'
import { packPath, packTest } from '../../../test/pack.ts'
import type { HistoryRequest } from '../../connectivity/source.ts'
import { instrument } from '../../domain/instrument.ts'
import { MINUTE, type Micros, parseMicros } from '../../domain/numbers.ts'
import { BinanceHistory } from './binance-history.ts'
import { instrumentsOf } from './binance-instruments.ts'

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
const from = parseMicros('2026-07-01T10:00:00Z')!
const request = {
  instrument: BTC,
  symbol: 'BTCUSDT',
  kind: 'bar',
  barMicros: MINUTE,
  from,
  to: (from + 60 * MINUTE) as Micros,
} as const
const history = new BinanceHistory({ clock: { now: () => (from + 30 * 86_400_000_000) as Micros } })

test('klines are asked for a thousand at a time, so that a piece is the same whenever it is asked for', () => {
  const [first, second] = history.pieces({ ...request, to: (from + 1001 * MINUTE) as Micros })
  expect(first!.from % (1000 * MINUTE)).toBe(0)
  expect(second!.from).toBe(first!.to)
  const times = `startTime=${first!.from / 1000}&endTime=${first!.to / 1000 - 1}`
  expect(first!.request).toMatchObject({
    url: `https://data-api.binance.vision/api/v3/klines?symbol=BTCUSDT&interval=1m&${times}&limit=1000`,
    weight: 2,
  })
})

describe('klines', () => {
  const [piece] = history.pieces(request)
  const row = (open: number, close: number) => [
    open,
    '100.00',
    '103.00',
    '99.50',
    '101.00',
    '2.50000000',
    close,
    '0',
    1,
    '0',
    '0',
    '0',
  ]
  const read = (rows: unknown, received = from + 600 * MINUTE) =>
    history.read(request, piece!, new TextEncoder().encode(JSON.stringify(rows)), received as Micros)

  test('are bars that are known at their close, in milliseconds or microseconds', () => {
    const millis = from / 1000
    const expected = {
      openTime: from,
      eventTime: from + MINUTE,
      receivedTime: from + MINUTE,
      open: 10_000,
      high: 10_300,
      low: 9950,
    }
    expect(read([row(millis, millis + 59_999)])).toMatchObject([{ ...expected, close: 10_100, volume: 250_000_000 }])
    expect(read([row(from, from + MINUTE - 1)])).toMatchObject([expected])
  })

  test('that are not over yet are left out', () => {
    expect(read([row(from / 1000, from / 1000 + 59_999)], from + MINUTE - 1)).toEqual([])
  })

  test('out of order, impossible or of another form are refused whole', () => {
    const good = row(from / 1000, from / 1000 + 59_999)
    const impossible = good.with(2, '100.50')
    for (const rows of [[good, good], [impossible], [['x']], { code: -1121 }, null, [7]])
      expect(() => read(rows), JSON.stringify(rows)).toThrow(expect.objectContaining({ code: 'SOURCE_SCHEMA' }))
  })
})

describe('archives of trades', () => {
  const trades: HistoryRequest = { instrument: BTC, symbol: 'BTCUSDT', kind: 'trade', from, to: (from + 1) as Micros }
  const [piece] = history.pieces(trades)
  const CSV = [
    'agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker,is_best_match',
    '7,61837.63000000,0.02000000,9,10,1782900000123,True,True',
    '8,61837.64000000,0.50000000,11,11,1782900000124567,false,true',
    '',
  ].join('\n')
  const zipped = (csv: string) => makeZip([{ name: 'BTCUSDT-aggTrades-2026-07-01.csv', content: csv }])
  const read = (bytes: Uint8Array) => history.read(trades, piece!, bytes, 0 as Micros)

  test('are a file for each day that is over, with its checksum beside it', () => {
    const url = 'https://data.binance.vision/data/spot/daily/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2026-07-01.zip'
    expect(piece).toMatchObject({ key: '2026-07-01', request: { url }, checksum: { url: `${url}.CHECKSUM` } })
    const early = new BinanceHistory({ clock: { now: () => from } })
    expect(early.pieces(trades)).toEqual([])
  })

  test('are trades, in milliseconds or microseconds, with or without a header', () => {
    const expected = [
      { sequence: 7, eventTime: 1_782_900_000_123_000, price: 6_183_763, quantity: 2_000_000, aggressor: 'sell' },
      { sequence: 8, eventTime: 1_782_900_000_124_567, price: 6_183_764, quantity: 50_000_000, aggressor: 'buy' },
    ]
    expect(read(zipped(CSV))).toMatchObject(expected)
    expect(read(zipped(CSV.slice(CSV.indexOf('\n') + 1)))).toMatchObject(expected)
  })

  test('that are damaged anywhere are refused whole', () => {
    const good = zipped(CSV)
    for (let at = 0; at < good.length; at += 7) {
      const bad = Buffer.from(good)
      bad[at]! ^= 0xff
      let found: unknown
      try {
        found = read(bad)
      } catch (error) {
        expect(error).toMatchObject({ code: 'SOURCE_SCHEMA' })
        continue
      }
      // Names, dates and comments may be anything.
      expect(found, `byte ${at}`).toEqual(read(good))
    }
    for (const csv of ['7,x,1,1,1,1782900000123,true,true', '7,1.00,1.0,1,1,1782900000123,maybe,true'])
      expect(() => read(zipped(csv)), csv).toThrow(expect.objectContaining({ code: 'SOURCE_SCHEMA' }))
  })
})

packTest('the symbols of 2021 are instruments of today’s record, spot and futures', () => {
  const metasOf = (file: string) => {
    const line = readFileSync(packPath('api_payloads/cryptofeed', file), 'utf8').split('\n')[0]!
    return instrumentsOf(line.slice(line.indexOf(': ') + 2))!
  }
  const spot = metasOf('BINANCE.0')
  expect(spot).toHaveLength(1695)
  // PRICE_FILTER 0.01000000, LOT_SIZE 0.00001000 to 9000.00000000, MIN_NOTIONAL 10.00000000
  expect(spot.find(({ venueSymbol }) => venueSymbol === 'BTCUSDT')).toMatchObject({
    id: 'BTCUSDT.BINANCE',
    priceDecimals: 8,
    tick: 1_000_000,
    quantityDecimals: 8,
    lot: 1000,
    minQuantity: '0.00001',
    maxQuantity: '9000',
    minNotional: '10',
    contract: 'spot',
    status: 'trading',
    fetchedTime: 1_633_998_511_098_000,
  })
  // 1,262 of 1,695 are TRADING, the others are in a BREAK.
  expect(spot.filter(({ status }) => status === 'trading')).toHaveLength(1262)

  const futures = metasOf('BINANCE_FUTURES.0')
  expect(futures).toHaveLength(122)
  expect(futures.find(({ id }) => id === 'SUSHIUSDT-PERP.BINANCE')).toMatchObject({
    contract: 'perpetual',
    priceDecimals: 4,
    tick: 10,
    quantityDecimals: 0,
    lot: 1,
    marginRate: '0.05',
    minNotional: '5',
  })
})
