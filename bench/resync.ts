// How long a broken book stays away from its reader when the venue is a tenth of a second away.
import { BINANCE } from '../src/adapters/binance/binance.ts'
import { KRAKEN } from '../src/adapters/kraken/kraken.ts'
import { Network } from '../src/connectivity/network.ts'
import { PooledHttp } from '../src/connectivity/pooled-http.ts'
import type { SourceDescriptor } from '../src/connectivity/source.ts'
import { instrument } from '../src/domain/instrument.ts'
import { Authority } from '../test/venues/authority.ts'
import { BINANCE_SYMBOLS, startBinanceVenue } from '../test/venues/binance-venue.ts'
import { ChaosProxy } from '../test/venues/chaos-proxy.ts'
import type { FaultKind } from '../test/venues/fault.ts'
import { KRAKEN_SYMBOLS, startKrakenVenue } from '../test/venues/kraken-venue.ts'
import type { StartVenue } from '../test/venues/venue.ts'
import { VenueClock } from '../test/venues/venue-clock.ts'
import { percentiles, writeFigure } from './figure.ts'

/** GAPS=200 make bench NAME=resync is the full form. */
const GAPS = Number(process.env['GAPS'] ?? 25)
/** Each way. */
const DELAY_MILLIS = 50
/** A book that breaks again within a second is asked for more slowly, which is not what is measured. */
const REST_MILLIS = 1_100

interface Subject {
  readonly descriptor: SourceDescriptor
  readonly start: StartVenue
  readonly symbol: { readonly symbol: string; readonly priceDecimals: number; readonly sizeDecimals: number }
  readonly fault: FaultKind
  readonly settings: Readonly<Record<string, unknown>>
}

const SUBJECTS: readonly Subject[] = [
  {
    ...{ descriptor: BINANCE, start: startBinanceVenue, symbol: BINANCE_SYMBOLS[0]!, fault: 'gap' },
    settings: { depth: 100 },
  },
  {
    // Kraken numbers nothing: a lost update shows in the checksum of the next.
    ...{ descriptor: KRAKEN, start: startKrakenVenue, symbol: KRAKEN_SYMBOLS[0]!, fault: 'bad-checksum' },
    settings: { depth: 10 },
  },
]

for (const subject of SUBJECTS) {
  const { away, violations } = await breaking(subject)
  const { p50, p99, max } = percentiles(away)
  writeFigure({
    ...{ bench: 'resync', metric: `${subject.descriptor.name}: a broken book is whole again, p99`, unit: 'ms', p50, p99 },
    value: p99,
    target: { atMost: 2000 },
    correctnessHash: `${violations} violations`,
    note: `${away.length} times at a round trip of ${2 * DELAY_MILLIS} ms, slowest ${Math.round(max)} ms; from the fault as noticed to the snapshot delivered`,
  })
}

async function breaking({ descriptor, start, symbol: of, fault, settings }: Subject): Promise<{
  readonly away: readonly number[]
  readonly violations: number
}> {
  const clock = new VenueClock()
  const venue = await start({ authority: await Authority.create(), clock, seed: 4 })
  const proxy = await ChaosProxy.start(venue.routes, clock)
  const network = new Network(descriptor.hosts.live, proxy.routes)
  const http = new PooledHttp({ network, clock, rates: descriptor.rates ?? {} })
  const id = `${of.symbol.replace(/[^A-Z]/g, '')}.${descriptor.name.toUpperCase()}`
  const wanted = instrument({
    ...{ id, assetClass: 'crypto', base: 'BTC', quote: 'USD', settle: 'USD', calendar: 'crypto', tick: 1, lot: 1 },
    ...{ priceDecimals: of.priceDecimals, quantityDecimals: of.sizeDecimals, multiplier: 1, negativePrices: false },
  })
  const parts = { network, http, clock, environment: 'live', credentials: {}, stateFolder: '', settings } as const
  const source = descriptor.live!(parts, [{ instrument: wanted, symbol: of.symbol, wants: ['book'] }])

  const away: number[] = []
  let brokenSince: number | undefined
  let isSlow = false
  const market = setInterval(() => venue.play(3), 10)
  for await (const batch of source.batches()) {
    for (const event of batch) {
      if (event.kind !== 'link-change' || event.instrumentId !== id) continue
      if (event.state === 'degraded') brokenSince ??= event.receivedTime
      if (event.state !== 'live') continue
      if (brokenSince !== undefined) away.push((event.receivedTime - brokenSince) / 1000)
      brokenSince = undefined
      if (!isSlow) for (const _ of [1, 2]) proxy.apply({ kind: 'delay', millis: DELAY_MILLIS })
      isSlow = true
      if (away.length < GAPS) setTimeout(() => venue.apply({ kind: fault }), REST_MILLIS)
    }
    if (away.length === GAPS) break
  }
  clearInterval(market)
  await http.close()
  await proxy.stop()
  await venue.stop()
  return { away, violations: venue.violations.length }
}
