// A living run that trades all the time, in a process of its own: quotes come in, orders leave, and each is timed.

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { openJournal } from '../src/adapters/journal/lmdb-journal.ts'
import { RecordingWriter } from '../src/adapters/recording/recording-writer.ts'
import { compose, loadStrategies } from '../src/apps/compose.ts'
import { parseRunConfig } from '../src/apps/config.ts'
import { LiveInbox } from '../src/apps/live/live-inbox.ts'
import { liveLoop } from '../src/apps/live/live-loop.ts'
import { RunLink } from '../src/apps/live/run-link.ts'
import { deskFor, standing } from '../src/apps/live/source-desk-of.ts'
import { watched } from '../src/apps/live/watched-gate.ts'
import { TimedJournal } from '../src/apps/rows/system-row.ts'
import { SystemClock } from '../src/connectivity/clock.ts'
import type { Envelope } from '../src/domain/event.ts'
import type { Quote } from '../src/domain/market.ts'
import type { Journal, Observer } from '../src/engine/ports.ts'
import type { Step } from '../src/engine/step.ts'
import { idOf, Pacer, quotes, spec } from './paced-quotes.ts'
import { obeyOrders } from './told-process.ts'

export type RunOrder =
  | { readonly do: 'begin' }
  /** Forgets what was timed so far. */
  | { readonly do: 'measure' }
  /** What was timed since. */
  | { readonly do: 'report' }
  | { readonly do: 'end' }

/** Milliseconds, one for each order. */
export interface OrderTimes {
  /** From the hand-over of the quote. */
  readonly received: readonly number[]
  /** From when the quote was due to be handed over: what kept the process from taking it counts too. */
  readonly due: readonly number[]
  /** Of `received`, the time in which the journal went to the disk. */
  readonly synced: readonly number[]
  readonly listeners: number
  /** How long telling the dashboards took, each time. */
  readonly looks: readonly number[]
  /** How long this process stood ready and another had its core, milliseconds; 0 where the system does not say. */
  readonly waitedForCore: number
}

const INSTRUMENTS = 100
const PER_SECOND = 2_000
const [home = ''] = process.argv.slice(2)

/** Each order leaves right after the flush that follows its step: the time of that return, and of what came before. */
class Stopwatch implements Journal, Observer {
  received: number[] = []
  due: number[] = []
  synced: number[] = []
  readonly #journal: Journal
  readonly #clock: SystemClock
  readonly #lateness: (quote: Quote) => number
  #cause: Quote | undefined

  constructor(journal: Journal, clock: SystemClock, lateness: (quote: Quote) => number) {
    this.#journal = journal
    this.#clock = clock
    this.#lateness = lateness
  }

  observe({ commands, event }: Step): void {
    if (event.kind === 'quote' && commands.some(({ kind }) => kind === 'place')) this.#cause = event
  }

  append(envelope: Envelope): void {
    this.#journal.append(envelope)
  }

