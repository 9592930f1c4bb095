// Dukascopy against its simulated JSON feed: the source by itself, and downloads from it into the lake.
import { DUKASCOPY } from '../../../src/adapters/dukascopy/dukascopy.ts'
import type { HistoryRequest } from '../../../src/connectivity/source.ts'
import type { FeedEvent } from '../../../src/domain/event.ts'
import { instrument } from '../../../src/domain/instrument.ts'
import { HOUR, micros } from '../../../src/domain/numbers.ts'
import {
  DUKASCOPY_FROM,
  DUKASCOPY_HOURS,
  dukascopyFact,
  dukascopyTruth,
  startDukascopyVenue,
} from '../../venues/dukascopy-venue.ts'
import { downloadContract } from './download.ts'
import { downloadContract as sourceContract } from './download-source.ts'

const textOf = (event: FeedEvent): string =>
  event.kind === 'quote'
    ? dukascopyFact({
        ...{ millis: event.eventTime / 1000, bid: event.bid, ask: event.ask },
        ...{ bidVolume: event.bidSize, askVolume: event.askSize },
      })
    : `${event.kind}, which was not asked for`

const from = DUKASCOPY_FROM * 1000
const to = micros(from + DUKASCOPY_HOURS * HOUR)

downloadContract({
  descriptor: DUKASCOPY,
  startVenue: startDukascopyVenue,
  // An hour more than the venue has: it answers 404.
  request: { names: ['EUR/USD'], kind: 'quote', from: micros(from - HOUR), to },
  textOf,
})

const EURUSD: HistoryRequest = {
  instrument: instrument({
    id: 'EURUSD.DUKASCOPY',
    assetClass: 'forex',
    base: 'EUR',
    quote: 'USD',
    settle: 'USD',
    priceDecimals: 5,
    quantityDecimals: 0,
    tick: 1,
    lot: 1,
    multiplier: 1,
    calendar: 'fx',
    negativePrices: false,
  }),
  symbol: 'EUR-USD',
  kind: 'quote',
  from: micros(from),
  to,
}

sourceContract({
  name: 'dukascopy, by itself,',
  descriptor: DUKASCOPY,
  start: startDukascopyVenue,
  downloader: parts => DUKASCOPY.history!(parts),
  request: EURUSD,
  text: textOf,
  truth: dukascopyTruth(1),
  exempt: {
    'dot-value': 'prices have no word for what is missing',
    'null-value': 'an hour without ticks has bases of null on any day',
    'empty-array': 'an hour without ticks is empty on any day',
  },
})
