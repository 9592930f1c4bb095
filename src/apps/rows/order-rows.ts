// Orders, fills and positions of a run, followed from its steps in memory that does not grow with its length.
import type { Instrument } from '../../domain/instrument.ts'
import { notional } from '../../domain/instrument.ts'
import {
  formatMicros,
  formatMoney,
  formatSteps,
  type Micros,
  type Money,
  money,
  type Price,
  type Quantity,
} from '../../domain/numbers.ts'
import { isOpen } from '../../domain/order.ts'
import type { RoundTrip } from '../../domain/portfolio.ts'
import type { Account } from '../../engine/account.ts'
import type { Lane } from '../../engine/analysis.ts'
import type { Booking, OrderChange, Step } from '../../engine/step.ts'
import { tradeLine } from '../../research/records.ts'
import type { RowOf } from '../../wire/topics.ts'
import type { PriceSource } from './market-rows.ts'

type OrderRow = RowOf<'orders'>
type Growing<Row> = { -readonly [Field in keyof Row]: Row[Field] }

/** Closed orders that a listener is told of; the older ones are in the run's folder and in the database. */
const CLOSED_ORDERS = 500
/** Fills, and round trips. */
const FILLS_A_LOOK = 2_000

interface Tracked {
  readonly row: Growing<OrderRow>
  readonly of: Instrument
  filled: number
}

interface Held {
  since: Micros | undefined
  quantity: number
  realised: bigint
}

export class OrderRows {
  readonly #run: string
  readonly #account: string
  readonly #instruments: ReadonlyMap<string, Instrument>
  readonly #open = new Map<string, Tracked>()
  readonly #closed: string[] = []
  readonly #changed = new Map<string, OrderRow>()
  #gone: string[] = []
  #fills: RowOf<'fills'>[] = []
  #trades: RowOf<'trades'>[] = []
  #tradeCount = 0
  readonly #held = new Map<string, Held>()
  fillCount = 0

  constructor(run: string, account: string, instruments: ReadonlyMap<string, Instrument>) {
    this.#run = run
    this.#account = account
    this.#instruments = instruments
  }

  observe(step: Step): void {
    if (step.bookings.length > 0) for (const booking of step.bookings) this.#book(booking, step)
    if (step.changes.length > 0) for (const change of step.changes) this.#follow(change, step)
  }

