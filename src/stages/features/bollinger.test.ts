import { expect, test } from 'vitest'
import { featureContract } from '../../../test/contracts/feature.ts'
import { bollingerOf } from '../../../test/contracts/feature-definitions.ts'
import { closeInputs, hardCloses, refusedNumbers, scaledCloses, shiftedCloses } from '../../../test/contracts/feature-inputs.ts'
import { Bollinger } from './bollinger.ts'

featureContract('bollinger(20, 2)', {
  create: () => new Bollinger(),
  outputs: bands => [bands.middle, bands.upper, bands.lower, bands.percentB, bands.bandwidth],
  inputs: closeInputs,
  batch: closes => bollingerOf(closes, 20, 2),
  tolerance: 1e-10, // of %B, whose numerator is a small difference; the bands agree to 1e-13
  memory: 'window',
  laws: [
    scaledCloses(3.7, ([middle, upper, lower, percentB, bandwidth]) => [
      middle! * 3.7,
      upper! * 3.7,
      lower! * 3.7,
      percentB!,
      bandwidth!,
    ]),
    shiftedCloses(1000, ([middle, upper, lower, percentB, bandwidth]) => [
      middle! + 1000,
      upper! + 1000,
      lower! + 1000,
      percentB!,
      (bandwidth! * middle!) / (middle! + 1000),
    ]),
  ],
  degenerate: [
    { name: 'constant', inputs: Array(50).fill(0.1), expected: { values: [0.1, 0.1, 0.1, 0.5, 0], degenerate: true } },
  ],
  hard: hardCloses,
  refused: refusedNumbers,
})

test('2, 4, 4, 4, 5, 5, 7, 9 has a mean of 5 and a deviation of the population of 2', () => {
  const bands = new Bollinger({ length: 8, width: 2 })
  for (const x of [2, 4, 4, 4, 5, 5, 7, 9]) bands.update(x)

  expect([bands.middle, bands.deviation, bands.upper, bands.lower]).toEqual([5, 2, 9, 1])
  expect(bands.percentB, '9 is the upper band').toBe(1)
  expect(bands.bandwidth, '(9 - 1) / 5').toBe(1.6)
})

test('a calm window after a spike of a million is as exact as any other', () => {
  const calm = [1, 2, 3, 4, 5]
  const bands = new Bollinger({ length: 5, width: 2 })
  for (const x of [1e6, 1e6, -1e6, ...calm]) bands.update(x)

  expect(bands.deviation, '√((4 + 1 + 0 + 1 + 4) / 5)').toBeCloseTo(Math.SQRT2, 14)
})

test('around zero there is no bandwidth to speak of', () => {
  const bands = new Bollinger({ length: 2, width: 2 })
  for (const x of [-1, 1]) bands.update(x)

  expect([bands.middle, bands.bandwidth, bands.degenerate]).toEqual([0, 0, true])
})
