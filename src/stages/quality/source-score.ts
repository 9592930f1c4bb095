// How good a source is, from 0 to 1: five parts that fade with time, and one number made of them.

/** Each part is 0 to 1; 1 is flawless. */
export interface ScoreParts {
  /** 1 while the newest sound fact is younger than a third of the silence limit, falling to 0 at the limit. 1 while closed. */
  readonly freshness: number
  /** Facts that came, of those and what is known to be missing: a gap counts as `GAP_WEIGHT` facts. Half-life 60 s. */
  readonly completeness: number
  /** Sound facts of all, a bad one counting `BAD_WEIGHT` times. Half-life 60 s. */
  readonly integrity: number
  /** 1 when it says what the others say, 0 when its mid is away from theirs by the limit of disagreement. Half-life 10 s. */
  readonly agreement: number
  /** 1 up to `LATENCY_GOOD`, falling to 0 at the tolerance for late facts. Half-life 10 s. */
  readonly latency: number
}

/** Shares of the parts in the score, summing to 1. */
const WEIGHTS: ScoreParts = { freshness: 0.25, completeness: 0.2, integrity: 0.3, agreement: 0.15, latency: 0.1 }

const SECOND = 1_000_000
const SLOW_HALF_LIFE = 60 * SECOND
const FAST_HALF_LIFE = 10 * SECOND
const GAP_WEIGHT = 10
const BAD_WEIGHT = 10
/** Sound facts that a source is credited with, so that one bad fact at the start is not the end. */
const TRUST = 20
const LATENCY_GOOD = 250_000

/** The counters of one source and instrument. Every update is a few operations and allocates nothing. */
export class SourceScore {
  #time = Number.NaN
  #sound = 0
  #bad = 0
  #missing = 0
  #deviation = 0
  #deviationTime = Number.NaN
  #latency = Number.NaN
  #latencyTime = Number.NaN

  sound(now: number): void {
    this.#fade(now)
    this.#sound += 1
  }

  bad(now: number, weight: number): void {
    this.#fade(now)
    this.#bad += weight
  }

  gap(now: number): void {
    this.#fade(now)
    this.#missing += GAP_WEIGHT
  }

  /** `deviation` from the others as a fraction of the price. */
  compared(now: number, deviation: number): void {
    const elapsed = now - this.#deviationTime
    const keep = elapsed >= 0 ? 2 ** (-elapsed / FAST_HALF_LIFE) : 0
    this.#deviation = this.#deviation * keep + deviation * (1 - keep)
    this.#deviationTime = now
  }

  /** Microseconds from the venue's clock to ours, its offset taken out. */
  delayed(now: number, latencyMicros: number): void {
    const elapsed = now - this.#latencyTime
    // Several facts of one instant count alike: each moves the mean a little, whatever the clock says.
    const keep = elapsed >= 0 ? Math.min(0.98, 2 ** (-elapsed / FAST_HALF_LIFE)) : 0
    this.#latency = this.#latency === this.#latency ? this.#latency * keep + latencyMicros * (1 - keep) : latencyMicros
    this.#latencyTime = now
  }

  /** NaN before the first fact. */
  get latencyMicros(): number {
    return this.#latency
  }

  /** `ageMicros` of the newest sound fact while the market is open; 0 while it is closed. */
  parts(
    now: number,
    { ageMicros, silenceMicros, disagreement, toleranceMicros }: Readonly<Record<Yardstick, number>>,
  ): ScoreParts {
    const keep = this.#keep(now)
    const sound = this.#sound * keep
    const missing = this.#missing * keep
    const bad = this.#bad * keep * BAD_WEIGHT
    const latency = this.#latency === this.#latency ? this.#latency : 0
    const fading = now - this.#deviationTime >= 0 ? 2 ** (-(now - this.#deviationTime) / SLOW_HALF_LIFE) : 0
    return {
      freshness: share(silenceMicros - ageMicros, silenceMicros * (2 / 3)),
      completeness: sound + missing > 0 ? sound / (sound + missing) : 1,
      integrity: (sound + TRUST) / (sound + TRUST + bad),
      agreement: share(disagreement - this.#deviation * fading, disagreement),
      latency: share(toleranceMicros - latency, toleranceMicros - LATENCY_GOOD),
    }
  }

  #keep(now: number): number {
    const elapsed = now - this.#time
    return elapsed > 0 ? 2 ** (-elapsed / SLOW_HALF_LIFE) : 1
  }

  #fade(now: number): void {
    const elapsed = now - this.#time
    // A tenth of a second fades by a thousandth: less often is as good, and cheaper.
    if (elapsed < 100_000) return
    const keep = elapsed >= 0 ? 2 ** (-elapsed / SLOW_HALF_LIFE) : 1
    this.#sound *= keep
    this.#bad *= keep
    this.#missing *= keep
    this.#time = now
  }
}

type Yardstick = 'ageMicros' | 'silenceMicros' | 'disagreement' | 'toleranceMicros'

/** Weighted geometric mean: one part at zero makes the whole zero. */
export const scoreOf = (parts: ScoreParts): number =>
  parts.freshness ** WEIGHTS.freshness *
  parts.completeness ** WEIGHTS.completeness *
  parts.integrity ** WEIGHTS.integrity *
  parts.agreement ** WEIGHTS.agreement *
  parts.latency ** WEIGHTS.latency

const share = (part: number, whole: number): number => Math.min(1, Math.max(0, part / whole))
