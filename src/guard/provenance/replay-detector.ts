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

const ALPHABETS = ['rhythm', 'prices', 'sizes'] as const

/** What is looked for in one memory: three trails, one for each alphabet. */
class Trails {
  readonly #print: TickPrint
  readonly #trails: readonly Trail[]

  constructor(print: TickPrint, memory: RecordedBlocks) {
    this.#print = print
    this.#trails = ALPHABETS.map(alphabet => new Trail(print[alphabet], memory[alphabet]))
  }

  /** The alphabet in which so many blocks in a row are known; undefined when there is none. */
  follow(detector: 'replayed-recording' | 'repeated-block', eventTime: number, hits: number): Evidence | undefined {
    const { content } = this.#print
    let found: Evidence | undefined
    for (let at = 0; at < ALPHABETS.length; at++) {
      const trail = this.#trails[at]!
      if (trail.follow(eventTime, content) < hits || found !== undefined) continue
      found = {
        detector,
        what: `the ${ALPHABETS[at]} of ${formatMicros(trail.recorded as Micros)} again`,
        evidence: trail.evidence(eventTime),
      }
    }
    return found
  }

  remember(eventTime: number): void {
    for (const trail of this.#trails) trail.remember(eventTime, this.#print.content)
  }
}

/** `replayed-recording`: live facts whose rhythm, prices or sizes are those of a recording that the application has. */
export class ReplayedRecording implements Detector {
  readonly #trails: Trails

  constructor(print: TickPrint, known: RecordedBlocks) {
    this.#trails = new Trails(print, known)
  }

  see({ isLive, eventTime }: Fact): Evidence | undefined {
    // What says of itself that it was recorded pretends nothing.
    return isLive ? this.#trails.follow('replayed-recording', eventTime, HITS) : undefined
  }
}

/** `repeated-block`: the stream says again what it said. Remembers its newest ticks as it goes. */
export class RepeatedBlock implements Detector {
  readonly #trails: Trails

  /** `own`: an empty memory; its capacity is how long a block may be that is still known again. */
  constructor(print: TickPrint, own: RecordedBlocks) {
    this.#trails = new Trails(print, own)
  }

  see({ eventTime }: Fact): Evidence | undefined {
    const found = this.#trails.follow('repeated-block', eventTime, HITS_OWN)
    this.#trails.remember(eventTime)
    return found
  }
}
