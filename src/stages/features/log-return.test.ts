import fc from 'fast-check'
import { expect, test } from 'vitest'
import { logReturn } from './log-return.ts'

test('the series and the logarithm agree where they meet and everywhere else', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 1e6, noNaN: true }),
      fc.double({ min: -0.5, max: 0.5, noNaN: true }),
      (last, change) => {
        const price = last * (1 + change)
        const clear = Math.log1p((price - last) / last) // exact for small changes, where the logarithm of a quotient is not
        const quotient = Math.abs(clear) > 0.0199 ? 2.3e-16 : 0 // beyond two percent its last bit is off, and no more
        expect(Math.abs(logReturn(last, price) - clear)).toBeLessThanOrEqual(6e-16 * Math.abs(clear) + quotient)
      },
    ),
    { numRuns: 20_000 },
  )
})

test('no change is exactly nothing, and there and back is', () => {
  expect(logReturn(1291.677, 1291.677)).toBe(0)
  expect(logReturn(1290, 1291) + logReturn(1291, 1290)).toBe(0)
})
