// Kraken: crypto quotes, trades and checked books by WebSocket v2, instruments by REST. venues.md 1.1.
import { attemptsAt } from '../../connectivity/attempt-budget.ts'
import { LiveFeed } from '../../connectivity/live-feed.ts'
import type { CaptureReader, LiveSource, SourceDescriptor, SourceParts, Subscription } from '../../connectivity/source.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import { webSocketLink } from '../../connectivity/web-socket-link.ts'
import type { InstrumentMeta } from '../../domain/instrument-meta.ts'
import { micros } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { CapturedSession } from './captured-session.ts'
import { DEPTHS, type Depth, KrakenConversation, type Wish } from './kraken-conversation.ts'
import { pairsOfMessage, pairsOfReply } from './kraken-instruments.ts'
import type { TradeTails } from './symbol-stream.ts'
import { SymbolTable } from './symbol-table.ts'

const SOCKET_HOST = 'ws.kraken.com'
const SOCKET_URL = `wss://${SOCKET_HOST}/v2`
const PAIRS_PATH = '/0/public/AssetPairs'
const REST_URL = 'https://api.kraken.com'
const HOSTS = [SOCKET_HOST, 'api.kraken.com']
const LICENCE = "own use and display; redistribution needs Kraken's agreement"

/** Kraken sends a heartbeat every second once something is subscribed. */
const SILENCE_MILLIS = 5000
const ATTEMPTS = { most: 150, withinMillis: 600_000 }
const DEPTH_DEFAULT: Depth = 25

const capture: CaptureReader = {
  conversation(url, resolve) {
    if (!isSocket(url)) return undefined
    return new CapturedSession(provenanceOf(url), resolve)
  },
  instruments(url, body) {
    if (url.includes(PAIRS_PATH)) return pairsOfReply(body, micros(0))
    return isSocket(url) ? pairsOfMessage(body, micros(0)) : []
  },
}

export const KRAKEN: SourceDescriptor = {
  name: 'kraken',
  title: 'Kraken',
  assetClasses: ['crypto', 'forex'],
  gives: ['quotes', 'trades', 'books', 'instruments'],
  needs: [],
  hosts: { live: HOSTS, practice: HOSTS },
  level: 'L1',
  unstamped: ['quote'],
  licence: LICENCE,
  symbolExample: 'BTC/USD',
  live,
  instruments,
  capture,
}

function live(parts: SourceParts, subscriptions: readonly Subscription[]): LiveSource {
  const provenance = provenanceOf(SOCKET_URL)
  const depth = depthSetting(parts.settings?.['depth'])
  const bySymbol = new Map(subscriptions.map(({ symbol, instrument }) => [symbol, instrument]))
  const wishes = subscriptions.map(wishOf)
  const tails: TradeTails = new Map()
  const conversation = () =>
    new KrakenConversation({
      table: new SymbolTable({ resolve: symbol => bySymbol.get(symbol), provenance, tails }),
      wishes,
      depth,
    })
  return new LiveFeed({
    provenance,
    clock: parts.clock,
    link: webSocketLink(parts.network, { url: SOCKET_URL }),
    conversation,
    silenceMillis: SILENCE_MILLIS,
    attempts: attemptsAt(parts.network, SOCKET_HOST, ATTEMPTS),
    http: parts.http,
    ...(parts.tap === undefined ? {} : { tap: parts.tap }),
  })
}

async function instruments(parts: SourceParts): Promise<readonly InstrumentMeta[]> {
  const reply = await parts.http.send({ method: 'GET', url: `${REST_URL}${PAIRS_PATH}` }, { expect: 'json' })
  return pairsOfReply(reply.body, parts.clock.now())
}

/** Where a book is wanted, its top is the quote: checked, and nothing is sent twice. */
function wishOf({ symbol, wants }: Subscription): Wish {
  const channels = new Set<Wish['channels'][number]>()
  if (wants.includes('book')) channels.add('book')
  else if (wants.includes('quote')) channels.add('ticker')
  if (wants.includes('trade')) channels.add('trade')
  return { symbol, channels: [...channels] }
}

function depthSetting(value: unknown): Depth {
  if (value === undefined) return DEPTH_DEFAULT
  const depth = DEPTHS.find(known => known === value)
  if (depth !== undefined) return depth
  throw new SourceError('KRAKEN_DEPTH', {
    message: `Kraken has no book of depth ${String(value)}`,
    fix: `use one of ${DEPTHS.join(', ')}`,
  })
}

const provenanceOf = (url: string): Provenance =>
  Object.freeze({ source: 'kraken', kind: 'live', origin: url, checksum: '', licence: LICENCE })

const isSocket = (url: string): boolean => /^wss?:\/\/(?:beta-)?ws(?:-auth)?\.kraken\.com(?:[:/]|$)/.test(url)
