// The account half: signals become sized, reviewed orders; the venue's answers become an exact book.

import type { SessionCalendar } from '../domain/calendar.ts'
import type { Digest } from '../domain/digest.ts'
import type { ManualOrder, OperatorCommand } from '../domain/event.ts'
import type { Instrument } from '../domain/instrument.ts'
import { formatSteps, type Micros, type Money, moneyToNumber, type Price, type Quantity, ZERO_MONEY } from '../domain/numbers.ts'
import { isOpen, type OrderEvent, type OrderIntent, type OrderRole } from '../domain/order.ts'
import type { Signal } from '../domain/signal.ts'
import { type AllocationRule, size } from '../stages/allocation/size.ts'
import { Orders } from '../stages/execution/orders.ts'
import { Portfolio } from '../stages/portfolio/portfolio.ts'
import { isGuard, manualRefusal, RiskDesk, type RiskLimits, type RiskSituation, reducesOnly } from '../stages/risk/review.ts'
import { Desk } from './desk.ts'
import { covers, Kills } from './kills.ts'
import type { Decision } from './step.ts'
import type { StepBuilder } from './step-builder.ts'

export interface AccountSettings {
  readonly currency: string
  readonly startEquity: Money
  readonly allocation: AllocationRule
  readonly limits: RiskLimits
}

type Target = Extract<Signal, { kind: 'target' }>

const NO_REFUSALS: readonly never[] = Object.freeze([])

export class Account {
  readonly portfolio: Portfolio
  readonly orders = new Orders()
  readonly #risk: RiskDesk
  readonly #allocation: AllocationRule
  readonly #desks = new Map<string, Desk>()
  /** Stop and target of one fill: when one is done the other goes. */
  readonly #siblings = new Map<string, string>()
  readonly #kills = new Kills()
  /** Of orders that people gave: the same key is the same order. */
  readonly #manualKeys = new Set<string>()
  #equity: Money
  #highEquity: Money
  #dayStartEquity: Money
  #day = Number.NaN
  #valued: Money | undefined
  #valuedAt = -1

  constructor(settings: AccountSettings) {
    this.portfolio = new Portfolio(settings.currency, settings.startEquity)
    this.#risk = new RiskDesk(settings.limits)
    this.#allocation = settings.allocation
    this.#equity = settings.startEquity
    this.#highEquity = settings.startEquity
    this.#dayStartEquity = settings.startEquity
  }

  /** Equity at the start of the account's day, and the highest that was sampled. */
  get dayStartEquity(): Money {
    return this.#dayStartEquity
  }
  get highEquity(): Money {
    return this.#highEquity
  }

  open(instrument: Instrument, calendar: SessionCalendar): Desk {
    const desk = new Desk(instrument, calendar, this.portfolio)
    this.#desks.set(instrument.id, desk)
    return desk
  }

