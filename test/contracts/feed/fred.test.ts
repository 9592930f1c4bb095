// FRED against a simulated ALFRED: the source by itself, and downloads from it into the lake.
import { FRED } from '../../../src/adapters/fred/fred.ts'
import type { FeedEvent } from '../../../src/domain/event.ts'
import { parseMicros } from '../../../src/domain/numbers.ts'
import { FRED_KEY, fredFact, fredTruth, startFredVenue } from '../../venues/fred-venue.ts'
import { downloadContract } from './download.ts'
import { downloadContract as sourceContract } from './download-source.ts'

const credentials = { QUADRANT_FRED_KEY: FRED_KEY }
const textOf = (event: FeedEvent): string =>
  event.kind === 'release' ? fredFact(event.series, event) : `${event.kind}, which was not asked for`

downloadContract({
  descriptor: FRED,
  startVenue: startFredVenue,
  request: { names: ['CPIAUCSL', 'unrate'], kind: 'quote' },
  credentials,
  textOf,
})

sourceContract({
  name: 'fred, by itself,',
  descriptor: FRED,
  start: startFredVenue,
  downloader: parts => FRED.series!(parts),
  request: { series: 'CPIAUCSL', from: parseMicros('1776-07-04')!, to: parseMicros('2026-01-01')! },
  text: textOf,
  truth: fredTruth(1, 'CPIAUCSL'),
  exempt: {
    'dot-value': 'its figures have them on any day',
    'null-value': 'it says "." for what is missing',
    'empty-array': 'a window without vintages is empty on any day',
  },
  credentials,
})
