// How long an instrument is without a good source: two venues over real TLS, the one that is read broken again and again.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KRAKEN } from '../src/adapters/kraken/kraken.ts'
import { compose, loadStrategies } from '../src/apps/compose.ts'
import { parseRunConfig } from '../src/apps/config.ts'
import { LiveInbox } from '../src/apps/live/live-inbox.ts'
import { liveLoop } from '../src/apps/live/live-loop.ts'
import { deskFor } from '../src/apps/live/source-desk-of.ts'
import { watched } from '../src/apps/live/watched-gate.ts'
import { Network } from '../src/connectivity/network.ts'
import { PooledHttp } from '../src/connectivity/pooled-http.ts'
import type { LiveSource, Subscription } from '../src/connectivity/source.ts'
import type { LiveEvent } from '../src/domain/event.ts'
import { type Instrument, instrument } from '../src/domain/instrument.ts'
import type { Provenance } from '../src/domain/provenance.ts'
import { Authority } from '../test/venues/authority.ts'
import { ChaosProxy } from '../test/venues/chaos-proxy.ts'
import { startKrakenVenue } from '../test/venues/kraken-venue.ts'
import type { Venue } from '../test/venues/venue.ts'
import { VenueClock } from '../test/venues/venue-clock.ts'
import { percentiles, writeFigure } from './figure.ts'

/** Of each kind. The full form is 500 in all: FAILOVERS=167 make bench NAME=failover. */
const FAILOVERS = Number(process.env['FAILOVERS'] ?? 8)
const NAMES = ['kraken', 'kraken-b'] as const

const KINDS = {
  'a reset connection': { atMost: 1000, kind: 'reset' },
  'a silent stall': { atMost: 3000, kind: 'half-open' },
  'a source that is corrupt but alive': { atMost: 5000, kind: 'bad-checksum' },
} as const

const BTC: Instrument = instrument({
  ...{ id: 'BTCUSD.KRAKEN', assetClass: 'crypto', base: 'BTC', quote: 'USD', settle: 'USD', calendar: 'crypto' },
  ...{ priceDecimals: 1, quantityDecimals: 8, tick: 1, lot: 1, multiplier: 1, negativePrices: false },
})
const CONFIG = `
name: failover
data: [{ instrument: BTCUSD.KRAKEN, kind: quote }]
strategies: [{ use: ema-cross, instrument: BTCUSD.KRAKEN, bar: 100ms, price: mid, params: { fast: 2, slow: 3 } }]
senses: []
allocation: { method: fixed, quantity: '0.1' }
`

/** The same venue twice, told apart by name. */
class Renamed implements LiveSource {
  readonly #inner: LiveSource
  readonly #name: string
  readonly #provenances = new Map<Provenance, Provenance>()

  constructor(inner: LiveSource, name: string) {
    this.#inner = inner
    this.#name = name
  }

