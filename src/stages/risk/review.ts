// The checks without which no one should trade. Every check is made, so a refusal names every reason.
import type { Instrument } from '../../domain/instrument.ts'
import { allowance, type Limit } from '../../domain/limit.ts'
import { formatMoney, formatSteps, type Money } from '../../domain/numbers.ts'
import type { ApprovedOrder, OrderIntent } from '../../domain/order.ts'
import type { SourceLevel } from '../../domain/source.ts'

/** Numbers and codes of reliability.md §3.2. */
export interface Refusal {
  readonly check: number
  readonly code: string
  readonly limit: string
  readonly observed: string
}

export interface RiskLimits {
  readonly orderNotional: Limit
  readonly positionNotional: Limit
  readonly grossNotional: Limit
  /** Share of gross exposure that must be covered by equity: 0.02 is leverage 50; 0 asks for none. */
  readonly marginRate: number
  readonly dailyLoss: Limit
  readonly drawdown: Limit
  /** Largest distance of an order's price from the mid, as a fraction. */
  readonly collar: number
  readonly dataAgeMicros: number
  readonly orderRate: { readonly count: number; readonly perMicros: number }
  /** Refuse new orders while the instrument's calendar is closed. */
  readonly marketHours: boolean
}

/** Everything a review looks at, gathered by the engine at the instant of the decision. Money is in the account's currency. */
export interface RiskSituation {
  readonly now: number
  readonly instrument: Instrument | undefined
  readonly marketOpen: boolean
  /** Price steps; NaN before the first price. */
  readonly bid: number
  readonly ask: number
  readonly priceTime: number
  /** Signed quantity steps held, and quantities of orders that may still fill. */
  readonly position: number
  readonly openBuys: number
  readonly openSells: number
  /** Undefined where an exchange rate or a price is missing. */
  readonly equity: Money | undefined
  readonly orderValue: Money | undefined
  /** Worst case of this instrument after the order, and of all others together. */
  readonly positionValue: Money | undefined
  readonly otherValue: Money | undefined
  readonly dayStartEquity: Money
  readonly highEquity: Money
  /** Why no new risk may be taken; empty when it may. */
  readonly killed: string
  /** How far the source of the prices may be trusted. */
  readonly sourceLevel: SourceLevel
}

export type RiskVerdict =
  | { readonly kind: 'approved'; readonly order: ApprovedOrder }
  | { readonly kind: 'refused'; readonly order: OrderIntent; readonly refusals: readonly Refusal[] }

const PARTS = 1_000_000_000n

export class RiskDesk {
  readonly limits: RiskLimits
  readonly #marginParts: bigint
  #tokens: number
  #tokenTime = Number.NEGATIVE_INFINITY

  constructor(limits: RiskLimits) {
    this.limits = limits
    this.#marginParts = BigInt(Math.round(limits.marginRate * 1e9))
    this.#tokens = limits.orderRate.count
  }

  review(intent: OrderIntent, at: RiskSituation): RiskVerdict {
    const refusals: Refusal[] = []
    const reduces = reducesOnly(intent, at)

    this.#permission(intent, at, reduces, refusals)
    if (at.instrument !== undefined) this.#shape(intent, at.instrument, at, refusals)
    if (!reduces) this.#exposure(at, refusals)
    this.#freshness(at, refusals)
    if (!reduces) this.#losses(at, refusals)
    // A reduction takes a token where there is one, and never waits: an unguarded position is worse than a message too many.
    if (refusals.length === 0 && !this.#takeToken(at.now) && !reduces) {
      const { count, perMicros } = this.limits.orderRate
      refusals.push(refusal(29, 'RATE_LIMIT_EXCEEDED', `${count} per ${perMicros / 1e6} s`, 'no token left'))
    }
    return refusals.length === 0
      ? { kind: 'approved', order: intent as ApprovedOrder }
      : { kind: 'refused', order: intent, refusals }
  }

