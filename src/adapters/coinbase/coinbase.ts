// Coinbase: crypto quotes, trades and books from the Exchange feed or from Advanced Trade, candles by REST. venues.md 1.2.
import { attemptsAt } from '../../connectivity/attempt-budget.ts'
import { LiveFeed } from '../../connectivity/live-feed.ts'
import { mergedSource } from '../../connectivity/merged-source.ts'
import type { RateRule } from '../../connectivity/rate-governor.ts'
import type { LiveSource, SourceDescriptor, SourceParts, Subscription } from '../../connectivity/source.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import { webSocketLink } from '../../connectivity/web-socket-link.ts'
import type { InstrumentMeta } from '../../domain/instrument-meta.ts'
import { AdvancedConversation } from './advanced-conversation.ts'
import { coinbaseCapture } from './coinbase-capture.ts'
import { CoinbaseHistory } from './coinbase-history.ts'
import { instrumentsOf } from './coinbase-instruments.ts'
import {
  ADVANCED_STREAM_HOST,
  COINBASE_LICENCE,
  COINBASE_NAME,
  EXCHANGE_REST_HOST,
  EXCHANGE_STREAM_HOST,
} from './coinbase-terms.ts'
import { type CoinbaseTalk, ExchangeConversation } from './exchange-conversation.ts'

const HOSTS = [EXCHANGE_STREAM_HOST, ADVANCED_STREAM_HOST, EXCHANGE_REST_HOST]
const RATE: RateRule = { limits: [{ weight: 8, windowMillis: 1000 }] }
const ATTEMPTS = { most: 8, withinMillis: 1000 }

/** Both feeds send a heartbeat every second. */
const SILENCE_MILLIS = 5000
/** Snapshots of whole books come in one message each: so many at once is enough for one connection. */
const PRODUCTS_MOST = 100

type Feed = 'exchange' | 'advanced'

const STREAMS: Readonly<Record<Feed, string>> = {
  exchange: `wss://${EXCHANGE_STREAM_HOST}`,
  advanced: `wss://${ADVANCED_STREAM_HOST}`,
}

export const COINBASE: SourceDescriptor = {
  name: COINBASE_NAME,
  title: 'Coinbase',
  assetClasses: ['crypto'],
  gives: ['quotes', 'trades', 'books', 'history', 'instruments'],
  needs: [],
  hosts: { live: HOSTS, practice: HOSTS },
  rates: { [EXCHANGE_REST_HOST]: RATE },
  level: 'L1',
  licence: COINBASE_LICENCE,
  symbolExample: 'BTC-USD',
  live,
  instruments,
  history: () => new CoinbaseHistory(),
  capture: coinbaseCapture,
}

function live(parts: SourceParts, subscriptions: readonly Subscription[]): LiveSource {
  const feed = feedOf(parts.settings?.['feed'])
  const connections = []
  for (let at = 0; at < Math.max(1, subscriptions.length); at += PRODUCTS_MOST) {
    const carried = subscriptions.slice(at, at + PRODUCTS_MOST)
    connections.push({
      source: connection(parts, { feed, carried, all: subscriptions.length }),
      instrumentIds: carried.map(({ instrument }) => instrument.id),
    })
  }
  return mergedSource(connections)
}

interface Carried {
  readonly feed: Feed
  readonly carried: readonly Subscription[]
  /** Subscriptions of all connections, which share the limits. */
  readonly all: number
}

function connection(parts: SourceParts, { feed, carried, all }: Carried): LiveSource {
  const url = STREAMS[feed]
  const provenance = Object.freeze({
    source: COINBASE_NAME,
    kind: 'live',
    origin: url,
    checksum: '',
    licence: COINBASE_LICENCE,
  } as const)
  const talk: CoinbaseTalk = {
    wishes: carried.map(({ instrument, symbol, wants }) => ({ instrument, product: symbol, wants })),
    provenance,
    sharedBy: all,
    lastTrades: new Map<string, number>(),
  }
  return new LiveFeed({
    provenance,
    clock: parts.clock,
    link: webSocketLink(parts.network, { url, maxBytes: 64_000_000 }),
    conversation: () => (feed === 'exchange' ? new ExchangeConversation(talk) : new AdvancedConversation(talk)),
    silenceMillis: SILENCE_MILLIS,
    attempts: attemptsAt(parts.network, new URL(url).hostname, ATTEMPTS),
    http: parts.http,
    ...(parts.tap === undefined ? {} : { tap: parts.tap }),
  })
}

function feedOf(value: unknown): Feed {
  if (value === undefined || value === 'exchange' || value === 'advanced') return value ?? 'exchange'
  throw new SourceError('COINBASE_FEED', {
    message: `Coinbase has no feed ${String(value)}`,
    fix: 'use exchange or advanced',
  })
}

async function instruments({ http, clock }: SourceParts): Promise<readonly InstrumentMeta[]> {
  const reply = await http.send({ method: 'GET', url: `https://${EXCHANGE_REST_HOST}/products` }, { expect: 'json' })
  const found = reply.status === 200 ? instrumentsOf(reply.body, clock.now()) : undefined
  if (found !== undefined) return found
  throw new SourceError('SOURCE_SCHEMA', {
    message: `Coinbase answered ${reply.status} to /products with something that is no list of products`,
    fix: 'try again later; if it stays so, the venue has changed its format',
    passing: true,
  })
}
