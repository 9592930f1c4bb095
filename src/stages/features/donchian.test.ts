import { expect, test } from 'vitest'
import { featureContract } from '../../../test/contracts/feature.ts'
import { donchianOf } from '../../../test/contracts/feature-definitions.ts'
import {
  barInputs,
  hardBars,
  laterBars,
  plus,
  refusedBars,
  scaledBars,
  shiftedBars,
  times,
} from '../../../test/contracts/feature-inputs.ts'
import { flatBars } from '../../../test/contracts/market-worlds.ts'
import { Donchian } from './donchian.ts'

for (const excludeCurrent of [false, true]) {
  featureContract(excludeCurrent ? 'donchian(20) of the bars before' : 'donchian(20)', {
    create: () => new Donchian(20, { excludeCurrent }),
    outputs: channel => [channel.value, channel.upper, channel.lower],
    inputs: barInputs,
    batch: bars => donchianOf(bars, 20, excludeCurrent),
    tolerance: 0,
    memory: 'window',
    laws: [scaledBars(3.7, times(3.7)), shiftedBars(1000, plus(1000)), laterBars],
    degenerate: [{ name: 'constant', inputs: flatBars(7, 50), expected: { values: [7, 7, 7], degenerate: false } }],
    hard: hardBars,
    refused: refusedBars,
  })
}

test('only a channel without the newest bar can be broken by it', () => {
  const bar = flatBars(10, 1)[0]!
  const [withIt, without] = [new Donchian(2), new Donchian(2, { excludeCurrent: true })]
  for (const high of [10, 11, 12]) {
    withIt.update({ ...bar, high, close: high })
    without.update({ ...bar, high, close: high })
  }

  expect(withIt.upper, 'the newest high is its own channel').toBe(12)
  expect(without.upper, 'the close of 12 is above').toBe(11)
})
