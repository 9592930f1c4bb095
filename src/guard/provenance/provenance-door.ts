// The door to the engine: what is not what it says it is, or not from whom the run reads, goes no further.
import { DERIVED, type Provenance } from '../../domain/provenance.ts'

/** live: facts as they happen · replay: facts as they were recorded. Data made up for a test enter neither. */
export type DoorMode = 'live' | 'replay'

/** Streams beyond the first four that may take turns at the cost of a few comparisons. */
const OTHERS = 8

/**
 * A stream has one provenance object, and few streams take turns: the newest ones that were admitted are known by identity.
 * They stand in fields of their own, for a comparison costs a nanosecond and a walk through a list ten.
 */
export class ProvenanceDoor {
  readonly #mode: DoorMode
  readonly #sources: ReadonlySet<string>
  #newest: Provenance = DERIVED
  #second: Provenance = DERIVED
  #third: Provenance = DERIVED
  #fourth: Provenance = DERIVED
  // Those that the fields have no room for, the newest first.
  #others: readonly Provenance[] = []

  /** `sources`: whom the run reads from. */
  constructor(mode: DoorMode, sources: readonly string[]) {
    this.#mode = mode
    this.#sources = new Set(sources)
  }

  admits(provenance: Provenance): boolean {
    return (
      provenance === this.#newest ||
      provenance === this.#second ||
      provenance === this.#third ||
      provenance === this.#fourth ||
      this.#others.includes(provenance) ||
      this.#asks(provenance)
    )
  }

  #asks(provenance: Provenance): boolean {
    if (!this.#judge(provenance)) return false
    this.#others = [this.#fourth, ...this.#others].slice(0, OTHERS)
    this.#fourth = this.#third
    this.#third = this.#second
    this.#second = this.#newest
    this.#newest = provenance
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
