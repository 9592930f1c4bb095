// What is asked of sources before they are believed, and who is asked for which instrument.
import type { SessionCalendar } from '../../domain/calendar.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { BookChange, BookLevel, BookSnapshot } from '../../domain/market.ts'

/** `live` may carry new risk; `cache` is what was known last, for reading only. */
export interface ConfiguredSource {
  readonly source: string
  readonly level: 'live' | 'cache'
}

export interface WatchedInstrument {
  readonly instrument: Instrument
  /** When silence is a fault. */
  readonly calendar: SessionCalendar
  /** The preferred one first. */
  readonly sources: readonly ConfiguredSource[]
  /** No sound fact for longer is silence; by default judged from how often facts come. Microseconds. */
  readonly silenceMicros?: number
}

/** Keeps one source's order book, so that who switches to the source has it whole at once. */
export interface BookMemory {
  snapshot(event: BookSnapshot): void
  change(event: BookChange): void
  readonly state: 'empty' | 'live' | 'gap'
  readonly bestBid: number
  readonly bestAsk: number
  levels(side: 'bid' | 'ask'): readonly BookLevel[]
}

/** Times in microseconds, distances as fractions of the price. */
export interface SourceRules {
  /** Older than this when it arrives is stale, the venue's measured clock offset taken out. */
  readonly toleranceMicros: number
  /** Dated later than its arrival by more than this is from the future, the offset taken out. */
  readonly futureMicros: number
  /** Event times may go back by so much within a stream; by more it is an old block again. */
  readonly backwardsMicros: number
  /** Silence is `silenceGaps` median gaps without a sound fact, at least and at most these. */
  readonly silenceGaps: number
  readonly silenceMinMicros: number
  readonly silenceMaxMicros: number
  /** Away from the others by this much, it agrees with nobody (reliability.md check 35). */
  readonly disagreement: number
  /** Below it a source is not healthy. */
  readonly scoreMin: number
  /** A source that was bad must have been clean for so long before the choice goes back to it. */
  readonly cleanMicros: number
  /** The choice changes at most this often while what is selected is healthy. */
  readonly switchMicros: number
  /** A later source must be better than an earlier one by this much of the score to be chosen before it. */
  readonly scoreMargin: number
}

export const SOURCE_RULES: SourceRules = {
  toleranceMicros: 5_000_000,
  futureMicros: 2_000_000,
  backwardsMicros: 2_000_000,
  silenceGaps: 3,
  silenceMinMicros: 2_000_000,
  silenceMaxMicros: 10_000_000,
  disagreement: 0.003,
  scoreMin: 0.5,
  cleanMicros: 60_000_000,
  switchMicros: 30_000_000,
  scoreMargin: 0.2,
}
