// The door to the engine: what is not what it says it is, or not from whom the run reads, goes no further.
import { DERIVED, type Provenance } from '../../domain/provenance.ts'

/** live: facts as they happen · replay: facts as they were recorded. Data made up for a test enter neither. */
export type DoorMode = 'live' | 'replay'

export class ProvenanceDoor {
  readonly #mode: DoorMode
  readonly #sources: ReadonlySet<string>
  // Facts come in rows from one stream, and a stream has one provenance object.
  #admitted: Provenance = DERIVED
  #before: Provenance = DERIVED

  /** `sources`: whom the run reads from. */
  constructor(mode: DoorMode, sources: readonly string[]) {
    this.#mode = mode
    this.#sources = new Set(sources)
  }

  admits(provenance: Provenance): boolean {
    return provenance === this.#admitted || this.#asks(provenance)
  }

  #asks(provenance: Provenance): boolean {
    if (provenance !== this.#before && !this.#judge(provenance)) return false
    // Two streams that take turns cost two comparisons each.
    this.#before = this.#admitted
    this.#admitted = provenance
    return true
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
