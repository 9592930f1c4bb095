import { expect, test } from 'vitest'
import { featureContract } from '../../../test/contracts/feature.ts'
import { adxOf } from '../../../test/contracts/feature-definitions.ts'
import {
  exactBarInputs,
  hardBars,
  laterBars,
  refusedBars,
  same,
  scaledBars,
  shiftedBars,
} from '../../../test/contracts/feature-inputs.ts'
import { flatBars } from '../../../test/contracts/market-worlds.ts'
import { Adx } from './adx.ts'

featureContract('adx(14)', {
  create: () => new Adx(14),
  outputs: adx => [adx.value, adx.plusDi, adx.minusDi],
  inputs: exactBarInputs,
  batch: bars => adxOf(bars, 14),
  memory: 'fading',
  laws: [
    scaledBars(4, same), // a power of two, so that ties between the two movements stay ties
    shiftedBars(1024, same),
    {
      name: 'prices upside down',
      input: bar => ({ ...bar, open: -bar.open, high: -bar.low, low: -bar.high, close: -bar.close }),
      output: ([adx, plusDi, minusDi]) => [adx!, minusDi!, plusDi!],
    },
    laterBars,
  ],
  degenerate: [{ name: 'constant', inputs: flatBars(7, 50), expected: { values: [0, 0, 0], degenerate: true } }],
  hard: hardBars,
  refused: refusedBars,
})

test('bars that only rise are all direction: ADX 100, +DI 50, -DI 0', () => {
  const adx = new Adx(3)
  // Each bar is 1 high and starts 1 above the last: +DM 1, true range 2 (to the close before).
  for (let i = 0; i < 30; i++) adx.update({ ...flatBars(0, 1)[0]!, high: i + 1, low: i, close: i })

  expect(adx.value).toBeCloseTo(100, 12)
  expect(adx.plusDi).toBeCloseTo(50, 12)
  expect(adx.minusDi).toBe(0)
})
