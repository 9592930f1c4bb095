// Hosts of practice worlds are known in every spelling, and hosts with money behind them are not among them.
import { expect, test } from 'vitest'
import { isLoopback, practiceHost, practiceHostsIn } from './practice-hosts.ts'

const PRACTICE = [
  'api-fxpractice.oanda.com',
  'https://stream-fxpractice.oanda.com/v3/accounts',
  'wss://demo.ctraderapi.com:5035',
  'demo1.p.ctrader.com',
  'https://paper-api.alpaca.markets',
  'wss://stream.data.sandbox.alpaca.markets/v2/iex',
  'https://testnet.binance.vision/api',
  'stream.binancefuture.com',
  'https://api-public.sandbox.exchange.coinbase.com',
  'demo-futures.kraken.com',
  'wss://beta-ws.kraken.com',
  'https://api-testnet.bybit.com',
  'wss://wspap.okx.com:8443/ws/v5/public',
  'HTTPS://TEST.DERIBIT.COM/api/v2',
  'https://user:pass@testnet.bitmex.com/realtime',
  'https://gateway.saxobank.com/sim/openapi',
  'https://api.sandbox.some-broker.com',
  'md-uat2.some-broker.co.uk',
  'https://api.example.com/prices',
  'broker.test',
  'https://httpbin.org/anything',
]

const LIVE = [
  'api-fxtrade.oanda.com',
  'stream-fxtrade.oanda.com',
  'live.ctraderapi.com',
  'api.alpaca.markets',
  'api.binance.com',
  'data-api.binance.vision',
  'ws-feed.exchange.coinbase.com',
  'ws.kraken.com',
  'api.bybit.com',
  'ws.okx.com',
  'www.deribit.com',
  'https://gateway.saxobank.com/openapi',
  'https://api.stlouisfed.org/fred',
  'https://latest.some-broker.com',
  'https://contest-results.simple-data.com',
  'paperless.some-broker.com',
  '127.0.0.1:8080',
  'localhost',
  'https://test.com/prices',
  'not a host',
]

test('every practice host is one, and none with money behind it', () => {
  expect(PRACTICE.filter(address => practiceHost(address) === undefined)).toEqual([])
  expect(LIVE.filter(address => practiceHost(address) !== undefined)).toEqual([])
})

test('a host is named as it was written, without its address around it', () => {
  expect(practiceHost('wss://Demo.cTraderAPI.com:5035/x')).toEqual({
    host: 'demo.ctraderapi.com',
    kind: 'practice',
    what: 'cTrader demo',
  })
  expect(practiceHost('https://feeds.example.org')).toMatchObject({ kind: 'example' })
  expect(practiceHost('https://webhook.site/1')).toMatchObject({ kind: 'echo' })
})

test('hosts are found inside a text', () => {
  const text = 'live: wss://ws.kraken.com, else "https://api-fxpractice.oanda.com/v3" or testnet.binance.vision.'
  expect(practiceHostsIn(text).map(({ host }) => host)).toEqual(['api-fxpractice.oanda.com', 'testnet.binance.vision'])
})

test('loopback is this machine and nothing else', () => {
  expect(['localhost', '127.0.0.1', '127.8.0.2', '::1', '[::1]', 'db.localhost'].filter(host => !isLoopback(host))).toEqual([])
  expect(['10.0.0.1', 'localhost.example.com', '0.0.0.0', 'db', '192.168.1.2'].filter(isLoopback)).toEqual([])
})
