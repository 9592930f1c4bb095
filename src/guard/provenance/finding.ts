// What a detector says of a feed that only pretends.
import type { Micros } from '../../domain/numbers.ts'

/**
 * no-latency: received at the very instant it happened · constant-latency: always after exactly the same time ·
 * regular-arrival: by the metronome · replayed-recording: a block that a known recording holds, at another time ·
 * repeated-block: the same ticks again · constant-spread: never another distance between bid and ask ·
 * frozen-price: one quote again and again · leaps: jumps wider than the spread, again and again · crossed-quotes: bid above
 * ask, again and again · off-grid: prices between the instrument's ticks · closed-market: a living market on a holiday ·
 * smoothed: each move goes on with the one before · restless: no two trades in a row at one price · generator: fits a generator of random numbers better than a market.
 */
export type DetectorName =
  | 'no-latency'
  | 'constant-latency'
  | 'regular-arrival'
  | 'replayed-recording'
  | 'repeated-block'
  | 'constant-spread'
  | 'frozen-price'
  | 'leaps'
  | 'crossed-quotes'
  | 'off-grid'
  | 'closed-market'
  | 'smoothed'
  | 'restless'
  | 'generator'

/** Plain data: it goes into notices, logs and JSON as it is. */
export interface Finding {
  readonly detector: DetectorName
  readonly source: string
  readonly instrumentId: string
  /** Received time of the fact that settled it. */
  readonly at: Micros
  /** For people: 'a recording of 2014-05-05T09:12:00Z is played again'. */
  readonly what: string
  /** The figures it was judged by, by name with the unit last. */
  readonly evidence: Readonly<Record<string, number>>
}

/** What one detector found, before it is known whose it is. */
export interface Evidence {
  readonly detector: DetectorName
  readonly what: string
  readonly evidence: Readonly<Record<string, number>>
}

/** 'replayed-recording: a recording of … is played again (shiftSeconds 86400, hits 3)'. */
export function findingWords({ detector, what, evidence }: Evidence): string {
  const figures = Object.entries(evidence).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
  return `${detector}: ${what}${figures.length === 0 ? '' : ` (${figures.join(', ')})`}`
}
