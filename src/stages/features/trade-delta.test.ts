import { expect, test } from 'vitest'
import { featureContract } from '../../../test/contracts/feature.ts'
import { tradeDeltaOf } from '../../../test/contracts/feature-definitions.ts'
import {
  barInputs,
  dayOf,
  hardBars,
  laterBars,
  refusedBars,
  same,
  scaledBars,
  scaledVolumes,
} from '../../../test/contracts/feature-inputs.ts'
import { bars, flatBars } from '../../../test/contracts/market-worlds.ts'
import { TradeDelta } from './trade-delta.ts'

featureContract('trade-delta', {
  create: () => new TradeDelta(dayOf),
  outputs: delta => [delta.value, delta.cumulative, delta.share],
  inputs: barInputs,
  batch: bars => tradeDeltaOf(bars, dayOf),
  memory: (whole, later) => {
    const nextDay = 24
    expect(later.slice(nextDay), 'from the next session on').toEqual(whole.slice(nextDay))
    expect(later[0]!.values[0], 'the delta of the bar at once').toBe(whole[0]!.values[0])
  },
  laws: [
    scaledVolumes(4, ([delta, cumulative, share]) => [delta! * 4, cumulative! * 4, share!]),
    scaledBars(3.7, same),
    {
      name: 'buyers and sellers trade places',
      input: bar => ({ ...bar, buyVolume: bar.sellVolume, sellVolume: bar.buyVolume }),
      output: values => values.map(value => -value),
    },
    laterBars,
  ],
  degenerate: [{ name: 'no trade', inputs: flatBars(7, 50, 0), expected: { values: [0, 0, 0], degenerate: true } }],
  hard: hardBars,
  refused: refusedBars,
})

test('the deltas of the bars of a session add up to its cumulative delta', () => {
  const session = bars('trend', 5, 20)
  const delta = new TradeDelta(() => 1)
  let sum = 0
  for (const bar of session) {
    delta.update(bar)
    sum += delta.value
  }

  expect(delta.cumulative).toBe(sum)
  expect(sum).toBe(session.reduce((total, bar) => total + bar.buyVolume - bar.sellVolume, 0))
})
