// The analysis half: facts become bars, measures, readings, opinions and signals. State per instrument, no account.
import type { Digest } from '../domain/digest.ts'
import type { BarInput } from '../domain/feature.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Bar, Quote, Trade } from '../domain/market.ts'
import type { Micros } from '../domain/numbers.ts'
import type { Opinion, Reading, Sense } from '../domain/opinion.ts'
import type { Signal } from '../domain/signal.ts'
import type { SourceChange } from '../domain/source.ts'
import type { Action, Measure, ParameterValues, PositionView, Strategy, Surroundings } from '../domain/strategy.ts'
import { BarBuilder, type BarShape, type FinishedBar } from '../stages/market/bar-builder.ts'
import { OrderBook } from '../stages/market/order-book.ts'
import { signalOf } from '../stages/signals/signal-of.ts'
import type { Desk } from './desk.ts'
import type { SenseSuite } from './sense-suite.ts'
import type { Decision } from './step.ts'

export interface StrategyRun {
  readonly strategy: Strategy
  readonly values: ParameterValues
  readonly shape: BarShape
}

/** A strategy at work on one instrument: its measures, and the question at each bar. */
export class StrategySeat {
  readonly name: string
  readonly #strategy: Strategy
  readonly #values: ParameterValues
  readonly #measures: Readonly<Record<string, Measure>>
  readonly #list: readonly Measure[]
  readonly #warmUp: number
  #seen = 0
  #nothing: Signal | undefined

  constructor({ strategy, values }: StrategyRun) {
    this.name = strategy.name
    this.#strategy = strategy
    this.#values = values
    this.#measures = strategy.measures(values)
    this.#list = Object.values(this.#measures)
    this.#warmUp = this.#list.reduce((most, measure) => Math.max(most, measure.first), 0)
  }

