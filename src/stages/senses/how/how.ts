// HOW the market trades: who presses in the book and on the tape, and where neither is known, the structure of its swings.
import type { Micros } from '../../../domain/numbers.ts'
import type { Evidence, Reading } from '../../../domain/opinion.ts'

/** Numbers at a bar's close; NaN for what the source does not have or is still warming up. The engine fills them in. */
export interface HowInput {
  readonly now: Micros
  readonly barMicros: number
  readonly close: number
  /** (bids − asks) / (bids + asks) over the top levels, −1…+1. */
  readonly bookImbalance: number
  /** Bought less sold by those who crossed the spread, and all that was traded, over the same bars. */
  readonly tradeDelta: number
  readonly tradeVolume: number
  /** The last two confirmed swing highs and lows, price units. */
  readonly swingHigh: number
  readonly previousSwingHigh: number
  readonly swingLow: number
  readonly previousSwingLow: number
  /** Names of the features these came from, for the chain of evidence. */
  readonly sources: HowSources
}

export interface HowSources {
  readonly book: string
  readonly tape: string
  readonly swings: string
}

/** Pressure in the book passes quickly; structure lasts about as long as it took to form. */
const FLOW_HORIZON_BARS = 5
const STRUCTURE_HORIZON_BARS = 20

/**
 * With a book or a tape: the mean of the book's imbalance and of delta over volume. Spot forex and gold have neither, and
 * nothing is made up for them: there the structure of confirmed swings speaks, with less confidence. Higher highs and
 * higher lows lean up, the mirror down; a close beyond the last swing (a break of structure, by close, not by wick) counts
 * as much as the two together. Abstains when nothing of this is known.
 */
export function readHow(input: HowInput): Reading {
  const delta = input.tradeVolume > 0 ? input.tradeDelta / input.tradeVolume : Number.NaN
  const hasBook = !Number.isNaN(input.bookImbalance)
  const hasTape = !Number.isNaN(delta)

  if (hasBook || hasTape) return readFlow(input, { delta, hasBook, hasTape })
  if (Number.isNaN(input.swingHigh) || Number.isNaN(input.swingLow)) {
    return {
      kind: 'abstains',
      sense: 'how',
      asOf: input.now,
      reason: 'no book, no tape, and no confirmed swing high and low yet',
    }
  }
  return readStructure(input)
}

function readFlow(input: HowInput, flow: { delta: number; hasBook: boolean; hasTape: boolean }): Reading {
  const { now, sources, bookImbalance } = input
  const { delta, hasBook, hasTape } = flow
  const evidence: Evidence[] = []
  if (hasBook) {
    evidence.push({
      id: 'how.book',
      metric: 'book imbalance',
      value: bookImbalance,
      unit: 'ratio',
      asOf: now,
      direction: sign(bookImbalance),
      source: sources.book,
    })
  }
  if (hasTape) {
    evidence.push({
      id: 'how.delta',
      metric: 'buying less selling over volume',
      value: delta,
      unit: 'ratio',
      asOf: now,
      direction: sign(delta),
      source: sources.tape,
    })
  }

  const lean = hasBook && hasTape ? (bookImbalance + delta) / 2 : hasBook ? bookImbalance : delta
  const agree = hasBook && hasTape && bookImbalance * delta > 0

  return {
    kind: 'reading',
    sense: 'how',
    asOf: now,
    direction: sign(lean),
    strength: Math.min(1, Math.abs(lean)),
    confidence: agree ? 0.7 : 0.5,
    horizonMicros: FLOW_HORIZON_BARS * input.barMicros,
    evidence,
    standAside: '',
  }
}

function readStructure(input: HowInput): Reading {
  const { now, sources, close, swingHigh, swingLow } = input
  const highs = change(swingHigh, input.previousSwingHigh)
  const lows = change(swingLow, input.previousSwingLow)
  const broken = close > swingHigh ? 1 : close < swingLow ? -1 : 0
  const structure = (sign(highs) + sign(lows)) / 2
  const lean = (structure + broken) / 2

  const evidence: Evidence[] = [
    {
      id: 'how.high',
      metric: 'close less last swing high',
      value: close - swingHigh,
      unit: 'price',
      asOf: now,
      direction: close > swingHigh ? 1 : 0,
      source: sources.swings,
    },
    {
      id: 'how.low',
      metric: 'close less last swing low',
      value: close - swingLow,
      unit: 'price',
      asOf: now,
      direction: close < swingLow ? -1 : 0,
      source: sources.swings,
    },
  ]
  if (!Number.isNaN(highs)) {
    evidence.push({
      id: 'how.highs',
      metric: 'last swing high less the one before',
      value: highs,
      unit: 'price',
      asOf: now,
      direction: sign(highs),
      source: sources.swings,
    })
  }
  if (!Number.isNaN(lows)) {
    evidence.push({
      id: 'how.lows',
      metric: 'last swing low less the one before',
      value: lows,
      unit: 'price',
      asOf: now,
      direction: sign(lows),
      source: sources.swings,
    })
  }

  return {
    kind: 'reading',
    sense: 'how',
    asOf: now,
    direction: sign(lean),
    strength: Math.abs(lean),
    confidence: structure * broken < 0 ? 0.2 : 0.4,
    horizonMicros: STRUCTURE_HORIZON_BARS * input.barMicros,
    evidence,
    standAside: '',
  }
}

const change = (last: number, previous: number): number => last - previous

const sign = (value: number): -1 | 0 | 1 => (value > 0 ? 1 : value < 0 ? -1 : 0)
