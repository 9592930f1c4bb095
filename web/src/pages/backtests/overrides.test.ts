// Facts about overrides as they are typed.
import { expect, test } from 'vitest'
import { overridesOf } from './overrides.ts'

test('each line is a path and a value; blanks and notes are left out', () => {
  expect(overridesOf('strategies.0.params.fast = 12\n\n# tighter\nrisk.dailyLoss=2% # a note\n')).toEqual({
    set: ['strategies.0.params.fast=12', 'risk.dailyLoss=2%'],
    fault: undefined,
  })
})

test('a value may hold an equals sign, or be empty', () => {
  expect(overridesOf('a.b=c=d\ne=').set).toEqual(['a.b=c=d', 'e='])
})

test('a line that is no override is named by its number', () => {
  expect(overridesOf('a=1\nfast 12').fault).toBe('Line 2 is not path=value.')
  expect(overridesOf('=12').fault).toBe('Line 1 is not path=value.')
  expect(overridesOf(`a=${'x'.repeat(200)}`).fault).toBe('Line 1 is longer than 200 characters.')
  expect(overridesOf(Array.from({ length: 31 }, (_, i) => `a.${i}=1`).join('\n')).fault).toBe(
    'At most 30 values can be changed at once.',
  )
})
