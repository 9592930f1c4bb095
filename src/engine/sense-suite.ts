// Gives the senses what they read. Senses and features are strangers; here, one floor up, numbers pass between them.
import type { SessionCalendar } from '../domain/calendar.ts'
import type { Digest } from '../domain/digest.ts'
import type { BarInput } from '../domain/feature.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { CalendarEntry, Release } from '../domain/macro.ts'
import { DAY, type Micros } from '../domain/numbers.ts'
import type { Opinion, Reading, Sense } from '../domain/opinion.ts'
import { Adx } from '../stages/features/adx.ts'
import { Atr } from '../stages/features/atr.ts'
import { Bollinger } from '../stages/features/bollinger.ts'
import { BookImbalance } from '../stages/features/book-imbalance.ts'
import { Ema } from '../stages/features/ema.ts'
import { Macd } from '../stages/features/macd.ts'
import { RealisedVolatility } from '../stages/features/realised-volatility.ts'
import { Roc } from '../stages/features/roc.ts'
import { Rsi } from '../stages/features/rsi.ts'
import { SwingPoints } from '../stages/features/swing-points.ts'
import { TradeDelta } from '../stages/features/trade-delta.ts'
import { fuse } from '../stages/fusion/fuse.ts'
import type { OrderBook } from '../stages/market/order-book.ts'
import { type HowInput, readHow } from '../stages/senses/how/how.ts'
import { SortedWindow } from '../stages/senses/sorted-window.ts'
import { readWhat, type WhatInput } from '../stages/senses/what/what.ts'
import { WhenReader } from '../stages/senses/when/when-reader.ts'
import { WhyReader } from '../stages/senses/why/why-reader.ts'

/** What all instruments share: the economy as it became known, and the calendar of announcements. */
export class World {
  readonly why = new WhyReader()
  readonly when = new WhenReader()

  release(release: Release): void {
    this.why.release(release)
  }

  announce(entry: CalendarEntry): void {
    this.why.announce(entry)
    this.when.announce(entry)
  }

  digest(into: Digest): void {
    this.why.digest(into)
    this.when.digest(into)
  }
}

export type SenseWeights = Readonly<Record<Sense, number>>

/** Levels of the book that count, and bars of its own past that volatility is compared with. */
const BOOK_LEVELS = 10
const USUAL_BARS = 250
const ROC_BARS = 10

const WHAT_SOURCES = {
  trend: 'ema(20), ema(50)',
  adx: 'adx(14)',
  rsi: 'rsi(14)',
  macd: 'macd(12,26,9)',
  roc: 'roc(10)',
  volatility: 'volatility(20)',
  bandwidth: 'bollinger(20,2)',
}
const HOW_SOURCES = { book: 'book-imbalance(10)', tape: 'trade-delta', swings: 'swings(5)' }

/** The features that the senses of one instrument read, at one length of bar. */
export class SenseSuite {
  readonly #senses: readonly Sense[]
  readonly #weights: SenseWeights
  readonly #world: World
  readonly #instrument: Instrument
  readonly #calendar: SessionCalendar
  readonly #barMicros: number
  readonly #barsPerYearRoot: number
  readonly #currencies: readonly string[]

  readonly #fast = new Ema(20)
  readonly #slow = new Ema(50)
  readonly #atr = new Atr(14)
  readonly #adx = new Adx(14)
  readonly #rsi = new Rsi(14)
  readonly #macd = new Macd()
  readonly #roc = new Roc(ROC_BARS)
  readonly #volatility = new RealisedVolatility(20)
  readonly #usual = new SortedWindow(USUAL_BARS)
  readonly #bands = new Bollinger()
  readonly #swings = new SwingPoints(5)
  readonly #imbalance = new BookImbalance(BOOK_LEVELS)
  readonly #delta: TradeDelta

  constructor(parts: {
    readonly senses: readonly Sense[]
    readonly weights: SenseWeights
    readonly world: World
    readonly instrument: Instrument
    readonly calendar: SessionCalendar
    readonly barMicros: number
  }) {
    this.#senses = parts.senses
    this.#weights = parts.weights
    this.#world = parts.world
    this.#instrument = parts.instrument
    this.#calendar = parts.calendar
    this.#barMicros = parts.barMicros
    this.#barsPerYearRoot = Math.sqrt(barsPerYear(parts.calendar, parts.barMicros))
    this.#currencies =
      parts.instrument.base === parts.instrument.quote
        ? [parts.instrument.quote]
        : [parts.instrument.base, parts.instrument.quote]
    this.#delta = new TradeDelta(bar => parts.calendar.sessionId(bar.openTime as Micros))
  }

