// One stream of prices of one source: where it is, how it usually moves, and which of its moves are not believed yet.
import type { QualityReason } from './gate.ts'

/** What other sources say of the same instrument at this moment, in price steps. */
export interface Peers {
  /** How many are fresh. */
  readonly count: number
  readonly middle: number
  /** Distance from `level` to the nearest of them, or of what they are just asked to believe. */
  distance(level: number): number
}

/** What is known of the price besides its own history. */
export interface PriceWitness {
  readonly peers: Peers
  /** In steps; 0 for trades. */
  readonly spread: number
  /** Usual distance from the others, in steps; NaN while unknown. */
  readonly usualDistance: number
  /** Smallest change the venue knows. */
  readonly tick: number
  /** Changes when the market reopens: an opening may be far from the close. */
  readonly sessionId: number
  /** Whether the level is that of another instrument of the same source. Only asked of a suspect. */
  isElsewhere(level: number): boolean
}

/** So many facts make a habit; before, only a magnitude is suspect. */
const LEARNT = 20
/** Beyond so many usual moves a look at the others is worth it. */
const LOOK = 5
/** So many usual distances, or usual moves, from the nearest of the others is near it. */
const NEAR = 3
const NEAR_MOVES = 5
/** So near is near, as a fraction: no harm is done by less, and fast markets are apart by it for a moment. */
const NEAR_MIN = 0.00005
/** Alone, so many usual moves are suspect. */
const JUMP = 25
/** Alone, a smaller fraction is never suspect, and a larger one needs more than `CONFIRMATIONS`. */
const JUMP_MIN = 0.002
const JUMP_LARGE = 0.015
/** Contradicted by others, a move up to here may still be the first news; beyond, they must confirm it. */
const LEAD_MAX = 0.01
/** So little is soon believed: two basis points. */
const LEAD_SMALL = 0.0002
const SMALL_CONFIRMATIONS = 2
const MAGNITUDE = 3
const CONFIRMATIONS = 3
const LARGE_CONFIRMATIONS = 10
const LARGE_MICROS = 3_000_000
/** A jump that two sources show within this time is one. */
const SUSPECT_MICROS = 3_000_000
const ADAPT = 0.02
/** Where a price stood up to here ago, or twice that, others may still be on their way through. */
const TRAIL_MICROS = 250_000

export class PriceTrack {
  level = Number.NaN
  time = Number.NEGATIVE_INFINITY
  /** Running means of absolute changes (steps) and of intervals (microseconds). */
  change = 0
  interval = 0
  count = 0
  #session = Number.NaN
  #suspectLevel = Number.NaN
  #suspectTime = 0
  #suspectSeen = 0
  #suspects = 0
  // Where it stood since `#trailTime`, and in the time of the same length before.
  #trailTime = Number.NEGATIVE_INFINITY
  #low = Number.NaN
  #high = Number.NaN
  #oldLow = Number.NaN
  #oldHigh = Number.NaN

  /** Undefined when the level is believed; it is then the newest. Most facts end at the first comparison. */
  judge(level: number, now: number, by: PriceWitness): QualityReason | undefined {
    const last = this.level
    const change = level > last ? level - last : last - level
    const elapsed = now - this.time
    const usual = this.change * Math.sqrt(elapsed > this.interval ? elapsed / this.interval : 1)
    const isQuiet = change <= LOOK * usual || change <= 2 * by.tick
    if (this.count === 0 || (isQuiet && this.#suspects === 0 && this.count >= LEARNT)) {
      this.#believe(level, now, change, elapsed, by)
      return undefined
    }
    const reason = this.#doubt(level, change, usual, by)
    if (reason === undefined || this.#isConfirmed(level, now, reason, by)) {
      this.#believe(level, now, reason === undefined ? change : Math.min(change, JUMP * usual), elapsed, by)
      return undefined
    }
    return reason
  }

  /** The level that waits to be believed; NaN when none does, or not any more. */
  suspect(now: number): number {
    return this.#suspects > 0 && now - this.#suspectSeen <= SUSPECT_MICROS ? this.#suspectLevel : Number.NaN
  }

  /** The lowest and the highest believed level of the last moments: a slower source comes through all between them. */
  low(now: number): number {
    const age = now - this.#trailTime
    return age >= 2 * TRAIL_MICROS ? this.level : age >= TRAIL_MICROS ? this.#low : Math.min(this.#low, this.#oldLow)
  }

  high(now: number): number {
    const age = now - this.#trailTime
    return age >= 2 * TRAIL_MICROS ? this.level : age >= TRAIL_MICROS ? this.#high : Math.max(this.#high, this.#oldHigh)
  }

  /** A person vouches for the source, or its stream began anew after it had lost its level. */
  forget(): void {
    this.level = Number.NaN
    this.count = 0
    this.change = 0
    this.interval = 0
    this.#suspects = 0
  }

  #believe(level: number, now: number, change: number, elapsed: number, by: PriceWitness): void {
    if (this.count > 0) {
      const weight = this.count < LEARNT ? 1 / this.count : ADAPT
      this.change += (change - this.change) * weight
      this.interval += (elapsed - this.interval) * weight
    }
    this.#trail(level, now)
    this.level = level
    this.time = now
    this.count += 1
    this.#session = by.sessionId
    this.#suspects = 0
  }

