// Remembers when blocks of ticks were first seen, in a table that never grows.

const WAYS = 4

/**
 * Fingerprints of 32 + 32 bits, each with a time and what was said there. A full bucket forgets its oldest entry. Each entry
 * takes sixteen bytes, so a million take sixteen megabytes.
 */
export class BlockMemory {
  readonly #checks: Uint32Array
  readonly #times: Float64Array
  readonly #contents: Int32Array
  readonly #mask: number
  /** Different blocks so far, those that replaced an older one included. */
  size = 0
  /** What was said in the block that was recalled last. */
  content = 0

  /** `capacity`: entries, rounded up to a power of two. */
  constructor(capacity: number) {
    const buckets = 2 ** Math.ceil(Math.log2(Math.max(1, capacity / WAYS)))
    this.#mask = buckets - 1
    this.#checks = new Uint32Array(buckets * WAYS)
    this.#contents = new Int32Array(buckets * WAYS)
    this.#times = new Float64Array(buckets * WAYS).fill(Number.NEGATIVE_INFINITY)
  }

  /** `content`: a hash of what was said in the block. */
  remember(place: number, check: number, time: number, content: number): void {
    const first = (place & this.#mask) * WAYS
    let at = this.#find(place, check)
    if (at < 0) {
      at = first
      for (let other = first + 1; other < first + WAYS; other++) if (this.#times[other]! < this.#times[at]!) at = other
      this.size += 1
    }
    this.#checks[at] = check
    this.#times[at] = time
    this.#contents[at] = content
  }

  /** When that block was seen last, microseconds; NaN when it is not known. What was said there is then in `content`. */
  recall(place: number, check: number): number {
    const at = this.#find(place, check)
    if (at < 0) return Number.NaN
    this.content = this.#contents[at]!
    return this.#times[at]!
  }

  #find(place: number, check: number): number {
    const first = (place & this.#mask) * WAYS
    for (let at = first; at < first + WAYS; at++) {
      if (this.#checks[at] === check >>> 0 && this.#times[at]! > Number.NEGATIVE_INFINITY) return at
    }
    return -1
  }
}
