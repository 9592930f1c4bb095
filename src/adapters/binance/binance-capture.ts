// Captured sessions of Binance, spot and USD-M futures: which conversation an address belongs to, and what its replies are.
import type { Conversation } from '../../connectivity/conversation.ts'
import type { CaptureReader } from '../../connectivity/source.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { BinanceConversation, type BinanceWish, depthTag, tradesTag } from './binance-conversation.ts'
import { instrumentsOf } from './binance-instruments.ts'
import { BINANCE_LICENCE, BINANCE_NAME } from './binance-terms.ts'

const SPOT_STREAMS = /^wss:\/\/(?:data-stream\.binance\.vision|stream\.binance\.com)(?::\d+)?\/(?:stream|ws)\b/
const FUTURES_STREAMS = /^wss:\/\/fstream\.binance\.com(?::\d+)?\/(?:[a-z]+\/)?(?:stream|ws)\b/
const REST = /^https:\/\/(?:data-api\.binance\.vision|api\d?\.binance\.com|fapi\.binance\.com)\/f?api\/v\d\/(?<what>\w+)/

export const binanceCapture: CaptureReader = {
  conversation(url: string, resolve: (symbol: string) => Instrument): Conversation | undefined {
    const futures = FUTURES_STREAMS.test(url)
    if (!futures && !SPOT_STREAMS.test(url)) return undefined
    return new BinanceConversation({
      wishes: wishesOf(url, resolve),
      provenance: { source: BINANCE_NAME, kind: 'recorded', origin: url, checksum: '', licence: BINANCE_LICENCE },
      chain: futures ? 'linked' : 'contiguous',
      rest: futures ? 'https://fapi.binance.com/fapi/v1' : 'https://data-api.binance.vision/api/v3',
      depthLimit: 1000,
    })
  },

  tagOf(url) {
    const what = REST.exec(url)?.groups?.['what']
    const query = new URL(url).searchParams
    const symbol = query.get('symbol')
    if (symbol === null) return undefined
    if (what === 'depth') return depthTag(symbol, Number(query.get('limit') ?? '100'))
    return what === 'aggTrades' ? tradesTag(symbol) : undefined
  },

  instruments(url, body) {
    return REST.exec(url)?.groups?.['what'] === 'exchangeInfo' ? (instrumentsOf(body) ?? []) : []
  },
}

/** '…?streams=btcusdt@depth@100ms/btcusdt@aggTrade' names what was subscribed. */
function wishesOf(url: string, resolve: (symbol: string) => Instrument): readonly BinanceWish[] {
  const { pathname, searchParams } = new URL(url)
  const streams = (searchParams.get('streams') ?? pathname.replace(/^.*\/(?:stream|ws)\/?/, '')).split('/')
  const books = new Map<string, boolean>()
  for (const stream of streams) {
    const [name = '', channel = ''] = stream.split('@')
    if (channel === '') continue
    const symbol = name.toUpperCase()
    books.set(symbol, (books.get(symbol) ?? false) || channel === 'depth')
  }
  return [...books].map(([symbol, book]) => ({ symbol, instrument: resolve(symbol), book }))
}