  #trail(level: number, now: number): void {
    const age = now - this.#trailTime
    if (!(age < TRAIL_MICROS)) {
      // What it left just now it stood at until now.
      const isRecent = age < 2 * TRAIL_MICROS
      const from = this.count > 0 ? this.level : level
      this.#oldLow = isRecent ? this.#low : from
      this.#oldHigh = isRecent ? this.#high : from
      this.#low = from
      this.#high = from
      this.#trailTime = now
    }
    if (level < this.#low) this.#low = level
    if (level > this.#high) this.#high = level
  }

  #doubt(level: number, change: number, usual: number, by: PriceWitness): QualityReason | undefined {
    const { peers, spread, usualDistance, tick } = by
    const last = this.level
    const lower = Math.max(100 * tick, Math.min(Math.abs(level), Math.abs(last)))
    const isMagnitude = level * last <= 0 ? lower < Math.abs(last) / MAGNITUDE : ratio(level, last) > MAGNITUDE

    if (peers.count > 0) {
      // Where they stand to each other is known from experience, or guessed from the spread; in a fast market it is farther.
      const known = usualDistance === usualDistance ? NEAR * usualDistance : Math.max(1.5 * spread, 0.002 * lower)
      const near = Math.max(2 * tick, known, NEAR_MOVES * usual, NEAR_MIN * lower)
      const distance = peers.distance(level)
      if (distance <= Math.max(near, isMagnitude ? 0.02 * lower : change / 4)) return undefined
      if (isMagnitude || change > JUMP_LARGE * lower) return this.#farReason(level, by)
      const isAway = distance - peers.distance(last) > near / 2
      return change > LOOK * usual && isAway && this.count >= LEARNT ? 'outlier' : undefined
    }
    if (isMagnitude) return this.#farReason(level, by)
    if (this.count < LEARNT || change <= JUMP * usual || change <= JUMP_MIN * lower) return undefined
    return change > JUMP_LARGE * lower && by.isElsewhere(level) ? 'wrong-symbol' : 'outlier'
  }

  /** Ten, a hundred or a thousand times is a unit; what lies where another instrument is, is that. */
  #farReason(level: number, by: PriceWitness): QualityReason {
    if (by.isElsewhere(level)) return 'wrong-symbol'
    const power = Math.log10(ratio(level, this.level))
    return power > 0.8 && Math.abs(power - Math.round(power)) < 0.1 ? 'unit' : 'outlier'
  }

  /** Suspects in a row that agree with each other may be a new level. */
  #isConfirmed(level: number, now: number, reason: QualityReason, by: PriceWitness): boolean {
    const lower = Math.max(100 * by.tick, Math.min(Math.abs(level), Math.abs(this.level)))
    const change = Math.abs(level - this.level)
    const agrees = Math.abs(level - this.#suspectLevel) <= Math.max(change / 4, by.spread)
    if (this.#suspects === 0 || !agrees) {
      this.#suspects = 0
      this.#suspectTime = now
    }
    this.#suspects += 1
    this.#suspectLevel = level
    this.#suspectSeen = now

    // A stream whose first prices were wrong must be able to find home.
    if (this.count < LEARNT) return this.#suspects >= CONFIRMATIONS
    if (by.peers.count > 0) {
      const needed = change <= LEAD_SMALL * lower ? SMALL_CONFIRMATIONS : CONFIRMATIONS
      return reason === 'outlier' && change <= LEAD_MAX * lower && this.#suspects >= needed
    }
    const isOpening = by.sessionId !== this.#session
    if (reason === 'unit' || reason === 'wrong-symbol') return false
    if (change > JUMP_LARGE * lower && !isOpening)
      return this.#suspects >= LARGE_CONFIRMATIONS && now - this.#suspectTime >= LARGE_MICROS
    return this.#suspects >= CONFIRMATIONS
  }
}

const ratio = (a: number, b: number): number =>
  Math.max(Math.abs(a), Math.abs(b)) / Math.max(1, Math.min(Math.abs(a), Math.abs(b)))
