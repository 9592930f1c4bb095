// What clocks give away: a feed that is made here has no way to travel, and one that is made by a timer keeps its beat.
import type { Detector, Fact } from './fact.ts'
import type { Evidence } from './finding.ts'

/** Live facts that are judged by their latency, and the time they must span. */
const FACTS = 24
const SPAN_MICROS = 5_000_000

/**
 * `no-latency`, `constant-latency`: received always the same time after it happened, to the microsecond. Two clocks and a
 * network differ by some microseconds each time; the queue of an own timer does not. Not for streams whose venue gives no
 * times: theirs are the times of arrival.
 */
export class SameLatency implements Detector {
  #latency = Number.NaN
  #facts = 0
  #since = 0
  #lastEvent = Number.NaN

  see({ isLive, eventTime, receivedTime }: Fact): Evidence | undefined {
    if (!isLive) return undefined
    const latency = receivedTime - eventTime
    if (latency !== this.#latency) {
      this.#latency = latency
      this.#facts = 0
      this.#since = eventTime
    }
    // Facts of one message share their times: only a new time is a new proof.
    if (eventTime !== this.#lastEvent) this.#facts += 1
    this.#lastEvent = eventTime
    if (this.#facts < FACTS || eventTime - this.#since < SPAN_MICROS) return undefined
    const isZero = latency === 0
    return {
      detector: isZero ? 'no-latency' : 'constant-latency',
      what: isZero ? 'received at the very instant it happened' : 'received always the same time after it happened',
      evidence: { latencyMicros: latency, facts: this.#facts, seconds: (eventTime - this.#since) / 1e6 },
    }
  }
}

/** Gaps that are judged together. */
const GAPS = 32
/** The quietest market's gaps vary by more than a tenth of their mean; a timer's by less than a hundredth. */
const VARIATION_MAX = 0.01
/** Below it a venue may well speak as fast as its own clock counts. */
const GAP_MIN_MICROS = 20_000

/**
 * `regular-arrival`: gaps between event times that do not vary. Bars and conflated books are regular by design and are
 * not shown to it; a source that conflates its quotes leaves out the beats at which nothing changed.
 */
export class RegularArrival implements Detector {
  readonly #gaps = new Float64Array(GAPS)
  #next = 0
  #count = 0

  see({ gapMicros, count }: Fact): Evidence | undefined {
    if (count === 1) return undefined
    this.#gaps[this.#next] = gapMicros
    this.#next = (this.#next + 1) % GAPS
    this.#count += 1
    // Judged once per round, so that each fact costs the same on average.
    if (this.#next !== 0 || this.#count < GAPS) return undefined
    let sum = 0
    for (const gap of this.#gaps) sum += gap
    const mean = sum / GAPS
    if (mean < GAP_MIN_MICROS) return undefined
    let squares = 0
    for (const gap of this.#gaps) squares += (gap - mean) ** 2
    const variation = Math.sqrt(squares / GAPS) / mean
    if (variation > VARIATION_MAX) return undefined
    return {
      detector: 'regular-arrival',
      what: 'comes by the metronome',
      evidence: { gapMillis: mean / 1000, variation, gaps: GAPS },
    }
  }
}
