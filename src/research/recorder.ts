// Watches a run and keeps what a person will ask of it afterwards, in memory that does not grow with its length.
import { assert } from '../domain/assert.ts'
import type { Instrument } from '../domain/instrument.ts'
import { type Micros, type Money, moneyToNumber, type Quantity, ZERO_MONEY } from '../domain/numbers.ts'
import type { Opinion, Sense } from '../domain/opinion.ts'
import { isOpen, type OrderState } from '../domain/order.ts'
import type { RoundTrip } from '../domain/portfolio.ts'
import type { Observer } from '../engine/ports.ts'
import type { Booking, Decision, OrderChange, Step, Verdict } from '../engine/step.ts'
import { EquityCurve, type EquityPoint } from './equity-curve.ts'
import { EvenSample } from './even-sample.ts'
import { type PriceBar, PriceSeries } from './price-series.ts'
import type { FillRecord, OrderRecord } from './records.ts'
import { OnlineStatistics, type Statistics } from './statistics.ts'
import { type Counted, Tally } from './tally.ts'

/** Where the three lists go as they grow. An order is given once it ends, and again should it change after that: the last one holds. */
export interface RecordSink {
  order(order: OrderRecord): void
  fill(fill: FillRecord): void
  trade(trip: RoundTrip): void
}

export interface RecorderOptions {
  readonly startEquity: Money
  readonly instruments: ReadonlyMap<string, Instrument>
  /** An amount of another currency in the account's, at the rate known now; undefined while none is. */
  readonly convert: (amount: Money, currency: string) => Money | undefined
  /** Absent, the lists are counted and not kept. */
  readonly sink?: RecordSink
}

export interface RefusalCount {
  readonly code: string
  /** The check's number in reliability.md §3.2. */
  readonly check: number
  readonly count: number
  /** What the latest of them was measured against. */
  readonly limit: string
  readonly observed: string
}

export interface SenseCount {
  readonly sense: Sense
  readonly readings: number
  readonly abstentions: readonly Counted[]
}

/** A position that was open when the run ended; no statistics of trades contain it. */
export interface OpenPosition {
  readonly instrumentId: string
  /** Signed quantity steps. */
  readonly quantity: number
  readonly since: Micros
  /** The intent of the fill that opened it. */
  readonly reason: string
}

/** Everything the recorder has to tell. Times are micros, prices are steps, money is exact. */
export interface RunRecord {
  readonly decisions: number
  /** Decisions that asked for a target, or to be flat. */
  readonly signals: number
  /** Why the other decisions asked for nothing, the most frequent first. */
  readonly noSignal: readonly Counted[]
  readonly intents: number
  /** Why a signal became no intent. */
  readonly noIntent: readonly Counted[]
  /** Wishes to trade that got no size, by code. */
  readonly unsized: Readonly<Record<string, number>>
  readonly approved: number
  /** How many of the approved are stops and targets that guard a position rather than wishes of a strategy. */
  readonly guards: number
  /** Each refused intent by the first of its codes, the most frequent first. */
  readonly refused: readonly RefusalCount[]
  readonly orders: number
  /** How orders ended, or where they stand. */
  readonly orderStates: Readonly<Partial<Record<OrderState, number>>>
  readonly fills: number
  readonly trades: number
  /** Commission in the account's currency. */
  readonly commission: Money
  /** Amounts that no rate could bring into the account's currency: they count as zero in commission and trades. */
  readonly unconverted: number
  /** Approved intents that open or flip a position, and how many of them had no stop, said in so many words. */
  readonly entries: number
  readonly withoutStop: number
  readonly bars: number
  readonly senses: readonly SenseCount[]
  readonly statistics: Statistics
  readonly equity: readonly EquityPoint[]
  readonly prices: ReadonlyMap<string, readonly PriceBar[]>
  /** All of them while there are at most 2,000; else every `roundTripStride`-th, evenly. */
  readonly roundTrips: readonly RoundTrip[]
  readonly roundTripStride: number
  readonly openPositions: readonly OpenPosition[]
}

type Growing<Record> = { -readonly [Field in keyof Record]: Record[Field] }

const POINTS = 2_000
const REASONS = 200

