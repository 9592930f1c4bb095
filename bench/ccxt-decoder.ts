// ccxt decoding the same captured frames: its own client and handlers, with markets and snapshots from the same tape.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Step, Tape } from './tapes.ts'

export interface CcxtDecoder {
  readonly version: string
  readonly note: string
  /** Decodes so many frames, round after round with an exchange that has forgotten its books. Microseconds of each. */
  decode(frames: number, samples?: number[]): Promise<void>
}

/** What of ccxt's exchanges is used here. */
interface Exchange {
  readonly options: Record<string, unknown>
  orderbooks: Record<string, unknown>
  trades: Record<string, unknown>
  clients: Record<string, unknown>
  fetchCurrencies: () => Promise<object>
  loadMarkets(): Promise<Record<string, { readonly symbol: string; readonly id: string }>>
  client(url: string): Client
  parseOrderBook(snapshot: unknown, symbol: string): Record<string, unknown>
  handleOrderBookSubscription(client: Client, message: unknown, subscription: object): void
  fetchRestOrderBookSafe: (symbol: string) => Promise<unknown>
  [endpoint: string]: unknown
}

interface Client {
  onMessage(event: { readonly data: unknown }): void
}

interface Venue {
  readonly exchange: string
  /** The endpoint that lists the markets, and the address under which the tape has its reply. */
  readonly endpoint: string
  readonly listedAt: string
  readonly options?: Record<string, unknown>
}

const VENUES: Readonly<Record<string, Venue>> = {
  binance: {
    exchange: 'binance',
    endpoint: 'publicGetExchangeInfo',
    listedAt: 'exchangeInfo',
    options: { fetchMarkets: { types: ['spot'] } },
  },
  kraken: { exchange: 'kraken', endpoint: 'publicGetAssetPairs', listedAt: 'AssetPairs', options: { fetchMarkets: {} } },
  coinbase: { exchange: 'coinbaseexchange', endpoint: 'publicGetProducts', listedAt: '/products' },
}

/** In words why there is none. */
export async function ccxtDecoder(source: string, tape: Tape, steps: readonly Step[]): Promise<CcxtDecoder | string> {
  const venue = VENUES[source]
  if (venue === undefined) return 'no ccxt beside it: the tape is of a version of the protocol that ccxt no longer speaks'
  const folder = process.env['QUADRANT_PEERS']
  if (folder === undefined) return 'QUADRANT_PEERS names no folder with ccxt/node_modules'
  const installed = join(folder, 'ccxt/node_modules/ccxt')
  if (!existsSync(installed)) return `there is no ccxt in ${join(folder, 'ccxt')}: npm install ccxt there`

  const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { version: string }
  const { default: ccxt } = (await import(pathToFileURL(join(installed, 'js/ccxt.js')).href)) as {
    default: { pro: Record<string, new (options: object) => Exchange> }
  }
  const exchange = new ccxt.pro[venue.exchange]!({ options: venue.options ?? {} })
  const listing = tape.bodies.find(({ url }) => url.includes(venue.listedAt))?.body ?? '[]'
  exchange.fetchCurrencies = async () => ({})
  exchange[venue.endpoint] = async () => JSON.parse(listing)
  const markets = await exchange.loadMarkets()
  const symbolOf = new Map(Object.values(markets).map(({ id, symbol }) => [id, symbol]))

  const snapshots = new Map<string, unknown>()
  for (const step of steps) {
    if (step.kind !== 'answer') continue
    const symbol = symbolOf.get(new URL(step.url).searchParams.get('symbol') ?? '')
    if (symbol !== undefined) snapshots.set(symbol, JSON.parse(step.reply.body))
  }
  exchange.fetchRestOrderBookSafe = async symbol => {
    const snapshot = snapshots.get(symbol) as { lastUpdateId?: number }
    return { ...exchange.parseOrderBook(snapshot, symbol), nonce: snapshot.lastUpdateId }
  }

  return {
    version: `ccxt ${version}`,
    note: 'floats, latest state only, no checks of books beyond its own',
    async decode(frames, samples) {
      for (let done = 0; done < frames; ) {
        exchange.orderbooks = {}
        exchange.trades = {}
        exchange.clients = {}
        let client: Client | undefined
        for (const step of steps) {
          if (step.kind === 'open') {
            client = exchange.client(step.url)
            if (snapshots.size > 0)
              exchange.handleOrderBookSubscription(client, {}, { symbols: [...snapshots.keys()], limit: 1000 })
            // Its snapshots are answers that come in the next turn.
            await new Promise(resolve => setImmediate(resolve))
          }
          if (step.kind !== 'frame') continue
          const start = performance.now()
          client!.onMessage({ data: step.frame })
          samples?.push((performance.now() - start) * 1000)
          done++
        }
      }
      // The books it ends with, so that a handler that does nothing is noticed.
      if (Object.keys(exchange.orderbooks).length === 0) throw new Error(`ccxt kept no book of ${source}`)
    },
  }
}
