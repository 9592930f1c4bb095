// What counts as near enough to suggest.
import { expect, test } from 'vitest'
import { didYouMean, nearest } from './suggest.ts'

const COMMANDS = ['quickstart', 'doctor', 'data', 'backtest', 'replay', 'why']

test.each([
  ['bactest', 'backtest'],
  ['backtset', 'backtest'],
  ['dotcor', 'doctor'],
  ['WHY', 'why'],
  ['quikstart', 'quickstart'],
])('%s is near %s', (typed, meant) => {
  expect(nearest(typed, COMMANDS)).toBe(meant)
})

test('a word that is near nothing gets no suggestion', () => {
  expect(nearest('zebra', COMMANDS)).toBeUndefined()
  expect(didYouMean('zebra', COMMANDS)).toBe('')
})

test('a suggestion reads as the end of a sentence', () => {
  expect(didYouMean('dta', COMMANDS)).toBe(" Did you mean 'data'?")
})