export class RunRecorder implements Observer {
  readonly #options: RecorderOptions
  readonly #statistics: OnlineStatistics
  readonly #equity = new EquityCurve(POINTS)
  readonly #prices = new Map<string, PriceSeries>()
  #lastId: string | undefined
  #lastSeries = new PriceSeries(POINTS)
  readonly #roundTrips = new EvenSample<RoundTrip>(POINTS)

  #decisions = 0
  #signals = 0
  readonly #noSignal = new Tally(REASONS)
  #intents = 0
  readonly #noIntent = new Tally(REASONS)
  readonly #unsized = new Map<string, number>()
  #approved = 0
  #guards = 0
  #entries = 0
  #withoutStop = 0
  readonly #refused = new Map<string, Growing<RefusalCount>>()

  #orders = 0
  readonly #openOrders = new Map<string, Growing<OrderRecord>>()
  readonly #orderStates: Partial<Record<OrderState, number>> = {}
  #fills = 0
  #commission = ZERO_MONEY
  #unconverted = 0
  readonly #positions = new Map<string, Growing<OpenPosition>>()

  #bars = 0
  readonly #senses = new Map<Sense, { readings: number; abstentions: Tally }>()

  constructor(options: RecorderOptions) {
    this.#options = options
    this.#statistics = new OnlineStatistics(options.startEquity)
  }

  observe(step: Step): void {
    const time = step.event.receivedTime

    // Most lists of most steps are empty; asking first is cheaper than iterating over nothing.
    if (step.bars.length > 0) this.#draw(step.bars)
    if (step.opinions.length > 0) for (const opinion of step.opinions) this.#hear(opinion)
    if (step.decisions.length > 0) for (const decision of step.decisions) this.#decide(decision)
    if (step.sizings.length > 0) this.#size(step.sizings)
    if (step.verdicts.length > 0) for (const verdict of step.verdicts) this.#judge(verdict)

    if (step.commands.length > 0) for (const command of step.commands) if (command.kind === 'place') this.#orders++
    if (step.bookings.length > 0) for (const booking of step.bookings) this.#book(booking, time)
    if (step.changes.length > 0) for (const change of step.changes) this.#follow(change, time)

    if (step.equity !== undefined) this.#mark(time, step.equity)
  }

  /** Ends the record. `last` marks the account once more, where the run knows a later equity than the last step's. */
  finish(last?: { readonly time: Micros; readonly equity: Money }): RunRecord {
    if (last !== undefined) this.#mark(last.time, last.equity)
    for (const order of this.#openOrders.values()) this.#leave(order)
    this.#openOrders.clear()

    const statistics = this.#statistics.result()
    return {
      decisions: this.#decisions,
      signals: this.#signals,
      noSignal: this.#noSignal.top(),
      intents: this.#intents,
      noIntent: this.#noIntent.top(),
      unsized: Object.fromEntries(this.#unsized),
      approved: this.#approved,
      guards: this.#guards,
      refused: [...this.#refused.values()].sort((a, b) => b.count - a.count || a.check - b.check),
      orders: this.#orders,
      orderStates: this.#orderStates,
      fills: this.#fills,
      trades: statistics.trades,
      commission: this.#commission,
      unconverted: this.#unconverted,
      entries: this.#entries,
      withoutStop: this.#withoutStop,
      bars: this.#bars,
      senses: [...this.#senses].map(([sense, { readings, abstentions }]) => ({
        sense,
        readings,
        abstentions: abstentions.top(5),
      })),
      statistics,
      equity: this.#equity.points(),
      prices: new Map([...this.#prices].map(([id, series]) => [id, series.bars()])),
      roundTrips: this.#roundTrips.items,
      roundTripStride: this.#roundTrips.stride,
      openPositions: [...this.#positions.values()],
    }
  }

  #draw(bars: Step['bars']): void {
    this.#bars += bars.length
    for (const bar of bars) this.#series(bar.instrumentId).add(bar)
  }

  #size(sizings: Step['sizings']): void {
    for (const sizing of sizings) if (sizing.intent === undefined) this.#noIntent.add(sizing.reason)
  }

  #mark(time: Micros, equity: Money): void {
    const drawdown = this.#statistics.equity(time, equity)
    this.#equity.add(time, moneyToNumber(equity), drawdown)
  }

  #decide(decision: Decision): void {
    const { signal, bar } = decision
    this.#decisions++
    // Where a strategy looks at every quote no bar is closed; then its quotes, bars without length, draw the price.
    if (bar.openTime === bar.eventTime) this.#series(decision.instrumentId).add(bar)

    if (signal.kind === 'none') this.#noSignal.add(signal.why)
    else this.#signals++
  }

