// Counts what enters a living run, as the coverage its report shows.
import { createHash } from 'node:crypto'
import type { Coverage } from '../../adapters/lake/coverage.ts'
import type { Input } from '../../adapters/recording/event-lines.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { Micros } from '../../domain/numbers.ts'
import type { RunData } from '../recorded-run.ts'

interface Line {
  events: number
  firstTime: Micros
  lastTime: Micros
  readonly sources: Map<string, string>
}

export class InputTally {
  readonly #lines = new Map<string, Line>()

  add(input: Input): void {
    if (input.kind !== 'event') return
    const { event } = input
    if (event.kind === 'link-change' || event.kind === 'integrity-fault' || event.kind === 'link-measure') return
    const subject = 'instrumentId' in event ? event.instrumentId : event.kind === 'release' ? event.series : ''
    const what = `${event.kind} ${subject}`
    const { receivedTime, provenance } = event
    const line = this.#lines.get(what)
    if (line === undefined) {
      const sources = new Map([[provenance.source, provenance.licence]])
      this.#lines.set(what, { events: 1, firstTime: receivedTime, lastTime: receivedTime, sources })
      return
    }
    line.events += 1
    line.lastTime = receivedTime
    if (!line.sources.has(provenance.source)) line.sources.set(provenance.source, provenance.licence)
  }

  /** What the run was fed with, as it stands when it is asked. */
  about(instruments: ReadonlyMap<string, Instrument>): RunData {
    const tally = this
    return {
      instruments,
      get coverage() {
        return tally.#coverage()
      },
      get dataHash() {
        return createHash('sha256').update(JSON.stringify(tally.#coverage())).digest('hex')
      },
    }
  }

  #coverage(): Coverage[] {
    return [...this.#lines].map(([what, { events, firstTime, lastTime, sources }]) => ({
      ...{ what, files: 0, events, firstTime, lastTime, quarantined: {}, notes: [] },
      sources: [...sources].map(([source, licence]) => ({ source, licence })),
    }))
  }
}
