// Order flow where there is some, structure where there is none, silence where there is neither.
import { describe, expect, test } from 'vitest'
import { MINUTE, type Micros } from '../../../domain/numbers.ts'
import { type HowInput, readHow } from './how.ts'

const unknown: HowInput = {
  now: 0 as Micros,
  barMicros: MINUTE,
  close: 100,
  bookImbalance: Number.NaN,
  tradeDelta: Number.NaN,
  tradeVolume: Number.NaN,
  swingHigh: Number.NaN,
  previousSwingHigh: Number.NaN,
  swingLow: Number.NaN,
  previousSwingLow: Number.NaN,
  sources: { book: 'book-imbalance', tape: 'trade-delta', swings: 'swings' },
}

const rising: HowInput = { ...unknown, close: 108, swingHigh: 110, previousSwingHigh: 105, swingLow: 104, previousSwingLow: 100 }

describe('HOW', () => {
  test('a book and a tape that agree are believed more than one alone', () => {
    // (0.4 + 30/100) / 2 = 0.35
    const both = readHow({ ...unknown, bookImbalance: 0.4, tradeDelta: 30, tradeVolume: 100 })
    expect(both).toMatchObject({ kind: 'reading', direction: 1, strength: 0.35, confidence: 0.7, horizonMicros: 5 * MINUTE })
    expect(readHow({ ...unknown, bookImbalance: -0.4 })).toMatchObject({ direction: -1, strength: 0.4, confidence: 0.5 })
    expect(readHow({ ...unknown, tradeDelta: -30, tradeVolume: 100 })).toMatchObject({
      direction: -1,
      strength: 0.3,
      confidence: 0.5,
    })
  })

  test('flow goes before structure', () => {
    const reading = readHow({ ...rising, bookImbalance: -0.2 })
    expect(reading).toMatchObject({ direction: -1, strength: 0.2 })
    expect(reading.kind === 'reading' && reading.evidence.map(({ id }) => id)).toEqual(['how.book'])
  })

  test('no trades in the bar are no tape', () => {
    expect(readHow({ ...unknown, tradeDelta: 0, tradeVolume: 0 })).toMatchObject({ kind: 'abstains' })
  })

  test('higher highs and higher lows lean up, and a close beyond the last high twice as far', () => {
    expect(readHow(rising)).toMatchObject({ direction: 1, strength: 0.5, confidence: 0.4, horizonMicros: 20 * MINUTE })
    expect(readHow({ ...rising, close: 111 })).toMatchObject({ direction: 1, strength: 1 })
    expect(readHow({ ...rising, close: 110 }), 'touching is not breaking').toMatchObject({ strength: 0.5 })
  })

  test('a break against the structure cancels it, with little confidence', () => {
    expect(readHow({ ...rising, close: 103 })).toMatchObject({ direction: 0, strength: 0, confidence: 0.2 })
  })

  test('one swing each way is enough to see a break', () => {
    const first = { ...rising, previousSwingHigh: Number.NaN, previousSwingLow: Number.NaN }
    expect(readHow(first)).toMatchObject({ direction: 0, strength: 0 })
    expect(readHow({ ...first, close: 103 })).toMatchObject({ direction: -1, strength: 0.5 })
  })

  test('says what is missing when it knows nothing', () => {
    expect(readHow(unknown)).toMatchObject({
      kind: 'abstains',
      reason: 'no book, no tape, and no confirmed swing high and low yet',
    })
  })
})
