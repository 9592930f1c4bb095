// Keeps what a run thought: signals with what became of them, and opinions at signals and evenly between, as the wire tells them.
import type { Instrument } from '../domain/instrument.ts'
import type { Opinion } from '../domain/opinion.ts'
import type { Observer } from '../engine/ports.ts'
import type { Step } from '../engine/step.ts'
import { EvenSample } from './even-sample.ts'
import { type OpinionRow, opinionRow } from './opinion-row.ts'
import { type SignalRow, SignalTrail } from './signal-trail.ts'

export interface DecisionSink {
  /** At the end, in order of time: all of them while there are at most 5,000, else every so many-th, evenly. */
  signal(row: SignalRow): void
  /** At the end, in order of time for each instrument. */
  opinion(row: OpinionRow): void
}

/** Signals kept of a run, and opinions of one instrument. An opinion's words are written at the end of the run and cost half a millisecond. */
const SIGNALS = 5_000
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
  #signals: { readonly place: number; readonly row: SignalRow }[] = []
  #stride = 1
  #wishFills = 0

  constructor(run: string, instruments: ReadonlyMap<string, Instrument>, sink: DecisionSink) {
    this.#run = run
    this.#sink = sink
    // Which wishes are kept is known before anything is written down of them: a run of 100,000 signals costs as many glances.
    this.#trail = new SignalTrail(
      run,
      instruments,
      (row, settled, place) => {
        if (settled) this.#keep(row, place)
      },
      place => place % this.#stride === 0,
    )
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
    for (const { row } of this.#signals.sort((a, b) => a.place - b.place)) this.#sink.signal(row)
    for (const { atSignals, between } of this.#thoughts.values()) {
      const kept = [...new Set([...atSignals.items, ...between.items])].sort((a, b) => a.asOf - b.asOf)
      for (const opinion of kept) this.#sink.opinion(opinionRow(opinion, this.#run))
    }
  }

  /** When there are too many, every second one goes. */
  #keep(row: SignalRow, place: number): void {
    if (place % this.#stride !== 0) return
    this.#signals.push({ place, row })
    while (this.#signals.length > SIGNALS) {
      this.#stride *= 2
      this.#signals = this.#signals.filter(signal => signal.place % this.#stride === 0)
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
