import { expect, test } from 'vitest'
import { featureContract } from '../../../test/contracts/feature.ts'
import { realisedVolatilityOf, rows } from '../../../test/contracts/feature-definitions.ts'
import { closeInputs, hardCloses, refusedNumbers, same, scaledCloses } from '../../../test/contracts/feature-inputs.ts'
import { RealisedVolatility } from './realised-volatility.ts'

featureContract('realised-volatility(20)', {
  create: () => new RealisedVolatility(20),
  inputs: closeInputs,
  batch: closes => rows(realisedVolatilityOf(closes, 20)),
  memory: 'window',
  laws: [scaledCloses(3.7, same)],
  degenerate: [
    { name: 'constant', inputs: Array(50).fill(7), expected: { values: [0], degenerate: false } },
    {
      name: 'a price below zero in the window',
      inputs: [...Array(30).fill(7), -36.98, 7],
      expected: { values: [0], degenerate: true },
    },
    {
      name: 'a price below zero before it',
      inputs: [...Array(30).fill(7), -36.98, ...Array(21).fill(7)],
      expected: { values: [0], degenerate: false },
    },
  ],
  hard: hardCloses,
  refused: refusedNumbers,
})

test('returns of +r and -r have a deviation of r × √2 of the sample', () => {
  const volatility = new RealisedVolatility(2)
  for (const x of [100, 100 * Math.E, 100]) volatility.update(x)

  expect(volatility.value, 'mean 0, (1 + 1) / (2 - 1)').toBeCloseTo(Math.SQRT2, 14)
})
