import { expect, test } from 'vitest'
import { featureContract } from '../../../test/contracts/feature.ts'
import { rocOf, rows } from '../../../test/contracts/feature-definitions.ts'
import { closeInputs, hardCloses, refusedNumbers, same, scaledCloses } from '../../../test/contracts/feature-inputs.ts'
import { Roc } from './roc.ts'

featureContract('roc(10)', {
  create: () => new Roc(10),
  inputs: closeInputs,
  batch: closes => rows(rocOf(closes, 10)),
  memory: 'window',
  laws: [scaledCloses(3.7, same)],
  degenerate: [
    { name: 'constant', inputs: Array(50).fill(7), expected: { values: [0], degenerate: false } },
    { name: 'from zero', inputs: [0, ...Array(10).fill(7)], expected: { values: [0], degenerate: true } },
    { name: 'from below zero', inputs: [-36.98, ...Array(10).fill(8.91)], expected: { values: [0], degenerate: true } },
    { name: 'to below zero', inputs: [20, ...Array(10).fill(-10)], expected: { values: [-150], degenerate: false } },
  ],
  hard: hardCloses,
  refused: refusedNumbers,
})

test('from 100 to 110 is 10 percent', () => {
  const roc = new Roc(2)
  for (const x of [100, 105, 110]) roc.update(x)

  expect(roc.value).toBeCloseTo(10, 12)
})
