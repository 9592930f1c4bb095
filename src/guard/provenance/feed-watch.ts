// One stream under watch: the quotes, or the trades, of one instrument from one source.
import type { SessionCalendar } from '../../domain/calendar.ts'
import type { Quote, Trade } from '../../domain/market.ts'
import { RegularArrival, SameLatency } from './clock-detectors.ts'
import { type Detector, Fact } from './fact.ts'
import type { Evidence } from './finding.ts'
import { Generator } from './generator-detector.ts'
import { ClosedMarket, OffGrid, Restless, Smoothed } from './price-detectors.ts'
import { ConstantSpread, CrossedQuotes, FrozenPrice, Leaps } from './quote-detectors.ts'
import { RecordedBlocks } from './recorded-blocks.ts'
import { RepeatedBlock, ReplayedRecording } from './replay-detector.ts'
import { TickPrint } from './tick-print.ts'

export interface FeedTraits {
  readonly instrumentId: string
  readonly kind: 'quote' | 'trade'
  /** Smallest price change, in price steps. */
  readonly tick: number
  readonly calendar: SessionCalendar
  /** False where the venue says no time and the event time is that of the arrival. */
  readonly isStamped: boolean
  readonly known: RecordedBlocks
}

/** Ticks of its own past that a stream remembers: eight hours of a quiet pair, some minutes of a wild future. */
const OWN_TICKS = 2 ** 14

export class FeedWatch {
  readonly #fact = new Fact()
  readonly #print: TickPrint
  readonly #detectors: readonly Detector[]

  constructor(traits: FeedTraits) {
    this.#print = new TickPrint(traits.tick)
    this.#detectors = detectorsOf(traits, this.#print)
  }

  /** What this fact settles; undefined while there is no doubt. */
  see(event: Quote | Trade): Evidence | undefined {
    this.#fact.take(event)
    this.#print.take(this.#fact)
    for (const detector of this.#detectors) {
      const found = detector.see(this.#fact)
      if (found !== undefined) return found
    }
    return undefined
  }
}

/** Everything that looks at such a stream, the surest first. */
export function detectorsOf(
  { instrumentId, kind, tick, calendar, isStamped, known }: FeedTraits,
  print: TickPrint,
): readonly Detector[] {
  return [
    ...(isStamped ? [new SameLatency(), new RegularArrival()] : []),
    new ReplayedRecording(print, known),
    new RepeatedBlock(print, new RecordedBlocks(OWN_TICKS)),
    new OffGrid(tick),
    new ClosedMarket(calendar),
    new Generator(kind, tick, known.habits(instrumentId, kind, tick)),
    ...(kind === 'quote'
      ? [new ConstantSpread(tick), new Leaps(), new CrossedQuotes(), new FrozenPrice(), new Smoothed()]
      : [new Restless()]),
  ]
}
