import { expect, test } from 'vitest'
import { featureContract } from '../../../test/contracts/feature.ts'
import { stochasticOf } from '../../../test/contracts/feature-definitions.ts'
import {
  barInputs,
  hardBars,
  laterBars,
  refusedBars,
  same,
  scaledBars,
  shiftedBars,
} from '../../../test/contracts/feature-inputs.ts'
import { flatBars } from '../../../test/contracts/market-worlds.ts'
import { Stochastic } from './stochastic.ts'

featureContract('stochastic(14, 3, 3)', {
  create: () => new Stochastic(),
  outputs: stochastic => [stochastic.k, stochastic.d],
  inputs: barInputs,
  batch: bars => stochasticOf(bars, 14, 3, 3),
  memory: 'window',
  laws: [scaledBars(3.7, same), shiftedBars(1000, same), laterBars],
  degenerate: [{ name: 'constant', inputs: flatBars(7, 50), expected: { values: [50, 50], degenerate: true } }],
  hard: hardBars,
  refused: refusedBars,
})

test('the close 8 in a range from 4 to 9 is at 80', () => {
  const stochastic = new Stochastic({ range: 2, smoothing: 1, signal: 1 })
  const bar = flatBars(0, 1)[0]!
  stochastic.update({ ...bar, high: 9, low: 6, close: 7 })
  stochastic.update({ ...bar, high: 8, low: 4, close: 8 })

  expect(stochastic.k).toBe(80) // (8 - 4) / (9 - 4)
})
