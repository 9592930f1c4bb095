// Knows ticks again: those of a recording that is played as if it lived, and those of the same stream a while ago.
import { formatMicros, type Micros } from '../../domain/numbers.ts'
import type { BlockMemory } from './block-memory.ts'
import type { Detector, Fact } from './fact.ts'
import type { Evidence } from './finding.ts'
import { type RecordedBlocks, remember } from './recorded-blocks.ts'
import type { BlockPrint, TickPrint } from './tick-print.ts'

/** A venue may say again what it said (the last trades to a new connection): at the times they had, and the same. */
const SAME_MICROS = 1_000_000
/** So many blocks in a row, each later in the recording than the one before, are no chance. */
const HITS = 3
/** Of the stream's own past a little more must come again. */
const HITS_OWN = 6

/** A row of blocks that were all known, in the order they are known in. */
class Trail {
  readonly #print: BlockPrint
  readonly #memory: BlockMemory
  hits = 0
  recorded = Number.NaN

  constructor(print: BlockPrint, memory: BlockMemory) {
    this.#print = print
    this.#memory = memory
  }

  /** Blocks in a row that are known, up to the newest; those that are only said again do not count. */
  follow(now: number, content: number): number {
    const { isWhole, fingerprint } = this.#print
    if (!isWhole) return 0
    const recorded = this.#memory.recall(fingerprint.place, fingerprint.check)
    const isSaidAgain = Math.abs(now - recorded) < SAME_MICROS && content === this.#memory.content
    if (recorded !== recorded) this.hits = 0
    // An altered copy leaves many a price as it was, so this neither proves nor clears.
    else if (!isSaidAgain) this.hits = this.hits === 0 || recorded >= this.recorded ? this.hits + 1 : 1
    this.recorded = recorded
    return this.hits
  }

  /** The newest fact into the memory it was looked for in. */
  remember(time: number, content: number): void {
    remember(this.#memory, this.#print, content, time)
  }

  evidence(eventTime: number): Evidence['evidence'] {
    const { length } = this.#print.fingerprint
    return { blocks: this.hits, ticks: length, shiftSeconds: (eventTime - this.recorded) / 1e6 }
  }
}

/** `replayed-recording`: live facts whose rhythm or prices are those of a recording that the application has. */
export class ReplayedRecording implements Detector {
  readonly #print: TickPrint
  readonly #rhythm: Trail
  readonly #prices: Trail

  constructor(print: TickPrint, { rhythm, prices }: RecordedBlocks) {
    this.#print = print
    this.#rhythm = new Trail(print.rhythm, rhythm)
    this.#prices = new Trail(print.prices, prices)
  }

  see({ isLive, eventTime }: Fact): Evidence | undefined {
    // What says of itself that it was recorded pretends nothing.
    if (!isLive) return undefined
    const { content } = this.#print
    const rhythm = this.#rhythm.follow(eventTime, content)
    const prices = this.#prices.follow(eventTime, content)
    if (rhythm < HITS && prices < HITS) return undefined
    const trail = rhythm < HITS ? this.#prices : this.#rhythm
    return {
      detector: 'replayed-recording',
      what: `${rhythm < HITS ? 'the prices' : 'the rhythm'} of a recording at ${formatMicros(trail.recorded as Micros)}`,
      evidence: trail.evidence(eventTime),
    }
  }
}

/** `repeated-block`: the stream says again what it said. Remembers its newest ticks as it goes. */
export class RepeatedBlock implements Detector {
  readonly #print: TickPrint
  readonly #rhythm: Trail
  readonly #prices: Trail

  /** `own`: an empty memory; its capacity is how long a block may be that is still known again. */
  constructor(print: TickPrint, { rhythm, prices }: RecordedBlocks) {
    this.#print = print
    this.#rhythm = new Trail(print.rhythm, rhythm)
    this.#prices = new Trail(print.prices, prices)
  }

  see({ eventTime }: Fact): Evidence | undefined {
    const { content } = this.#print
    const rhythm = this.#rhythm.follow(eventTime, content)
    const prices = this.#prices.follow(eventTime, content)
    const trail = rhythm < HITS_OWN ? this.#prices : this.#rhythm
    const found =
      rhythm < HITS_OWN && prices < HITS_OWN
        ? undefined
        : {
            detector: 'repeated-block' as const,
            what: `${trail === this.#rhythm ? 'the rhythm' : 'the prices'} of ${formatMicros(trail.recorded as Micros)} again`,
            evidence: trail.evidence(eventTime),
          }
    this.#rhythm.remember(eventTime, content)
    this.#prices.remember(eventTime, content)
    return found
  }
}
