// Which change of a ceiling lets more risk through: those are an admin's.
import { expect, test } from 'vitest'
import { isRaise } from './limits.ts'

test.each([
  ['10%', '5%', false],
  ['10%', '10%', false],
  ['10%', '10.5%', true],
  ['5000', '4999.99', false],
  ['5000', '5000.01', true],
])('from %s to %s is a raise: %s', (before, after, raise) => {
  expect(isRaise(before, after)).toBe(raise)
})

test('a first ceiling takes something away, and taking one away gives it back', () => {
  expect(isRaise(null, '10%')).toBe(false)
  expect(isRaise('10%', null)).toBe(true)
})

test('a share and an amount cannot be compared without an account, so that is an admin’s too', () => {
  expect(isRaise('10%', '1')).toBe(true)
  expect(isRaise('1', '0.0001%')).toBe(true)
})
