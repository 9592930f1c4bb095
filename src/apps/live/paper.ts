// Paper: live feeds, or a recording of them, through the one engine to a simulated venue; journaled and recorded.
import { join, resolve } from 'node:path'
import type { Input } from '../../adapters/recording/event-lines.ts'
import { Recording } from '../../adapters/recording/recording-reader.ts'
import { RecordingWriter } from '../../adapters/recording/recording-writer.ts'
import type { Routes } from '../../connectivity/network.ts'
import type { SourceDescriptor } from '../../connectivity/source.ts'
import type { LiveEvent } from '../../domain/event.ts'
import { instrument } from '../../domain/instrument.ts'
import { formatMicros, type Micros } from '../../domain/numbers.ts'
import type { RunSummary } from '../../research/summary.ts'
import { recordingAt } from '../capture/capture-recording.ts'
import { codeHash } from '../code-hash.ts'
import { loadStrategies } from '../compose.ts'
import { durationMicros } from '../config-values.ts'
import { Failure } from '../failure.ts'
import { recordingsFolder } from '../home.ts'
import { type Job, recorded } from '../recorded-run.ts'
import { shellWord } from '../reproduction.ts'
import { FEED_DEFAULTS, type RunConfig } from '../run-config.ts'
import { SOURCES } from '../sources.ts'
import { strategyPath } from '../strategy-file.ts'
import { InputTally } from './input-tally.ts'
import { knownFacts } from './known-facts.ts'
import { LiveInbox } from './live-inbox.ts'
import { liveLoop, playInput } from './live-loop.ts'
import { type LivePlan, planLive, planReplay } from './live-plan.ts'
import { openSources, unreachable } from './live-sources.ts'
import { LatencyHistogram, type LiveStatus, writeStatus } from './live-status.ts'
import { OperatorOrders } from './operator-orders.ts'
import { openPaperJournal } from './paper-journal.ts'
import { deskOf, standing } from './source-desk-of.ts'
import { inputNote, type Note, notesOf } from './step-notes.ts'

export interface PaperOptions {
  readonly home: string
  readonly signal: AbortSignal
  readonly onNote: (note: Note) => void
  /** A recording's folder, or captured frames, to play instead of live feeds. */
  readonly replay?: string
  readonly forMillis?: number
  /** Put the old journal aside and begin a new one. */
  readonly fresh?: boolean
  readonly routes?: Routes
  readonly sources?: readonly SourceDescriptor[]
}

/** Throws Failure USAGE_DURATION. */
export function durationOf(text: string): number {
  if (!/^[1-9]\d*(ms|s|m|h|d)$/.test(text)) {
    throw new Failure('USAGE_DURATION', { message: `'${text}' is no duration`, fix: 'write it like 30s, 15m or 8h' })
  }
  return durationMicros(text) / 1000
}

/** Runs until it is stopped; the summary is that of the whole journal, earlier starts included. */
export async function runPaper(config: RunConfig, options: PaperOptions): Promise<RunSummary> {
  const known = options.sources ?? SOURCES
  if (options.replay === undefined) return await live(config, planLive(config, known), options)
  return await replay(config, options, await recordingAt(options.replay, options.home, known))
}

async function live(config: RunConfig, plan: LivePlan, options: PaperOptions): Promise<RunSummary> {
  const { home, signal, onNote } = options
  const settings = config.feeds ?? FEED_DEFAULTS
  const started = performance.now()
  const strategies = await loadStrategies(config)
  const code = codeHash(strategies.map(({ use }) => strategyPath(use)))
  const id = `paper-${config.name}-${config.configHash.slice(0, 8)}`

  const sources = await openSources(plan, settings, {
    ...{ home, asker: config.file },
    ...(options.routes === undefined ? {} : { routes: options.routes }),
  })
  const { clock, instruments } = sources
  const journal = openPaperJournal(home, { id, configHash: config.configHash, code, fresh: options.fresh === true })
  let recording: RecordingWriter | undefined
  let recovered = false
  const untold: Note[] = []
  const tell = (): void => untold.splice(0).forEach(onNote)
  try {
    const desk = deskOf(config, plan, instruments)
    const tally = new InputTally()
    const job: Job = {
      ...{ config, strategies, id, code, started, options, gate: desk },
      opened: tally.about(instruments),
      recording: '',
      // What the journal tells again was told when it happened; what happens now is told once it is on disk.
      observers: [{ observe: step => recovered && untold.push(...notesOf(step, instruments)) }],
      get command() {
        return recording === undefined ? undefined : replayWords(config, recording.folder)
      },
    }
    return await recorded('PAPER', job, journal, async session => {
      const orders = new OperatorOrders(home)
      session.recover(orders.follow(journal.read()), journal.consumed)
      recovered = true

      const begun = new Date(clock.now() / 1000).toISOString()
      if (settings.record) {
        const name = `${config.name}-${begun.replace(/[-:]/g, '').slice(0, 15)}Z`
        recording = new RecordingWriter(join(recordingsFolder(home), name), {
          id: name,
          name: config.name,
          started: begun,
          environment: settings.environment,
          instruments: plan.instruments.map(({ id: of, sources: uses }) => ({ spec: instruments.get(of)!, sources: uses })),
          configHash: config.configHash,
          configuration: config.yaml,
          continuedFrom: session.sequence,
        })
      }
      onNote({
        type: 'start',
        time: begun,
        run: id,
        mode: 'PAPER',
        environment: settings.environment,
        continuedFrom: session.sequence,
        recording: recording?.folder ?? '',
      })

      // A run that goes on has them in its journal.
      const known = session.sequence === 0 ? await knownFacts(config, home, clock.now()) : []
      for (const event of known) {
        recording?.input({ kind: 'known', event })
        session.learn(event)
      }

      const inbox = new LiveInbox(sources.open(source => recording?.tap(source)))
      const latency = new LatencyHistogram()
      const patience = new Patience(settings.patienceMicros)
      const status = (now: Micros, running: boolean): LiveStatus => ({
        run: id,
        mode: 'PAPER',
        running,
        pid: process.pid,
        time: formatMicros(now),
        environment: settings.environment,
        ...standing(desk, now),
        events: session.accepted,
        quarantined: session.quarantined,
        decisionMicros: latency.summary,
        recording:
          recording === undefined
            ? null
            : {
                folder: recording.folder,
                framesDropped: recording.framesDropped,
                failure: recording.failure?.message ?? '',
              },
      })
      const end = options.forMillis === undefined ? Number.POSITIVE_INFINITY : clock.now() + options.forMillis * 1000
      let nextStatus = 0

      try {
        await liveLoop({
          session,
          inbox,
          clock,
          signal,
          record: input => {
            recording?.input(input)
            tally.add(input)
            if (input.kind === 'event') patience.hear(input.event)
            const note = inputNote(input)
            if (note !== undefined) untold.push(note)
          },
          commands: now => orders.take(now),
          latency: micros => latency.add(micros),
          beat: now => {
            tell()
            if (now >= nextStatus) {
              nextStatus = now + STATUS_MICROS
              writeStatus(home, status(now, true))
            }
            if (patience.isOver(now)) throw unreachable(patience.reasons, config.file)
            return now >= end
          },
        })
      } finally {
        await inbox.close()
        await sources.close()
        const now = clock.now()
        session.flush()
        tell()
        const stateHash = session.engine.stateHash()
        await recording?.close(stateHash, new Date(now / 1000).toISOString())
        writeStatus(home, status(now, false))
        onNote({
          type: 'stop',
          time: formatMicros(now),
          run: id,
          sequence: session.sequence,
          stateHash,
          recording: recording?.folder ?? '',
        })
      }
    })
  } finally {
    await journal.close()
    await sources.close()
  }
}

