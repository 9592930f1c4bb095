// Readings of the price by hand arithmetic, and by symmetry.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MINUTE, type Micros } from '../../../domain/numbers.ts'
import { readWhat, type WhatInput } from './what.ts'

const sources = {
  trend: 'ema',
  adx: 'adx',
  rsi: 'rsi',
  macd: 'macd',
  roc: 'roc',
  volatility: 'volatility',
  bandwidth: 'bollinger',
}

const unknown: WhatInput = {
  now: 0 as Micros,
  barMicros: MINUTE,
  emaFast: Number.NaN,
  emaSlow: Number.NaN,
  atr: Number.NaN,
  adx: Number.NaN,
  plusDirection: Number.NaN,
  minusDirection: Number.NaN,
  rsi: Number.NaN,
  macdHistogram: Number.NaN,
  roc: Number.NaN,
  rocBars: 10,
  volatility: Number.NaN,
  usualVolatility: Number.NaN,
  bandwidth: Number.NaN,
  sources,
}

const trending: WhatInput = {
  ...unknown,
  emaFast: 101,
  emaSlow: 100,
  atr: 2,
  adx: 25,
  plusDirection: 30,
  minusDirection: 10,
  rsi: 60,
  macdHistogram: 0.4,
  roc: 1,
  rocBars: 4,
  volatility: 0.005,
  usualVolatility: 0.004,
  bandwidth: 0.02,
}

describe('WHAT', () => {
  test('mixes trend and momentum by the strength of the trend', () => {
    // Trend: ((101 − 100)/2 + (30 − 10)/40) / 2 = 0.5. Momentum: RSI 10/50 = 0.2; MACD 2·0.4/2 = 0.4;
    // ROC 0.01/(2·0.005·√4) = 0.5; mean 1.1/3. ADX 25 lies half way from 15 to 35: lean = (0.5 + 1.1/3)/2.
    const reading = readWhat(trending)
    expect(reading).toMatchObject({ kind: 'reading', direction: 1, horizonMicros: 20 * MINUTE, standAside: '' })
    if (reading.kind === 'abstains') return
    expect(reading.strength).toBeCloseTo((0.5 + 1.1 / 3) / 2, 12)
    // 0.3 + 0.4·½ + 0.2 for agreement, at 0.005/0.004 = 1.25 times the usual volatility.
    expect(reading.confidence).toBeCloseTo(0.7 / 1.25, 12)
    expect(reading.evidence.find(({ id }) => id === 'what.trend')).toMatchObject({
      value: 0.5,
      unit: 'ATR',
      direction: 1,
      source: 'ema',
    })
  })

  test('abstains while everything is warming up, and needs only one of trend and momentum', () => {
    expect(readWhat(unknown)).toMatchObject({ kind: 'abstains', sense: 'what' })
    expect(readWhat({ ...unknown, rsi: 30 })).toMatchObject({ kind: 'reading', direction: -1, strength: 0.4 })
    expect(readWhat({ ...unknown, plusDirection: 10, minusDirection: 30 })).toMatchObject({ direction: -1, strength: 0.5 })
  })

  test('a flat market leans nowhere and produces no numbers that are none', () => {
    const flat = {
      ...unknown,
      emaFast: 5,
      emaSlow: 5,
      atr: 0,
      adx: 0,
      plusDirection: 0,
      minusDirection: 0,
      rsi: 50,
      macdHistogram: 0,
      roc: 0,
      volatility: 0,
      usualVolatility: 0,
      bandwidth: 0,
    }
    const reading = readWhat(flat)
    expect(reading).toMatchObject({ kind: 'reading', direction: 0, strength: 0 })
    if (reading.kind === 'reading') for (const { value } of reading.evidence) expect(value).not.toBeNaN()
  })

  const input = fc.record({
    emaFast: fc.double({ min: -100, max: 100, noNaN: true }),
    emaSlow: fc.double({ min: -100, max: 100, noNaN: true }),
    atr: fc.double({ min: 0, max: 10, noNaN: true }),
    adx: fc.double({ min: 0, max: 100, noNaN: true }),
    plusDirection: fc.double({ min: 0, max: 100, noNaN: true }),
    minusDirection: fc.double({ min: 0, max: 100, noNaN: true }),
    rsi: fc.double({ min: 0, max: 100, noNaN: true }),
    macdHistogram: fc.double({ min: -5, max: 5, noNaN: true }),
    roc: fc.double({ min: -50, max: 50, noNaN: true }),
    volatility: fc.double({ min: 0, max: 0.1, noNaN: true }),
    usualVolatility: fc.double({ min: 0, max: 0.1, noNaN: true }),
  })

  test('the mirrored market is read in the mirror, and all figures stay in their range', () => {
    fc.assert(
      fc.property(input, numbers => {
        const reading = readWhat({ ...trending, ...numbers })
        const mirrored = readWhat({
          ...trending,
          ...numbers,
          emaFast: -numbers.emaFast,
          emaSlow: -numbers.emaSlow,
          plusDirection: numbers.minusDirection,
          minusDirection: numbers.plusDirection,
          rsi: 100 - numbers.rsi,
          macdHistogram: -numbers.macdHistogram,
          roc: -numbers.roc,
        })
        if (reading.kind === 'abstains' || mirrored.kind === 'abstains') return expect.unreachable('RSI is always known here')

        expect(mirrored.direction * mirrored.strength).toBeCloseTo(-reading.direction * reading.strength, 9)
        expect(mirrored.confidence).toBeCloseTo(reading.confidence, 12)
        for (const share of [reading.strength, reading.confidence]) {
          expect(share).toBeGreaterThanOrEqual(0)
          expect(share).toBeLessThanOrEqual(1)
        }
      }),
    )
  })
})
