// OANDA v20: currencies, metals, energy, indices and bonds as streamed quotes, candles and instruments. venues.md 1.5.
import { attemptsAt } from '../../connectivity/attempt-budget.ts'
import { httpStreamLink } from '../../connectivity/http-stream-link.ts'
import { LiveFeed } from '../../connectivity/live-feed.ts'
import type { CaptureReader, LiveSource, SourceDescriptor, SourceParts, Subscription } from '../../connectivity/source.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import type { InstrumentMeta } from '../../domain/instrument-meta.ts'
import { micros } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { ACCOUNT, accountOf, HOSTS, TOKEN } from './oanda-account.ts'
import { oandaAccounts } from './oanda-accounts.ts'
import { OandaCandles } from './oanda-candles.ts'
import { OandaConversation } from './oanda-conversation.ts'
import { instrumentsOf } from './oanda-instruments.ts'

const LICENCE = "OANDA's own prices, for the account's holder; no redistribution"
/** A heartbeat comes every five seconds. */
const SILENCE_MILLIS = 15_000
/** New connections, and requests on those that stand. */
const ATTEMPTS = { most: 2, withinMillis: 1000 }
const REQUESTS = { limits: [{ weight: 120, windowMillis: 1000 }] }

const STREAM = /^https:\/\/stream-fx(?:practice|trade)\.oanda\.com\/v3\/accounts\/[^/]+\/pricing\/stream/
const LIST = /^https:\/\/api-fx(?:practice|trade)\.oanda\.com\/v3\/accounts\/[^/]+\/instruments/

const capture: CaptureReader = {
  conversation: (url, resolve) =>
    STREAM.test(url) ? new OandaConversation({ resolve, provenance: provenanceOf(withoutAccount(url)) }) : undefined,
  instruments: (url, body) => (LIST.test(url) ? instrumentsOf(new TextEncoder().encode(body), micros(0)) : []),
}

export const OANDA: SourceDescriptor = {
  name: 'oanda',
  title: 'OANDA v20',
  assetClasses: ['forex', 'metal', 'energy', 'index', 'bond'],
  gives: ['quotes', 'bars', 'history', 'instruments'],
  needs: [
    { variable: TOKEN, what: 'API token, from "Manage API Access"', secret: true, pattern: /^[0-9a-f]{32}-[0-9a-f]{32}$/ },
    { variable: ACCOUNT, what: 'account number: 101-… practice, 001-… live', secret: true, pattern: /^[01]01-\d{3}-\d+-\d{3}$/ },
  ],
  hosts: {
    live: [HOSTS.live.rest, HOSTS.live.stream],
    practice: [HOSTS.practice.rest, HOSTS.practice.stream],
  },
  rates: { [HOSTS.live.rest]: REQUESTS, [HOSTS.practice.rest]: REQUESTS },
  level: 'L1',
  licence: LICENCE,
  symbolExample: 'EUR_USD',
  live,
  instruments,
  history: parts => new OandaCandles(parts, LICENCE),
  capture,
  accounts: oandaAccounts,
}

/** One stream for all instruments: an address may hold twenty, and one carries whatever is asked for. */
function live(parts: SourceParts, subscriptions: readonly Subscription[]): LiveSource {
  const { stream, account, headers, secrets } = accountOf(parts)
  const bySymbol = new Map(
    subscriptions.filter(({ wants }) => wants.includes('quote')).map(({ symbol, instrument }) => [symbol, instrument]),
  )
  if (bySymbol.size === 0) {
    throw new SourceError('SOURCE_UNSUPPORTED', {
      message: 'oanda streams quotes, and no trades and books',
      fix: 'ask for quotes, or take another source',
    })
  }
  const asked = new URLSearchParams({ instruments: [...bySymbol.keys()].join(','), snapshot: 'true' })
  const url = `https://${stream}/v3/accounts/${account}/pricing/stream?${asked}`
  const provenance = provenanceOf(withoutAccount(url))
  return new LiveFeed({
    provenance,
    clock: parts.clock,
    link: httpStreamLink(parts.network, { url, headers, where: `${stream}/v3/accounts/***/pricing/stream` }),
    conversation: () => new OandaConversation({ resolve: symbol => bySymbol.get(symbol), provenance }),
    silenceMillis: SILENCE_MILLIS,
    attempts: attemptsAt(parts.network, stream, ATTEMPTS),
    secrets: () => secrets,
    ...(parts.tap === undefined ? {} : { tap: parts.tap }),
  })
}

async function instruments(parts: SourceParts): Promise<readonly InstrumentMeta[]> {
  const { rest, account, headers, secrets } = accountOf(parts)
  const url = `https://${rest}/v3/accounts/${account}/instruments`
  const { status, body } = await parts.http.send({ method: 'GET', url, headers }, { expect: 'json' }).catch(error => {
    throw error instanceof SourceError ? withoutSecrets(error, secrets) : error
  })
  if (status === 401 || status === 403) {
    throw new SourceError('SOURCE_REFUSED', {
      message: `OANDA refused the key (${status})`,
      fix: `check ${TOKEN} and ${ACCOUNT}, and that both belong to the environment '${parts.environment}'`,
    })
  }
  return instrumentsOf(new TextEncoder().encode(body), parts.clock.now())
}

/** The address that an error names has the account in it. */
function withoutSecrets({ code, message, fix, passing }: SourceError, secrets: readonly string[]): SourceError {
  return new SourceError(code, {
    message: secrets.reduce((text, secret) => text.replaceAll(secret, '***'), message),
    fix,
    passing,
  })
}

/** The account's number is nobody else's business, and the list of instruments may be long. */
const withoutAccount = (url: string): string => url.replace(/\/accounts\/[^/]+\//, '/accounts/***/').replace(/\?.*$/, '')

const provenanceOf = (origin: string): Provenance =>
  Object.freeze({ source: 'oanda', kind: 'live', origin, checksum: '', licence: LICENCE })
