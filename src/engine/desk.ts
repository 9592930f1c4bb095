// One traded instrument with its price, its hours and its position: where the two halves of the engine meet.
import type { SessionCalendar } from '../domain/calendar.ts'
import type { Instrument } from '../domain/instrument.ts'
import { moneyToNumber } from '../domain/numbers.ts'
import type { PositionView } from '../domain/strategy.ts'
import type { Portfolio } from '../stages/portfolio/portfolio.ts'
import type { Mark } from '../stages/portfolio/rates.ts'

/** What the account knows of one instrument. A strategy sees it as its position, while there is one. */
export class Desk implements PositionView {
  readonly instrument: Instrument
  readonly calendar: SessionCalendar
  readonly mark: Mark
  readonly #portfolio: Portfolio
  /** Set by the analysis half: standard deviation of returns per year, NaN while unknown. */
  volatility = Number.NaN
  barsHeld = 0

  constructor(instrument: Instrument, calendar: SessionCalendar, portfolio: Portfolio) {
    this.instrument = instrument
    this.calendar = calendar
    this.#portfolio = portfolio
    this.mark = portfolio.open(instrument)
  }

  get position(): PositionView | undefined {
    return this.#portfolio.quantity(this.instrument.id) === 0 ? undefined : this
  }
  get side(): 'long' | 'short' {
    return this.#portfolio.quantity(this.instrument.id) > 0 ? 'long' : 'short'
  }
  get quantity(): number {
    return Math.abs(this.#portfolio.quantity(this.instrument.id)) / this.instrument.quantityScale
  }
  get entry(): number {
    const { quantity, cost } = this.#portfolio.position(this.instrument.id)
    return (moneyToNumber(cost) * this.instrument.quantityScale) / quantity / this.instrument.multiplier
  }
}
