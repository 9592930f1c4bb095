// One traded instrument with its price, its hours and its position: where the two halves of the engine meet.
import type { SessionCalendar } from '../domain/calendar.ts'
import type { Instrument } from '../domain/instrument.ts'
import { money, moneyToNumber } from '../domain/numbers.ts'
import type { SourceLevel } from '../domain/source.ts'
import type { PositionView } from '../domain/strategy.ts'
import type { HoldingView, Portfolio } from '../stages/portfolio/portfolio.ts'
import type { Mark } from '../stages/portfolio/rates.ts'

/** What the account knows of one instrument. A strategy sees it as its position, while there is one. */
export class Desk implements PositionView {
  readonly instrument: Instrument
  readonly calendar: SessionCalendar
  readonly mark: Mark
  readonly #holding: HoldingView
  /** Set by the analysis half: standard deviation of returns per year, NaN while unknown. */
  volatility = Number.NaN
  barsHeld = 0
  /** How far the source of its prices may be trusted, and how often that source has changed. */
  level: SourceLevel = 'live'
  epoch = 0

  constructor(instrument: Instrument, calendar: SessionCalendar, portfolio: Portfolio) {
    this.instrument = instrument
    this.calendar = calendar
    this.mark = portfolio.open(instrument)
    this.#holding = portfolio.holding(instrument.id)
  }

  get position(): PositionView | undefined {
    return this.#holding.quantity === 0 ? undefined : this
  }
  get side(): 'long' | 'short' {
    return this.#holding.quantity > 0 ? 'long' : 'short'
  }
  get quantity(): number {
    return Math.abs(this.#holding.quantity) / this.instrument.quantityScale
  }
  get entry(): number {
    const { quantity, cost } = this.#holding
    return (moneyToNumber(money(cost)) * this.instrument.quantityScale) / quantity / this.instrument.multiplier
  }
}
