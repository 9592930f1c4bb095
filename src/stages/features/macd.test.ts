import { expect, test } from 'vitest'
import { featureContract } from '../../../test/contracts/feature.ts'
import { macdOf } from '../../../test/contracts/feature-definitions.ts'
import {
  closeInputs,
  hardCloses,
  refusedNumbers,
  same,
  scaledCloses,
  shiftedCloses,
  times,
} from '../../../test/contracts/feature-inputs.ts'
import { Macd } from './macd.ts'

featureContract('macd(12, 26, 9)', {
  create: () => new Macd(),
  outputs: macd => [macd.value, macd.signal, macd.histogram],
  inputs: closeInputs,
  batch: closes => macdOf(closes, 12, 26, 9),
  memory: 'fading',
  laws: [scaledCloses(3.7, times(3.7)), shiftedCloses(64, same)],
  degenerate: [{ name: 'constant', inputs: Array(60).fill(8), expected: { values: [0, 0, 0], degenerate: false } }],
  hard: hardCloses,
  refused: refusedNumbers,
})

test('all three lines begin at the 34th value', () => {
  const macd = new Macd()
  for (let i = 0; i < 33; i++) macd.update(i)
  expect([macd.value, macd.signal, macd.histogram]).toEqual([Number.NaN, Number.NaN, Number.NaN])

  macd.update(33)
  // On a straight line an EMA of n lags (n - 1) / 2 behind: 12.5 - 5.5 = 7, and the signal has nothing to smooth.
  expect(macd.value).toBeCloseTo(7, 12)
  expect(macd.signal).toBeCloseTo(7, 12)
  expect(macd.histogram).toBeCloseTo(0, 12)
})

test('the fast average is the shorter one', () => {
  expect(() => new Macd({ fast: 26, slow: 12, signal: 9 })).toThrow('shorter')
})