  /** Takes the newest equity into the day's start and the high. Called at bar closes and fills, in event time. */
  sample(desk: Desk, now: Micros, sequence: number): Money | undefined {
    const equity = this.#value(sequence)
    if (equity === undefined) return undefined
    const day = desk.calendar.sessionId(now)
    // Calendars number their sessions alike but roll at different hours; the first to roll begins the account's day.
    if (!(day <= this.#day)) {
      this.#day = day
      this.#dayStartEquity = this.#equity
    }
    this.#equity = equity
    if (equity > this.#highEquity) this.#highEquity = equity
    return equity
  }

  /** Equity, reckoned once per event: prices do not change within one, and a booking forgets it. */
  #value(sequence: number): Money | undefined {
    if (sequence !== this.#valuedAt) {
      this.#valued = this.portfolio.equity()
      this.#valuedAt = sequence
    }
    return this.#valued
  }

  /** Carries one decision to commands, or to the reason why there are none. */
  decide(decision: Decision, now: Micros, step: StepBuilder): void {
    const { signal } = decision
    if (signal.kind === 'none') return
    const desk = this.#desks.get(signal.instrumentId)!
    const held = this.portfolio.quantity(signal.instrumentId)
    const expected = held + this.#inFlight(signal.instrumentId)
    if (signal.kind === 'flat') {
      if (expected === 0) step.sizing({ decision, intent: undefined, reason: 'already flat' })
      else this.#leave(decision, desk, expected, now, step)
      return
    }
    const wanted = signal.direction === 'long' ? 1 : -1
    if (Math.sign(expected) === wanted) {
      step.sizing({ decision, intent: undefined, reason: `already ${signal.direction}` })
      return
    }
    this.#enter(decision, signal, desk, expected, now, step)
  }

  onOrderEvent(event: OrderEvent, now: Micros, step: StepBuilder): void {
    const move = this.orders.apply(event)
    if (move === undefined) return
    const { order, from, to } = move
    step.change({
      orderId: order.id,
      intent: order.intent,
      from,
      to,
      reason: 'reason' in event ? event.reason : order.intent.why,
      event,
    })
    if (event.outcome === 'filled') this.#book(event, order.intent, now, step)
    if (!isOpen(to) && isOpen(from)) this.#siblings.delete(order.id)
  }

  /** A person's word: an order or its cancel, or a stop: nothing new from now on, and on request everything is closed. */
  command(event: OperatorCommand, now: Micros, step: StepBuilder): void {
    if (event.order.action === 'reset') {
      this.#kills.reset()
      return
    }
    // Which source is read is the gate's matter; what follows from it comes as an event of its own.
    if (event.order.action === 'failover') return
    if (event.order.action === 'cancel') {
      this.#cancel(event.order.orderId, step)
      return
    }
    if (event.order.action === 'order') {
      this.#order(event.order, event, now, step)
      return
    }
    const kill = event.order
    this.#kills.engage(kill, event)
    for (const { id, intent } of [...this.orders.open()]) {
      // A waiting entry is new risk whenever it fills, so it goes with the mildest stop too.
      const goes = kill.mode !== 'halt' || (intent.role === 'entry' && waits(intent))
      if (goes && covers(kill, intent.instrumentId, intent.strategy)) this.#cancel(id, step)
    }
    if (kill.mode === 'flatten') for (const desk of this.#desks.values()) this.#obeyFlatten(desk, now, step)
  }

  digest(into: Digest): void {
    this.portfolio.digest(into)
    this.orders.digest(into)
    this.#kills.digest(into)
    into.bigint(this.#highEquity).bigint(this.#dayStartEquity)
    for (const key of this.#manualKeys) into.text(key)
  }

  /** A person gives the size, risk has the last word, and its guards are placed as a strategy's. */
  #order(order: ManualOrder, { operator, reason }: OperatorCommand, now: Micros, step: StepBuilder): void {
    const desk = this.#desks.get(order.instrumentId)
    if (desk === undefined || this.#manualKeys.has(order.key)) return
    this.#manualKeys.add(order.key)
    const { instrument, mark } = desk
    const position = this.portfolio.quantity(instrument.id)
    const reduces = position !== 0 && position > 0 === (order.side === 'sell')
    const intent: OrderIntent = {
      instrumentId: instrument.id,
      strategy: MANUAL,
      side: order.side,
      quantity: order.quantity,
      type: order.type,
      role: reduces ? 'exit' : 'entry',
      price: order.type === 'market' ? undefined : order.price,
      stop: reduces ? undefined : order.stop,
      takeProfit: reduces ? undefined : order.takeProfit,
      why: `ordered by ${operator}: ${reason}`,
    }
    const fault = manualRefusal(intent, { position, bid: mark.bid, ask: mark.ask }, steps =>
      formatSteps(steps, instrument.priceDecimals),
    )
    if (fault !== undefined) step.verdict({ intent, kind: 'refused', refusals: [fault] })
    else this.submit(intent, desk, now, step)
  }

  /** Signed quantity of entries and exits on their way: what the position will be once they are done. */
  #inFlight(instrumentId: string): number {
    if (this.orders.openCount === 0) return 0
    let sum = 0
    for (const { intent, filled, canceling } of this.orders.openOf(instrumentId)) {
      if (canceling || isGuard(intent) || waits(intent)) continue
      const left = intent.quantity - filled
      sum += intent.side === 'buy' ? left : -left
    }
    return sum
  }

  #enter(decision: Decision, signal: Target, desk: Desk, expected: number, now: Micros, step: StepBuilder): void {
    const { instrument, mark } = desk
    const side = signal.direction === 'long' ? 'buy' : 'sell'
    const entry = (side === 'buy' ? mark.ask : mark.bid) / instrument.priceScale
    const equity = this.#allocation.method === 'fixed' ? undefined : this.#value(step.sequence)
    const sized = size(signal, this.#allocation, {
      instrument,
      equity,
      entry,
      rate: this.#rate(instrument),
      volatility: desk.volatility,
    })
    if (sized.kind === 'none') {
      step.sizing({ decision, intent: undefined, reason: sized.reason, refusal: sized.code })
      return
    }
    const stop = signal.stop.kind === 'at' ? signal.stop.price : undefined
    const guarded = stop !== undefined || signal.takeProfit !== undefined
    // Without guards a flip is one order. With them it is two, so that a stop hit on the way cannot double the new side.
    const inTwo = guarded || this.orders.hasOpen(instrument.id)
    if (expected !== 0 && inTwo) this.#leave(decision, desk, expected, now, step)
    const extra = inTwo ? 0 : Math.abs(expected)
    const intent: OrderIntent = {
      instrumentId: instrument.id,
      strategy: signal.strategy,
      side,
      quantity: (sized.quantity + extra) as Quantity,
      type: 'market',
      role: 'entry',
      price: undefined,
      stop,
      takeProfit: signal.takeProfit,
      why: signal.why,
    }
    step.sizing({ decision, intent, reason: sized.reason })
    this.submit(intent, desk, now, step)
  }

  /** Cancels what rests and closes what is held or on its way. */
  #leave(decision: Decision, desk: Desk, expected: number, now: Micros, step: StepBuilder): void {
    this.#cancelGuards(desk.instrument.id, step)
    const intent = closing(desk.instrument, decision.strategy, expected, decision.signal.why)
    step.sizing({ decision, intent, reason: 'the whole position' })
    this.submit(intent, desk, now, step)
  }