  #permission(intent: OrderIntent, at: RiskSituation, reduces: boolean, refusals: Refusal[]): void {
    if (at.killed !== '' && !reduces) refusals.push(refusal(1, 'KILL_SWITCH_ACTIVE', 'not killed', at.killed))
    if (at.sourceLevel !== 'live' && !reduces)
      refusals.push(
        refusal(35, 'DATA_SOURCE_DEGRADED', 'a live source', at.sourceLevel === 'cache' ? 'last known prices' : 'none'),
      )
    if (at.instrument === undefined) refusals.push(refusal(11, 'INSTRUMENT_UNKNOWN', 'a known instrument', intent.instrumentId))
    // Guards may rest while the market is closed; a new risk may not be taken then.
    if (this.limits.marketHours && !at.marketOpen && !isGuard(intent))
      refusals.push(refusal(13, 'MARKET_CLOSED', 'open session', 'closed'))
  }

  #shape(intent: OrderIntent, instrument: Instrument, at: RiskSituation, refusals: Refusal[]): void {
    const { price, quantity } = intent
    const text = (steps: number) => formatSteps(steps, instrument.priceDecimals)
    if (price !== undefined) {
      const valid = Number.isSafeInteger(price) && price % instrument.tick === 0 && (price > 0 || instrument.negativePrices)
      if (!valid) refusals.push(refusal(17, 'PRICE_INVALID', `on a tick of ${text(instrument.tick)}`, String(price)))
    }
    if (!Number.isSafeInteger(quantity) || quantity <= 0 || quantity % instrument.lot !== 0) {
      refusals.push(
        refusal(
          18,
          'QUANTITY_INVALID',
          `whole lots of ${formatSteps(instrument.lot, instrument.quantityDecimals)}`,
          String(quantity),
        ),
      )
    }
    if (at.bid !== at.bid) return
    const mid = (at.bid + at.ask) / 2
    const expected = intent.type === 'limit' && price !== undefined ? price : intent.side === 'buy' ? at.ask : at.bid
    const distance = Math.abs(expected - mid) / Math.max(1, Math.abs(mid))
    if (distance > this.limits.collar && !isGuard(intent)) {
      refusals.push(refusal(15, 'PRICE_COLLAR_BREACHED', percent(this.limits.collar), percent(distance)))
    }
    // A long is stopped out by the bid and a short by the ask: a stop inside the spread would be hit at once.
    // An entry that waits for its price is stopped out from there.
    const { stop } = intent
    const waits = intent.type !== 'market' && price !== undefined && !isGuard(intent)
    const losing = waits ? price : intent.side === 'buy' ? at.bid : at.ask
    if (stop !== undefined && (intent.side === 'buy' ? stop >= losing : stop <= losing)) {
      refusals.push(refusal(38, 'STOP_INVALID', `on the losing side of ${text(losing)}`, text(stop)))
    }
  }

  #exposure(at: RiskSituation, refusals: Refusal[]): void {
    const { equity, orderValue, positionValue, otherValue } = at
    if (equity === undefined || orderValue === undefined || positionValue === undefined || otherValue === undefined) {
      const missing =
        at.bid !== at.bid
          ? refusal(34, 'MARKET_DATA_STALE', 'a price', 'none yet')
          : refusal(46, 'FX_RATE_MISSING', 'a rate to the account currency', 'none yet')
      refusals.push(missing)
      return
    }
    const { limits } = this
    exceeds(20, 'NOTIONAL_EXCEEDS_MAX', orderValue, allowance(limits.orderNotional, equity), refusals)
    exceeds(22, 'POSITION_LIMIT_EXCEEDED', positionValue, allowance(limits.positionNotional, equity), refusals)
    const gross = (positionValue + otherValue) as Money
    exceeds(23, 'GROSS_EXPOSURE_EXCEEDED', gross, allowance(limits.grossNotional, equity), refusals)
    const margin = ((gross * this.#marginParts) / PARTS) as Money
    if (margin > 0n) exceeds(26, 'MARGIN_INSUFFICIENT', margin, equity, refusals)
  }

  #freshness(at: RiskSituation, refusals: Refusal[]): void {
    const age = at.now - at.priceTime
    if (at.bid === at.bid && age > this.limits.dataAgeMicros) {
      refusals.push(refusal(34, 'MARKET_DATA_STALE', `${this.limits.dataAgeMicros / 1e6} s`, `${age / 1e6} s`))
    }
  }

  #losses(at: RiskSituation, refusals: Refusal[]): void {
    if (at.equity === undefined) return
    const { dayStartEquity, highEquity } = at
    exceeds(
      40,
      'DAILY_LOSS_LIMIT',
      (dayStartEquity - at.equity) as Money,
      allowance(this.limits.dailyLoss, dayStartEquity),
      refusals,
    )
    exceeds(41, 'DRAWDOWN_LIMIT', (highEquity - at.equity) as Money, allowance(this.limits.drawdown, highEquity), refusals)
  }

  /** A bucket that refills evenly: `count` at once, then `count` per interval. Time comes from the events. */
  #takeToken(now: number): boolean {
    const { count, perMicros } = this.limits.orderRate
    if (now > this.#tokenTime) {
      this.#tokens = Math.min(count, this.#tokens + ((now - this.#tokenTime) * count) / perMicros)
      this.#tokenTime = now
    }
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}

/**
 * True when the order can only bring nearer to flat what is held or on its way. An entry never counts as one: an exit
 * ahead of it may have closed the position by then.
 */
export function reducesOnly(
  { role, side, quantity }: OrderIntent,
  { position, openBuys, openSells }: Pick<RiskSituation, 'position' | 'openBuys' | 'openSells'>,
): boolean {
  if (role === 'entry') return false
  return quantity <= (side === 'sell' ? position + openBuys : openSells - position)
}

/**
 * What a person's own order must be beyond what every order must: with a stop where it opens a position, with a target on
 * the winning side, and of one meaning: it either brings nearer to flat or opens, never both at once.
 */
export function manualRefusal(
  { side, quantity, stop, takeProfit, price }: OrderIntent,
  { position, ask, bid }: Pick<RiskSituation, 'position' | 'ask' | 'bid'>,
  text: (steps: number) => string,
): Refusal | undefined {
  const against = position !== 0 && position > 0 === (side === 'sell')
  if (against) {
    if (quantity <= Math.abs(position)) return undefined
    return refusal(38, 'ORDER_FLIPS_POSITION', 'at most what is held', 'more than is held')
  }
  if (stop === undefined) return refusal(38, 'STOP_REQUIRED', 'a stop where a position is opened', 'none')
  const from = price ?? (side === 'buy' ? ask : bid)
  if (takeProfit !== undefined && (side === 'buy' ? takeProfit <= from : takeProfit >= from))
    return refusal(38, 'TARGET_INVALID', `on the winning side of ${text(from)}`, text(takeProfit))
  return undefined
}

/** A stop or a target: it waits for its price beside a position. */
export const isGuard = ({ role }: OrderIntent): boolean => role === 'stop' || role === 'target'

const refusal = (check: number, code: string, limit: string, observed: string): Refusal => ({ check, code, limit, observed })

function exceeds(check: number, code: string, observed: Money, limit: Money, refusals: Refusal[]): void {
  if (observed > limit) refusals.push(refusal(check, code, formatMoney(limit), formatMoney(observed)))
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(3)}%`