  #hear(opinion: Opinion): void {
    for (const reading of opinion.readings) {
      let count = this.#senses.get(reading.sense)
      if (count === undefined) {
        count = { readings: 0, abstentions: new Tally(REASONS) }
        this.#senses.set(reading.sense, count)
      }
      if (reading.kind === 'reading') count.readings++
      else count.abstentions.add(reading.reason)
    }
  }

  #judge(verdict: Verdict): void {
    this.#intents++
    if (verdict.kind === 'approved') {
      const { role, stop } = verdict.intent
      this.#approved++
      if (role === 'stop' || role === 'target') this.#guards++
      if (role === 'entry') this.#entries++
      if (role === 'entry' && stop === undefined) this.#withoutStop++
      return
    }

    const [first] = verdict.refusals
    assert(first !== undefined, 'a refusal says why')
    const { check, code, limit, observed } = first
    const known = this.#refused.get(code)
    if (known === undefined) this.#refused.set(code, { code, check, count: 1, limit, observed })
    else {
      known.count++
      known.limit = limit
      known.observed = observed
    }
  }

  #book(booking: Booking, time: Micros): void {
    const { event, intent, orderId, roundTrip } = booking
    assert(event.outcome === 'filled', 'only a fill is booked')
    const { fillId, instrumentId, side, price, quantity, commission } = event

    this.#fills++
    this.#commission = (this.#commission + this.#inAccount(commission, this.#instrument(instrumentId).settle)) as Money
    this.#hold(instrumentId, side === 'buy' ? quantity : -quantity, intent.why, time)

    const order = this.#openOrders.get(orderId)
    if (order !== undefined) order.filled = (order.filled + quantity) as Quantity
    this.#options.sink?.fill({
      id: fillId,
      orderId,
      instrumentId,
      strategy: intent.strategy,
      side,
      price,
      quantity,
      commission,
      time,
    })

    if (roundTrip !== undefined) {
      this.#statistics.trade(this.#inAccount(roundTrip.profit, roundTrip.currency))
      this.#roundTrips.add(roundTrip)
      this.#options.sink?.trade(roundTrip)
    }
  }

  #hold(instrumentId: string, change: number, reason: string, time: Micros): void {
    const before = this.#positions.get(instrumentId)
    const quantity = (before?.quantity ?? 0) + change

    if (quantity === 0) this.#positions.delete(instrumentId)
    else if (before === undefined || before.quantity > 0 !== quantity > 0) {
      this.#positions.set(instrumentId, { instrumentId, quantity, since: time, reason })
    } else before.quantity = quantity

    this.#statistics.exposed(time, this.#positions.size > 0)
  }

  #follow(change: OrderChange, time: Micros): void {
    const { orderId, intent, to, reason } = change
    let order = this.#openOrders.get(orderId)
    if (order === undefined) {
      const filled = (to === 'filled' ? intent.quantity : 0) as Quantity
      order = { id: orderId, intent, state: to, reason, filled, createdTime: time, changedTime: time }
      this.#openOrders.set(orderId, order)
    } else {
      order.state = to
      order.reason = reason
      order.changedTime = time
    }

    if (isOpen(to)) return
    this.#openOrders.delete(orderId)
    this.#leave(order)
  }

  #leave(order: OrderRecord): void {
    this.#orderStates[order.state] = (this.#orderStates[order.state] ?? 0) + 1
    this.#options.sink?.order(order)
  }

  #inAccount(amount: Money, currency: string): Money {
    const converted = this.#options.convert(amount, currency)
    if (converted !== undefined) return converted
    this.#unconverted++
    return ZERO_MONEY
  }

  #series(instrumentId: string): PriceSeries {
    if (instrumentId === this.#lastId) return this.#lastSeries
    let series = this.#prices.get(instrumentId)
    if (series === undefined) {
      series = new PriceSeries(POINTS)
      this.#prices.set(instrumentId, series)
    }
    this.#lastId = instrumentId
    this.#lastSeries = series
    return series
  }

  #instrument(id: string): Instrument {
    const found = this.#options.instruments.get(id)
    assert(found !== undefined, `the recorder knows every instrument that fills, not ${id}`)
    return found
  }
}
