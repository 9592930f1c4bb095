// Dukascopy's JSON feed: hours of ticks as columns of differences, some of them empty, one of them not there at all.
import { type ArchiveVenue, startArchive } from './archive-venue.ts'
import { mulberry32 } from './true-market.ts'
import type { VenueOptions } from './venue.ts'
import type { VenueRequest } from './venue-http.ts'

const HOST = 'jetta.dukascopy.com'
const PATH = /^\/v1\/ticks\/([^/]+)\/(\d{4})\/([1-9]\d?)\/([1-9]\d?)\/(\d|1\d|2[0-3])$/
const HOUR_MILLIS = 3_600_000
/** Monday, 2026-07-13. */
export const DUKASCOPY_FROM = Date.UTC(2026, 6, 13, 8)
export const DUKASCOPY_HOURS = 9

interface Tick {
  readonly millis: number
  readonly bid: number
  readonly ask: number
  readonly bidVolume: number
  readonly askVolume: number
}

export function startDukascopyVenue(options: VenueOptions): Promise<ArchiveVenue> {
  const hours = hoursOf(options.seed)
  return startArchive(
    {
      name: 'dukascopy',
      host: HOST,
      path: /^\/v1\//,
      // It documents no limit. Ten a second are gentle, and a command started again has its own ten.
      limit: { what: 'requests', most: 20, withinMillis: 1000 },
      truth: hours.flat().map(dukascopyFact),
      answer: (request, report) => answer(hours, request, report),
    },
    options,
  )
}

function hoursOf(seed: number): readonly (readonly Tick[])[] {
  const random = mulberry32(seed)
  return Array.from({ length: DUKASCOPY_HOURS }, (_, hour) => (hour % 4 === 2 ? [] : ticksOf(hour, random)))
}

export const dukascopyTruth = (seed: number): readonly string[] => hoursOf(seed).flat().map(dukascopyFact)

/** A fact of the truth, as both sides write it down. */
export const dukascopyFact = ({ millis, bid, ask, bidVolume, askVolume }: Tick): string =>
  `${millis} ${bid} ${ask} ${bidVolume} ${askVolume}`

function ticksOf(hour: number, random: () => number): readonly Tick[] {
  const ticks: Tick[] = []
  let bid = 114_000 + Math.floor(random() * 300)
  for (let millis = Math.floor(random() * 900); millis < HOUR_MILLIS; millis += 1 + Math.floor(random() * 60_000)) {
    bid += Math.floor(random() * 7) - 3
    const [bidVolume, askVolume] = [lots(random), lots(random)]
    ticks.push({
      millis: DUKASCOPY_FROM + hour * HOUR_MILLIS + millis,
      bid,
      ask: bid + 1 + Math.floor(random() * 5),
      bidVolume,
      askVolume,
    })
  }
  return ticks
}

const lots = (random: () => number): number => (1 + Math.floor(random() * 20)) * 450_000

function answer(hours: readonly (readonly Tick[])[], { url }: VenueRequest, report: (violation: string) => void) {
  const [, code, ...numbers] = PATH.exec(url.pathname) ?? []
  if (code !== 'EUR-USD') report(`asked for ${url.pathname}, which is no address of ticks`)
  const [year = 0, month = 0, day = 0, hour = 0] = numbers.map(Number)
  const start = Date.UTC(year, month - 1, day, hour)
  const ticks = hours[(start - DUKASCOPY_FROM) / HOUR_MILLIS]
  if (ticks === undefined) return { status: 404, body: '{"error":"not found"}' }

  const [first] = ticks
  const differences = (of: (tick: Tick) => number, base: number): number[] =>
    ticks.map((tick, row) => of(tick) - (row === 0 ? base : of(ticks[row - 1]!)))
  const body = {
    timestamp: start,
    multiplier: 1e-5,
    ask: first === undefined ? null : Number((first.ask / 1e5).toFixed(5)),
    bid: first === undefined ? null : Number((first.bid / 1e5).toFixed(5)),
    times: differences(tick => tick.millis, start),
    asks: differences(tick => tick.ask, first?.ask ?? 0),
    bids: differences(tick => tick.bid, first?.bid ?? 0),
    askVolumes: ticks.map(tick => tick.askVolume),
    bidVolumes: ticks.map(tick => tick.bidVolume),
  }
  return { status: 200, body: JSON.stringify(body) }
}
