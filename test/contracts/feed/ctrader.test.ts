// cTrader in both of its encodings, held to the contract of live sources.
import { CTRADER } from '../../../src/adapters/ctrader/ctrader.ts'
import { PooledHttp } from '../../../src/connectivity/pooled-http.ts'
import type { Subscription } from '../../../src/connectivity/source.ts'
import { instrument } from '../../../src/domain/instrument.ts'
import { ACCOUNT, CLIENT_ID, CLIENT_SECRET, FIRST_REFRESH, startCtraderVenue } from '../../venues/ctrader-venue.ts'
import { NO_BROKER_TIME, NO_MISSING_FIGURES } from './exemptions.ts'
import { liveSourceContract } from './live-source.ts'

const common = { quote: 'USD', settle: 'USD', quantityDecimals: 2, tick: 1, multiplier: 1, negativePrices: false }

const SUBSCRIPTIONS: readonly Subscription[] = [
  {
    instrument: instrument({
      ...{
        ...common,
        id: 'EURUSD.CTRADER',
        assetClass: 'forex',
        base: 'EUR',
        priceDecimals: 5,
        lot: 100_000,
        calendar: 'fx-cfd',
      },
    }),
    symbol: 'EURUSD',
    wants: ['quote', 'book'],
  },
  {
    instrument: instrument({
      ...{
        ...common,
        id: 'XAUUSD.CTRADER',
        assetClass: 'metal',
        base: 'XAU',
        priceDecimals: 2,
        lot: 100,
        calendar: 'metals-cfd',
      },
    }),
    symbol: 'XAUUSD',
    wants: ['quote', 'book'],
  },
]

const UNSEEN =
  'depth has no sequence number and no checksum: over TLS nothing is lost, and what a venue forgets to say cannot be seen'

for (const encoding of ['json', 'protobuf'] as const) {
  liveSourceContract({
    name: `ctrader over ${encoding}`,
    descriptor: CTRADER,
    startVenue: startCtraderVenue(encoding),
    subscriptions: SUBSCRIPTIONS,
    settings: { encoding },
    credentials: {
      QUADRANT_CTRADER_CLIENT_ID: CLIENT_ID,
      QUADRANT_CTRADER_CLIENT_SECRET: CLIENT_SECRET,
      QUADRANT_CTRADER_ACCOUNT: String(ACCOUNT),
      QUADRANT_CTRADER_REFRESH_TOKEN: FIRST_REFRESH,
    },
    http: (network, clock) => new PooledHttp({ network, clock }),
    exempt: {
      ...NO_BROKER_TIME,
      ...NO_MISSING_FIGURES,
      drop: UNSEEN,
      reorder: UNSEEN,
      gap: UNSEEN,
      'bad-checksum': UNSEEN,
      'stale-snapshot': 'a subscription begins with everything, and is answered in order',
      'new-enum': 'spots and depth have no enumerations',
    },
  })
}