/** Plays what was recorded: the same inputs through the same gate, engine and venue. */
async function replay(config: RunConfig, options: PaperOptions, folder: string): Promise<RunSummary> {
  const { home, signal, onNote } = options
  const started = performance.now()
  const recording = new Recording(folder)
  const { manifest } = recording
  const instruments = new Map(manifest.instruments.map(({ spec }) => [spec.id, instrument(spec)]))
  const plan = planReplay(config, manifest.instruments)
  const strategies = await loadStrategies(config)
  const code = codeHash(strategies.map(({ use }) => strategyPath(use)))
  const desk = deskOf(config, plan, instruments)
  const tally = new InputTally()
  const job: Job = {
    ...{ config, strategies, code, started, options, gate: desk },
    id: `paper-${manifest.id}-${config.configHash.slice(0, 8)}`,
    opened: tally.about(instruments),
    recording: resolve(folder),
    observers: [{ observe: step => notesOf(step, instruments).forEach(onNote) }],
    command: replayWords(config, folder),
  }
  onNote({
    type: 'start',
    time: manifest.started,
    run: job.id,
    mode: 'PAPER',
    environment: manifest.environment,
    recording: folder,
  })

  const summary = await recorded('PAPER', job, undefined, async session => {
    let last = 0 as Micros
    for await (const batch of recording.batches()) {
      for (const input of batch) {
        tally.add(input)
        playInput(session, input)
        const note = inputNote(input)
        if (note !== undefined) onNote(note)
      }
      last = timeOf(batch.at(-1)!)
      if (signal.aborted) break
    }
    writeStatus(home, {
      run: job.id,
      mode: 'PAPER',
      running: false,
      pid: process.pid,
      time: formatMicros(last),
      environment: manifest.environment,
      ...standing(desk, last),
      events: session.accepted,
      quarantined: session.quarantined,
      decisionMicros: { p50: 0, p99: 0, p999: 0 },
      recording: { folder, framesDropped: manifest.framesDropped, failure: recording.cut ? 'ends in its middle' : '' },
    })
  })

  const { stateHash } = summary
  const same = manifest.configHash === config.configHash && manifest.continuedFrom === 0 && manifest.stateHash !== ''
  onNote({
    type: 'stop',
    time: summary.to,
    run: job.id,
    stateHash,
    recorded: manifest.stateHash,
    // Null where the two need not agree: another configuration, a run that went on from a journal, or one that was killed.
    equal: same ? stateHash === manifest.stateHash : null,
  })
  return summary
}

const STATUS_MICROS = 1_000_000

const timeOf = (input: Input): Micros =>
  input.kind === 'advance' ? input.time : input.kind === 'command' ? input.command.receivedTime : input.event.receivedTime

const replayWords = (config: RunConfig, folder: string): string =>
  `run --mode paper ${shellWord(config.file)} --replay ${shellWord(resolve(folder))}`

/** Waits at the start until one source is live, and knows why none was. */
class Patience {
  readonly reasons = new Map<string, string>()
  readonly #micros: number
  #begun: number | undefined
  #live = false

  constructor(micros: number) {
    this.#micros = micros
  }

  hear(event: LiveEvent): void {
    if (this.#live || event.kind !== 'link-change') return
    if (event.state === 'live') this.#live = true
    else if (event.state === 'backoff' || event.state === 'fatal') this.reasons.set(event.source, event.reason)
  }

  isOver(now: Micros): boolean {
    this.#begun ??= now
    return !this.#live && now - this.#begun > this.#micros
  }
}
