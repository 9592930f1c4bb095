import { expect, test } from 'vitest'
import { runCaptured } from '../../../test/captured.ts'
import { packPath, packTest } from '../../../test/pack.ts'
import { coinbaseCapture } from './coinbase-capture.ts'

const session = () => ['COINBASE.0', 'COINBASE.ws.28.0'].map(file => packPath('api_payloads/cryptofeed', file))

// Counted beforehand in the file by another program: 9,719 changes, 10 snapshots, 97 matches, 10 last matches, 107 tickers
// (10 of them from before the subscription), 3 confirmations; trade ids have no hole; no book crosses.
packTest('the captured session decodes without a fault, and its books show the ticker’s prices each time', () => {
  const { noted, frames } = runCaptured(coinbaseCapture, session())
  expect(frames).toBe(9946)
  expect(noted.unknowns).toEqual([])
  expect(noted.faults).toEqual([])
  expect(noted.comparisons).toHaveLength(97)
  expect(noted.comparisons.filter(({ equal }) => !equal)).toEqual([])

  expect(noted.factsOf('book-snapshot')).toHaveLength(10)
  expect(noted.factsOf('book-change')).toHaveLength(9719)
  expect(noted.factsOf('trade')).toHaveLength(97)
  expect(noted.stateOf('SKLUSD.COINBASE')).toBe('live')
})

packTest('a maker who sells is hit by a buyer', () => {
  const { noted } = runCaptured(coinbaseCapture, session())
  // {"type":"match","trade_id":280232,…,"side":"sell","size":"985","price":"0.00001305","product_id":"SKL-BTC"}
  const trade = noted.factsOf('trade').find(({ sequence }) => sequence === 280_232)
  expect(trade).toMatchObject({ instrumentId: 'SKLBTC.COINBASE', aggressor: 'buy', price: 1305, quantity: 98_500_000_000 })
})

test('other venues’ addresses are not taken', () => {
  const resolve = () => {
    throw new Error('nothing is resolved')
  }
  expect(coinbaseCapture.conversation('wss://ws.kraken.com/v2', resolve)).toBeUndefined()
  expect(coinbaseCapture.tagOf?.('https://api.exchange.coinbase.com/products/BTC-USD/candles')).toBeUndefined()
  expect(coinbaseCapture.tagOf?.('https://api.exchange.coinbase.com/products/BTC-USD/book?level=2')).toBe('book BTC-USD')
})
