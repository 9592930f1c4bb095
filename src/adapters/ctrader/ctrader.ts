// cTrader Open API: FX and CFD quotes, depth, bars and symbols of one account, under OAuth tokens that rotate.
import { attemptsAt } from '../../connectivity/attempt-budget.ts'
import { LiveFeed } from '../../connectivity/live-feed.ts'
import type { LiveSource, SourceDescriptor, SourceParts, Subscription } from '../../connectivity/source.ts'
import type { TokenKeeper } from '../../connectivity/token-keeper.ts'
import type { LiveEvent } from '../../domain/event.ts'
import type { InstrumentMeta } from '../../domain/instrument-meta.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { KeptToken } from './account-token.ts'
import { CtraderCall } from './ctrader-call.ts'
import { CTRADER_CONSENT } from './ctrader-consent.ts'
import { CtraderConversation } from './ctrader-conversation.ts'
import { TOKEN_HOST } from './ctrader-oauth.ts'
import { CtraderTrendbars } from './ctrader-trendbars.ts'
import { HOSTS, wire } from './ctrader-wiring.ts'
import { type Fields, idOf, listOf, PAYLOAD } from './open-api-message.ts'
import { redactingTap } from './redacting-tap.ts'
import { symbolMetas } from './symbol-metas.ts'

const LICENCE = "for the account holder's own use"
/** It is asked for a sign of life every ten seconds: two that are missing are silence. */
const SILENCE_MILLIS = 22_000
const SYMBOLS_PER_REQUEST = 100

export const CTRADER: SourceDescriptor = {
  name: 'ctrader',
  title: 'cTrader Open API',
  assetClasses: ['forex', 'metal', 'energy', 'index', 'crypto', 'equity', 'etf'],
  gives: ['quotes', 'books', 'bars', 'history', 'instruments'],
  needs: [
    {
      variable: 'QUADRANT_CTRADER_CLIENT_ID',
      what: "the application's client id",
      secret: false,
      pattern: /^\d+_[A-Za-z0-9]{40,60}$/,
    },
    {
      variable: 'QUADRANT_CTRADER_CLIENT_SECRET',
      what: "the application's secret",
      secret: true,
      pattern: /^[A-Za-z0-9]{40,60}$/,
    },
    { variable: 'QUADRANT_CTRADER_ACCOUNT', what: 'the ctidTraderAccountId', secret: false, pattern: /^\d{4,20}$/ },
    {
      variable: 'QUADRANT_CTRADER_REFRESH_TOKEN',
      what: 'the refresh token of a consent; read once, then kept and renewed in the state folder',
      secret: true,
      optional: true,
    },
  ],
  hosts: { live: [HOSTS.live, TOKEN_HOST], practice: [HOSTS.practice, TOKEN_HOST] },
  level: 'L1',
  licence: LICENCE,
  symbolExample: 'EURUSD',
  live: (parts, subscriptions) => liveFeed(parts, subscriptions),
  instruments: symbols,
  consent: CTRADER_CONSENT,
  history: parts => new CtraderTrendbars(parts, LICENCE),
}

function liveFeed(parts: SourceParts, subscriptions: readonly Subscription[]): LiveSource {
  const { network, environment, clock, http, tap } = parts
  const { call, accountId, keeper, origin } = wire(parts)
  const provenance: Provenance = Object.freeze({ source: 'ctrader', kind: 'live', origin, checksum: '', licence: LICENCE })
  const { codec, clientId, clientSecret } = call
  const token = new KeptToken(keeper)
  const feed = new LiveFeed({
    provenance,
    clock,
    http,
    ...(tap === undefined ? {} : { tap: redactingTap(tap, () => keeper.latest) }),
    link: async (events, signal) => {
      // Renewed before the connection stands, so that the venue never sees a token that is about to die.
      await keeper.access()
      return call.link(events, signal)
    },
    conversation: () =>
      new CtraderConversation({
        ...{ codec, clientId, clientSecret, accountId, token, environment, subscriptions, provenance },
      }),
    silenceMillis: SILENCE_MILLIS,
    attempts: attemptsAt(network, HOSTS[environment], { most: 30, withinMillis: 60_000 }),
    secrets: () => [clientSecret, keeper.latest, accountId],
  })
  return { batches: () => watched(feed, keeper) }
}

/** The tokens are renewed in the background for as long as somebody listens. */
function watched(feed: LiveSource, keeper: TokenKeeper): AsyncIterable<readonly LiveEvent[]> {
  return {
    [Symbol.asyncIterator]() {
      const events = feed.batches()[Symbol.asyncIterator]()
      const stop = new AbortController()
      let isWatched = false
      return {
        async next() {
          if (!isWatched) void keeper.watch(stop.signal)
          isWatched = true
          const batch = await events.next()
          if (batch.done === true) stop.abort()
          return batch
        },
        async return() {
          stop.abort()
          await events.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}

/** Everything that the account can trade, by six questions over one connection. */
async function symbols(parts: SourceParts): Promise<readonly InstrumentMeta[]> {
  const { call, accountId, keeper } = wire(parts)
  const accessToken = await keeper.access()
  return CtraderCall.during(call, async venue => {
    const account = { ctidTraderAccountId: accountId }
    await venue.ask(PAYLOAD.accountAuth, { ...account, accessToken })
    const assets = await venue.ask(PAYLOAD.assetList, account)
    const classes = await venue.ask(PAYLOAD.assetClassList, account)
    const categories = await venue.ask(PAYLOAD.categoryList, account)
    const light = await venue.ask(PAYLOAD.symbolsList, account)

    const ids = listOf(light, 'symbol').flatMap(symbol => idOf(symbol, 'symbolId') ?? [])
    const full: Fields[] = []
    for (let at = 0; at < ids.length; at += SYMBOLS_PER_REQUEST) {
      full.push(await venue.ask(PAYLOAD.symbolById, { ...account, symbolId: ids.slice(at, at + SYMBOLS_PER_REQUEST) }))
    }
    return symbolMetas({ assets, classes, categories, light, full }, parts.clock.now())
  })
}
