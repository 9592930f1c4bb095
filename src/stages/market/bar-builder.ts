// Builds bars of one length from quotes, trades or smaller bars. A bar is known at its close, never before.
import { assert } from '../../domain/assert.ts'
import type { BarInput } from '../../domain/feature.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { Bar, PriceBasis } from '../../domain/market.ts'
import { MINUTE, type Micros, type Price } from '../../domain/numbers.ts'
import { DERIVED } from '../../domain/provenance.ts'

/** A finished bar: exact for the record, and in price units for measuring. The input is reused by the next bar. */
export interface FinishedBar {
  readonly bar: Bar
  readonly input: BarInput
}

class Input implements BarInput {
  openTime = 0
  closeTime = 0
  open = 0
  high = 0
  low = 0
  close = 0
  volume = 0
  buyVolume = Number.NaN
  sellVolume = Number.NaN
}

/** How bars of one series are cut and priced. A length of zero makes one bar of every fact. */
export interface BarShape {
  readonly lengthMicros: number
  readonly basis: PriceBasis
}

export class BarBuilder {
  readonly shape: BarShape
  readonly #instrument: Instrument
  readonly #length: number
  readonly #useMid: boolean
  readonly #input = new Input()
  #sequence = 0
  #open = false
  #openTime = 0
  #lastTime = 0
  // Bid (or trade) side and ask side in steps.
  #bidOpen = 0
  #bidHigh = 0
  #bidLow = 0
  #bidClose = 0
  #askOpen = 0
  #askHigh = 0
  #askLow = 0
  #askClose = 0
  // Sum of both sides, which is twice the mid, so that half steps are not lost.
  #midOpen = 0
  #midHigh = 0
  #midLow = 0
  #midClose = 0
  #volume = 0
  #buyVolume = 0
  #sellVolume = 0
  #hasTape = false
  /** The interval that the volume is of while no bar is open. */
  #earlyStart = Number.NaN

  constructor(instrument: Instrument, shape: BarShape) {
    assert(shape.lengthMicros >= 0, 'a bar length is not negative')
    this.#instrument = instrument
    this.shape = shape
    this.#length = shape.lengthMicros
    this.#useMid = shape.basis === 'mid'
  }

  /** When the bar in the making must be closed; Infinity while none is open. */
  get closeTime(): number {
    return this.#open ? this.#openTime + this.#length : Number.POSITIVE_INFINITY
  }

