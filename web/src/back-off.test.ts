// Facts of the waits between attempts.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backOffMillis, ceilingMillis } from './back-off.ts'

test('the ceiling doubles from half a second to half a minute and stays there', () => {
  expect([0, 1, 2, 5, 6, 7, 1_000].map(ceilingMillis)).toEqual([500, 1_000, 2_000, 16_000, 30_000, 30_000, 30_000])
})

test('every wait is between nothing and the ceiling of its attempt', () => {
  fc.assert(
    fc.property(fc.nat({ max: 10_000 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, random) => {
      const wait = backOffMillis(attempt, random)
      expect(wait).toBeGreaterThanOrEqual(0)
      expect(wait).toBeLessThanOrEqual(ceilingMillis(attempt))
    }),
  )
})
