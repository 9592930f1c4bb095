// A thousand living instruments through gate, journal, engine and recorder: sustained, in a burst, and how long a decision takes.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openJournal } from '../src/adapters/journal/lmdb-journal.ts'
import { openFeed } from '../src/adapters/lake/feed.ts'
import { Lake } from '../src/adapters/lake/lake.ts'
import { Recording } from '../src/adapters/recording/recording-reader.ts'
import { RecordingWriter } from '../src/adapters/recording/recording-writer.ts'
import { compose, loadStrategies } from '../src/apps/compose.ts'
import { parseRunConfig } from '../src/apps/config.ts'
import { LiveInbox } from '../src/apps/live/live-inbox.ts'
import { liveLoop } from '../src/apps/live/live-loop.ts'
import { deskFor } from '../src/apps/live/source-desk-of.ts'
import { SystemClock } from '../src/connectivity/clock.ts'
import type { LiveSource } from '../src/connectivity/source.ts'
import type { LiveEvent } from '../src/domain/event.ts'
import { type Instrument, instrument } from '../src/domain/instrument.ts'
import type { Quote } from '../src/domain/market.ts'
import type { Micros } from '../src/domain/numbers.ts'
import type { Provenance } from '../src/domain/provenance.ts'
import { BENCH_HOME, benchLake } from './engine-child.ts'
import { writeFigure } from './figure.ts'

const INSTRUMENTS = 1000
/** The full form is 600 seconds: SECONDS=600 make bench NAME=live. */
const SECONDS = Number(process.env['SECONDS'] ?? 20)
/** Ticks are handed over this often, as sockets do. */
const SLICE_MILLIS = 2

const PROVENANCE: Provenance = Object.freeze({
  source: 'bench',
  kind: 'recorded',
  origin: 'gold of May 2014, played again',
  checksum: '',
  licence: 'Apache-2.0 (LEAN)',
})

const idOf = (index: number): string => `G${String(index).padStart(4, '0')}.BENCH`

/** Hands over real quotes at a steady rate, stamped when they are handed over. */
class Pacer implements LiveSource {
  sent = 0
  readonly #tape: readonly Quote[]
  readonly #clock: SystemClock
  readonly #perSecond: number
  readonly #seconds: number

  constructor(tape: readonly Quote[], clock: SystemClock, perSecond: number, seconds: number) {
    this.#tape = tape
    this.#clock = clock
    this.#perSecond = perSecond
    this.#seconds = seconds
  }

