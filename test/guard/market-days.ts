// Real days of currencies, metals, crypto and shares from the data pack, as ticks of one stream each.

import { binanceCapture } from '../../src/adapters/files/binance-capture.ts'
import type { ImportFormat } from '../../src/adapters/files/format.ts'
import { lean } from '../../src/adapters/files/lean.ts'
import { bi5 } from '../../src/apps/bi5-import.ts'
import { sessionCalendar } from '../../src/domain/calendar.ts'
import type { InstrumentSpec } from '../../src/domain/instrument.ts'
import type { Provenance } from '../../src/domain/provenance.ts'
import type { GuardedInstrument } from '../../src/guard/provenance/feed-guard.ts'
import { packPath } from '../pack.ts'
import { parsed } from '../parsed.ts'
import type { Tick } from './feed-imitations.ts'

export interface MarketStream {
  /** 'EURUSD.OANDA quote 2014-05-08'. */
  readonly name: string
  readonly instrument: GuardedInstrument
  readonly ticks: readonly Tick[]
  /** The recorder's own clock says when each was received. */
  readonly isReceived: boolean
  /** The venue says when each happened. */
  readonly isStamped: boolean
}

const may = (day: string) => `201405${day}`
const october = (day: string) => `201310${day}`
const LEAN = {
  euro: (day: string) => `fx/lean/oanda/tick/eurusd/${may(day)}_quote.zip`,
  gold: (day: string) => `cfd/lean/oanda/tick/xauusd/${may(day)}_quote.zip`,
  share: (name: string, day: string) => `equity/lean/usa/tick/${name}/${october(day)}_trade.zip`,
  comex: (day: string) => `futures/lean/comex/tick/gc/${october(day)}_trade.zip`,
}
const CAPTURES = [
  'spot/btcusdt_20240808.gz',
  'spot/btcusdt_20240809.gz',
  'usdm/btcusdt_20240808.gz',
  'cm/btcusd_perp_20240808.gz',
  'cm/btcusd_perp_20240809.gz',
]

/** Ten days: three of May 2014, four of October 2013, one of December 2012, two of August 2024. */
export const TEN_DAYS: readonly string[] = [
  ...['02', '06'].map(LEAN.euro),
  LEAN.gold('01'),
  ...['07', '09'].map(day => LEAN.share('ibm', day)),
  ...['08', '10'].map(day => LEAN.share('aig', day)),
  LEAN.comex('08'),
  ...CAPTURES.map(name => `crypto/hftbacktest/${name}`),
  'dukascopy',
]

/** Everything of ticks that the pack has. */
export const ALL_DAYS: readonly string[] = [
  ...['01', '02', '04', '05', '06', '07', '08', '09', '11', '12', '13', '14', '15'].map(LEAN.euro),
  ...['01', '02', '04', '05', '06', '07', '08'].map(LEAN.gold),
  ...['spy', 'ibm', 'aig'].flatMap(name => ['07', '08', '09', '10', '11'].map(day => LEAN.share(name, day))),
  ...['07', '08', '09'].map(LEAN.comex),
  ...CAPTURES.map(name => `crypto/hftbacktest/${name}`),
  'dukascopy',
]

/** The quotes and the trades of these files, each stream by itself. */
export async function* marketStreams(files: readonly string[]): AsyncGenerator<MarketStream> {
  for (const file of files) {
    if (file === 'dukascopy') yield* dukascopy()
    else yield* streamsOf(file.includes('hftbacktest') ? binanceCapture : lean, file)
  }
}

async function* streamsOf(format: ImportFormat, file: string): AsyncGenerator<MarketStream> {
  for (const { about, events } of await parsed(format, packPath(file))) {
    const ticks = events.filter(event => event.kind === 'quote' || event.kind === 'trade')
    if (about.instrument !== undefined && ticks.length > 0) yield stream(about.instrument, ticks)
  }
}

/** Eighteen hours of one day are one stream. */
async function* dukascopy(): AsyncGenerator<MarketStream> {
  const ticks: Tick[] = []
  let spec: InstrumentSpec | undefined
  for (let hour = 0; hour < 18; hour++) {
    const path = packPath(`fx/dukascopy_bi5/compressed/GBPJPY/2012/11/03/${String(hour).padStart(2, '0')}h_ticks.bi5`)
    for (const { about, events } of await parsed(bi5, path)) {
      spec = about.instrument
      for (const event of events) if (event.kind === 'quote') ticks.push(event)
    }
  }
  if (spec !== undefined) yield stream(spec, ticks)
}

function stream({ id, tick, calendar }: InstrumentSpec, ticks: readonly Tick[]): MarketStream {
  const first = ticks[0]!
  const isReceived = first.provenance.origin.includes('hftbacktest')
  return {
    name: `${id} ${first.kind} ${new Date(first.eventTime / 1000).toISOString().slice(0, 10)}`,
    instrument: { id, tick, calendar: sessionCalendar(calendar)! },
    // What was recorded with its own time of arrival is judged as it was when it lived.
    ticks: isReceived ? ticks.map(tick => ({ ...tick, provenance: live(tick.provenance) })) : ticks,
    isReceived,
    isStamped: !isReceived || ticks.some(({ eventTime, receivedTime }) => eventTime !== receivedTime),
  }
}

const lives = new Map<Provenance, Provenance>()
function live(provenance: Provenance): Provenance {
  const known = lives.get(provenance) ?? Object.freeze({ ...provenance, kind: 'live' as const })
  lives.set(provenance, known)
  return known
}
