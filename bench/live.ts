// A thousand living instruments through gate, journal, engine and recorder: sustained, in a burst, and how long a decision takes.
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openJournal } from '../src/adapters/journal/lmdb-journal.ts'
import { Recording } from '../src/adapters/recording/recording-reader.ts'
import { RecordingWriter } from '../src/adapters/recording/recording-writer.ts'
import { compose, loadStrategies } from '../src/apps/compose.ts'
import { parseRunConfig } from '../src/apps/config.ts'
import { LiveInbox } from '../src/apps/live/live-inbox.ts'
import { liveLoop } from '../src/apps/live/live-loop.ts'
import { RunLink } from '../src/apps/live/run-link.ts'
import { deskFor, standing } from '../src/apps/live/source-desk-of.ts'
import { watched } from '../src/apps/live/watched-gate.ts'
import { SystemClock } from '../src/connectivity/clock.ts'
import type { Quote } from '../src/domain/market.ts'
import { benchLake } from './engine-child.ts'
import { writeFigure } from './figure.ts'
import { configText, idOf, Pacer, quotes, spec } from './paced-quotes.ts'
import type { ListenerOrder } from './run-listener.ts'

const INSTRUMENTS = 1000
/** The full form is 600 seconds: SECONDS=600 make bench NAME=live. */
const SECONDS = Number(process.env['SECONDS'] ?? 20)
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

  const seen = await stream(tape, 5_000, SECONDS, { watched: true })
  for (const [name, value, before, atMost] of [
    ['p50', seen.p50, calm.p50, 1],
    ['p99', seen.p99, calm.p99, 10],
    ['p99.9', seen.p999, calm.p999, 25],
  ] as const) {
    writeFigure({
      ...{ bench: 'live', metric: `the same while a dashboard's server listens, ${name}`, unit: 'ms', dataHash },
      value: value / 1000,
      target: { atMost },
      correctnessHash: seen.hash,
      note: `${(before / 1000).toFixed(3)} ms without; ${seen.heard} rows were taken by it`,
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
  /** Rows that the dashboard's server took. */
  readonly heard: number
}

/** With `watched`, a dashboard's server listens to the run in a process of its own. */
async function stream(
  tape: readonly Quote[],
  perSecond: number,
  seconds: number,
  { watched: isWatched }: { readonly watched: boolean } = { watched: false },
): Promise<Streamed> {
  const folder = mkdtempSync(join(tmpdir(), 'quadrant-bench-live-'))
  const clock = new SystemClock()
  const instruments = new Map(Array.from({ length: INSTRUMENTS }, (_, at) => [idOf(at), spec(idOf(at))]))
  const desk = deskFor([...instruments.values()].map(of => ({ of, sources: ['bench'] })))
  const config = parseRunConfig(configText(INSTRUMENTS), { file: 'bench.yaml' })
  const journal = openJournal(join(folder, 'journal'), { runId: 'bench', configHash: config.configHash, dataHash: 'live' })
  const link = new RunLink(folder, {
    ...{ run: 'bench', config, mode: 'PAPER', live: true, environment: 'live', instruments },
    started: new Date().toISOString(),
  })
  const session = compose(config, await loadStrategies(config), {
    instruments,
    journal,
    ...(isWatched ? { gate: watched(desk, event => link.rows.hear(event)), observers: [link.rows] } : { gate: desk }),
  })
  const listener = isWatched ? fork(join(import.meta.dirname, 'run-listener.ts'), [folder]) : undefined
  if (listener !== undefined) {
    await link.start(note => console.error(note))
    await once(listener, 'message')
  }
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

  const source = new Pacer(tape, clock, { instruments: INSTRUMENTS, perSecond, seconds })
  const inbox = new LiveInbox([source])
  const samples = new Float64Array(perSecond * seconds + INSTRUMENTS)
  let measured = 0
  let rssMiddleMb = 0
  // As a run does for its status.
  let stood = standing(desk, clock.now())
  let nextStatus = 0
  const started = performance.now()
  await liveLoop({
    ...{ session, inbox, clock, signal: new AbortController().signal },
    record: input => recording.input(input),
    commands: () => [],
    beat: () => {
      const now = clock.now()
      if (now >= nextStatus) {
        nextStatus = now + 1_000_000
        stood = standing(desk, now)
      }
      link.beat(() => ({
        ...{ session, now, running: true, sources: () => stood },
        figures: { decisionMicros: null, journalSyncMicros: null, queueDepth: inbox.waiting, sockets: link.listeners },
      }))
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
  let heard = 0
  if (listener !== undefined) {
    listener.send('end' satisfies ListenerOrder)
    const [word] = (await once(listener, 'message')) as [{ rows?: number }]
    heard = word.rows ?? 0
  }
  await link.close()
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
    ...{ lost: source.sent - recorded, rssMiddleMb, rssEndMb, heard },
    ...{ p50: at(0.5), p99: at(0.99), p999: at(0.999) },
  }
}
