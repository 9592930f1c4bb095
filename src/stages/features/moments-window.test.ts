import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MomentsWindow } from './moments-window.ts'

/** As the books have it, in two passes. */
function squaredDeviationsOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
}

test('no order of spikes and calm costs more than the bits the origin can cancel', () => {
  const prices = fc.oneof(fc.double({ min: 1, max: 2, noNaN: true }), fc.double({ min: -1e6, max: 1e6, noNaN: true }))
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), fc.array(prices, { minLength: 1, maxLength: 200 }), (length, values) => {
      const moments = new MomentsWindow(length)
      for (const [i, value] of values.entries()) {
        moments.update(value)
        if (i + 1 < length) continue

        const window = values.slice(i + 1 - length, i + 1)
        const range = Math.max(...window) - Math.min(...window)
        const slack = 4 * length * Number.EPSILON * (length * range * range) // Σd² ≤ N R², each of 2 N sums off by half a bit
        const size = Math.max(...window.map(Math.abs)) * Number.EPSILON
        const ofTheBook = length * size * (length * range + length * size) // what two passes lose in their mean
        const smallest = 4 * length * Number.MIN_VALUE // below it there is nothing to be exact in
        expect(Math.abs(moments.squaredDeviations - squaredDeviationsOf(window))).toBeLessThanOrEqual(
          slack + ofTheBook + smallest,
        )
      }
    }),
    // The example's squares are of the size of the smallest number there is.
    { numRuns: 500, examples: [[2, [0, 1.5717277847026288e-162, 1]]] },
  )
})

test('where the spike itself is the origin, the variance is still that of the definition', () => {
  const moments = new MomentsWindow(4)
  for (const value of [1, 1, 1, 1e6 + 1, 1, 1, 1]) moments.update(value)

  expect(moments.squaredDeviations, '10¹² - (10⁶)² / 4, seen from 1; from the spike 3 × 10¹² - (3 × 10⁶)² / 4').toBe(0.75e12)
  expect(moments.mean).toBe(250_001)

  moments.update(1)
  expect(moments.squaredDeviations, 'the spike has left without a trace').toBe(0)
})

test('distances whose squares are too small for a number have no deviation rather than none at all', () => {
  const moments = new MomentsWindow(3)
  for (const value of [0, 3e-162, 1e-162, 2e-162, 5e-162, 1e-162]) moments.update(value)

  expect(Number.isFinite(Math.sqrt(moments.squaredDeviations))).toBe(true)
})
