import { expect, test } from 'vitest'
import { featureContract } from '../../../test/contracts/feature.ts'
import { atrOf, rows } from '../../../test/contracts/feature-definitions.ts'
import {
  barInputs,
  hardBars,
  laterBars,
  refusedBars,
  same,
  scaledBars,
  shiftedBars,
  times,
} from '../../../test/contracts/feature-inputs.ts'
import { flatBars } from '../../../test/contracts/market-worlds.ts'
import { Atr } from './atr.ts'
import { trueRange } from './true-range.ts'

featureContract('atr(14)', {
  create: () => new Atr(14),
  inputs: barInputs,
  batch: bars => rows(atrOf(bars, 14)),
  memory: 'fading',
  laws: [scaledBars(3.7, times(3.7)), shiftedBars(1000, same), laterBars],
  degenerate: [{ name: 'constant', inputs: flatBars(7, 50), expected: { values: [0], degenerate: false } }],
  hard: hardBars,
  refused: refusedBars,
})

test('the true range reaches to the close before a gap', () => {
  expect(trueRange(12, 10, 11), 'no gap: high less low').toBe(2)
  expect(trueRange(12, 10, 7), 'gap up').toBe(5)
  expect(trueRange(12, 10, 14), 'gap down').toBe(4)
  expect(trueRange(-10, -37, 18), 'below zero').toBe(55)
})
