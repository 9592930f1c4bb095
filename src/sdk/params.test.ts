// Parameters: what may be declared, and every fault of given values at once.
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../domain/assert.ts'
import { choice, int, number, percent, readParameters } from './params.ts'

const DECLARED = {
  fast: int(10, { min: 1, max: 500 }),
  width: number(2.5, { min: 0.5, max: 10 }),
  risk: percent(0.5, { max: 5 }),
  seed: choice('mean', ['mean', 'first', '1']),
}

const read = (given: Readonly<Record<string, unknown>>) => readParameters(DECLARED, given)

describe('values', () => {
  test('left out are the initial ones', () => {
    expect(read({})).toEqual({ values: { fast: 10, width: 2.5, risk: 0.5, seed: 'mean' }, faults: [] })
  })

  test('given replace them, bounds included', () => {
    expect(read({ fast: 500, width: 0.5, seed: 'first' })).toEqual({
      values: { fast: 500, width: 0.5, risk: 0.5, seed: 'first' },
      faults: [],
    })
  })

  test('are all told their faults at once', () => {
    expect(read({ fast: 2.5, width: 11, risk: '1', seed: 'median', slow: 20 }).faults).toEqual([
      "unknown parameter 'slow'; there are: fast, width, risk, seed",
      'fast must be a whole number, was 2.5',
      'width must be between 0.5 and 10, was 11',
      'risk must be a number, was "1"',
      'seed must be one of mean, first, 1, was "median"',
    ])
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, null, true, [10], { valueOf: 10 }])('%o is no number', value => {
    expect(read({ fast: value }).faults).toHaveLength(1)
  })

  test('a choice that reads as a number in YAML is still the word', () => {
    expect(read({ seed: 1 })).toMatchObject({ values: { seed: '1' }, faults: [] })
  })

  test.each([[['mean']], [null], [{ toString: 'mean' }]])('%o is no choice', value => {
    expect(read({ seed: value }).faults).toHaveLength(1)
  })

  test('an inherited name is no parameter', () => {
    expect(read({ toString: 1 }).faults).toEqual(["unknown parameter 'toString'; there are: fast, width, risk, seed"])
    expect(readParameters({}, { a: 1 }).faults).toEqual(["unknown parameter 'a'; there are: none"])
  })
})

describe('a declaration', () => {
  test('starts within its own bounds', () => {
    expect(() => int(0)).toThrow(InvariantError)
    expect(() => int(1.5)).toThrow('whole number')
    expect(() => number(11, { max: 10 })).toThrow('within its bounds')
    expect(() => percent(101)).toThrow(InvariantError)
    expect(() => choice('c' as 'a', ['a', 'b'])).toThrow('one of its choices')
  })

  test('is the schema that a form or a search reads', () => {
    expect(int(3, { max: 9 })).toEqual({ kind: 'int', initial: 3, min: 1, max: 9, choices: [] })
    expect(percent(1)).toMatchObject({ kind: 'percent', min: 0, max: 100 })
    expect(choice('a', ['a', 'b'])).toEqual({ kind: 'choice', initial: 'a', min: 0, max: 1, choices: ['a', 'b'] })
  })
})
