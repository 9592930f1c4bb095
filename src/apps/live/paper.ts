// Paper: live feeds, or a recording of them, through the one engine to a simulated venue; journaled and recorded.
import { join } from 'node:path'
import { RecordingWriter } from '../../adapters/recording/recording-writer.ts'
import type { LiveEvent } from '../../domain/event.ts'
import { formatMicros, type Micros } from '../../domain/numbers.ts'
import { ProvenanceDoor } from '../../guard/provenance/provenance-door.ts'
import type { RunSummary } from '../../research/summary.ts'
import { recordingAt } from '../capture/capture-recording.ts'
import { codeHash } from '../code-hash.ts'
import { loadStrategies } from '../compose.ts'
import { durationMicros } from '../config-values.ts'
import { Failure } from '../failure.ts'
import { recordingsFolder } from '../home.ts'
import { requireWithinHouse } from '../house-limits.ts'
import { type Job, recorded } from '../recorded-run.ts'
import type { Look } from '../rows/run-rows.ts'
import { TimedJournal } from '../rows/system-row.ts'
import { FEED_DEFAULTS, type RunConfig } from '../run-config.ts'
import { SOURCES } from '../sources.ts'
import { strategyPath } from '../strategy-file.ts'
import { FeedSentry } from './feed-sentry.ts'
import { guarded } from './guarded-gate.ts'
import { InputTally } from './input-tally.ts'
import { heedKillSignal } from './kill-signal.ts'
import { knownBlocks } from './known-blocks.ts'
import { knownFacts } from './known-facts.ts'
import { LiveInbox } from './live-inbox.ts'
import { liveLoop } from './live-loop.ts'
import { type LivePlan, planLive } from './live-plan.ts'
import { openSources, unreachable } from './live-sources.ts'
import { LatencyHistogram, type LiveStatus, writeStatus } from './live-status.ts'
import { OperatorOrders } from './operator-orders.ts'
import { openPaperJournal } from './paper-journal.ts'
import type { PaperOptions } from './paper-options.ts'
import { playRecording, replayWords } from './play-recording.ts'
import { RunLink } from './run-link.ts'
import { deskOf, standing } from './source-desk-of.ts'
import { inputNote, type Note, notesOf } from './step-notes.ts'
import { watched } from './watched-gate.ts'

/** Throws Failure USAGE_DURATION. */
export function durationOf(text: string): number {
  if (!/^[1-9]\d*(ms|s|m|h|d)$/.test(text)) {
    throw new Failure('USAGE_DURATION', { message: `'${text}' is no duration`, fix: 'write it like 30s, 15m or 8h' })
  }
  return durationMicros(text) / 1000
}

/** Runs until it is stopped; the summary is that of the whole journal, earlier starts included. */
export async function runPaper(config: RunConfig, options: PaperOptions): Promise<RunSummary> {
  requireWithinHouse(config, options.home)
  const known = options.sources ?? SOURCES
  if (options.replay === undefined) return await live(config, planLive(config, known), options)
  return await playRecording(config, options, await recordingAt(options.replay, options.home, known))
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
  const timed = new TimedJournal(journal)
  let recording: RecordingWriter | undefined
  let recovered = false
  const untold: Note[] = []
  let link: RunLink | undefined
  try {
    const desk = deskOf(config, plan, instruments)
    const { environment } = settings
    const opened = new RunLink(home, {
      ...{ run: id, config, mode: 'PAPER', live: true, environment, instruments },
      started: new Date().toISOString(),
    })
    link = opened
    const { rows } = opened
    const orders = new OperatorOrders(home, () => wake?.())
    let wake: (() => void) | undefined
    const tally = new InputTally()
    const door = new ProvenanceDoor(
      'live',
      plan.descriptors.map(({ name }) => name),
    )
    const gate = watched(guarded(desk, door), event => rows.hear(event))
    const job: Job = {
      ...{ config, strategies, id, code, started, options, gate },
      opened: tally.about(instruments),
      recording: '',
      // What the journal tells again was told when it happened; what happens now is told once it is on disk.
      observers: [rows, orders, { observe: step => recovered && untold.push(...notesOf(step, instruments)) }],
      get command() {
        return recording === undefined ? undefined : replayWords(config, recording.folder)
      },
    }
    return await recorded('PAPER', job, timed, async session => {
      const say = (note: Note): void => {
        onNote(note)
        rows.note(note, session.sequence)
      }
      const tell = (): void => untold.splice(0).forEach(say)
      session.recover(orders.follow(journal.read()), journal.consumed)
      recovered = true
      await opened.start(onNote)

      const sentry = new FeedSentry(plan, instruments, await knownBlocks(home, { instruments: [...instruments.keys()] }))
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
      say({
        type: 'start',
        time: begun,
        run: id,
        mode: 'PAPER',
        environment,
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
      // Worked out once a second, for the status file and for whoever looks on.
      let stood = standing(desk, clock.now())
      const status = (now: Micros, running: boolean): LiveStatus => ({
        run: id,
        mode: 'PAPER',
        running,
        pid: process.pid,
        time: formatMicros(now),
        environment,
        ...stood,
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
      const look = (now: Micros, running: boolean): Look => ({
        ...{ session, now, running, sources: () => stood },
        figures: {
          decisionMicros: latency.summary,
          journalSyncMicros: timed.syncMicros,
          queueDepth: inbox.waiting,
          sockets: opened.listeners,
        },
      })
      wake = () => inbox.wake()
      opened.onRequest(request => orders.ask(request, instruments))
      const deafen = heedKillSignal(home, () => orders.call())
      const end = options.forMillis === undefined ? Number.POSITIVE_INFINITY : clock.now() + options.forMillis * 1000
      let nextStatus = 0

      try {
        await liveLoop({
          session,
          inbox,
          clock,
          sentry,
          signal,
          record: input => {
            recording?.input(input)
            tally.add(input)
            if (input.kind === 'event') patience.hear(input.event)
            const note = inputNote(input)
            if (note !== undefined) untold.push(note)
          },
          commands: now => orders.take(now),
          called: () => orders.called,
          latency: micros => latency.add(micros),
          beat: now => {
            tell()
            if (now >= nextStatus) {
              nextStatus = now + STATUS_MICROS
              stood = standing(desk, now)
              writeStatus(home, status(now, true))
            }
            opened.beat(() => look(now, true))
            if (patience.isOver(now)) throw unreachable(patience.reasons, config.file)
            return now >= end
          },
        })
      } finally {
        deafen()
        await inbox.close()
        await sources.close()
        const now = clock.now()
        session.flush()
        tell()
        const stateHash = session.engine.stateHash()
        await recording?.close(stateHash, new Date(now / 1000).toISOString())
        stood = standing(desk, now)
        writeStatus(home, status(now, false))
        say({
          type: 'stop',
          time: formatMicros(now),
          run: id,
          sequence: session.sequence,
          stateHash,
          recording: recording?.folder ?? '',
        })
        await opened.close(look(now, false))
      }
    })
  } finally {
    await link?.close()
    await journal.close()
    await sources.close()
  }
}

const STATUS_MICROS = 1_000_000

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
