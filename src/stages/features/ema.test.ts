import { expect, test } from 'vitest'
import { featureContract } from '../../../test/contracts/feature.ts'
import { emaOf, rows } from '../../../test/contracts/feature-definitions.ts'
import {
  closeInputs,
  hardCloses,
  plus,
  refusedNumbers,
  scaledCloses,
  shiftedCloses,
  times,
} from '../../../test/contracts/feature-inputs.ts'
import { Ema } from './ema.ts'

for (const seed of ['mean', 'first'] as const) {
  featureContract(`ema(20) seeded with the ${seed}`, {
    create: () => new Ema(20, { seed }),
    inputs: closeInputs,
    batch: closes => rows(emaOf(closes, 20, seed)),
    tolerance: 0,
    memory: 'fading',
    laws: [scaledCloses(3.7, times(3.7)), shiftedCloses(1000, plus(1000))],
    degenerate: [{ name: 'constant', inputs: Array(50).fill(0.1), expected: { values: [0.1], degenerate: false } }],
    hard: hardCloses,
    refused: refusedNumbers,
  })
}

test('with three values k is one half: 1, 2, 3 is 2, and 6 moves it to 4', () => {
  const ema = new Ema(3)
  for (const x of [1, 2, 3]) ema.update(x)
  expect(ema.value, '(1 + 2 + 3) / 3').toBe(2)

  ema.update(6)
  expect(ema.value, '2 + (6 - 2) × 0.5').toBe(4)
})

test('seeded with the first value, 1, 2, 3 is 2.25, and it speaks from the third on', () => {
  const ema = new Ema(3, { seed: 'first' })
  const values = [1, 2, 3].map(x => {
    ema.update(x)
    return ema.value
  })

  expect(values, '1, then 1.5, then 1.5 + (3 - 1.5) × 0.5').toEqual([Number.NaN, Number.NaN, 2.25])
})

test('stableAfter is where a millionth is left: ema(20) after 19 + 139 values', () => {
  // ln 1e-6 / ln(1 - 2/21) = 13.8155 / 0.1001 = 138.04, rounded up
  expect(new Ema(20).stableAfter).toBe(19 + 139)
})
