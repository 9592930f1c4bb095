import { expect, test } from 'vitest'
import { featureContract } from '../../../test/contracts/feature.ts'
import { rows, smaOf } from '../../../test/contracts/feature-definitions.ts'
import {
  closeInputs,
  hardCloses,
  plus,
  refusedNumbers,
  scaledCloses,
  shiftedCloses,
  times,
} from '../../../test/contracts/feature-inputs.ts'
import { Sma } from './sma.ts'

featureContract('sma(20)', {
  create: () => new Sma(20),
  inputs: closeInputs,
  batch: closes => rows(smaOf(closes, 20)),
  memory: 'window',
  laws: [scaledCloses(3.7, times(3.7)), shiftedCloses(1000, plus(1000))],
  degenerate: [{ name: 'constant', inputs: Array(50).fill(0.1), expected: { values: [0.1], degenerate: false } }],
  hard: hardCloses,
  refused: refusedNumbers,
})

test('the mean of 1, 2, 3, 4 over three is 2 and then 3', () => {
  const sma = new Sma(3)
  const values = [1, 2, 3, 4].map(x => {
    sma.update(x)
    return sma.value
  })

  expect(values).toEqual([Number.NaN, Number.NaN, 2, 3])
})

test('a price of a hundred million leaves no trace once it is out of the window', () => {
  const sma = new Sma(4)
  for (const x of [1e8, 1e-8, 1e-8, 1e-8, 1e-8]) sma.update(x)

  expect(sma.value).toBe(1e-8) // (1e-8 × 4) / 4; a running sum would say 0 or 2e-8
})

test('a window of no values is refused', () => {
  expect(() => new Sma(0)).toThrow('at least one value')
})
