// cTrader's trendbars, over the venue's own connection in both encodings, keep the contract of downloads.
import { CTRADER } from '../../../src/adapters/ctrader/ctrader.ts'
import { wire } from '../../../src/adapters/ctrader/ctrader-wiring.ts'
import type { HistoryRequest } from '../../../src/connectivity/source.ts'
import type { FeedEvent } from '../../../src/domain/event.ts'
import { instrument } from '../../../src/domain/instrument.ts'
import { DAY, HOUR, MINUTE } from '../../../src/domain/numbers.ts'
import { barText, CtraderHistory, HISTORY_FROM, HISTORY_TO } from '../../venues/ctrader-history.ts'
import { ACCOUNT, CLIENT_ID, CLIENT_SECRET, FIRST_ACCESS, FIRST_REFRESH, startCtraderVenue } from '../../venues/ctrader-venue.ts'
import { downloadContract } from './download-source.ts'
import { NO_HTTP, NO_MISSING_FIGURES } from './exemptions.ts'

const EURUSD = instrument({
  ...{ id: 'EURUSD.CTRADER', assetClass: 'forex', base: 'EUR', quote: 'USD', settle: 'USD', calendar: 'fx-cfd' },
  ...{ priceDecimals: 5, quantityDecimals: 2, tick: 1, lot: 100_000, multiplier: 1, negativePrices: false },
})
const XAUUSD = instrument({
  ...{ id: 'XAUUSD.CTRADER', assetClass: 'metal', base: 'XAU', quote: 'USD', settle: 'USD', calendar: 'metals-cfd' },
  ...{ priceDecimals: 2, quantityDecimals: 2, tick: 1, lot: 100, multiplier: 1, negativePrices: false },
})

const SUBJECTS = [
  {
    encoding: 'json',
    request: { instrument: EURUSD, symbol: 'EURUSD', kind: 'bar', barMicros: MINUTE, from: HISTORY_FROM, to: HISTORY_TO },
    truth: new CtraderHistory({ start: 108_013, step: 1, seed: 7 }).truth(1),
  },
  {
    encoding: 'protobuf',
    request: { instrument: XAUUSD, symbol: 'XAUUSD', kind: 'bar', barMicros: HOUR, from: HISTORY_FROM, to: HISTORY_TO },
    truth: new CtraderHistory({ start: 238_435_000, step: 1_000, seed: 8 }).truth(9),
  },
] as const satisfies readonly { encoding: string; request: HistoryRequest; truth: readonly string[] }[]

const text = (event: FeedEvent): string =>
  event.kind === 'bar'
    ? barText(event.openTime, [event.open, event.high, event.low, event.close], event.volume)
    : `${event.kind}, which was not asked for`

for (const { encoding, request, truth } of SUBJECTS) {
  downloadContract({
    name: `ctrader over ${encoding}`,
    descriptor: CTRADER,
    start: startCtraderVenue(encoding),
    downloader: parts => {
      const settled = { ...parts, settings: { encoding } }
      // As after a consent: how tokens are renewed has a contract of its own.
      wire(settled).keeper.adopt({ access: FIRST_ACCESS, refresh: FIRST_REFRESH, lifeMicros: 30 * DAY })
      return CTRADER.history!(settled)
    },
    request,
    text,
    truth,
    credentials: {
      QUADRANT_CTRADER_CLIENT_ID: CLIENT_ID,
      QUADRANT_CTRADER_CLIENT_SECRET: CLIENT_SECRET,
      QUADRANT_CTRADER_ACCOUNT: String(ACCOUNT),
    },
    exempt: {
      ...NO_HTTP,
      ...NO_MISSING_FIGURES,
      'slow-body': 'the protocol has no HTTP in it',
      'empty-array': 'a time without ticks is empty on any day',
    },
  })
}
