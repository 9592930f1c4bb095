// Facts about exact sums.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exactSum } from './exact-sum.ts'

test('a sum of decimals is exact where floats are not', () => {
  expect(exactSum(['0.1', '0.2'])).toBe('0.3')
  expect(exactSum(['100000', '-1357.94213208'])).toBe('98642.05786792')
  expect(exactSum(['-0.005', '0.0025'])).toBe('-0.0025')
  expect(exactSum(['1.50', '-1.50'])).toBe('0.00')
  expect(exactSum([])).toBe('0')
})

test('sums of whole cents agree with integers', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 1 }), cents => {
      const texts = cents.map(cent => {
        const body = Math.abs(cent).toString().padStart(3, '0')
        return `${cent < 0 ? '-' : ''}${body.slice(0, -2)}.${body.slice(-2)}`
      })
      expect(Math.round(Number(exactSum(texts)) * 100)).toBe(cents.reduce((sum, cent) => sum + cent, 0) || 0)
    }),
  )
})
