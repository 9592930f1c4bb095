// What the application knows of the past: fingerprints of its recordings, to know them again, and how each market usually is.
import type { Quote, Trade } from '../../domain/market.ts'
import { BlockMemory } from './block-memory.ts'
import { Fact } from './fact.ts'
import { MarketHabits } from './market-habits.ts'
import { type BlockPrint, TickPrint } from './tick-print.ts'

/** The quotes, or the trades, of one instrument. */
export interface RecordedStream {
  readonly instrumentId: string
  readonly kind: 'quote' | 'trade'
  /** Smallest price change, in price steps. */
  readonly tick: number
}

export class RecordedBlocks {
  readonly rhythm: BlockMemory
  readonly prices: BlockMemory
  readonly sizes: BlockMemory
  readonly #habits = new Map<string, MarketHabits>()

  /** `capacity`: ticks to remember, 48 bytes each. What is more than that forgets what is older. */
  constructor(capacity = 2 ** 20) {
    this.rhythm = new BlockMemory(capacity)
    this.prices = new BlockMemory(capacity)
    this.sizes = new BlockMemory(capacity)
  }

  /** A reader for one recording of one stream: show it every event in order. */
  reader({ instrumentId, kind, tick }: RecordedStream): (event: Quote | Trade) => void {
    const habits = this.habits(instrumentId, kind, tick)
    const fact = new Fact()
    const print = new TickPrint(tick)
    return event => {
      fact.take(event)
      print.take(fact)
      habits.learn(fact)
      remember(this.rhythm, print.rhythm, print.content, fact.eventTime)
      remember(this.prices, print.prices, print.content, fact.eventTime)
      remember(this.sizes, print.sizes, print.content, fact.eventTime)
    }
  }

  /** How this market is by all its recordings so far. */
  habits(instrumentId: string, kind: 'quote' | 'trade', tick: number): MarketHabits {
    const key = `${kind} ${instrumentId}`
    const habits = this.#habits.get(key) ?? new MarketHabits(kind, tick)
    this.#habits.set(key, habits)
    return habits
  }
}

export function remember(memory: BlockMemory, { isWhole, fingerprint }: BlockPrint, content: number, time: number): void {
  if (isWhole) memory.remember(fingerprint.place, fingerprint.check, time, content)
}