  async *batches(): AsyncGenerator<readonly LiveEvent[]> {
    const begun = performance.now()
    const total = this.#perSecond * this.#seconds
    const now = this.#clock.now()
    yield [
      {
        ...{ kind: 'link-change', source: 'bench', instrumentId: '', state: 'live', reason: 'begun' },
        ...{ eventTime: now, receivedTime: now, sequence: 0, provenance: PROVENANCE },
      },
    ]
    while (this.sent < total) {
      await new Promise(resolve => setTimeout(resolve, SLICE_MILLIS))
      const due = Math.min(total, Math.floor(((performance.now() - begun) / 1000) * this.#perSecond))
      const batch: LiveEvent[] = []
      for (; this.sent < due; this.sent++) batch.push(this.#quote(this.sent, this.#clock.now()))
      yield batch
    }
  }

  /** The instruments in turn; each begins at its own place of the tape. */
  #quote(index: number, now: Micros): Quote {
    const which = index % INSTRUMENTS
    const round = Math.floor(index / INSTRUMENTS)
    const { bid, ask, bidSize, askSize } = this.#tape[(which * 150 + round) % this.#tape.length]!
    return {
      ...{ kind: 'quote', instrumentId: idOf(which), bid, ask, bidSize, askSize },
      ...{ eventTime: now, receivedTime: now, sequence: round, provenance: PROVENANCE },
    }
  }
}

if (await benchLake()) await measure()

async function measure(): Promise<void> {
  const tape = await quotes(200_000)
  const dataHash = createHash('sha256')
    .update(JSON.stringify(tape.slice(0, 1000).map(({ bid, ask }) => [bid, ask])))
    .digest('hex')
  const note = `${INSTRUMENTS} instruments, each with quotes of real gold at its own place of the tape and a strategy on 1m bars; zstd recording, durable journal`

  const sustained = await stream(tape, 20_000, SECONDS)
  writeFigure({
    ...{
      bench: 'live',
      metric: `events a second through it all, 20,000 offered for ${SECONDS} s`,
      unit: 'events/s',
      dataHash,
      note,
    },
    value: sustained.rate,
    target: { atLeast: 19_900 },
    correctnessHash: sustained.hash,
  })
  writeFigure({
    ...{ bench: 'live', metric: 'lost or reordered of them', unit: 'events', dataHash },
    value: sustained.lost + sustained.reordered,
    target: { atMost: 0 },
    correctnessHash: sustained.hash,
    note: `${sustained.sent} sent, ${sustained.accepted} accepted, ${sustained.withheld} quarantined with a reason, ${sustained.recorded} in the recording`,
  })
  writeFigure({
    ...{ bench: 'live', metric: 'memory after it', unit: 'MB', dataHash },
    value: Math.round(sustained.rssEndMb),
    correctnessHash: sustained.hash,
    note: `${Math.round(sustained.rssMiddleMb)} MB half-way; the journal's map is part of it`,
  })

  const burst = await stream(tape, 40_000, Math.min(10, SECONDS))
  writeFigure({
    ...{ bench: 'live', metric: 'events a second in a burst of 40,000', unit: 'events/s', dataHash },
    value: burst.rate,
    target: { atLeast: 39_000 },
    correctnessHash: burst.hash,
    note: `${burst.lost} lost, ${burst.reordered} reordered, ${Math.min(10, SECONDS)} s`,
  })

  const calm = await stream(tape, 5_000, SECONDS)
  for (const [name, value, atMost] of [
    ['p50', calm.p50, 1],
    ['p99', calm.p99, 10],
    ['p99.9', calm.p999, 25],
  ] as const) {
    writeFigure({
      ...{ bench: 'live', metric: `receipt to decision at 5,000 ticks/s, ${name}`, unit: 'ms', dataHash },
      value: value / 1000,
      target: { atMost },
      correctnessHash: calm.hash,
      note: 'from the clock at hand-over to the end of its step, recorder and journal included',
    })
  }
}

interface Streamed {
  readonly rate: number
  readonly sent: number
  readonly accepted: number
  readonly withheld: number
  readonly recorded: number
  readonly lost: number
  readonly reordered: number
  readonly hash: string
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly rssMiddleMb: number
  readonly rssEndMb: number
}

async function stream(tape: readonly Quote[], perSecond: number, seconds: number): Promise<Streamed> {
  const folder = mkdtempSync(join(tmpdir(), 'quadrant-bench-live-'))
  const clock = new SystemClock()
  const instruments = new Map(Array.from({ length: INSTRUMENTS }, (_, at) => [idOf(at), spec(idOf(at))]))
  const desk = deskFor([...instruments.values()].map(of => ({ of, sources: ['bench'] })))
  const config = parseRunConfig(configText(), { file: 'bench.yaml' })
  const journal = openJournal(join(folder, 'journal'), { runId: 'bench', configHash: config.configHash, dataHash: 'live' })
  const session = compose(config, await loadStrategies(config), { instruments, gate: desk, journal })
  const recording = new RecordingWriter(join(folder, 'recording'), {
    ...{
      id: 'bench',
      name: 'bench',
      started: new Date().toISOString(),
      environment: 'live',
      configuration: '',
      continuedFrom: 0,
    },
    configHash: config.configHash,
    instruments: [...instruments.values()].map(of => ({ spec: of, sources: [{ source: 'bench', symbol: of.id }] })),
  })

  const source = new Pacer(tape, clock, perSecond, seconds)
  const inbox = new LiveInbox([source])
  const samples = new Float64Array(perSecond * seconds + INSTRUMENTS)
  let measured = 0
  let rssMiddleMb = 0
  const started = performance.now()
  await liveLoop({
    ...{ session, inbox, clock, signal: new AbortController().signal },
    record: input => recording.input(input),
    commands: () => [],
    beat: () => {
      if (rssMiddleMb === 0 && performance.now() - started > seconds * 500) rssMiddleMb = process.memoryUsage().rss / 2 ** 20
      return false
    },
    latency: micros => {
      if (measured < samples.length) samples[measured++] = micros
    },
  })
  const elapsed = (performance.now() - started) / 1000
  const rssEndMb = process.memoryUsage().rss / 2 ** 20
  const hash = session.engine.stateHash()
  await inbox.close()
  await recording.close(hash, new Date().toISOString())
  await journal.close()

  let recorded = 0
  let reordered = 0
  const last = new Map<string, number>()
  for await (const batch of new Recording(recording.folder).batches()) {
    for (const input of batch) {
      if (input.kind !== 'event' || input.event.kind !== 'quote') continue
      recorded += 1
      const { instrumentId, sequence } = input.event
      if (sequence !== (last.get(instrumentId) ?? -1) + 1) reordered += 1
      last.set(instrumentId, sequence)
    }
  }
  rmSync(folder, { recursive: true })

  const withheld = Object.entries(session.quarantined).reduce((sum, [, count]) => sum + count, 0)
  const sorted = samples.subarray(0, measured).sort()
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!
  return {
    ...{ rate: source.sent / elapsed, sent: source.sent, accepted: session.accepted, withheld, recorded, reordered, hash },
    ...{ lost: source.sent - recorded, rssMiddleMb, rssEndMb },
    ...{ p50: at(0.5), p99: at(0.99), p999: at(0.999) },
  }
}

function spec(id: string): Instrument {
  return instrument({
    ...{ id, assetClass: 'metal', base: 'XAU', quote: 'USD', settle: 'USD', calendar: 'crypto' },
    ...{ priceDecimals: 3, quantityDecimals: 2, tick: 1, lot: 1, multiplier: 1, negativePrices: false },
  })
}

function configText(): string {
  const ids = Array.from({ length: INSTRUMENTS }, (_, at) => idOf(at))
  return [
    'name: live-bench',
    "account: { currency: USD, equity: '100000000' }",
    'data:',
    ...ids.map(id => `  - { instrument: ${id}, kind: quote }`),
    'strategies:',
    ...ids.map(id => `  - { use: ema-cross, instrument: ${id}, bar: 1m, price: bid, params: { fast: 3, slow: 6 } }`),
    'senses: []',
    "risk: { orderNotional: '1%', positionNotional: '1%', grossNotional: '1000%', marginRate: '0%', dataAge: 1m, orderRate: { count: 5000, per: 1s } }",
    "venue: { latency: 50ms, commission: { rate: '0.002%', minimum: '0' }, fill: next }",
  ].join('\n')
}

async function quotes(limit: number): Promise<Quote[]> {
  const lake = new Lake(join(BENCH_HOME, 'lake'))
  const data = [{ instrument: 'XAUUSD.OANDA', kind: 'quote', bar: undefined, prices: 'both', limit } as const]
  const { feed } = await openFeed(lake, { from: undefined, to: undefined, data, macro: [], calendar: false })
  const facts: Quote[] = []
  for await (const batch of feed.batches()) for (const fact of batch) if (fact.kind === 'quote') facts.push(fact)
  lake.close()
  return facts
}