  /** Standard deviation of returns per year; NaN while warming up. */
  get volatility(): number {
    return this.#volatility.value * this.#barsPerYearRoot
  }

  /** Measures the bar and asks every sense that is switched on; undefined when none is. */
  read(lane: { readonly book: OrderBook }, bar: BarInput, now: Micros): Opinion | undefined {
    this.#measure(bar)
    if (this.#senses.length === 0) return undefined
    const readings: Reading[] = []
    for (const sense of this.#senses) readings.push(this.#ask(sense, lane.book, bar, now))
    return fuse(readings, this.#weights, this.#instrument.id, now)
  }

  digest(into: Digest): void {
    const features = [
      this.#fast,
      this.#slow,
      this.#atr,
      this.#adx,
      this.#rsi,
      this.#macd,
      this.#roc,
      this.#volatility,
      this.#bands,
      this.#swings,
      this.#delta,
    ]
    for (const feature of features) into.number(feature.value)
  }

  #ask(sense: Sense, book: OrderBook, bar: BarInput, now: Micros): Reading {
    switch (sense) {
      case 'why':
        return this.#world.why.read(now, this.#instrument)
      case 'how':
        return readHow(this.#how(book, bar, now))
      case 'what':
        return readWhat(this.#what(now))
      case 'when':
        return this.#world.when.read(now, this.#calendar, this.#currencies, this.#barMicros)
    }
  }

  #measure(bar: BarInput): void {
    const { close } = bar
    this.#fast.update(close)
    this.#slow.update(close)
    this.#atr.update(bar)
    this.#adx.update(bar)
    this.#rsi.update(close)
    this.#macd.update(close)
    this.#roc.update(close)
    this.#volatility.update(close)
    this.#usual.add(this.#volatility.value)
    this.#bands.update(close)
    this.#swings.update(bar)
    if (bar.buyVolume === bar.buyVolume) this.#delta.update(bar)
  }

  #what(now: Micros): WhatInput {
    return {
      now,
      barMicros: this.#barMicros,
      emaFast: this.#fast.value,
      emaSlow: this.#slow.value,
      atr: this.#atr.value,
      adx: this.#adx.value,
      plusDirection: this.#adx.plusDi,
      minusDirection: this.#adx.minusDi,
      rsi: this.#rsi.value,
      macdHistogram: this.#macd.histogram,
      roc: this.#roc.value,
      rocBars: ROC_BARS,
      volatility: this.#volatility.value,
      usualVolatility: this.#usual.median,
      bandwidth: this.#bands.bandwidth,
      sources: WHAT_SOURCES,
    }
  }

  #how(book: OrderBook, bar: BarInput, now: Micros): HowInput {
    const live = book.state === 'live'
    if (live) this.#imbalance.update({ bidSizes: book.sizes('bid', BOOK_LEVELS), askSizes: book.sizes('ask', BOOK_LEVELS) })
    const { high, low, highBefore, lowBefore } = this.#swings
    return {
      now,
      barMicros: this.#barMicros,
      close: bar.close,
      bookImbalance: live ? this.#imbalance.value : Number.NaN,
      tradeDelta: bar.buyVolume - bar.sellVolume,
      tradeVolume: bar.buyVolume + bar.sellVolume,
      swingHigh: high?.price ?? Number.NaN,
      previousSwingHigh: highBefore?.price ?? Number.NaN,
      swingLow: low?.price ?? Number.NaN,
      previousSwingLow: lowBefore?.price ?? Number.NaN,
      sources: HOW_SOURCES,
    }
  }
}

/** A year without special closures stands for all: 2023, from Sunday to Sunday. */
const YEAR_START = Date.UTC(2023, 0, 1) * 1000
const YEAR_DAYS = 364

/** How many bars of this length a year of this calendar has; whole days are counted by trading day. */
export function barsPerYear(calendar: SessionCalendar, barMicros: number): number {
  const stretches = calendar.expected(YEAR_START as Micros, (YEAR_START + YEAR_DAYS * DAY) as Micros)
  const year = 365.25 / YEAR_DAYS
  if (barMicros >= DAY) {
    const days = new Set<number>()
    for (const { open, close } of stretches)
      for (let t: number = open; t < close; t += DAY / 24) days.add(calendar.sessionId(t as Micros))
    return (days.size * year * DAY) / barMicros
  }
  let open = 0
  for (const stretch of stretches) open += stretch.close - stretch.open
  return (open * year) / barMicros
}
