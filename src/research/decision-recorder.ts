// Keeps what a run thought: every signal with what became of it, and opinions at signals and evenly between, as the wire tells them.
import type { Instrument } from '../domain/instrument.ts'
import type { Opinion } from '../domain/opinion.ts'
import type { Observer } from '../engine/ports.ts'
import type { Step } from '../engine/step.ts'
import { EvenSample } from './even-sample.ts'
import { type OpinionRow, opinionRow } from './opinion-row.ts'
import { type SignalRow, SignalTrail } from './signal-trail.ts'

export interface DecisionSink {
  /** Once for each signal, when nothing more can become of it. */
  signal(row: SignalRow): void
  /** At the end, in order of time for each instrument. */
  opinion(row: OpinionRow): void
}

/** Opinions kept of one instrument. Their words are written at the end of the run and cost half a millisecond each. */
const AT_SIGNALS = 250
const BETWEEN = 100

interface Thoughts {
  readonly atSignals: EvenSample<Opinion>
  readonly between: EvenSample<Opinion>
}

export class DecisionRecorder implements Observer {
  readonly #run: string
  readonly #sink: DecisionSink
  readonly #trail: SignalTrail
  readonly #thoughts = new Map<string, Thoughts>()
  #wishFills = 0

  constructor(run: string, instruments: ReadonlyMap<string, Instrument>, sink: DecisionSink) {
    this.#run = run
    this.#sink = sink
    this.#trail = new SignalTrail(run, instruments, (row, settled) => {
      if (settled) sink.signal(row)
    })
  }

  /** Fills of wishes: those of stops and targets are not among them. */
  get wishFills(): number {
    return this.#wishFills
  }

  observe(step: Step): void {
    this.#trail.observe(step)
    if (step.opinions.length > 0) for (const opinion of step.opinions) this.#thoughtsOn(opinion.instrumentId).between.add(opinion)
    if (step.sizings.length > 0) {
      for (const { decision } of step.sizings)
        if (decision.opinion !== undefined) this.#thoughtsOn(decision.instrumentId).atSignals.add(decision.opinion)
    }
    if (step.bookings.length > 0)
      for (const { intent } of step.bookings) if (intent.role === 'entry' || intent.role === 'exit') this.#wishFills += 1
  }

  finish(): void {
    this.#trail.finish()
    for (const { atSignals, between } of this.#thoughts.values()) {
      const kept = [...new Set([...atSignals.items, ...between.items])].sort((a, b) => a.asOf - b.asOf)
      for (const opinion of kept) this.#sink.opinion(opinionRow(opinion, this.#run))
    }
  }

  #thoughtsOn(instrumentId: string): Thoughts {
    let thoughts = this.#thoughts.get(instrumentId)
    if (thoughts === undefined) {
      thoughts = { atSignals: new EvenSample(AT_SIGNALS), between: new EvenSample(BETWEEN) }
      this.#thoughts.set(instrumentId, thoughts)
    }
    return thoughts
  }
}
