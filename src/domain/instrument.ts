// A tradable thing at one venue, and the two doors between counts, estimates and money.
import { assert } from './assert.ts'
import { MONEY_DECIMALS, type Money, money, type Price, type Quantity } from './numbers.ts'

export type AssetClass =
  | 'forex'
  | 'crypto'
  | 'index'
  | 'metal'
  | 'energy'
  | 'equity'
  | 'etf'
  | 'option'
  | 'future'
  | 'bond'
  | 'rate'
  | 'macro'

export interface InstrumentSpec {
  /** Symbol and venue: 'XAUUSD.OANDA'. */
  readonly id: string
  readonly assetClass: AssetClass
  /** What one unit of quantity is made of: 'XAU', 'EUR', 'SPY', 'WTI'. */
  readonly base: string
  /** The currency the price is quoted in. */
  readonly quote: string
  /** The currency gains and losses are booked in. */
  readonly settle: string
  readonly priceDecimals: number
  readonly quantityDecimals: number
  /** Smallest price change, in price steps. */
  readonly tick: number
  /** Smallest order size and its increment, in quantity steps. */
  readonly lot: number
  /** Units of base in a quantity of one: 50 for the E-mini S&P. */
  readonly multiplier: number
  /** Name of a session calendar (calendar.ts): when this trades. */
  readonly calendar: string
  readonly negativePrices: boolean
}

export interface Instrument extends InstrumentSpec {
  /** 10^-18 currency units per price step and quantity step. */
  readonly moneyScale: bigint
  /** Price units per price step, 10^-priceDecimals, as divisor: `estimate = steps / priceScale`. */
  readonly priceScale: number
  /** `units = steps / quantityScale`. */
  readonly quantityScale: number
}

export function instrument(spec: InstrumentSpec): Instrument {
  const spare = MONEY_DECIMALS - spec.priceDecimals - spec.quantityDecimals
  assert(spare >= 0, 'price × quantity fits money exactly')
  assert(Number.isSafeInteger(spec.multiplier) && spec.multiplier > 0, 'a multiplier is a positive whole number')
  assert(Number.isSafeInteger(spec.tick) && spec.tick > 0, 'a tick is a positive whole number of price steps')
  assert(Number.isSafeInteger(spec.lot) && spec.lot > 0, 'a lot is a positive whole number of quantity steps')
  return Object.freeze({
    ...spec,
    moneyScale: 10n ** BigInt(spare) * BigInt(spec.multiplier),
    priceScale: 10 ** spec.priceDecimals,
    quantityScale: 10 ** spec.quantityDecimals,
  })
}

/** The spec alone of whatever holds more, under its own id or another: what is written down and made again. */
export function specOf(of: InstrumentSpec, id = of.id): InstrumentSpec {
  const { assetClass, base, quote, settle, priceDecimals, quantityDecimals, tick, lot, multiplier, calendar, negativePrices } = of
  return { id, assetClass, base, quote, settle, priceDecimals, quantityDecimals, tick, lot, multiplier, calendar, negativePrices }
}

/** The one door from counts to money. Exact; the sign follows price and quantity. */
export function notional(of: Instrument, price: Price, quantity: Quantity): Money {
  const product = price * quantity
  const exact = Number.isSafeInteger(product) ? BigInt(product) : BigInt(price) * BigInt(quantity)
  return money(exact * of.moneyScale)
}

/** The one door from an estimate (price units) to a price: on the tick, rounded the way the caller names. */
export function toPrice(of: Instrument, estimate: number, rounding: 'down' | 'up' | 'nearest'): Price {
  assert(Number.isFinite(estimate), `a price estimate is finite, was ${estimate}`)
  const ticks = (estimate * of.priceScale) / of.tick
  // 1.005 × 1000 is 1004.9999999999999: an estimate misses its tick by float dust; within 1e-6 of a tick it is that tick.
  const whole = Math.round(ticks)
  const rounded =
    Math.abs(ticks - whole) < 1e-6
      ? whole
      : rounding === 'down'
        ? Math.floor(ticks)
        : rounding === 'up'
          ? Math.ceil(ticks)
          : whole
  // Adding zero turns -0 into 0.
  return (rounded * of.tick + 0) as Price
}

/** A quantity estimate (units) cut down to whole lots: never more than was asked for. */
export function toLots(of: Instrument, estimate: number): Quantity {
  assert(Number.isFinite(estimate) && estimate >= 0, `a quantity estimate is finite and not negative, was ${estimate}`)
  const lots = (estimate * of.quantityScale) / of.lot
  const whole = Math.round(lots)
  return ((Math.abs(lots - whole) < 1e-9 ? whole : Math.floor(lots)) * of.lot) as Quantity
}
