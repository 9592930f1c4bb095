// Coinbase keeps the contract of live sources on both of its feeds, against a venue with true books.
import { COINBASE } from '../../../src/adapters/coinbase/coinbase.ts'
import { PooledHttp } from '../../../src/connectivity/pooled-http.ts'
import type { Subscription } from '../../../src/connectivity/source.ts'
import { instrument } from '../../../src/domain/instrument.ts'
import { COINBASE_PRODUCTS, startCoinbaseVenue } from '../../venues/coinbase-venue.ts'
import { NO_BROKER_TIME, NO_HTTP, NO_TOKENS } from './exemptions.ts'
import { type LiveSourceSubject, liveSourceContract } from './live-source.ts'

/** Everything, the ticker without a book, and a book alone. */
const WANTS: readonly Subscription['wants'][] = [['quote', 'trade', 'book'], ['quote', 'trade'], ['book']]

const subscriptions = COINBASE_PRODUCTS.map(({ symbol, priceDecimals, sizeDecimals }, at): Subscription => {
  const [base = '', quote = ''] = symbol.split('-')
  const of = instrument({
    id: `${base}${quote}.COINBASE`,
    assetClass: 'crypto',
    base,
    quote,
    settle: quote,
    priceDecimals,
    quantityDecimals: sizeDecimals,
    tick: 1,
    lot: 1,
    multiplier: 1,
    calendar: 'crypto',
    negativePrices: false,
  })
  return { instrument: of, symbol, wants: WANTS[at]! }
})

const common = {
  descriptor: COINBASE,
  startVenue: startCoinbaseVenue,
  subscriptions,
} satisfies Partial<LiveSourceSubject>

const exempt = {
  ...NO_TOKENS,
  ...NO_BROKER_TIME,
  'bad-checksum': 'books have no checksums',
  'stale-snapshot': 'snapshots come in the stream, in their place',
  'shutdown-notice': 'the venue announces nothing',
} satisfies LiveSourceSubject['exempt']

liveSourceContract({
  ...common,
  name: 'coinbase exchange',
  http: (network, clock) => new PooledHttp({ network, clock, rates: COINBASE.rates ?? {} }),
  exempt,
})

liveSourceContract({
  ...common,
  name: 'coinbase advanced trade',
  settings: { feed: 'advanced' },
  exempt: { ...exempt, ...NO_HTTP },
})
