// The newest ticks of a stream, and the figures by which a market differs from a generator of random numbers.
import type { Fact } from './fact.ts'

/** Figures of a window of trades; quotes have these and those of their spread. */
const TRADE_FIGURES = 15
const SPREAD_FIGURES = 6

export class TickWindow {
  readonly length: number
  /** Written anew by `measure`. */
  readonly figures: Float64Array
  readonly #isQuote: boolean
  readonly #tick: number
  readonly #gaps: Float64Array
  readonly #bids: Float64Array
  readonly #asks: Float64Array
  #next = 0
  #count = 0

  /** `length`: ticks, the first of which only says where the others start. */
  constructor(kind: 'quote' | 'trade', tick: number, length: number) {
    this.length = length
    this.#isQuote = kind === 'quote'
    this.#tick = tick
    this.figures = new Float64Array(TRADE_FIGURES + (this.#isQuote ? SPREAD_FIGURES : 0))
    this.#gaps = new Float64Array(length)
    this.#bids = new Float64Array(length)
    this.#asks = new Float64Array(length)
  }

  add({ gapMicros, bid, ask }: Fact): void {
    this.#gaps[this.#next] = gapMicros > 0 ? gapMicros : 0
    this.#bids[this.#next] = bid / this.#tick
    this.#asks[this.#next] = ask / this.#tick
    this.#next = (this.#next + 1) % this.length
    this.#count += 1
  }

  get isFull(): boolean {
    return this.#count >= this.length
  }

  /** One walk through the window: rhythm, size and order of the moves, and what bid and ask have to do with each other. */
  measure(): Float64Array {
    const { length } = this
    const moves = length - 1
    const gaps = this.#gaps
    const at = (age: number): number => (this.#next + age) % length
    let gapSum = 0
    for (let age = 1; age < length; age++) gapSum += gaps[at(age)]!
    const gapMean = Math.max(1, gapSum / moves)

    let simultaneous = 0
    let quick = 0
    let gapSquares = 0
    let logs = 0
    let logSquares = 0
    let logProducts = 0
    let logBefore = 0
    let both = 0
    let oneSided = 0
    let squares = 0
    let products = 0
    let productsOfTwo = 0
    let quads = 0
    let sizes = 0
    let sizeProducts = 0
    let single = 0
    let turns = 0
    let runs = 0
    let returns = 0
    let before = 0
    let twoBefore = 0
    let direction = 0
    let spreads = 0
    let spreadChanges = 0
    let spreadSquares = 0
    let spreadProducts = 0
    let spreadBefore = 0
    let spreadValues = 1
    for (let age = 1; age < length; age++) {
      const here = at(age)
      const last = at(age - 1)
      const bid = this.#bids[here]! - this.#bids[last]!
      const ask = this.#asks[here]! - this.#asks[last]!
      const move = (bid + ask) / 2
      const size = Math.abs(move)

      const gap = gaps[here]!
      if (gap === 0) simultaneous += 1
      if (gap < 0.1 * gapMean) quick += 1
      gapSquares += gap * gap
      const log = Math.log(gap / gapMean + 0.02)
      logs += log
      logSquares += log * log
      if (age > 1) logProducts += log * logBefore
      logBefore = log

      if (bid !== 0 && ask !== 0) both += 1
      else if (bid !== 0 || ask !== 0) oneSided += 1
      squares += move * move
      products += move * before
      productsOfTwo += move * twoBefore
      quads += move ** 4
      sizes += size
      sizeProducts += size * Math.abs(before)
      if (size === 1) single += 1
      twoBefore = before
      before = move
      if (move !== 0) {
        if (direction !== 0) {
          if (Math.sign(move) === -direction) turns += 1
          else runs += 1
        }
        direction = Math.sign(move)
      }
      for (let back = age - 2; back >= Math.max(0, age - 6); back--) {
        if (this.#bids[at(back)] === this.#bids[here]) {
          returns += 1
          break
        }
      }

      if (!this.#isQuote) continue
      const spread = this.#asks[here]! - this.#bids[here]!
      const change = ask - bid
      spreads += spread
      if (change !== 0) spreadChanges += 1
      spreadSquares += change * change
      spreadProducts += change * spreadBefore
      spreadBefore = change
      let isNew = true
      for (let back = age - 1; back >= 1 && isNew; back--) {
        const other = at(back)
        isNew = this.#asks[other]! - this.#bids[other]! !== spread
      }
      if (isNew && age > 1) spreadValues += 1
    }

    const { figures } = this
    const logMean = logs / moves
    const logVariance = Math.max(1e-3, logSquares / moves - logMean * logMean)
    const sizeMean = sizes / moves
    const sizeVariance = Math.max(1e-3, squares / moves - sizeMean * sizeMean)
    figures[0] = simultaneous / moves
    figures[1] = Math.log(0.05 + Math.sqrt(Math.max(0, gapSquares / moves - gapMean * gapMean)) / gapMean)
    figures[2] = quick / moves
    figures[3] = logMean
    figures[4] = logVariance
    figures[5] = (logProducts / moves - logMean * logMean) / logVariance
    figures[6] = both / moves
    figures[7] = oneSided / moves
    figures[8] = squares > 0 ? products / squares : 0
    figures[9] = squares > 0 ? productsOfTwo / squares : 0
    figures[10] = turns + runs > 0 ? turns / (turns + runs) : 0.5
    figures[11] = returns / moves
    figures[12] = squares > 0 ? Math.log((quads * moves) / (squares * squares)) : 0
    figures[13] = (sizeProducts / moves - sizeMean * sizeMean) / sizeVariance
    figures[14] = single / moves
    if (!this.#isQuote) return figures
    figures[15] = spreadChanges / moves
    figures[16] = spreadSquares > 0 ? spreadProducts / spreadSquares : 0
    figures[17] = spreadValues / moves
    figures[18] = Math.log(0.01 + sizes / Math.max(1, spreads))
    figures[19] = Math.log(0.1 + Math.max(0, spreads / moves))
    figures[20] = Math.log(0.001 + Math.min(1000, spreadSquares / Math.max(0.001, squares)))
    return figures
  }
}
