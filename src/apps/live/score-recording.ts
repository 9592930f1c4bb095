// Judges a recording's sources: the same gate that a run would ask, without an engine behind it.
import { Recording } from '../../adapters/recording/recording-reader.ts'
import { instrument } from '../../domain/instrument.ts'
import type { Micros } from '../../domain/numbers.ts'
import { deskFor, standing } from './source-desk-of.ts'

export interface ScoredSource {
  readonly instrument: string
  readonly source: string
  readonly score: number
  readonly parts: Readonly<Record<string, number>>
  /** Facts of this source, sound or not. */
  readonly facts: number
  readonly quarantined: Readonly<Record<string, number>>
  /** What the source's own stream was found to lack, by kind. */
  readonly faults: Readonly<Record<string, number>>
  readonly why: string
}

export interface ScoredRecording {
  readonly recording: string
  readonly sources: readonly ScoredSource[]
  readonly changes: number
}

interface Counts {
  facts: number
  readonly quarantined: Record<string, number>
  readonly faults: Record<string, number>
}

/** Throws SourceError RECORDING_NOT_FOUND, RECORDING_UNREADABLE. */
export async function scoreRecording(folder: string): Promise<ScoredRecording> {
  const recording = new Recording(folder)
  const desk = deskFor(
    recording.manifest.instruments.map(({ spec, sources }) => ({
      of: instrument(spec),
      sources: sources.map(({ source }) => source),
    })),
  )
  const counts = new Map<string, Counts>()
  const countsOf = (id: string, source: string): Counts => {
    const key = `${id} ${source}`
    let known = counts.get(key)
    if (known === undefined) {
      known = { facts: 0, quarantined: {}, faults: {} }
      counts.set(key, known)
    }
    return known
  }

  let now = 0 as Micros
  let changes = 0
  for await (const batch of recording.batches()) {
    for (const input of batch) {
      if (input.kind === 'command' || input.kind === 'known') continue
      now = input.kind === 'advance' ? input.time : input.event.receivedTime
      if (desk.nextDeadline <= now) desk.advance(now)
      if (input.kind === 'event') {
        const { event } = input
        const withheld = desk.inspect(event)
        if (event.kind === 'integrity-fault') add(countsOf(event.instrumentId, event.source).faults, event.fault)
        else if ('instrumentId' in event && event.kind !== 'link-change') {
          const of = countsOf(event.instrumentId, event.provenance.source)
          of.facts += 1
          if (withheld !== undefined && withheld !== 'not-selected' && withheld !== 'notice') add(of.quarantined, withheld)
        }
      }
      for (let change = desk.takeChange(); change !== undefined; change = desk.takeChange()) {
        if (change.kind === 'source-change') changes += 1
      }
    }
  }

  const { instruments } = standing(desk, now)
  return {
    recording: folder,
    changes,
    sources: instruments.flatMap(({ instrument: id, sources }) =>
      sources.map(({ source, score, parts, why }) => ({
        instrument: id,
        source,
        score,
        parts: { ...parts },
        ...countsOf(id, source),
        why,
      })),
    ),
  }
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}
