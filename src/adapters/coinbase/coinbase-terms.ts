// What holds for everything that comes from Coinbase.

export const COINBASE_NAME = 'coinbase'

export const COINBASE_LICENCE = 'Coinbase market data, for own use and display; no redistribution'

export const EXCHANGE_STREAM_HOST = 'ws-feed.exchange.coinbase.com'
export const EXCHANGE_REST_HOST = 'api.exchange.coinbase.com'
export const ADVANCED_STREAM_HOST = 'advanced-trade-ws.coinbase.com'
