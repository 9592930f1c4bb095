// Pools the senses' readings of one instrument into an opinion.
import type { Micros } from '../../domain/numbers.ts'
import type { Opinion, Reading, Sense } from '../../domain/opinion.ts'

/** How much each sense's word counts; one that is not named counts once, zero is not heard. */
export type FusionWeights = Readonly<Partial<Record<Sense, number>>>

/** No reading is taken as more certain than this, so that one sense cannot shout the others down. */
const PROBABILITY_MIN = 0.02

/** Leaning this far from a half to both sides, over horizons within this ratio, is a conflict. */
const CONFLICT_LEAN = 0.05
const CONFLICT_HORIZONS = 8

/** Share of confidence lost when the readings cancel out. */
const DISCORD = 0.5

/**
 * Logarithmic pool: each sense says p = ½ + ½·direction·strength·confidence, and the opinion is the weighted mean of their
 * log-odds. A neutral sense (p = ½) draws the pool towards a half and never over it. One that abstains sleeps: it has no
 * part in the mean, but its silence lowers the confidence.
 *
 * Confidence is the weighted mean over all senses, sleeping ones counted as zero, times 1 − ½·(1 − a), where a = |Σwℓ|/Σw|ℓ|
 * is 1 when all lean the same way and 0 when they cancel. Disagreement is the weighted variance of the log-odds.
 * To stand aside is a rule, not a vote: it passes through whatever the weights.
 */
export function fuse(readings: readonly Reading[], weights: FusionWeights, instrumentId: string, now: Micros): Opinion {
  let heard = 0
  let awake = 0
  let sum = 0
  let sumOfSquares = 0
  let loudness = 0
  let trust = 0
  let standAside = ''
  let someUp = false
  let someDown = false

  for (const reading of readings) {
    const weight = weights[reading.sense] ?? 1
    heard += weight
    if (reading.kind === 'abstains') continue

    const probability = probabilityUp(reading)
    const odds = logOdds(probability)
    someUp ||= probability > 0.5
    someDown ||= probability < 0.5
    awake += weight
    sum += weight * odds
    sumOfSquares += weight * odds * odds
    loudness += weight * Math.abs(odds)
    trust += weight * reading.confidence
    if (standAside === '') standAside = reading.standAside
  }

  const mean = awake > 0 ? sum / awake : 0
  const agreement = loudness > 0 ? Math.abs(sum) / loudness : 1

  return {
    instrumentId,
    asOf: now,
    probabilityUp: 1 / (1 + Math.exp(-mean)),
    confidence: heard > 0 ? (trust / heard) * (1 - DISCORD * (1 - agreement)) : 0,
    disagreement: awake > 0 ? Math.max(0, sumOfSquares / awake - mean * mean) : 0,
    conflict: someUp && someDown && inConflict(readings, weights),
    standAside,
    readings,
  }
}

/** What a single reading says as a probability; 0.5 for one that abstains. */
export function probabilityUp(reading: Reading): number {
  if (reading.kind === 'abstains') return 0.5
  const probability = 0.5 + 0.5 * reading.direction * reading.strength * reading.confidence
  return Math.max(PROBABILITY_MIN, Math.min(1 - PROBABILITY_MIN, probability))
}

/** Two senses on opposite sides of a similar future. A month's view and a minute's may differ and both be right. */
export function areOpposed(one: Reading, other: Reading): boolean {
  if (one.kind === 'abstains' || other.kind === 'abstains') return false
  const lean = probabilityUp(one) - 0.5
  const against = probabilityUp(other) - 0.5
  if (lean * against >= 0 || Math.abs(lean) < CONFLICT_LEAN || Math.abs(against) < CONFLICT_LEAN) return false
  return Math.max(one.horizonMicros, other.horizonMicros) <= CONFLICT_HORIZONS * Math.min(one.horizonMicros, other.horizonMicros)
}

function inConflict(readings: readonly Reading[], weights: FusionWeights): boolean {
  for (let i = 0; i < readings.length; i++) {
    if (weights[readings[i]!.sense] === 0) continue
    for (let j = i + 1; j < readings.length; j++) {
      if (weights[readings[j]!.sense] !== 0 && areOpposed(readings[i]!, readings[j]!)) return true
    }
  }
  return false
}

const logOdds = (probability: number): number => Math.log(probability / (1 - probability))
