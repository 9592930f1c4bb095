// The klines of Binance and the candles of Coinbase keep the contract of downloads.
import { BINANCE } from '../../../src/adapters/binance/binance.ts'
import { COINBASE } from '../../../src/adapters/coinbase/coinbase.ts'
import type { HistoryRequest } from '../../../src/connectivity/source.ts'
import type { FeedEvent } from '../../../src/domain/event.ts'
import { type Instrument, instrument } from '../../../src/domain/instrument.ts'
import { MINUTE } from '../../../src/domain/numbers.ts'
import {
  CANDLES_TRUTH,
  candleText,
  HISTORY_FROM,
  HISTORY_TO,
  KLINES_TRUTH,
  startCandles,
  startKlines,
} from '../../venues/crypto-history.ts'
import { downloadContract } from './download-source.ts'

const bitcoin = (id: string, quote: string): Instrument =>
  instrument({
    id,
    assetClass: 'crypto',
    base: 'BTC',
    quote,
    settle: quote,
    priceDecimals: 2,
    quantityDecimals: 8,
    tick: 1,
    lot: 1,
    multiplier: 1,
    calendar: 'crypto',
    negativePrices: false,
  })

const bars = (of: Instrument, symbol: string): HistoryRequest => ({
  instrument: of,
  symbol,
  kind: 'bar',
  barMicros: MINUTE,
  from: HISTORY_FROM,
  to: HISTORY_TO,
})

const text = (event: FeedEvent): string =>
  event.kind === 'bar'
    ? candleText(event.openTime, [event.open, event.high, event.low, event.close], event.volume)
    : `${event.kind}, which was not asked for`

const exempt = {
  'dot-value': 'prices have no word for what is missing',
  'null-value': 'prices have no word for what is missing',
  'empty-array': 'a time without trades is empty on any day',
  'http-empty-array': 'a time without trades is empty on any day',
}

downloadContract({
  name: 'binance',
  descriptor: BINANCE,
  start: startKlines,
  downloader: parts => BINANCE.history!(parts),
  request: bars(bitcoin('BTCUSDT.BINANCE', 'USDT'), 'BTCUSDT'),
  text,
  truth: KLINES_TRUTH,
  exempt,
})

downloadContract({
  name: 'coinbase',
  descriptor: COINBASE,
  start: startCandles,
  downloader: parts => COINBASE.history!(parts),
  request: bars(bitcoin('BTCUSD.COINBASE', 'USD'), 'BTC-USD'),
  text,
  truth: CANDLES_TRUTH,
  exempt,
})