  flush(consumed: number): void {
    const begun = performance.now()
    this.#journal.flush(consumed)
    const cause = this.#cause
    if (cause === undefined) return
    this.#cause = undefined
    this.synced.push(performance.now() - begun)
    this.received.push((this.#clock.now() - cause.receivedTime) / 1_000)
    this.due.push(this.#lateness(cause))
  }

  reset(): void {
    this.received = []
    this.due = []
    this.synced = []
  }
}

/** Each instrument buys and sells in turn at a pace of its own, so that orders spread: a hundred a second in all. */
function configText(): string {
  const ids = Array.from({ length: INSTRUMENTS }, (_, at) => idOf(at))
  const use = resolve(import.meta.dirname, 'alternate.ts')
  const strategy = (id: string, at: number): string =>
    `  - { use: ${use}, instrument: ${id}, bar: quote, price: bid, params: { every: ${15 + (at % 10)}, orders: 10000000 } }`
  return [
    'name: order-bench',
    "account: { currency: USD, equity: '100000000' }",
    'data:',
    ...ids.map(id => `  - { instrument: ${id}, kind: quote }`),
    'strategies:',
    ...ids.map(strategy),
    'senses: []',
    "allocation: { method: fixed, quantity: '1' }",
    "risk: { orderNotional: '5%', positionNotional: '5%', grossNotional: '1000%', marginRate: '0%', dataAge: 1m, orderRate: { count: 5000, per: 1s } }",
    "venue: { latency: 5ms, commission: { rate: '0.002%', minimum: '0' }, fill: next }",
  ].join('\n')
}

let watch: Stopwatch
let looks: number[] = []
let waited = 0
let link: RunLink
const stop = new AbortController()
let ended: Promise<void>

async function begin(): Promise<true> {
  const tape = await quotes(200_000)
  const clock = new SystemClock()
  const instruments = new Map(Array.from({ length: INSTRUMENTS }, (_, at) => [idOf(at), spec(idOf(at))]))
  const desk = deskFor([...instruments.values()].map(of => ({ of, sources: ['bench'] })))
  const config = parseRunConfig(configText(), { file: 'bench.yaml' })
  const journal = openJournal(join(home, 'journal'), { runId: 'bench', configHash: config.configHash, dataHash: 'live' })
  const timed = new TimedJournal(journal)
  const started = new Date().toISOString()
  link = new RunLink(home, { run: 'bench', config, mode: 'PAPER', live: true, environment: 'live', instruments, started })

  const source = new Pacer(tape, clock, { instruments: INSTRUMENTS, perSecond: PER_SECOND, seconds: 86_400 })
  watch = new Stopwatch(timed, clock, quote => source.lateness(quote))
  const session = compose(config, await loadStrategies(config), {
    ...{ instruments, journal: watch, gate: watched(desk, event => link.rows.hear(event)) },
    observers: [link.rows, watch],
  })
  const recording = new RecordingWriter(join(home, 'recording'), {
    ...{ id: 'bench', name: 'bench', started, environment: 'live', configuration: '', continuedFrom: 0 },
    configHash: config.configHash,
    instruments: [...instruments.values()].map(of => ({ spec: of, sources: [{ source: 'bench', symbol: of.id }] })),
  })
  await link.start(note => console.error(note))

  const inbox = new LiveInbox([source])
  let stood = standing(desk, clock.now())
  let nextStatus = 0
  const loop = liveLoop({
    ...{ session, inbox, clock, signal: stop.signal },
    record: input => recording.input(input),
    commands: () => [],
    beat: () => {
      const now = clock.now()
      if (now >= nextStatus) {
        nextStatus = now + 1_000_000
        stood = standing(desk, now)
      }
      const begun = performance.now()
      link.beat(() => ({
        ...{ session, now, running: true, sources: () => stood },
        figures: {
          ...{ decisionMicros: null, journalSyncMicros: timed.syncMicros },
          ...{ queueDepth: inbox.waiting, sockets: link.listeners },
        },
      }))
      looks.push(performance.now() - begun)
      return false
    },
  })
  ended = loop.then(async () => {
    await inbox.close()
    await link.close()
    await recording.close(session.engine.stateHash(), new Date().toISOString())
    await journal.close()
  })
  return true
}

async function obey(order: RunOrder): Promise<unknown> {
  if (order.do === 'begin') return await begin()
  if (order.do === 'measure') {
    watch.reset()
    looks = []
    waited = waitedForCore()
  }
  if (order.do === 'report') {
    const { received, due, synced } = watch
    const waitedMillis = waitedForCore() - waited
    return { received, due, synced, looks, listeners: link.listeners, waitedForCore: waitedMillis } satisfies OrderTimes
  }
  if (order.do === 'end') {
    stop.abort()
    await ended
  }
  return true
}

/** Of the main thread, since it began. */
function waitedForCore(): number {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6
  } catch {
    return 0
  }
}

obeyOrders(obey)
