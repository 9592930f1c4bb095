// WHAT the price does: trend, momentum and how lively the market is, from indicator values.
import type { Micros } from '../../../domain/numbers.ts'
import type { Evidence, Reading } from '../../../domain/opinion.ts'

/** Indicator values at a bar's close; NaN for what is still warming up. The engine fills them in. */
export interface WhatInput {
  readonly now: Micros
  readonly barMicros: number
  readonly emaFast: number
  readonly emaSlow: number
  /** Average true range, price units: the scale of the trend and of the MACD histogram. */
  readonly atr: number
  readonly adx: number
  readonly plusDirection: number
  readonly minusDirection: number
  readonly rsi: number
  readonly macdHistogram: number
  /** Percent over `rocBars` bars. */
  readonly roc: number
  readonly rocBars: number
  /** Standard deviation of log returns per bar, and its median over a long window of its own past. */
  readonly volatility: number
  readonly usualVolatility: number
  /** (upper − lower) / middle of the Bollinger bands. */
  readonly bandwidth: number
  /** Names of the features these came from, for the chain of evidence. */
  readonly sources: WhatSources
}

export interface WhatSources {
  readonly trend: string
  readonly adx: string
  readonly rsi: string
  readonly macd: string
  readonly roc: string
  readonly volatility: string
  readonly bandwidth: string
}

/** Trend and momentum of twenty bars say something about the next twenty or so. */
const HORIZON_BARS = 20

/** Wilder reads an ADX above 25 as a trend and below 20 as none; the weight passes over between these bounds. */
const ADX_NONE = 15
const ADX_TREND = 35

/**
 * Where there is a trend it speaks, where there is none momentum does: lean = q·trend + (1 − q)·momentum, with q growing
 * from 0 at an ADX of 15 to 1 at 35. Trend is the mean of the EMA distance in ATRs and the balance of the directional
 * indicators; momentum the mean of RSI about 50, the MACD histogram in half ATRs and the rate of change in standard
 * deviations; each within −1…+1. Confidence grows with q and with the agreement of the two, and falls as volatility
 * exceeds its own median. Abstains until one of the two is known.
 */
export function readWhat(input: WhatInput): Reading {
  const trend = meanKnown(trendOfAverages(input), balance(input.plusDirection, input.minusDirection), Number.NaN)
  const momentum = meanKnown(
    (input.rsi - 50) / 50,
    within((2 * input.macdHistogram) / input.atr),
    within(input.roc / 100 / (2 * input.volatility * Math.sqrt(input.rocBars))),
  )
  if (Number.isNaN(trend) && Number.isNaN(momentum)) {
    return { kind: 'abstains', sense: 'what', asOf: input.now, reason: 'the indicators are still warming up' }
  }

  const quality = Number.isNaN(input.adx) ? 0.5 : Math.max(0, Math.min(1, (input.adx - ADX_NONE) / (ADX_TREND - ADX_NONE)))
  const trendShare = Number.isNaN(momentum) ? 1 : Number.isNaN(trend) ? 0 : quality
  const lean = (trendShare > 0 ? trendShare * trend : 0) + (trendShare < 1 ? (1 - trendShare) * momentum : 0)

  const agreement = trend * momentum > 0 ? 0.2 : 0
  const liveliness = input.volatility / input.usualVolatility
  const calm = Number.isNaN(liveliness) ? 0.8 : liveliness > 1 ? Math.max(0.25, 1 / liveliness) : 1

  return {
    kind: 'reading',
    sense: 'what',
    asOf: input.now,
    direction: sign(lean),
    strength: Math.min(1, Math.abs(lean)),
    confidence: (0.3 + 0.4 * quality + agreement) * calm,
    horizonMicros: HORIZON_BARS * input.barMicros,
    evidence: evidenceOf(input, liveliness),
    standAside: '',
  }
}

function evidenceOf(input: WhatInput, liveliness: number): readonly Evidence[] {
  const { now, sources } = input
  const evidence: Evidence[] = []
  const distance = (input.emaFast - input.emaSlow) / input.atr

  if (Number.isFinite(distance)) {
    evidence.push({
      id: 'what.trend',
      metric: 'fast less slow average',
      value: distance,
      unit: 'ATR',
      asOf: now,
      direction: sign(distance),
      source: sources.trend,
    })
  }
  if (!Number.isNaN(input.adx)) {
    const direction = sign(input.plusDirection - input.minusDirection)
    evidence.push({ id: 'what.adx', metric: 'ADX', value: input.adx, unit: 'points', asOf: now, direction, source: sources.adx })
  }
  if (!Number.isNaN(input.rsi)) {
    evidence.push({
      id: 'what.rsi',
      metric: 'RSI',
      value: input.rsi,
      unit: 'points',
      asOf: now,
      direction: sign(input.rsi - 50),
      source: sources.rsi,
    })
  }
  if (!Number.isNaN(input.macdHistogram)) {
    const direction = sign(input.macdHistogram)
    evidence.push({
      id: 'what.macd',
      metric: 'MACD histogram',
      value: input.macdHistogram,
      unit: 'price',
      asOf: now,
      direction,
      source: sources.macd,
    })
  }
  if (!Number.isNaN(input.roc)) {
    evidence.push({
      id: 'what.roc',
      metric: 'rate of change',
      value: input.roc,
      unit: 'percent',
      asOf: now,
      direction: sign(input.roc),
      source: sources.roc,
    })
  }
  if (Number.isFinite(liveliness)) {
    evidence.push({
      id: 'what.volatility',
      metric: 'volatility against its usual',
      value: liveliness,
      unit: 'times',
      asOf: now,
      direction: 0,
      source: sources.volatility,
    })
  }
  if (!Number.isNaN(input.bandwidth)) {
    evidence.push({
      id: 'what.bandwidth',
      metric: 'Bollinger bandwidth',
      value: 100 * input.bandwidth,
      unit: 'percent',
      asOf: now,
      direction: 0,
      source: sources.bandwidth,
    })
  }
  return evidence
}

const trendOfAverages = (input: WhatInput): number => within((input.emaFast - input.emaSlow) / input.atr)

/** Of two counts that are not negative: −1 when only the second is there, +1 when only the first; zero when neither is. */
const balance = (one: number, other: number): number => (one + other === 0 ? 0 : (one - other) / (one + other))

/** Into −1…+1. A flat market divides zero by zero; what is then not a number counts as not known. */
const within = (value: number): number => Math.max(-1, Math.min(1, value))

/** The mean of those that are numbers; NaN when none is. */
function meanKnown(first: number, second: number, third: number): number {
  let sum = 0
  let count = 0
  if (!Number.isNaN(first)) {
    sum += first
    count++
  }
  if (!Number.isNaN(second)) {
    sum += second
    count++
  }
  if (!Number.isNaN(third)) {
    sum += third
    count++
  }
  return count === 0 ? Number.NaN : sum / count
}

const sign = (value: number): -1 | 0 | 1 => (value > 0 ? 1 : value < 0 ? -1 : 0)
