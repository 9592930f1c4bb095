// What the application knows of the past: fingerprints of its recordings, for the guard to know them again.
import type { Quote, Trade } from '../../domain/market.ts'
import { BlockMemory } from './block-memory.ts'
import { Fact } from './fact.ts'
import { type BlockPrint, TickPrint } from './tick-print.ts'

export class RecordedBlocks {
  readonly rhythm: BlockMemory
  readonly prices: BlockMemory

  /** `capacity`: ticks to remember, 32 bytes each. What is more than that forgets what is older. */
  constructor(capacity = 2 ** 20) {
    this.rhythm = new BlockMemory(capacity)
    this.prices = new BlockMemory(capacity)
  }

  /** A reader for one recorded stream: show it every quote, or every trade, of one instrument in order. */
  reader(tick: number): (event: Quote | Trade) => void {
    const fact = new Fact()
    const print = new TickPrint(tick)
    return event => {
      fact.take(event)
      print.take(fact)
      remember(this.rhythm, print.rhythm, print.content, fact.eventTime)
      remember(this.prices, print.prices, print.content, fact.eventTime)
    }
  }
}

export function remember(memory: BlockMemory, { isWhole, fingerprint }: BlockPrint, content: number, time: number): void {
  if (isWhole) memory.remember(fingerprint.place, fingerprint.check, time, content)
}
