// Bars of one length from quotes, trades and smaller bars, and when they are known.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bar, PLAIN, plain } from '../../../test/market-facts.ts'
import { InvariantError } from '../../domain/assert.ts'
import type { Bar, PriceBasis } from '../../domain/market.ts'
import { MINUTE, SECOND } from '../../domain/numbers.ts'
import { BarBuilder, intervalStart, parseBarLength } from './bar-builder.ts'

const START = 1000 * MINUTE
const builder = (lengthMicros = MINUTE, basis: PriceBasis = 'bid', of = PLAIN) => new BarBuilder(of, { lengthMicros, basis })

const prices = ({ open, high, low, close }: Bar) => [open, high, low, close]
const askPrices = ({ askOpen, askHigh, askLow, askClose }: Bar) => [askOpen, askHigh, askLow, askClose]

describe('a bar of quotes', () => {
  test('opens with the first, closes with the last and keeps both sides', () => {
    const subject = builder()
    subject.quote(10_000, 10_010, START + 5 * SECOND)
    subject.quote(10_050, 10_055, START + 6 * SECOND)
    subject.quote(9_990, 10_020, START + 30 * SECOND)
    subject.quote(10_020, 10_025, START + 59 * SECOND)
    const { bar: made } = subject.finish()

    expect(prices(made)).toEqual([10_000, 10_050, 9_990, 10_020])
    expect(askPrices(made)).toEqual([10_010, 10_055, 10_010, 10_025])
    expect(made).toMatchObject({ kind: 'bar', basis: 'bid', instrumentId: PLAIN.id, volume: 0, sequence: 1 })
  })

  test('covers whole intervals from midnight UTC, whenever its first quote came, and is known at its close', () => {
    const subject = builder()
    expect(subject.closeTime).toBe(Number.POSITIVE_INFINITY)
    subject.quote(10_000, 10_010, START + 59_999_999)
    expect(subject.closeTime).toBe(START + MINUTE)
    expect(subject.finish().bar).toMatchObject({
      openTime: START,
      eventTime: START + MINUTE,
      receivedTime: START + MINUTE,
    })
    expect(subject.closeTime).toBe(Number.POSITIVE_INFINITY)
  })

  test('a quote at the very close belongs to the next bar', () => {
    expect(intervalStart(START + MINUTE, MINUTE)).toBe(START + MINUTE)
    expect(intervalStart(START + MINUTE - 1, MINUTE)).toBe(START)
    expect(intervalStart(-1, MINUTE)).toBe(-MINUTE)
  })

  test('is measured in price units', () => {
    const subject = builder()
    subject.quote(10_000, 10_010, START)
    expect(subject.finish().input).toMatchObject({
      openTime: START,
      closeTime: START + MINUTE,
      open: 100,
      high: 100,
      low: 100,
      close: 100,
      volume: 0,
      buyVolume: Number.NaN,
      sellVolume: Number.NaN,
    })
  })

  test('cannot be finished when none was begun', () => {
    expect(() => builder().finish()).toThrow(InvariantError)
  })
})

describe('a bar of mids', () => {
  test('is high where the mid was, not where one side was', () => {
    const subject = builder(MINUTE, 'mid')
    subject.quote(10_000, 10_010, START)
    // The bid is at its highest while the mid is lower than before.
    subject.quote(10_002, 10_004, START + SECOND)
    const { bar: made } = subject.finish()
    expect(prices(made)).toEqual([10_005, 10_005, 10_003, 10_003])
  })

  test('keeps half steps where it is measured and rounds them down in the record', () => {
    const subject = builder(MINUTE, 'mid')
    subject.quote(10_000, 10_001, START)
    const { bar: made, input } = subject.finish()
    expect(prices(made)).toEqual([10_000, 10_000, 10_000, 10_000])
    expect(input.close).toBe(100.005)
  })

  test('rounds down below zero too', () => {
    const subject = builder(MINUTE, 'mid', plain({ negativePrices: true }))
    subject.quote(-3_699, -3_698, START)
    const { bar: made, input } = subject.finish()
    expect(made.close).toBe(-3_699)
    expect(input.close).toBe(-36.985)
  })
})

describe('a bar of trades', () => {
  test('adds up what was bought and sold', () => {
    const of = plain({ quantityDecimals: 1 })
    const subject = builder(MINUTE, 'trade', of)
    subject.trade(10_000, 30, 'buy', START)
    subject.trade(10_020, 10, 'sell', START + SECOND)
    subject.trade(10_010, 5, 'unknown', START + 2 * SECOND)
    const { bar: made, input } = subject.finish()
    expect(prices(made)).toEqual([10_000, 10_020, 10_000, 10_010])
    expect(askPrices(made)).toEqual(prices(made))
    expect(made.volume).toBe(45)
    expect(input).toMatchObject({ volume: 4.5, buyVolume: 3, sellVolume: 1 })
  })

  test('does not take the tape of the bar before into the next', () => {
    const subject = builder(MINUTE, 'trade')
    subject.trade(10_000, 30, 'buy', START)
    subject.finish()
    subject.trade(10_000, 7, 'sell', START + MINUTE)
    expect(subject.finish().input).toMatchObject({ volume: 7, buyVolume: 0, sellVolume: 7 })
  })

  test('trades beside quotes count as volume and leave the price alone', () => {
    const subject = builder()
    subject.quote(10_000, 10_010, START)
    subject.tape(12, 'buy', START)
    subject.tape(3, 'sell', START + SECOND)
    const { bar: made, input } = subject.finish()
    expect(prices(made)).toEqual([10_000, 10_000, 10_000, 10_000])
    expect(input).toMatchObject({ volume: 15, buyVolume: 12, sellVolume: 3 })
  })

  test('a trade before the first quote of its interval counts in that interval, and in no other', () => {
    const subject = builder()
    subject.tape(9, 'buy', START - SECOND)
    subject.tape(4, 'sell', START + SECOND)
    subject.quote(10_000, 10_010, START + 2 * SECOND)
    subject.tape(2, 'buy', START + 3 * SECOND)
    expect(subject.finish().input).toMatchObject({ volume: 6, buyVolume: 2, sellVolume: 4 })
    subject.quote(10_000, 10_010, START + MINUTE)
    expect(subject.finish().input).toMatchObject({ volume: 0, buyVolume: Number.NaN, sellVolume: Number.NaN })
  })
})

