// What bid and ask give away when one of them was made from the other, or from the same die.
import type { Detector, Fact } from './fact.ts'
import type { Evidence } from './finding.ts'

/** Of a coarse grid one or a few ticks are the usual distance for hours. */
const SPREAD_TICKS_MIN = 4
/** The longest real rows: 89 of an odd distance; 1,923 of a broker's widest, a round one, on a holiday. */
const SAME_SPREADS = 240
const SAME_ROUND_SPREADS = 6000
const ROUND_TICKS = 10

/** `constant-spread`: the price moves and the distance of its sides never does. */
export class ConstantSpread implements Detector {
  readonly #tick: number
  #spread = Number.NaN
  #moves = 0

  constructor(tick: number) {
    this.#tick = tick
  }

  see({ bid, ask, hasMoved }: Fact): Evidence | undefined {
    const spread = ask - bid
    if (spread !== this.#spread) {
      this.#spread = spread
      this.#moves = 0
      return undefined
    }
    if (hasMoved) this.#moves += 1
    const ticks = spread / this.#tick
    if (ticks < SPREAD_TICKS_MIN) return undefined
    if (this.#moves < (ticks % ROUND_TICKS === 0 ? SAME_ROUND_SPREADS : SAME_SPREADS)) return undefined
    return { detector: 'constant-spread', what: 'the spread never changes', evidence: { spreadTicks: ticks, moves: this.#moves } }
  }
}

/** A row of yes and no, and how many of the newest are yes. */
class Share {
  readonly #ring: Uint8Array
  #next = 0
  #filled = 0
  count = 0

  constructor(length: number) {
    this.#ring = new Uint8Array(length)
  }

  add(yes: boolean): void {
    const now = yes ? 1 : 0
    this.count += now - this.#ring[this.#next]!
    this.#ring[this.#next] = now
    this.#next = (this.#next + 1) % this.#ring.length
    if (this.#filled < this.#ring.length) this.#filled += 1
  }

  /** Of a full ring; 0 before. */
  get share(): number {
    return this.#filled === this.#ring.length ? this.count / this.#filled : 0
  }
}

const LEAPS_OF = 24
/** In the wildest real second a third of the quotes leapt over one spread; on currencies and metals one in twenty-four. */
const LEAPS_SHARE = 0.5
/** Where the spread is raw a usual move may be wider than it. */
const SPREADS = 3

/** `leaps`: half of all quotes are away from the one before by several spreads; a market fills what lies between. */
export class Leaps implements Detector {
  readonly #leaps = new Share(LEAPS_OF)
  #spread = 0

  see(fact: Fact): Evidence | undefined {
    const { spread } = fact
    const wider = Math.max(spread, this.#spread)
    this.#spread = spread
    if (fact.count === 1) return undefined
    this.#leaps.add(wider > 0 && Math.abs(fact.move) / 2 > SPREADS * wider)
    const { share } = this.#leaps
    if (share < LEAPS_SHARE) return undefined
    return { detector: 'leaps', what: 'leaps over its own spread again and again', evidence: { share, quotes: LEAPS_OF } }
  }
}

const CROSSED_OF = 32
/** Not one real quote of two million is crossed; a broker's glitch lasts a quote or two. */
const CROSSED_SHARE = 0.15

/** `crossed-quotes`: bid above ask, again and again. */
export class CrossedQuotes implements Detector {
  readonly #crossed = new Share(CROSSED_OF)

  see({ bid, ask }: Fact): Evidence | undefined {
    this.#crossed.add(bid > ask)
    const { share } = this.#crossed
    if (share < CROSSED_SHARE) return undefined
    return { detector: 'crossed-quotes', what: 'bid above ask again and again', evidence: { share, quotes: CROSSED_OF } }
  }
}

const FROZEN_FACTS = 60
const FROZEN_MICROS = 30_000_000

/** `frozen-price`: new times and numbers, and nothing else. A quiet market is silent, or its sizes change. */
export class FrozenPrice implements Detector {
  #bidSize = Number.NaN
  #askSize = Number.NaN
  #facts = 0
  #since = 0

  see({ hasMoved, bidSize, askSize, eventTime, gapMicros }: Fact): Evidence | undefined {
    if (hasMoved || bidSize !== this.#bidSize || askSize !== this.#askSize) {
      this.#bidSize = bidSize
      this.#askSize = askSize
      this.#facts = 0
      this.#since = eventTime
      return undefined
    }
    if (gapMicros > 0) this.#facts += 1
    const seconds = (eventTime - this.#since) / 1e6
    if (this.#facts < FROZEN_FACTS || eventTime - this.#since < FROZEN_MICROS) return undefined
    return { detector: 'frozen-price', what: 'time goes on and the price does not', evidence: { facts: this.#facts, seconds } }
  }
}