  quote(bid: number, ask: number, time: number): void {
    if (!this.#open) this.#begin(bid, ask, time)
    else this.#extend(bid, bid, bid, ask, ask, ask)
    this.#lastTime = time
  }

  trade(price: number, quantity: number, aggressor: 'buy' | 'sell' | 'unknown', time: number): void {
    if (!this.#open) this.#begin(price, price, time)
    else this.#extend(price, price, price, price, price, price)
    this.#volume += quantity
    this.#tape(quantity, aggressor)
    this.#lastTime = time
  }

  /** Volume of a trade beside a series that is priced from quotes. One before the interval's first quote waits for it. */
  tape(quantity: number, aggressor: 'buy' | 'sell' | 'unknown', time: number): void {
    if (!this.#open) {
      const start = this.#length === 0 ? 0 : intervalStart(time, this.#length)
      if (start !== this.#earlyStart) this.#forget(start)
    }
    this.#volume += quantity
    this.#tape(quantity, aggressor)
  }

  /** A smaller bar, at its close. It belongs to the interval in which it opened. */
  smaller(bar: Bar): void {
    if (!this.#open) {
      this.#begin(bar.open, bar.askOpen, bar.openTime)
      this.#volume = 0
    }
    this.#extend(bar.high, bar.low, bar.close, bar.askHigh, bar.askLow, bar.askClose)
    this.#volume += bar.volume
    this.#lastTime = bar.eventTime
  }

  /** A bar as long as ours passes as it is, with its own times and origin. Trades seen beside it are its tape. */
  whole(bar: Bar): FinishedBar {
    const input = this.#input
    const scale = this.#useMid ? 2 * this.#instrument.priceScale : this.#instrument.priceScale
    input.openTime = bar.openTime
    input.closeTime = bar.eventTime
    input.open = (this.#useMid ? bar.open + bar.askOpen : bar.open) / scale
    input.high = (this.#useMid ? bar.high + bar.askHigh : bar.high) / scale
    input.low = (this.#useMid ? bar.low + bar.askLow : bar.low) / scale
    input.close = (this.#useMid ? bar.close + bar.askClose : bar.close) / scale
    const start = this.#length === 0 ? 0 : intervalStart(bar.openTime, this.#length)
    if (start !== this.#earlyStart) this.#forget(start)
    this.#volume = bar.volume
    this.#measureTape(input)
    this.#open = false
    this.#forget(Number.NaN)
    return { bar, input }
  }

  /** Whether a source's bar counts as one of ours rather than a part: days are 23 to 25 hours long. */
  isWhole(bar: Bar): boolean {
    return (bar.eventTime - bar.openTime) * 2 > this.#length
  }

  /** Ends the bar in the making. Ask after its close time has come, or with length zero after each fact. */
  finish(): FinishedBar {
    assert(this.#open, 'only an open bar can be finished')
    this.#open = false
    const closeTime = (this.#length === 0 ? this.#lastTime : this.#openTime + this.#length) as Micros
    const finished = { bar: this.#record(closeTime), input: this.#measure(closeTime) }
    this.#forget(Number.NaN)
    return finished
  }

  /** The same bar in price units. One object is reused, since measures take what they need at once. */
  #measure(closeTime: number): BarInput {
    const input = this.#input
    const scale = this.#instrument.priceScale
    input.openTime = this.#openTime
    input.closeTime = closeTime
    if (this.#useMid) {
      input.open = this.#midOpen / 2 / scale
      input.high = this.#midHigh / 2 / scale
      input.low = this.#midLow / 2 / scale
      input.close = this.#midClose / 2 / scale
    } else {
      input.open = this.#bidOpen / scale
      input.high = this.#bidHigh / scale
      input.low = this.#bidLow / scale
      input.close = this.#bidClose / scale
    }
    this.#measureTape(input)
    return input
  }

  #measureTape(input: Input): void {
    const units = this.#instrument.quantityScale
    input.volume = this.#volume / units
    input.buyVolume = this.#hasTape ? this.#buyVolume / units : Number.NaN
    input.sellVolume = this.#hasTape ? this.#sellVolume / units : Number.NaN
  }

  #record(closeTime: Micros): Bar {
    this.#sequence += 1
    const mid = this.#useMid
    return {
      kind: 'bar',
      instrumentId: this.#instrument.id,
      basis: this.shape.basis,
      openTime: this.#openTime as Micros,
      eventTime: closeTime,
      receivedTime: closeTime,
      sequence: this.#sequence,
      provenance: DERIVED,
      open: (mid ? Math.floor(this.#midOpen / 2) : this.#bidOpen) as Price,
      high: (mid ? Math.floor(this.#midHigh / 2) : this.#bidHigh) as Price,
      low: (mid ? Math.floor(this.#midLow / 2) : this.#bidLow) as Price,
      close: (mid ? Math.floor(this.#midClose / 2) : this.#bidClose) as Price,
      askOpen: this.#askOpen as Price,
      askHigh: this.#askHigh as Price,
      askLow: this.#askLow as Price,
      askClose: this.#askClose as Price,
      volume: this.#volume,
    }
  }

  #begin(bid: number, ask: number, time: number): void {
    this.#open = true
    this.#openTime = this.#length === 0 ? time : intervalStart(time, this.#length)
    this.#bidOpen = this.#bidHigh = this.#bidLow = this.#bidClose = bid
    this.#askOpen = this.#askHigh = this.#askLow = this.#askClose = ask
    this.#midOpen = this.#midHigh = this.#midLow = this.#midClose = bid + ask
    const start = this.#length === 0 ? 0 : this.#openTime
    if (start !== this.#earlyStart) this.#forget(start)
  }

  /** Trades of an interval that never had a price belong to no bar. */
  #forget(start: number): void {
    this.#earlyStart = start
    this.#volume = 0
    this.#buyVolume = 0
    this.#sellVolume = 0
    this.#hasTape = false
  }

  #extend(bidHigh: number, bidLow: number, bidClose: number, askHigh: number, askLow: number, askClose: number): void {
    if (bidHigh > this.#bidHigh) this.#bidHigh = bidHigh
    if (bidLow < this.#bidLow) this.#bidLow = bidLow
    if (askHigh > this.#askHigh) this.#askHigh = askHigh
    if (askLow < this.#askLow) this.#askLow = askLow
    if (bidHigh + askHigh > this.#midHigh) this.#midHigh = bidHigh + askHigh
    if (bidLow + askLow < this.#midLow) this.#midLow = bidLow + askLow
    this.#bidClose = bidClose
    this.#askClose = askClose
    this.#midClose = bidClose + askClose
  }

  #tape(quantity: number, aggressor: 'buy' | 'sell' | 'unknown'): void {
    this.#hasTape = true
    if (aggressor === 'buy') this.#buyVolume += quantity
    else if (aggressor === 'sell') this.#sellVolume += quantity
  }
}

/** Intervals are counted from midnight UTC, so every length that divides a day starts at one. */
export const intervalStart = (time: number, lengthMicros: number): number => Math.floor(time / lengthMicros) * lengthMicros

/** '15m' is 900,000,000; 'quote' is 0; undefined for anything else. */
export function parseBarLength(text: string): number | undefined {
  if (text === 'quote') return 0
  const match = /^(\d{1,4})(s|m|h|d)$/.exec(text)
  if (!match) return undefined
  const unit = { s: MINUTE / 60, m: MINUTE, h: 60 * MINUTE, d: 1440 * MINUTE }[match[2] as 's' | 'm' | 'h' | 'd']
  const length = Number(match[1]) * unit
  return length > 0 ? length : undefined
}
