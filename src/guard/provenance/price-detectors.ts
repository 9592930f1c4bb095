// What prices give away by themselves: where they stand, how they go on, and when.
import type { SessionCalendar } from '../../domain/calendar.ts'
import { HOUR, type Micros } from '../../domain/numbers.ts'
import type { Detector, Fact } from './fact.ts'
import type { Evidence } from './finding.ts'

const GRID_OF = 32
/** Prints between the ticks exist (midpoint crossings); half of all prices do not. */
const OFF_GRID = 24

/** `off-grid`: prices between the instrument's ticks. A table's prices may even lie between the steps, as fractions. */
export class OffGrid implements Detector {
  readonly #tick: number
  #bits = 0
  #count = 0

  constructor(tick: number) {
    this.#tick = tick
  }

  see({ bid, ask }: Fact): Evidence | undefined {
    const isOff = bid % this.#tick !== 0 || ask % this.#tick !== 0
    // The newest 32 answers as the bits of one number.
    this.#bits = (this.#bits << 1) | (isOff ? 1 : 0)
    this.#count += 1
    if (this.#count < GRID_OF || !isOff) return undefined
    const off = ones(this.#bits)
    if (off < OFF_GRID) return undefined
    return { detector: 'off-grid', what: 'prices between the ticks', evidence: { off, of: GRID_OF, tickSteps: this.#tick } }
  }
}

function ones(bits: number): number {
  let left = bits >>> 0
  let count = 0
  for (; left !== 0; left &= left - 1) count += 1
  return count
}

const CLOSED_FACTS = 16
/** Venues open early and close late, some by a night; none by so much. */
const EDGE_MICROS = 14 * HOUR
/** A night is no holiday. */
const CLOSED_MICROS_MIN = 36 * HOUR

/** `closed-market`: prices that move in the middle of a weekend or of a holiday of that market. */
export class ClosedMarket implements Detector {
  readonly #calendar: SessionCalendar
  #from = Number.POSITIVE_INFINITY
  #until = Number.NEGATIVE_INFINITY
  #isDead = false
  #facts = 0

  constructor(calendar: SessionCalendar) {
    this.#calendar = calendar
  }

  see({ eventTime, hasMoved }: Fact): Evidence | undefined {
    if (!(eventTime >= this.#from && eventTime < this.#until)) this.#turn(eventTime)
    if (!this.#isDead || !hasMoved) return undefined
    this.#facts += 1
    if (this.#facts < CLOSED_FACTS) return undefined
    return {
      detector: 'closed-market',
      what: 'prices move while the market is closed',
      evidence: {
        facts: this.#facts,
        hoursClosed: (eventTime - this.#from) / HOUR,
        hoursToOpen: (this.#until - eventTime) / HOUR,
      },
    }
  }

  #turn(time: number): void {
    const stretch = this.#calendar.stretch(time as Micros)
    this.#facts = 0
    this.#isDead = false
    this.#from = stretch.from
    this.#until = stretch.until
    if (stretch.open || stretch.until - stretch.from < CLOSED_MICROS_MIN) return
    const dead = { from: stretch.from + EDGE_MICROS, until: stretch.until - EDGE_MICROS }
    this.#isDead = time >= dead.from && time < dead.until
    // What is decided now holds until the next edge.
    if (time < dead.from) this.#until = dead.from
    else if (time < dead.until) [this.#from, this.#until] = [dead.from, dead.until]
    else this.#from = dead.until
  }
}

const MOVES = 48
/** Of two moves in a row, by their size: 1 when each repeats the one before. Real quotes of 1.7 million windows: 0.6 at most. */
const SMOOTH = 0.8
/** A crash runs through the book and goes on as well: smooth means small steps, too, of the spread. */
const STEP_SHARE = 0.5

/** `smoothed`: each move goes on with the one before, in steps that are small against the spread: an average, no market. */
export class Smoothed implements Detector {
  readonly #moves = new Float64Array(MOVES)
  #next = 0
  #count = 0
  #last = 0
  #squares = 0
  #products = 0

  see(fact: Fact): Evidence | undefined {
    const { move, spread } = fact
    if (move === 0) return undefined
    const at = this.#next
    const leaving = this.#moves[at]!
    const after = this.#moves[(at + 1) % MOVES]!
    // All are whole half steps, so the sums stay exact.
    this.#squares += move * move - leaving * leaving
    this.#products += move * this.#last - leaving * after
    this.#moves[at] = move
    this.#next = (at + 1) % MOVES
    this.#last = move
    this.#count += 1
    if (this.#count <= MOVES || spread <= 0) return undefined
    const autocorrelation = this.#products / this.#squares
    if (autocorrelation < SMOOTH) return undefined
    const step = Math.sqrt(this.#squares / MOVES) / 2
    if (step > STEP_SHARE * spread) return undefined
    return {
      detector: 'smoothed',
      what: 'each move goes on with the one before',
      evidence: { autocorrelation, moves: MOVES, step, spread },
    }
  }
}

/** Trades farther apart than this may well have a market between them that moved. */
const NEAR_MICROS = 5_000_000
/** What one trade at the price of the one before takes back. */
const STILL = 8
/** The most that 2.4 million real trades of seven markets ever summed up to is 32. */
const RESTLESS = 48
/** An order that eats its way through the book is over in less. */
const RESTLESS_MICROS = 2_000_000

/** `restless`: each trade at a new price. In a market many an order meets more than one other at the same price. */
export class Restless implements Detector {
  #sum = 0
  #since = 0

  see({ hasMoved, gapMicros, eventTime }: Fact): Evidence | undefined {
    if (gapMicros > NEAR_MICROS) return undefined
    if (this.#sum === 0) this.#since = eventTime
    this.#sum = Math.max(0, this.#sum + (hasMoved ? 1 : -STILL))
    const micros = eventTime - this.#since
    if (this.#sum < RESTLESS || micros < RESTLESS_MICROS) return undefined
    return { detector: 'restless', what: 'each trade at a new price', evidence: { trades: this.#sum, seconds: micros / 1e6 } }
  }
}
