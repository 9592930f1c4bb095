// Exchange rates as they are known now, from the prices that passed. Exact quotients, never floats.
import type { Instrument } from '../../domain/instrument.ts'
import { type Money, money } from '../../domain/numbers.ts'

/** The newest price of an instrument. The engine keeps it current; a plain assignment per quote is all it costs. */
export class Mark {
  readonly instrument: Instrument
  /** Price steps; NaN until the first price. */
  bid = Number.NaN
  ask = Number.NaN
  /** Received time in microseconds. */
  time = Number.NEGATIVE_INFINITY

  constructor(instrument: Instrument) {
    this.instrument = instrument
  }

  get known(): boolean {
    return this.bid === this.bid
  }
}

/** Reads rates off the marks of currency pairs; the rate is the mid. */
export class Rates {
  readonly #pairs = new Map<string, Mark>()

  add(mark: Mark): void {
    if (mark.instrument.assetClass === 'forex') this.#pairs.set(`${mark.instrument.base}/${mark.instrument.quote}`, mark)
  }

  /** The amount in the other currency, cut toward zero at 10^-18; undefined while no rate is known. */
  convert(amount: Money, from: string, to: string): Money | undefined {
    if (from === to || amount === 0n) return amount
    const direct = this.#known(from, to)
    if (direct) return money((amount * mid(direct)) / denominator(direct))
    const inverse = this.#known(to, from)
    if (inverse) return money((amount * denominator(inverse)) / mid(inverse))
    return this.#cross(amount, from, to)
  }

  /** Through one common currency, in the order the pairs were added. */
  #cross(amount: Money, from: string, to: string): Money | undefined {
    for (const { instrument } of this.#pairs.values()) {
      const middle = instrument.base === from ? instrument.quote : instrument.quote === from ? instrument.base : undefined
      if (middle === undefined || middle === to) continue
      if (!this.#known(from, middle) && !this.#known(middle, from)) continue
      if (!this.#known(middle, to) && !this.#known(to, middle)) continue
      const between = this.convert(amount, from, middle)
      return between === undefined ? undefined : this.convert(between, middle, to)
    }
    return undefined
  }

  #known(base: string, quote: string): Mark | undefined {
    const mark = this.#pairs.get(`${base}/${quote}`)
    return mark?.known && mark.bid + mark.ask > 0 ? mark : undefined
  }
}

const mid = (mark: Mark): bigint => BigInt(mark.bid + mark.ask)
const denominator = (mark: Mark): bigint => 2n * BigInt(mark.instrument.priceScale)