  /** At each bar: where a stop wants no position and its order was refused, or canceled, it is tried again. */
  heed(desk: Desk, now: Micros, step: StepBuilder): void {
    if (!this.#kills.any || this.portfolio.quantity(desk.instrument.id) === 0) return
    if (this.#inFlight(desk.instrument.id) === 0) this.#obeyFlatten(desk, now, step)
  }

  #flatten(desk: Desk, strategy: string, why: string, now: Micros, step: StepBuilder): void {
    const held = this.portfolio.quantity(desk.instrument.id)
    if (held !== 0) this.submit(closing(desk.instrument, strategy, held, why), desk, now, step)
  }

  /** Closes what is held where a stop wants no position; true when one does. */
  #obeyFlatten(desk: Desk, now: Micros, step: StepBuilder): boolean {
    const reason = this.#kills.flattens(desk.instrument.id, this.portfolio.strategy(desk.instrument.id))
    if (reason !== undefined) this.#flatten(desk, 'operator', `emergency stop: ${reason}`, now, step)
    return reason !== undefined
  }

  /** Risk, then execution. The id of the order that left, or undefined when risk said no. */
  submit(intent: OrderIntent, desk: Desk, now: Micros, step: StepBuilder): string | undefined {
    const verdict = this.#risk.review(intent, this.#situation(intent, desk, now, step.sequence))
    if (verdict.kind === 'refused') {
      step.verdict({ intent, kind: 'refused', refusals: verdict.refusals })
      return undefined
    }
    step.verdict({ intent, kind: 'approved', refusals: NO_REFUSALS })
    const place = this.orders.plan(verdict.order, step.sequence)
    step.change({ orderId: place.orderId, intent, from: 'intended', to: 'sent', reason: intent.why, event: undefined })
    step.command(place)
    return place.orderId
  }

  #book(event: Extract<OrderEvent, { outcome: 'filled' }>, intent: OrderIntent, now: Micros, step: StepBuilder): void {
    const desk = this.#desks.get(event.instrumentId)!
    const before = this.portfolio.quantity(event.instrumentId)
    const { postings, roundTrip } = this.portfolio.book({
      instrument: desk.instrument,
      strategy: intent.strategy,
      orderId: event.orderId,
      side: event.side,
      price: event.price,
      quantity: event.quantity,
      commission: event.commission,
      time: event.eventTime,
      why: intent.why,
    })
    this.#valuedAt = -1
    step.booking({ orderId: event.orderId, intent, event, postings, roundTrip })
    const after = this.portfolio.quantity(event.instrumentId)
    if (Math.sign(before) !== Math.sign(after)) desk.barsHeld = 0

    const sibling = this.#siblings.get(event.orderId)
    if (sibling !== undefined) this.#cancel(sibling, step)
    if (after === 0) this.#cancelGuards(event.instrumentId, step)
    else if (intent.role === 'entry' && !this.#obeyFlatten(desk, now, step)) this.#guard(event, intent, desk, now, step)
    step.equity = this.sample(desk, now, step.sequence)
  }