  async *batches(): AsyncGenerator<readonly LiveEvent[]> {
    for await (const batch of this.#inner.batches()) yield batch.map(event => this.#renamed(event))
  }

  #renamed(event: LiveEvent): LiveEvent {
    let provenance = this.#provenances.get(event.provenance)
    if (provenance === undefined) {
      provenance = Object.freeze({ ...event.provenance, source: this.#name })
      this.#provenances.set(event.provenance, provenance)
    }
    return 'source' in event ? { ...event, source: this.#name, provenance } : { ...event, provenance }
  }
}

interface Side {
  readonly name: string
  readonly venue: Venue
  readonly proxy: ChaosProxy
  readonly source: LiveSource
  readonly close: () => Promise<void>
}

async function side(name: string, clock: VenueClock, authority: Authority, folder: string): Promise<Side> {
  // The same seed: both tell the same market, as two venues of one instrument do.
  const venue = await startKrakenVenue({ authority, clock, seed: 11 })
  const proxy = await ChaosProxy.start(venue.routes, clock)
  const network = new Network(KRAKEN.hosts.live, proxy.routes)
  const http = new PooledHttp({ network, clock })
  const wanted: Subscription = { instrument: BTC, symbol: 'BTC/USD', wants: ['quote', 'trade', 'book'] }
  const parts = { network, http, clock, environment: 'live', credentials: {}, stateFolder: join(folder, name) } as const
  return {
    ...{ name, venue, proxy },
    source: new Renamed(KRAKEN.live!(parts, [wanted]), name),
    close: async () => {
      await http.close()
      await proxy.stop()
      await venue.stop()
    },
  }
}

const folder = mkdtempSync(join(tmpdir(), 'quadrant-bench-failover-'))
const clock = new VenueClock()
const authority = await Authority.create()
const sides = await Promise.all(NAMES.map(name => side(name, clock, authority, folder)))
// Never back to the preferred source by itself: what is measured is leaving one, and nothing but a fault may cause it.
const rules = { cleanMicros: Number.POSITIVE_INFINITY }
const desk = deskFor([{ of: BTC, sources: [...NAMES] }], rules)
const config = parseRunConfig(CONFIG, { file: 'failover.yaml' })

let selected = ''
let level = ''
let waiting: (() => void) | undefined
let mixed = 0
let changedIn: number | undefined
/** Quotes, of which the bars are made, that the engine was given since the last bar, each with whose it was. */
let heard: { readonly time: number; readonly source: string }[] = []
const session = compose(config, await loadStrategies(config), {
  instruments: new Map([[BTC.id, BTC]]),
  gate: watched(desk, ({ kind, receivedTime, provenance }) => {
    if (kind === 'quote') heard.push({ time: receivedTime, source: provenance.source })
  }),
  observers: [
    {
      observe: step => {
        if (step.event.kind === 'source-change') {
          selected = step.event.to
          level = step.event.level
          changedIn = step.event.receivedTime
          waiting?.()
        }
        // A bar that is made of both must give no signal for new risk.
        for (const { signal, bar } of step.decisions) {
          const within = heard.filter(({ time }) => time >= bar.openTime && time < bar.eventTime)
          if (signal.kind === 'target' && new Set(within.map(({ source }) => source)).size > 1) mixed += 1
          heard = heard.filter(({ time }) => time >= bar.eventTime)
        }
      },
    },
  ],
})
const inbox = new LiveInbox(sides.map(({ source }) => source))
const stop = new AbortController()
const market = setInterval(() => {
  for (const { venue } of sides) venue.play(4)
}, 20)
const looping = liveLoop({
  ...{ session, inbox, clock, signal: stop.signal },
  record: () => {},
  commands: () => [],
  beat: () => false,
})

/** Resolves at the next switch that `accepts` takes. */
const switched = async (accepts: () => boolean): Promise<void> => {
  while (!accepts()) {
    await new Promise<void>(resolve => {
      waiting = resolve
    })
  }
}
/** Both have been good for a while. */
const settled = async (): Promise<void> => {
  for (;;) {
    const [of] = desk.status(clock.now())
    if (level === 'live' && of?.sources.every(({ state }) => state === 'ok') === true) break
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  await new Promise(resolve => setTimeout(resolve, 1200))
}

const times = new Map<string, number[]>(Object.keys(KINDS).map(name => [name, []]))
for (let round = 0; round < FAILOVERS; round++) {
  for (const [name, { kind }] of Object.entries(KINDS)) {
    await settled()
    const broken = sides.find(one => one.name === selected)!
    const before = clock.now()
    if (kind === 'bad-checksum') broken.venue.apply({ kind, count: 1_000_000 })
    else broken.proxy.apply({ kind })
    await switched(() => selected !== broken.name)
    times.get(name)!.push((changedIn! - before) / 1000)
    broken.proxy.heal()
    broken.venue.heal()
  }
}

clearInterval(market)
stop.abort()
await looping
await inbox.close()
for (const { close } of sides) await close()
rmSync(folder, { recursive: true })

const correctnessHash = `${sides.flatMap(({ venue }) => venue.violations).length} violations`
for (const [name, { atMost }] of Object.entries(KINDS)) {
  const { p50, p99, max } = percentiles(times.get(name)!)
  writeFigure({
    ...{
      bench: 'failover',
      metric: `from ${name} to the next source`,
      unit: 'ms',
      target: { atMost },
      correctnessHash,
      p50,
      p99,
    },
    value: max,
    note: `the slowest of ${times.get(name)!.length}; two venues over TLS, each changing 200 times a second`,
  })
}
writeFigure({
  ...{
    bench: 'failover',
    metric: 'signals for new risk from a bar of two sources',
    unit: 'signals',
    target: { atMost: 0 },
    correctnessHash,
  },
  value: mixed,
  note: `${3 * FAILOVERS} failovers; strategies decide ten times a second`,
})
