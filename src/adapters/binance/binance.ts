// Binance: crypto quotes, trades and books from the data-only hosts, klines by REST, trades from the archives. venues.md 1.3.
import { attemptsAt } from '../../connectivity/attempt-budget.ts'
import { LiveFeed } from '../../connectivity/live-feed.ts'
import { mergedSource } from '../../connectivity/merged-source.ts'
import type { RateRule } from '../../connectivity/rate-governor.ts'
import type { LiveSource, SourceDescriptor, SourceParts, Subscription } from '../../connectivity/source.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import { webSocketLink } from '../../connectivity/web-socket-link.ts'
import type { InstrumentMeta } from '../../domain/instrument-meta.ts'
import { binanceCapture } from './binance-capture.ts'
import { BinanceConversation, type BinanceTalk } from './binance-conversation.ts'
import { BinanceHistory } from './binance-history.ts'
import { instrumentsOf } from './binance-instruments.ts'
import { BINANCE_LICENCE, BINANCE_NAME, BINANCE_REST, BINANCE_REST_HOST, BINANCE_STREAM_HOST } from './binance-terms.ts'
import { ARCHIVE_HOST } from './trade-archive.ts'

const HOSTS = [BINANCE_STREAM_HOST, BINANCE_REST_HOST, ARCHIVE_HOST]
const RATE: RateRule = { limits: [{ weight: 6000, windowMillis: 60_000, usedHeader: 'x-mbx-used-weight-1m' }] }
const ATTEMPTS = { most: 300, withinMillis: 300_000 }

/** The venue allows 1,024; an address of as many would be longer than servers take. */
const STREAMS_MOST = 180
/** The conversation asks for a sign of life every three seconds. */
const SILENCE_MILLIS = 10_000

export const BINANCE: SourceDescriptor = {
  name: BINANCE_NAME,
  title: 'Binance',
  assetClasses: ['crypto'],
  gives: ['quotes', 'trades', 'books', 'bars', 'history', 'instruments'],
  needs: [],
  hosts: { live: HOSTS, practice: HOSTS },
  rates: { [BINANCE_REST_HOST]: RATE },
  level: 'L1',
  unstamped: ['quote'],
  licence: BINANCE_LICENCE,
  symbolExample: 'BTCUSDT',
  live,
  instruments,
  history: parts => new BinanceHistory(parts),
  capture: binanceCapture,
}

function live(parts: SourceParts, subscriptions: readonly Subscription[]): LiveSource {
  const depthLimit = depthOf(parts, subscriptions)
  const connections = connectionsOf(subscriptions).map(carried => ({
    source: connection(parts, carried, { depthLimit, sharedBy: subscriptions.length }),
    instrumentIds: carried.map(({ instrument }) => instrument.id),
  }))
  return mergedSource(connections)
}

function connection(
  parts: SourceParts,
  subscriptions: readonly Subscription[],
  shared: Pick<BinanceTalk, 'depthLimit' | 'sharedBy'>,
): LiveSource {
  const streams = subscriptions.flatMap(streamsOf)
  const url = `wss://${BINANCE_STREAM_HOST}/stream?streams=${streams.join('/')}&timeUnit=MICROSECOND`
  const provenance = Object.freeze({
    source: BINANCE_NAME,
    kind: 'live',
    origin: url,
    checksum: '',
    licence: BINANCE_LICENCE,
  } as const)
  const lastTrades = new Map<string, number>()
  const wishes = subscriptions.map(({ instrument, symbol, wants }) => ({
    instrument,
    symbol: symbol.toUpperCase(),
    book: wants.includes('book'),
    quote: wants.includes('quote'),
  }))
  return new LiveFeed({
    provenance,
    clock: parts.clock,
    link: webSocketLink(parts.network, { url }),
    conversation: () =>
      new BinanceConversation({ wishes, provenance, chain: 'contiguous', rest: BINANCE_REST, lastTrades, ...shared }),
    silenceMillis: SILENCE_MILLIS,
    attempts: attemptsAt(parts.network, BINANCE_STREAM_HOST, ATTEMPTS),
    http: parts.http,
    ...(parts.tap === undefined ? {} : { tap: parts.tap }),
  })
}

/** Best prices come with every book too: they are what it is checked against. */
function streamsOf({ symbol, wants }: Subscription): readonly string[] {
  const name = symbol.toLowerCase()
  return [
    ...(wants.includes('book') ? [`${name}@depth@100ms`] : []),
    ...(wants.includes('book') || wants.includes('quote') ? [`${name}@bookTicker`] : []),
    ...(wants.includes('trade') ? [`${name}@aggTrade`] : []),
  ]
}

function connectionsOf(subscriptions: readonly Subscription[]): readonly (readonly Subscription[])[] {
  const connections: Subscription[][] = [[]]
  let streams = 0
  for (const subscription of subscriptions) {
    const more = streamsOf(subscription).length
    if (streams + more > STREAMS_MOST) {
      connections.push([])
      streams = 0
    }
    connections.at(-1)!.push(subscription)
    streams += more
  }
  return connections
}

/** As deep as the limit of 6,000 a minute lets all books begin, and each be looked at again, within a minute. */
function depthOf({ settings }: SourceParts, subscriptions: readonly Subscription[]): number {
  const wanted = settings?.['depth']
  if (wanted === undefined) {
    const books = subscriptions.filter(({ wants }) => wants.includes('book')).length
    return books <= 10 ? 5000 : books <= 50 ? 1000 : 100
  }
  if (typeof wanted === 'number' && Number.isInteger(wanted) && wanted >= 5 && wanted <= 5000) return wanted
  throw new SourceError('BINANCE_DEPTH', {
    message: `Binance has no book of depth ${String(wanted)}`,
    fix: 'use a whole number from 5 to 5000, or leave it out',
  })
}

async function instruments({ http }: SourceParts): Promise<readonly InstrumentMeta[]> {
  const url = `${BINANCE_REST}/exchangeInfo`
  const reply = await http.send({ method: 'GET', url, weight: 20 }, { expect: 'json', maxBytes: 64_000_000 })
  const found = reply.status === 200 ? instrumentsOf(reply.body) : undefined
  if (found !== undefined) return found
  throw new SourceError('SOURCE_SCHEMA', {
    message: `Binance answered ${reply.status} to exchangeInfo with something that is no list of symbols`,
    fix: 'try again later; if it stays so, the venue has changed its format',
    passing: true,
  })
}
