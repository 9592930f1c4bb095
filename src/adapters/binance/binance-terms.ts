// What holds for everything that comes from Binance.

export const BINANCE_NAME = 'binance'

export const BINANCE_LICENCE = 'Binance market data, for own use; not offered to persons in the United States; no redistribution'

export const BINANCE_REST_HOST = 'data-api.binance.vision'
export const BINANCE_STREAM_HOST = 'data-stream.binance.vision'
export const BINANCE_REST = `https://${BINANCE_REST_HOST}/api/v3`
