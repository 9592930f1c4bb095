// The door to the engine: what is not what it says it is, or not from whom the run reads, goes no further.
import { DERIVED, type Provenance } from '../../domain/provenance.ts'

/** live: facts as they happen · replay: facts as they were recorded. Data made up for a test enter neither. */
export type DoorMode = 'live' | 'replay'

/** Streams that may take turns at the cost of a few comparisons. */
const STREAMS = 8

export class ProvenanceDoor {
  readonly #mode: DoorMode
  readonly #sources: ReadonlySet<string>
  // Facts come in rows from one stream, and a stream has one provenance object.
  #last: Provenance = DERIVED
  readonly #admitted: Provenance[] = []
  #next = 0

  /** `sources`: whom the run reads from. */
  constructor(mode: DoorMode, sources: readonly string[]) {
    this.#mode = mode
    this.#sources = new Set(sources)
  }

  admits(provenance: Provenance): boolean {
    return provenance === this.#last || this.#asks(provenance)
  }

  #asks(provenance: Provenance): boolean {
    if (!this.#isKnown(provenance)) {
      if (!this.#judge(provenance)) return false
      this.#admitted[this.#next] = provenance
      this.#next = (this.#next + 1) % STREAMS
    }
    this.#last = provenance
    return true
  }

  #isKnown(provenance: Provenance): boolean {
    for (const admitted of this.#admitted) if (admitted === provenance) return true
    return false
  }

  #judge({ kind, source }: Provenance): boolean {
    switch (kind) {
      case 'live':
        return this.#sources.has(source)
      case 'recorded':
        return this.#mode === 'replay' && this.#sources.has(source)
      case 'derived':
        return source === DERIVED.source
      default:
        return false
    }
  }
}
