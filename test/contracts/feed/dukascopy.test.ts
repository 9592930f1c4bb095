// Dukascopy against its simulated JSON feed.
import { DUKASCOPY } from '../../../src/adapters/dukascopy/dukascopy.ts'
import { micros } from '../../../src/domain/numbers.ts'
import { DUKASCOPY_FROM, DUKASCOPY_HOURS, dukascopyFact, startDukascopyVenue } from '../../venues/dukascopy-venue.ts'
import { downloadContract } from './download.ts'

const HOUR_MICROS = 3_600_000_000

downloadContract({
  descriptor: DUKASCOPY,
  startVenue: startDukascopyVenue,
  request: {
    names: ['EUR/USD'],
    kind: 'quote',
    // An hour more than the venue has: it answers 404.
    from: micros(DUKASCOPY_FROM * 1000 - HOUR_MICROS),
    to: micros(DUKASCOPY_FROM * 1000 + DUKASCOPY_HOURS * HOUR_MICROS),
  },
  textOf: event =>
    event.kind === 'quote'
      ? dukascopyFact({
          ...{ millis: event.eventTime / 1000, bid: event.bid, ask: event.ask },
          ...{ bidVolume: event.bidSize, askVolume: event.askSize },
        })
      : `${event.kind}, which was not asked for`,
})
