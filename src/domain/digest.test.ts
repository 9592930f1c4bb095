// The fingerprint that live, replay and a second machine compare.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Digest } from './digest.ts'

const of = (values: readonly (number | string | bigint)[]): string => {
  const digest = new Digest()
  for (const value of values) {
    if (typeof value === 'number') digest.number(value)
    else if (typeof value === 'string') digest.text(value)
    else digest.bigint(value)
  }
  return digest.hex
}

const value = fc.oneof(fc.double(), fc.integer(), fc.string(), fc.bigInt())

test('the same values give the same 32 digits, and reading them changes nothing', () => {
  fc.assert(
    fc.property(fc.array(value), values => {
      expect(of(values)).toBe(of(values))
      expect(of(values)).toMatch(/^[0-9a-f]{32}$/)
    }),
  )
  const digest = new Digest().number(1)
  const before = digest.hex
  expect(digest.hex).toBe(before)
})

test('another value at any place gives another digest', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.nat(), fc.integer(), (values, at, other) => {
      const place = at % values.length
      fc.pre(values[place] !== other)
      expect(of(values.with(place, other))).not.toBe(of(values))
    }),
  )
})

test('order counts, and so does where a text ends', () => {
  expect(of([1, 2])).not.toBe(of([2, 1]))
  expect(of(['ab', 'c'])).not.toBe(of(['a', 'bc']))
  expect(of([''])).not.toBe(of([]))
  expect(of([0])).not.toBe(of([]))
})

test('zero and minus zero are one value, and so are all NaN', () => {
  expect(of([-0])).toBe(of([0]))
  expect(of([Number.NaN])).toBe(of([-Number.NaN]))
})

test('numbers that differ in their last bit differ', () => {
  expect(of([0.1 + 0.2])).not.toBe(of([0.3]))
  expect(of([2 ** 31])).not.toBe(of([-(2 ** 31)]))
  expect(of([2 ** 32 + 1])).not.toBe(of([1]))
  expect(of([10n ** 30n])).not.toBe(of([10n ** 30n + 1n]))
})

test('fifty thousand neighbouring states share no digest', () => {
  const seen = new Set<string>()
  for (let i = 0; i < 1000; i++) for (let j = 0; j < 50; j++) seen.add(of([i, j]))
  expect(seen.size).toBe(50_000)
})
