// FRED against a simulated ALFRED.
import { FRED } from '../../../src/adapters/fred/fred.ts'
import { FRED_KEY, fredFact, startFredVenue } from '../../venues/fred-venue.ts'
import { downloadContract } from './download.ts'

downloadContract({
  descriptor: FRED,
  startVenue: startFredVenue,
  request: { names: ['CPIAUCSL', 'unrate'], kind: 'quote' },
  credentials: { QUADRANT_FRED_KEY: FRED_KEY },
  textOf: event => (event.kind === 'release' ? fredFact(event.series, event) : `${event.kind}, which was not asked for`),
})
