// What the senses say and what fusion makes of it.
import type { Micros } from './numbers.ts'

export type Sense = 'why' | 'how' | 'what' | 'when'

/** One measured fact that a reading rests on. Numbers in texts are rendered from here and from nowhere else. */
export interface Evidence {
  /** Stable within a reading: 'what.rsi', 'why.curve'. */
  readonly id: string
  /** What was measured, in words: 'RSI 14', '10-year less 2-year yield'. */
  readonly metric: string
  readonly value: number
  readonly unit: string
  /** Received time of the newest datum it rests on. */
  readonly asOf: Micros
  /** What it says for the price: +1 up, -1 down, 0 neither. */
  readonly direction: -1 | 0 | 1
  /** Where the datum came from: a feature's name or a source and series. */
  readonly source: string
}

/** One sense's view of one instrument over one horizon. Statistics, never money. */
export type Reading =
  | {
      readonly kind: 'reading'
      readonly sense: Sense
      readonly asOf: Micros
      /** -1 down … +1 up. */
      readonly direction: number
      /** How far the evidence leans, 0…1. */
      readonly strength: number
      /** How much the reading may be trusted, 0…1: data quality, freshness, agreement of its own evidence. */
      readonly confidence: number
      readonly horizonMicros: number
      readonly evidence: readonly Evidence[]
      /** New risk should wait, whatever the direction, and why; empty when it need not. Only WHEN says it today. */
      readonly standAside: string
    }
  | { readonly kind: 'abstains'; readonly sense: Sense; readonly asOf: Micros; readonly reason: string }

/** The fused readings of one instrument. */
export interface Opinion {
  readonly instrumentId: string
  readonly asOf: Micros
  /** Probability that the price is higher at the horizon, 0…1. Pooled in log-odds. */
  readonly probabilityUp: number
  /** 0…1, lowered by disagreement and by senses that abstain. */
  readonly confidence: number
  /** Weighted variance of the pooled log-odds; 0 is full agreement. */
  readonly disagreement: number
  readonly conflict: boolean
  readonly standAside: string
  readonly readings: readonly Reading[]
}
