// Paper on a recording: the same inputs through the same gate, engine and venue; at a pace, for somebody to watch and to steer.
import { resolve } from 'node:path'
import type { Input } from '../../adapters/recording/event-lines.ts'
import { Recording } from '../../adapters/recording/recording-reader.ts'
import type { OperatorCommand } from '../../domain/event.ts'
import { instrument } from '../../domain/instrument.ts'
import { formatMicros, type Micros } from '../../domain/numbers.ts'
import type { Session } from '../../engine/session.ts'
import { ProvenanceDoor } from '../../guard/provenance/provenance-door.ts'
import type { RunSummary } from '../../research/summary.ts'
import { codeHash } from '../code-hash.ts'
import { loadStrategies } from '../compose.ts'
import { Pace } from '../pace.ts'
import { type Job, recorded } from '../recorded-run.ts'
import { shellWord } from '../reproduction.ts'
import type { Look } from '../rows/run-rows.ts'
import type { RunConfig } from '../run-config.ts'
import { strategyPath } from '../strategy-file.ts'
import { guarded } from './guarded-gate.ts'
import { InputTally } from './input-tally.ts'
import { heedKillSignal } from './kill-signal.ts'
import { playInput } from './live-loop.ts'
import { planReplay } from './live-plan.ts'
import { writeStatus } from './live-status.ts'
import { OperatorOrders } from './operator-orders.ts'
import type { PaperOptions } from './paper-options.ts'
import { RunLink } from './run-link.ts'
import { deskOf, standing } from './source-desk-of.ts'
import { inputNote, type Note, notesOf } from './step-notes.ts'
import { watched } from './watched-gate.ts'

/** Plays what was recorded: the same inputs through the same gate, engine and venue. */
export async function playRecording(config: RunConfig, options: PaperOptions, folder: string): Promise<RunSummary> {
  const { home, signal, onNote } = options
  const started = performance.now()
  const recording = new Recording(folder)
  const { manifest } = recording
  const instruments = new Map(manifest.instruments.map(({ spec }) => [spec.id, instrument(spec)]))
  const plan = planReplay(config, manifest.instruments)
  const strategies = await loadStrategies(config)
  const code = codeHash(strategies.map(({ use }) => strategyPath(use)))
  const desk = deskOf(config, plan, instruments)
  const heardFrom = plan.instruments.flatMap(({ sources }) => sources.map(({ source }) => source))
  const door = new ProvenanceDoor('replay', heardFrom)
  const tally = new InputTally()
  const id = `paper-${manifest.id}-${config.configHash.slice(0, 8)}`
  const { environment } = manifest
  const link = new RunLink(home, {
    ...{ run: id, config, mode: 'PAPER', live: false, environment, instruments },
    started: new Date().toISOString(),
  })
  const { rows } = link
  const orders = new OperatorOrders(home)
  const heard: { readonly after: number; readonly command: OperatorCommand }[] = []
  let sequence = 0
  const say = (note: Note): void => {
    onNote(note)
    rows.note(note, sequence)
  }
  const job: Job = {
    ...{ config, strategies, code, started, options, id },
    gate: watched(guarded(desk, door), event => rows.hear(event)),
    opened: tally.about(instruments),
    recording: resolve(folder),
    commands: heard,
    observers: [
      rows,
      orders,
      {
        observe: step => {
          sequence = step.sequence
          notesOf(step, instruments).forEach(say)
        },
      },
    ],
    command: replayWords(config, folder),
  }
  say({ type: 'start', time: manifest.started, run: id, mode: 'PAPER', environment, recording: folder })

  let deafen = (): void => {}
  const play = async (session: Session): Promise<void> => {
    await link.start(onNote)
    const pace = new Pace(options.speed)
    let last = 0 as Micros
    let played = 0
    const figures = () => ({ decisionMicros: null, journalSyncMicros: null, queueDepth: 0, sockets: link.listeners })
    const look = (running: boolean): Look => ({
      ...{ session, now: last, running, figures: figures(), sources: () => standing(desk, last) },
    })
    const enter = (input: Input): void => {
      tally.add(input)
      playInput(session, input)
      const note = inputNote(input)
      if (note !== undefined) say(note)
    }
    const obey = (): void => {
      for (const command of orders.take(session.engine.now)) {
        heard.push({ after: played, command })
        enter({ kind: 'command', command })
      }
    }
    // A recording played as fast as it goes is the run that was recorded; one that somebody watches is theirs to steer.
    if (options.speed !== undefined) {
      link.onRequest(request => orders.ask(request, instruments))
      deafen = heedKillSignal(home, () => orders.call())
    }

    for await (const batch of recording.batches()) {
      for (const input of batch) {
        const time = timeOf(input)
        if (input.kind !== 'known' && pace.isEarly(time)) {
          do {
            obey()
            link.beat(() => look(true))
          } while (!signal.aborted && (await pace.waits(time, WATCHED_MILLIS)))
        }
        if (signal.aborted) break
        enter(input)
        played += 1
        last = time
      }
      link.beat(() => look(true))
      if (signal.aborted) break
    }
    writeStatus(home, {
      run: id,
      mode: 'PAPER',
      running: false,
      pid: process.pid,
      time: formatMicros(last),
      environment,
      ...standing(desk, last),
      events: session.accepted,
      quarantined: session.quarantined,
      decisionMicros: { p50: 0, p99: 0, p999: 0 },
      recording: { folder, framesDropped: manifest.framesDropped, failure: recording.cut ? 'ends in its middle' : '' },
    })
    await link.close(look(false))
  }
  let summary: RunSummary
  try {
    summary = await recorded('PAPER', job, undefined, play)
  } finally {
    deafen()
    await link.close()
  }

  const { stateHash } = summary
  const undisturbed = heard.length === 0 && !signal.aborted
  const same =
    undisturbed && manifest.configHash === config.configHash && manifest.continuedFrom === 0 && manifest.stateHash !== ''
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

/** How long somebody who watches a recording waits for what they asked of it, at most. */
const WATCHED_MILLIS = 20

const timeOf = (input: Input): Micros =>
  input.kind === 'advance' ? input.time : input.kind === 'command' ? input.command.receivedTime : input.event.receivedTime

export const replayWords = (config: RunConfig, folder: string): string =>
  `run --mode paper ${shellWord(config.file)} --replay ${shellWord(resolve(folder))}`