describe('a bar of bars', () => {
  test('collects smaller ones by when they opened', () => {
    const subject = builder(5 * MINUTE)
    subject.smaller(bar(START, START + MINUTE, [100, 120, 90, 110], { spread: 2, volume: 5 }))
    subject.smaller(bar(START + MINUTE, START + 2 * MINUTE, [110, 115, 80, 85], { spread: 2, volume: 6 }))
    expect(subject.closeTime).toBe(START + 5 * MINUTE)
    const { bar: made } = subject.finish()
    expect(prices(made)).toEqual([100, 120, 80, 85])
    expect(askPrices(made)).toEqual([102, 122, 82, 87])
    expect(made).toMatchObject({ volume: 11, openTime: START, eventTime: START + 5 * MINUTE })
  })

  test('as long as ours passes as it is', () => {
    const subject = builder()
    const given = bar(START, START + MINUTE, [10_000, 10_020, 9_990, 10_010], { spread: 4, volume: 9, sequence: 77 })
    const { bar: passed, input } = subject.whole(given)
    expect(passed).toBe(given)
    expect(input).toMatchObject({ open: 100, high: 100.2, low: 99.9, close: 100.1, volume: 9, openTime: START })
    expect(subject.closeTime).toBe(Number.POSITIVE_INFINITY)
  })

  test('a day of 23 or of 25 hours is a whole day, an hour is a part of one', () => {
    const day = builder(1440 * MINUTE)
    const ofHours = (hours: number) => bar(0, hours * 60 * MINUTE, [1, 1, 1, 1])
    expect([23, 24, 25, 1].map(hours => day.isWhole(ofHours(hours)))).toEqual([true, true, true, false])
  })
})

test('with length zero every fact is a bar at its own time', () => {
  const subject = builder(0)
  subject.quote(10_000, 10_010, START + 7)
  expect(subject.closeTime).toBe(START + 7)
  expect(subject.finish().bar).toMatchObject({ openTime: START + 7, eventTime: START + 7, open: 10_000, close: 10_000 })
  subject.quote(10_001, 10_011, START + 7)
  expect(subject.finish().bar).toMatchObject({ open: 10_001, sequence: 2 })
})

test('a negative length is a bug', () => {
  expect(() => builder(-1)).toThrow(InvariantError)
})

test('five minutes from quotes are five minutes from their minutes', () => {
  const moves = fc.array(
    fc.record({
      wait: fc.integer({ min: 0, max: 90 * SECOND }),
      bid: fc.integer({ min: 9_000, max: 11_000 }),
      spread: fc.integer({ min: 0, max: 50 }),
    }),
    { minLength: 1, maxLength: 120 },
  )
  fc.assert(
    fc.property(moves, list => {
      const direct = new Collected(builder(5 * MINUTE))
      const minutes = new Collected(builder(MINUTE))
      const collected = new Collected(builder(5 * MINUTE))
      let time = START
      for (const { wait, bid, spread } of list) {
        time += wait
        direct.until(time).quote(bid, bid + spread, time)
        minutes.until(time).quote(bid, bid + spread, time)
      }
      direct.until(Number.MAX_SAFE_INTEGER)
      minutes.until(Number.MAX_SAFE_INTEGER)
      for (const minute of minutes.bars) collected.until(minute.openTime).smaller(minute)
      collected.until(Number.MAX_SAFE_INTEGER)
      expect(collected.bars).toEqual(direct.bars)
    }),
  )
})

/** A builder whose bars are closed when their time has come, as the engine does it. */
class Collected {
  readonly bars: Bar[] = []
  readonly #builder: BarBuilder

  constructor(of: BarBuilder) {
    this.#builder = of
  }

  until(time: number): BarBuilder {
    if (this.#builder.closeTime <= time) this.bars.push(this.#builder.finish().bar)
    return this.#builder
  }
}

describe('lengths', () => {
  test.each([
    ['quote', 0],
    ['1s', SECOND],
    ['15m', 900_000_000],
    ['4h', 240 * MINUTE],
    ['1d', 1440 * MINUTE],
  ])('%s is %i µs', (text, length) => {
    expect(parseBarLength(text)).toBe(length)
  })

  test.each(['', '0m', '15', 'm', '1.5m', '-1m', '1M', '1w', '15 m', '99999m'])('%j is none', text => {
    expect(parseBarLength(text)).toBeUndefined()
  })
})