  /** What the strategy says at this bar; a reason without a decision while it warms up. */
  decide(lane: Lane, { bar, input }: FinishedBar, position: PositionView | undefined, { explain, mixed }: Asked): Decision {
    for (const measure of this.#list) measure.update(input, lane)
    this.#seen += 1
    const action = this.#action(input, position)
    return {
      strategy: this.name,
      instrumentId: lane.instrument.id,
      time: lane.now,
      bar,
      signal: this.#signal(mixed && action.kind === 'enter' ? SOURCE_SWITCHED : action, lane.instrument, input.close),
      opinion: lane.opinion,
      features: explain ? this.#numbers() : undefined,
    }
  }

  #action(bar: BarInput, position: PositionView | undefined): Action {
    if (this.#seen <= this.#warmUp) return WARMING_UP
    return this.#strategy.decide({ bar, f: this.#measures, p: this.#values, position })
  }

  /** Most answers are the same reason for nothing as at the bar before: that signal is used again. */
  #signal(action: Action, instrument: Instrument, close: number): Signal {
    if (action.kind === 'hold' && action.why === this.#nothing?.why) return this.#nothing
    const signal = signalOf(action, { strategy: this.name, instrument, close })
    if (action.kind === 'hold') this.#nothing = signal
    return signal
  }

  digest(into: Digest): void {
    into.text(this.name).number(this.#seen)
    for (const measure of this.#list) for (const value of Object.values(measure.numbers())) into.number(value)
  }

  #numbers(): Record<string, number> {
    const numbers: Record<string, number> = {}
    for (const [name, measure] of Object.entries(this.#measures)) {
      for (const [part, value] of Object.entries(measure.numbers())) numbers[part === '' ? name : `${name}.${part}`] = value
    }
    return numbers
  }
}

const WARMING_UP: Action = { kind: 'hold', why: 'warming up' }
/** Prices of two sources in one bar may differ by more than the market moved: nothing is begun on them, what is held may be left. */
const SOURCE_SWITCHED: Action = { kind: 'hold', why: 'source-switched' }

interface Asked {
  /** Fill in the features, which costs more than deciding. */
  readonly explain: boolean
  /** The bar holds prices of two sources. */
  readonly mixed: boolean
}

/** One shape of bars of an instrument, with those who listen to it. */
export class Series {
  readonly builder: BarBuilder
  readonly senses: SenseSuite | undefined
  readonly seat: StrategySeat | undefined
  /** The bar in the making holds prices of two sources. */
  #mixed = false

  constructor(instrument: Instrument, shape: BarShape, senses: SenseSuite | undefined, seat: StrategySeat | undefined) {
    this.builder = new BarBuilder(instrument, shape)
    this.senses = senses
    this.seat = seat
  }

  /** The source changes: a bar that was begun stays a mix until it ends. */
  switchSource(): void {
    if (this.builder.closeTime < Number.POSITIVE_INFINITY) this.#mixed = true
  }

  /** Whether the bar that ends now is a mix. */
  takeMixed(): boolean {
    const mixed = this.#mixed
    this.#mixed = false
    return mixed
  }
}

/** Everything the analysis knows of one instrument. It is what a strategy's measures see of their surroundings. */
export class Lane implements Surroundings {
  readonly instrument: Instrument
  readonly desk: Desk
  book = new OrderBook()
  readonly series: readonly Series[]
  now = 0 as Micros
  opinion: Opinion | undefined
  /** Event time at which equity is next sampled, so that a strategy on every quote does not pay for it each time. */
  sampleTime = Number.NEGATIVE_INFINITY
  #hasQuotes = false

  constructor(desk: Desk, series: readonly Series[]) {
    this.instrument = desk.instrument
    this.desk = desk
    this.series = series
  }

  reading(sense: Sense): Reading | undefined {
    return this.opinion?.readings.find(reading => reading.sense === sense)
  }

  /** When the earliest bar in the making must be closed. */
  get nextCloseTime(): number {
    let next = Number.POSITIVE_INFINITY
    for (const { builder } of this.series) if (builder.closeTime < next) next = builder.closeTime
    return next
  }

  /** From here on the prices are another source's: books and quotes of the one before are no part of them. */
  switchSource({ from, to, level, epoch }: SourceChange): void {
    this.desk.level = level
    this.desk.epoch = epoch
    if (from === to) return
    this.book = new OrderBook()
    this.#hasQuotes = false
    for (const series of this.series) series.switchSource()
  }

  quote(quote: Quote): void {
    this.#hasQuotes = true
    this.#price(quote.bid, quote.ask, quote.receivedTime)
    if (this.desk.level !== 'live') return
    for (const { builder } of this.series)
      if (builder.shape.basis !== 'trade') builder.quote(quote.bid, quote.ask, quote.receivedTime)
  }

  trade(trade: Trade): void {
    if (!this.#hasQuotes) this.#price(trade.price, trade.price, trade.receivedTime)
    if (this.desk.level !== 'live') return
    for (const { builder } of this.series) {
      if (builder.shape.basis === 'trade') builder.trade(trade.price, trade.quantity, trade.aggressor, trade.receivedTime)
      else builder.tape(trade.quantity, trade.aggressor, trade.receivedTime)
    }
  }

  /** A book without a quote stream is also the price. */
  bookMoved(time: Micros): void {
    const { bestBid, bestAsk } = this.book
    if (this.#hasQuotes || bestBid !== bestBid || bestAsk !== bestAsk) return
    this.#price(bestBid, bestAsk, time)
    if (this.desk.level !== 'live') return
    for (const { builder } of this.series) if (builder.shape.basis !== 'trade') builder.quote(bestBid, bestAsk, time)
  }

  bar(bar: Bar): void {
    if (!this.#hasQuotes) this.#price(bar.close, bar.askClose, bar.receivedTime)
  }

  digest(into: Digest): void {
    const { mark, epoch, level } = this.desk
    into.text(this.instrument.id).number(mark.bid).number(mark.ask)
    if (epoch > 0) into.number(epoch).text(level)
    for (const { seat, senses } of this.series) {
      seat?.digest(into)
      senses?.digest(into)
    }
  }

  /** A price that is only for reading values what is held; it does not count as new, and makes no bars. */
  #price(bid: number, ask: number, time: number): void {
    const { mark } = this.desk
    mark.bid = bid
    mark.ask = ask
    if (this.desk.level === 'live') mark.time = time
  }
}
