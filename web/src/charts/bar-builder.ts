// The bar in the making of a chart's resolution, from finer bars and from prices: one object, changed in place.

export interface Candle {
  readonly time: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}

export class BarBuilder {
  readonly #seconds: number
  #candle: Candle | undefined
  /** Of the finer bar that is counted last: its volume grows until it closes. */
  #part = { time: 0, volume: 0 }

  constructor(resolutionSeconds: number, last: Candle | undefined) {
    this.#seconds = resolutionSeconds
    this.#candle = last
  }

  /** A price at a time (UTC seconds): the bar it makes, or undefined when it is older than the newest bar. */
  price(time: number, price: number): Candle | undefined {
    if (!Number.isFinite(price)) return undefined
    return this.#merge({ time, open: price, high: price, low: price, close: price, volume: 0 })
  }

  /** A bar of this or a finer resolution as it stands now; the same one comes again as it grows. */
  bar(bar: Candle): Candle | undefined {
    const before = this.#part.time === bar.time ? this.#part.volume : 0
    const merged = this.#merge({ ...bar, volume: Math.max(0, bar.volume - before) })
    if (merged) this.#part = { time: bar.time, volume: bar.volume }
    return merged
  }

  #merge(part: Candle): Candle | undefined {
    const time = Math.floor(part.time / this.#seconds) * this.#seconds
    const known = this.#candle
    if (known && time < known.time) return undefined

    this.#candle =
      known?.time === time
        ? {
            time,
            open: known.open,
            high: Math.max(known.high, part.high),
            low: Math.min(known.low, part.low),
            close: part.close,
            volume: known.volume + part.volume,
          }
        : { ...part, time }
    return this.#candle
  }
}
