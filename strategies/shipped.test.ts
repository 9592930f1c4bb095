// Each shipped strategy on a few bars written by hand: it enters, holds and leaves for the reason it states.
import { describe, expect, test } from 'vitest'
import type { Micros } from '../src/domain/numbers.ts'
import type { Reading, Sense } from '../src/domain/opinion.ts'
import type { Strategy } from '../src/domain/strategy.ts'
import { flat, ramp, StrategyBench, valuesOf } from '../test/strategy-bench.ts'
import breakout from './donchian-breakout.ts'
import cross from './ema-cross.ts'
import senses from './four-senses.ts'
import macro from './macro-trend.ts'
import pullback from './pullback.ts'

const reads = (sense: Sense, more: { direction?: number; strength?: number; standAside?: string } = {}): Reading => ({
  kind: 'reading',
  sense,
  asOf: 0 as Micros,
  direction: more.direction ?? 0,
  strength: more.strength ?? 1,
  confidence: 1,
  horizonMicros: 1,
  evidence: [],
  standAside: more.standAside ?? '',
})

const faults = (strategy: Strategy, given: Record<string, number | string>): string => {
  try {
    valuesOf(strategy, given)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

test.each<[Strategy, Record<string, number>, string]>([
  [cross, { fast: 20, slow: 20 }, 'fast must be smaller than slow'],
  [breakout, { entry: 10, leave: 10 }, 'leave must be smaller than entry'],
  [pullback, { fast: 60, slow: 60 }, 'fast must be smaller than slow'],
  [macro, { fast: 100, slow: 100 }, 'fast must be smaller than slow'],
  [senses, { enter: 0.5, leave: 0.5 }, 'leave must be smaller than enter'],
])('$name refuses a combination that makes no sense', (strategy, given, fault) => {
  expect(faults(strategy, {})).toBe('')
  expect(faults(strategy, given)).toBe(fault)
})

test('warm-up is that of the slowest measure', () => {
  // An EMA of 20 has its first value at the 20th bar, which is index 19; ATR 14 needs a bar before its 14.
  expect(new StrategyBench(cross).warmUp).toBe(19)
  expect(new StrategyBench(cross, { fast: 2, slow: 3 }).warmUp).toBe(14)
  expect(new StrategyBench(pullback).warmUp).toBe(99)
  expect(new StrategyBench(senses).warmUp).toBe(14)
})

describe('ema-cross', () => {
  const bench = (given = {}) => new StrategyBench(cross, { fast: 2, slow: 5, ...given })

  test('is long while the faster average is above, with a stop three ranges away', () => {
    // Every range is 1 and no gap is larger, so the ATR is 1: 100 − 3 × 1.
    const rising = bench().feed(...flat(20, 99.5), 100)
    expect(rising.decide()).toMatchObject({ kind: 'enter', direction: 'long', stop: expect.closeTo(97, 9) })
    expect(rising.decide('short')).toMatchObject({ kind: 'enter', direction: 'long' })
    expect(rising.decide('long')).toEqual({ kind: 'hold', why: 'already long with the trend' })
  })

  test('is short while it is below', () => {
    const falling = bench().feed(...flat(20, 100.5), 100)
    expect(falling.decide('long')).toMatchObject({ kind: 'enter', direction: 'short', stop: expect.closeTo(103, 9) })
    expect(falling.decide('short')).toEqual({ kind: 'hold', why: 'already short with the trend' })
  })

  test('counts level as long, and does without a stop only when told', () => {
    const level = bench({ stops: 'none' }).feed(...flat(20, 100))
    expect(level.decide()).toMatchObject({ direction: 'long', stop: 'none', why: 'fast average at or above the slow one' })
  })
})

describe('donchian-breakout', () => {
  const bench = () => new StrategyBench(breakout, { entry: 5, leave: 3 })

  test('buys a close above the highest high of the bars before', () => {
    expect(
      bench()
        .feed(...flat(20, 100), 100.4)
        .decide(),
    ).toEqual({ kind: 'hold', why: 'inside the entry channel' })
    expect(
      bench()
        .feed(...flat(20, 100), 100.6)
        .decide(),
    ).toMatchObject({
      kind: 'enter',
      direction: 'long',
      why: 'close above the entry channel',
    })
  })

  test('sells a close below the lowest low', () => {
    const down = bench().feed(...flat(20, 100), 99.4)
    // Thirteen ranges of 1, and one that reaches from 100 down to 98.9: (13 + 1.1) / 14.
    expect(down.decide()).toMatchObject({ direction: 'short', stop: expect.closeTo(99.4 + 2 * (14.1 / 14), 9) })
  })

  test('leaves at the other side of the shorter channel', () => {
    const held = bench().feed(...flat(20, 100))
    expect(held.decide('long')).toEqual({ kind: 'hold', why: 'above the exit channel' })
    expect(held.decide('short')).toEqual({ kind: 'hold', why: 'below the exit channel' })
    expect(held.feed(99).decide('long')).toEqual({ kind: 'exit', why: 'below the exit channel' })
    expect(held.feed(102).decide('short')).toEqual({ kind: 'exit', why: 'above the exit channel' })
  })
})

describe('pullback', () => {
  const rising = () =>
    new StrategyBench(pullback, { fast: 8, slow: 60 }).around({ readings: [reads('when')] }).feed(...ramp(80, 100, 0.2))

  test('waits for a dip to the fast average inside an up-trend', () => {
    expect(rising().decide()).toEqual({ kind: 'hold', why: 'no pull-back yet' })
    expect(rising().feed({ high: 116, low: 110, close: 115 }).decide()).toMatchObject({
      kind: 'enter',
      direction: 'long',
      target: '2R',
      risk: 0.5,
      why: 'pull-back in an up-trend',
    })
  })

  test('does nothing without an up-trend', () => {
    const falling = new StrategyBench(pullback, { fast: 8, slow: 60 }).feed(...ramp(80, 200, -0.2))
    expect(falling.decide()).toEqual({ kind: 'hold', why: 'no up-trend' })
  })

  test('stands aside around announcements', () => {
    const aside = rising().around({ readings: [reads('when', { standAside: 'CPI in 5 minutes' })] })
    expect(aside.feed({ high: 116, low: 110, close: 115 }).decide()).toEqual({ kind: 'hold', why: 'CPI in 5 minutes' })
  })

  test('holds while the trend does and leaves when it is lost', () => {
    const held = rising()
    expect(held.decide('long')).toEqual({ kind: 'hold', why: 'the trend holds' })
    expect(held.feed(60).decide('long')).toEqual({ kind: 'exit', why: 'trend lost' })
  })
})

describe('macro-trend', () => {
  const upTrend = (...readings: readonly Reading[]) =>
    new StrategyBench(macro, { fast: 5, slow: 20 }).around({ readings }).feed(...ramp(60, 100, 1))

  test('follows the trend where the economy does not object', () => {
    expect(upTrend(reads('why', { direction: 1 })).decide()).toMatchObject({ kind: 'enter', direction: 'long' })
    // A lean of −0.15 is just not against it.
    expect(upTrend(reads('why', { direction: -1, strength: 0.15 })).decide()).toMatchObject({ kind: 'enter', direction: 'long' })
    expect(upTrend(reads('why', { direction: -1, strength: 0.16 })).decide()).toEqual({
      kind: 'hold',
      why: 'the economy speaks against the trend',
    })
  })

  test('says nothing while the economy is unknown', () => {
    expect(upTrend().decide()).toEqual({ kind: 'hold', why: 'the sense why is switched off' })
  })

  test('leaves when the trend turns, whatever the economy says', () => {
    const held = upTrend()
    expect(held.decide('long')).toEqual({ kind: 'hold', why: 'the up-trend holds' })
    expect(held.decide('short')).toEqual({ kind: 'exit', why: 'the trend turned up' })
    held.feed(...flat(20, 50))
    expect(held.decide('long')).toEqual({ kind: 'exit', why: 'the trend turned down' })
    expect(held.decide('short')).toEqual({ kind: 'hold', why: 'the down-trend holds' })
  })

  test('takes no position where nothing moves', () => {
    const still = new StrategyBench(macro, { fast: 5, slow: 20 }).around({ readings: [reads('why')] })
    still.feed(...Array.from({ length: 60 }, () => ({ high: 3, low: 3, close: 3 })))
    expect(still.decide()).toEqual({ kind: 'hold', why: 'no movement to measure a stop by' })
  })
})

describe('four-senses', () => {
  const at = (opinion: Parameters<StrategyBench['around']>[0]['opinion']) =>
    new StrategyBench(senses).around(opinion === undefined ? {} : { opinion }).feed(...flat(20, 100))

  test('enters where the opinion is clear, with a stop of two and a half ranges', () => {
    expect(at({ probabilityUp: 0.62 }).decide()).toMatchObject({
      kind: 'enter',
      direction: 'long',
      stop: expect.closeTo(97.5, 9),
      target: '2R',
      why: 'the senses agree on up',
    })
    expect(at({ probabilityUp: 0.38 }).decide()).toMatchObject({ direction: 'short', why: 'the senses agree on down' })
  })

  test.each<[string, Parameters<StrategyBench['around']>[0]['opinion']]>([
    ['no opinion yet', undefined],
    ['CPI in 5 minutes', { probabilityUp: 0.9, standAside: 'CPI in 5 minutes' }],
    ['the senses contradict each other', { probabilityUp: 0.9, conflict: true }],
    ['the opinion is not confident', { probabilityUp: 0.9, confidence: 0.24 }],
    ['the opinion is not clear', { probabilityUp: 0.61 }],
  ])('waits: %s', (why, opinion) => {
    expect(at(opinion).decide()).toEqual({ kind: 'hold', why })
  })

  test('leaves when the opinion turns, not when it fades', () => {
    expect(at({ probabilityUp: 0.5 }).decide('long')).toEqual({ kind: 'hold', why: 'the opinion holds' })
    expect(at({ probabilityUp: 0.49 }).decide('long')).toEqual({ kind: 'exit', why: 'the opinion turned' })
    expect(at({ probabilityUp: 0.5 }).decide('short')).toEqual({ kind: 'hold', why: 'the opinion holds' })
    expect(at({ probabilityUp: 0.51 }).decide('short')).toEqual({ kind: 'exit', why: 'the opinion turned' })
  })
})