  /** Places the stop and the target of an entry's fill. A position that cannot be guarded is closed. */
  #guard(
    event: Extract<OrderEvent, { outcome: 'filled' }>,
    intent: OrderIntent,
    desk: Desk,
    now: Micros,
    step: StepBuilder,
  ): void {
    const held = Math.abs(this.portfolio.quantity(event.instrumentId))
    const quantity = Math.min(event.quantity, held) as Quantity
    const guard = (role: OrderRole, type: 'stop' | 'limit', price: Price): string | undefined => {
      const side = intent.side === 'buy' ? 'sell' : 'buy'
      const wish: OrderIntent = {
        ...intent,
        side,
        quantity,
        type,
        role,
        price,
        stop: undefined,
        takeProfit: undefined,
        why: `${role} of ${event.orderId}`,
      }
      return this.submit(wish, desk, now, step)
    }
    const stop = intent.stop === undefined ? undefined : guard('stop', 'stop', intent.stop)
    if (intent.stop !== undefined && stop === undefined) {
      this.#flatten(desk, intent.strategy, 'the stop was refused, so the position is closed', now, step)
      return
    }
    const target = intent.takeProfit === undefined ? undefined : guard('target', 'limit', intent.takeProfit)
    if (stop !== undefined && target !== undefined) {
      this.#siblings.set(stop, target)
      this.#siblings.set(target, stop)
    }
  }

  /** Stops and targets only: an exit on its way is still wanted, and a venue cuts it to what is open. */
  #cancelGuards(instrumentId: string, step: StepBuilder): void {
    if (this.orders.openCount === 0) return
    for (const { id, intent } of [...this.orders.openOf(instrumentId)])
      if (isGuard(intent) || (intent.role === 'exit' && waits(intent))) this.#cancel(id, step)
  }

  #cancel(orderId: string, step: StepBuilder): void {
    const command = this.orders.cancel(orderId)
    if (command !== undefined) step.command(command)
  }

  #situation(intent: OrderIntent, desk: Desk, now: Micros, sequence: number): RiskSituation {
    const { instrument, mark } = desk
    const position = this.portfolio.quantity(instrument.id)
    let openBuys = 0
    let openSells = 0
    let reductions = 0
    for (const { intent: open, filled, reduceOnly } of this.orders.openOf(instrument.id)) {
      const left = open.quantity - filled
      if (reduceOnly) reductions += left
      else if (open.side === 'buy') openBuys += left
      else openSells += left
    }
    const buys = openBuys + (intent.side === 'buy' ? intent.quantity : 0)
    const sells = openSells + (intent.side === 'sell' ? intent.quantity : 0)
    // Exits and guards may fill first, and then an order against the position opens the whole of it.
    const leaving = Math.min(Math.abs(position), reductions)
    const highest = (position < 0 ? position + leaving : position) + buys
    const lowest = (position > 0 ? position - leaving : position) - sells
    const worst = Math.max(Math.abs(highest), Math.abs(lowest))
    const reduces = reducesOnly(intent, { position, openBuys, openSells })
    return {
      now,
      instrument,
      marketOpen: desk.calendar.isOpen(now),
      bid: mark.bid,
      ask: mark.ask,
      priceTime: mark.time,
      position,
      openBuys,
      openSells,
      equity: reduces ? ZERO_MONEY : this.#value(sequence),
      orderValue: reduces ? ZERO_MONEY : this.portfolio.exposure(instrument, intent.quantity),
      positionValue: reduces ? ZERO_MONEY : this.portfolio.exposure(instrument, worst),
      otherValue: reduces ? ZERO_MONEY : this.#otherExposure(instrument.id),
      dayStartEquity: this.#dayStartEquity,
      highEquity: this.#highEquity,
      killed: this.#kills.reason(instrument.id, intent.strategy),
      sourceLevel: desk.level,
    }
  }

  #otherExposure(instrumentId: string): Money | undefined {
    let sum = 0n
    for (const { instrument } of this.#desks.values()) {
      if (instrument.id === instrumentId) continue
      const value = this.portfolio.exposure(instrument, this.portfolio.quantity(instrument.id))
      if (value === undefined) return undefined
      sum += value
    }
    return sum as Money
  }

  /** Account currency per settle currency unit, as an estimate for sizing; NaN while unknown. */
  #rate(instrument: Instrument): number {
    if (instrument.settle === this.portfolio.currency) return 1
    const one = this.portfolio.rates.convert((10n ** 18n) as Money, instrument.settle, this.portfolio.currency)
    return one === undefined ? Number.NaN : moneyToNumber(one)
  }
}

/** The strategy of an order that a person gave. */
export const MANUAL = 'manual'

/**
 * A person's order at a price of its own: it may never fill, so nobody counts on it. Strategies enter and leave at the
 * market.
 */
const waits = ({ type }: OrderIntent): boolean => type !== 'market'

const closing = (instrument: Instrument, strategy: string, held: number, why: string): OrderIntent => ({
  instrumentId: instrument.id,
  strategy,
  side: held > 0 ? 'sell' : 'buy',
  quantity: Math.abs(held) as Quantity,
  type: 'market',
  role: 'exit',
  price: undefined,
  stop: undefined,
  takeProfit: undefined,
  why,
})
