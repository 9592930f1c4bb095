// An account's equity over a run of any length, in at most so many points, with the deepest drawdown always among them.
import type { Micros } from '../domain/numbers.ts'

/** What one stretch of the run came to: equity at its end, and the worst of its drawdowns (positive fraction of the high). */
export interface EquityPoint {
  readonly time: Micros
  readonly equity: number
  readonly drawdown: number
}

/** Each point stands for `stride` marks; when full, neighbours become one and the stride doubles. */
export class EquityCurve {
  readonly #capacity: number
  readonly #times: Float64Array
  readonly #equities: Float64Array
  readonly #drawdowns: Float64Array
  #count = 0
  #stride = 1
  #inPoint = 0

  /** @param capacity points kept; even. */
  constructor(capacity: number) {
    this.#capacity = capacity
    this.#times = new Float64Array(capacity)
    this.#equities = new Float64Array(capacity)
    this.#drawdowns = new Float64Array(capacity)
  }

  /** Equity in units of the account's currency. */
  add(time: Micros, equity: number, drawdown: number): void {
    if (this.#inPoint === 0) {
      if (this.#count === this.#capacity) this.#halve()
      this.#drawdowns[this.#count++] = 0
    }

    const index = this.#count - 1
    this.#times[index] = time
    this.#equities[index] = equity
    if (drawdown > this.#drawdowns[index]!) this.#drawdowns[index] = drawdown

    this.#inPoint = (this.#inPoint + 1) % this.#stride
  }

  points(): EquityPoint[] {
    return Array.from({ length: this.#count }, (_, index) => ({
      time: this.#times[index]! as Micros,
      equity: this.#equities[index]!,
      drawdown: this.#drawdowns[index]!,
    }))
  }

  #halve(): void {
    const half = this.#capacity / 2
    for (let index = 0; index < half; index++) {
      const [first, second] = [2 * index, 2 * index + 1]
      this.#times[index] = this.#times[second]!
      this.#equities[index] = this.#equities[second]!
      this.#drawdowns[index] = Math.max(this.#drawdowns[first]!, this.#drawdowns[second]!)
    }
    this.#count = half
    this.#stride *= 2
  }
}
