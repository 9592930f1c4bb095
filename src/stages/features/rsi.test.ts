import { expect, test } from 'vitest'
import { featureContract } from '../../../test/contracts/feature.ts'
import { rows, rsiOf } from '../../../test/contracts/feature-definitions.ts'
import {
  closeInputs,
  hardCloses,
  refusedNumbers,
  same,
  scaledCloses,
  shiftedCloses,
} from '../../../test/contracts/feature-inputs.ts'
import { Rsi } from './rsi.ts'

featureContract('rsi(14)', {
  create: () => new Rsi(14),
  inputs: closeInputs,
  batch: closes => rows(rsiOf(closes, 14)),
  memory: 'fading',
  laws: [
    scaledCloses(3.7, same),
    shiftedCloses(1000, same),
    { name: 'prices upside down', input: price => -price, output: ([rsi]) => [100 - rsi!] },
  ],
  degenerate: [
    { name: 'constant', inputs: Array(50).fill(7), expected: { values: [50], degenerate: true } },
    { name: 'only gains', inputs: Array.from({ length: 50 }, (_, i) => i), expected: { values: [100], degenerate: false } },
    { name: 'only losses', inputs: Array.from({ length: 50 }, (_, i) => -i), expected: { values: [0], degenerate: false } },
  ],
  hard: hardCloses,
  refused: refusedNumbers,
})

test('gains of 3 against losses of 1 are 75', () => {
  const rsi = new Rsi(2)
  for (const x of [10, 13, 12]) rsi.update(x) // +3, -1: averages 1.5 and 0.5

  expect(rsi.value).toBe(75)
})
