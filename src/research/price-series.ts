// One instrument's prices over a run of any length, in at most so many bars that keep every extreme.
import type { Bar } from '../domain/market.ts'
import type { Micros } from '../domain/numbers.ts'

/** Prices in price steps; `[openTime, closeTime)`. */
export interface PriceBar {
  readonly openTime: Micros
  readonly closeTime: Micros
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  /** As the bars say it: quantity steps, or ticks; zero when unknown. */
  readonly volume: number
}

/** Each bar kept stands for `stride` of those seen; when full, neighbours become one and the stride doubles. */
export class PriceSeries {
  readonly #capacity: number
  #bars: Growing[] = []
  #stride = 1
  #inBar = 0
  #knownUntil = Number.NEGATIVE_INFINITY

  /** @param capacity bars kept; even. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** A bar of time already told is passed over: several strategies may build bars of several lengths of one instrument.
   * A bar without length is a price at an instant. */
  add(bar: Bar): void {
    if (bar.openTime < this.#knownUntil || bar.eventTime <= this.#knownUntil) return
    this.#knownUntil = bar.eventTime

    if (this.#inBar === 0) {
      if (this.#bars.length === this.#capacity) this.#halve()
      const { openTime, open, high, low, close, volume } = bar
      this.#bars.push({ openTime, closeTime: bar.eventTime, open, high, low, close, volume })
    } else extend(this.#bars[this.#bars.length - 1]!, bar, bar.eventTime)

    this.#inBar = (this.#inBar + 1) % this.#stride
  }

  bars(): readonly PriceBar[] {
    return this.#bars
  }

  #halve(): void {
    const pairs = this.#bars
    this.#bars = []
    for (let index = 0; index < pairs.length; index += 2) {
      const first = pairs[index]!
      extend(first, pairs[index + 1]!, pairs[index + 1]!.closeTime)
      this.#bars.push(first)
    }
    this.#stride *= 2
  }
}

type Growing = { -readonly [Field in keyof PriceBar]: PriceBar[Field] }

function extend(into: Growing, next: Pick<PriceBar, 'high' | 'low' | 'close' | 'volume'>, closeTime: Micros): void {
  into.closeTime = closeTime
  into.high = Math.max(into.high, next.high)
  into.low = Math.min(into.low, next.low)
  into.close = next.close
  into.volume += next.volume
}
