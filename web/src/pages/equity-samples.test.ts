// Facts about the equity of a living run.
import { expect, test } from 'vitest'
import { withSamples } from './equity-samples.ts'

test('what the account said continues what is stored, and nothing twice', () => {
  const stored = { run: 'r', time: [10, 20], equity: [100, 110], drawdown: [0, 0] }
  const samples = [
    { time: 20, equity: 110, drawdown: 0 },
    { time: 30, equity: 99, drawdown: 0.1 },
  ]

  expect(withSamples(stored, samples)).toEqual({ run: 'r', time: [10, 20, 30], equity: [100, 110, 99], drawdown: [0, 0, 0.1] })
})

test('a run of which nothing is stored begins with the first sample', () => {
  const nothing = { time: [], equity: [], drawdown: [] }

  expect(withSamples(nothing, [{ time: 5, equity: 1, drawdown: 0 }])).toEqual({ time: [5], equity: [1], drawdown: [0] })
})
