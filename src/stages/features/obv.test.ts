import { expect, test } from 'vitest'
import { featureContract } from '../../../test/contracts/feature.ts'
import { obvOf, rows } from '../../../test/contracts/feature-definitions.ts'
import {
  barInputs,
  hardBars,
  laterBars,
  refusedBars,
  same,
  scaledBars,
  scaledVolumes,
  times,
} from '../../../test/contracts/feature-inputs.ts'
import { flatBars } from '../../../test/contracts/market-worlds.ts'
import { Obv } from './obv.ts'

featureContract('obv', {
  create: () => new Obv(),
  inputs: barInputs,
  batch: bars => rows(obvOf(bars)),
  memory: (whole, later) => {
    const steps = (run: typeof whole): number[] => run.slice(1).map((row, i) => row.values[0]! - run[i]!.values[0]!)
    expect(steps(later), 'the level keeps where it began, the steps do not').toEqual(steps(whole))
  },
  laws: [scaledVolumes(4, times(4)), scaledBars(3.7, same), laterBars],
  degenerate: [
    { name: 'constant: the first volume and no more', inputs: flatBars(7, 50), expected: { values: [10], degenerate: false } },
    { name: 'no volume', inputs: flatBars(7, 50, 0), expected: { values: [0], degenerate: false } },
  ],
  hard: hardBars,
  refused: [...refusedBars, flatBars(7, 1, -1)[0]!],
})

test('volume counts for the direction of the close', () => {
  const obv = new Obv()
  const values = [
    [10, 100],
    [11, 30],
    [10.5, 20],
    [10.5, 50],
  ].map(([close, volume]) => {
    obv.update({ ...flatBars(0, 1)[0]!, close: close!, volume: volume! })
    return obv.value
  })

  expect(values).toEqual([100, 130, 110, 110])
})