  takeOrders(): { readonly rows: readonly OrderRow[]; readonly gone: readonly string[] } {
    const rows = [...this.#changed.values()]
    const gone = this.#gone
    this.#changed.clear()
    this.#gone = []
    return { rows, gone }
  }

  takeFills(): readonly RowOf<'fills'>[] {
    const fills = this.#fills
    this.#fills = []
    return fills
  }

  takeTrades(): readonly RowOf<'trades'>[] {
    const trades = this.#trades
    this.#trades = []
    return trades
  }

  /** Every instrument that is held, or was: of a closed position the row says zero. */
  positions(
    lanes: readonly Lane[],
    account: Account,
    { now, sourceOf }: { readonly now: Micros; readonly sourceOf: (id: string) => PriceSource },
  ): RowOf<'positions'>[] {
    return lanes.flatMap(({ instrument: of, desk: { mark } }) => {
      const held = this.#held.get(of.id)
      if (held === undefined) return []
      const { portfolio } = account
      const { quantity, cost } = portfolio.holding(of.id)
      const price = (steps: number) => formatSteps(steps, of.priceDecimals)
      const markPrice = quantity > 0 ? mark.bid : mark.ask
      const value = mark.known && quantity !== 0 ? notional(of, markPrice as Price, quantity as Quantity) : undefined
      const guard = (role: 'stop' | 'target'): string | null => {
        for (const { intent } of account.orders.openOf(of.id))
          if (intent.role === role && intent.price !== undefined) return price(intent.price)
        return null
      }
      return {
        key: `${this.#run}/${of.id}`,
        run: this.#run,
        account: this.#account,
        instrument: of.id,
        strategy: portfolio.strategy(of.id),
        quantity: quantity === 0 ? '0' : formatSteps(quantity, of.quantityDecimals),
        averagePrice: quantity === 0 ? 0 : averagePrice(of, quantity, cost),
        mark: mark.known ? price(quantity === 0 ? mark.bid : markPrice) : null,
        unrealised: value === undefined ? (quantity === 0 ? '0' : null) : formatMoney(money(value - cost)),
        realised: formatMoney(money(held.realised)),
        currency: of.settle,
        value: value === undefined ? (quantity === 0 ? '0' : null) : formatMoney(value),
        stop: quantity === 0 ? null : guard('stop'),
        target: quantity === 0 ? null : guard('target'),
        since: held.since === undefined ? null : formatMicros(held.since),
        time: formatMicros(now),
        source: sourceOf(of.id).source,
      }
    })
  }

  #book({ orderId, intent, event, roundTrip }: Booking, { sequence }: Step): void {
    const of = this.#instruments.get(intent.instrumentId)
    if (event.outcome !== 'filled' || of === undefined) return
    this.fillCount += 1
    const tracked = this.#open.get(orderId)
    if (tracked !== undefined) tracked.filled += event.quantity
    // What nobody took while a journal was read again is told by the run's folder.
    if (this.#fills.length === FILLS_A_LOOK) this.#fills = this.#fills.slice(FILLS_A_LOOK / 2)
    this.#fills.push({
      key: `${this.#run}/${event.fillId}`,
      run: this.#run,
      account: this.#account,
      id: event.fillId,
      order: orderId,
      instrument: of.id,
      strategy: intent.strategy,
      side: event.side,
      quantity: formatSteps(event.quantity, of.quantityDecimals),
      price: formatSteps(event.price, of.priceDecimals),
      commission: formatMoney(event.commission),
      currency: of.settle,
      time: formatMicros(event.receivedTime),
      correlationId: `${this.#run}:${sequence}`,
    })
    if (roundTrip !== undefined) this.#close(roundTrip, of)
    this.#hold(of.id, event.side === 'buy' ? event.quantity : -event.quantity, roundTrip?.profit, event.receivedTime)
  }

  #close(trip: RoundTrip, of: Instrument): void {
    if (this.#trades.length === FILLS_A_LOOK) this.#trades = this.#trades.slice(FILLS_A_LOOK / 2)
    const { instrument, strategy, side, quantity, entryPrice, exitPrice, ...line } = tradeLine(trip, of)
    const { commission, profit, currency, entryOrderId, exitOrderId, entryReason, exitReason, entry, exit } = line
    this.#trades.push({
      ...{ key: `${this.#run}/${this.#tradeCount}`, run: this.#run, account: this.#account, instrument, strategy, side },
      ...{ quantity, entryPrice, exitPrice, commission, profit, currency, entryOrder: entryOrderId, exitOrder: exitOrderId },
      ...{ entryReason, exitReason, entry, exit },
    })
    this.#tradeCount += 1
  }

  #hold(id: string, change: number, profit: Money | undefined, time: Micros): void {
    let held = this.#held.get(id)
    if (held === undefined) {
      held = { since: undefined, quantity: 0, realised: 0n }
      this.#held.set(id, held)
    }
    const before = held.quantity
    held.quantity += change
    if (held.quantity === 0) held.since = undefined
    else if (before === 0 || before > 0 !== held.quantity > 0) held.since = time
    if (profit !== undefined) held.realised += profit
  }

  #follow({ orderId, intent, to, reason }: OrderChange, { event, sequence }: Step): void {
    const of = this.#instruments.get(intent.instrumentId)
    if (of === undefined) return
    const time = formatMicros(event.receivedTime)
    let tracked = this.#open.get(orderId)
    if (tracked === undefined) {
      const row: OrderRow = {
        key: `${this.#run}/${orderId}`,
        run: this.#run,
        account: this.#account,
        id: orderId,
        instrument: of.id,
        strategy: intent.strategy,
        ...{ side: intent.side, type: intent.type, role: intent.role },
        quantity: formatSteps(intent.quantity, of.quantityDecimals),
        filled: formatSteps(0, of.quantityDecimals),
        price: intent.price === undefined ? null : formatSteps(intent.price, of.priceDecimals),
        state: to,
        reason,
        why: intent.why,
        created: time,
        changed: time,
        correlationId: `${this.#run}:${sequence}`,
      }
      tracked = { row, of, filled: 0 }
      this.#open.set(orderId, tracked)
    }
    const { row } = tracked
    row.state = to
    row.reason = reason
    row.changed = time
    row.filled = formatSteps(tracked.filled, of.quantityDecimals)
    this.#changed.set(row.key, { ...row })
    if (!isOpen(to)) this.#retire(orderId, row.key)
  }

  #retire(orderId: string, key: string): void {
    this.#open.delete(orderId)
    this.#closed.push(key)
    if (this.#closed.length <= CLOSED_ORDERS) return
    const oldest = this.#closed.shift()!
    // Never told, then never to be taken back.
    if (!this.#changed.delete(oldest)) this.#gone.push(oldest)
  }
}

/** A quotient for display, three decimals finer than the instrument's prices. */
function averagePrice(of: Instrument, quantity: number, cost: bigint): number {
  const steps = Number(cost) / Number(of.moneyScale) / quantity
  return Math.round(steps * 1_000) / (of.priceScale * 1_000)
}
