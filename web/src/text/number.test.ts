// Facts of measurements as text.
import { expect, test } from 'vitest'
import { bytes, duration, number, percent, signed } from './number.ts'

test('a rounded zero has no sign', () => {
  expect(number(-0.001, 2)).toBe('0.00')
  expect(signed(-0.001)).toBe('0.00')
  expect(percent(0.00001, { signed: true })).toBe('0.00\u202f%')
})

test('signs are as wide as each other: a true minus, and a plus for changes', () => {
  expect(number(-1234.5, 1)).toBe('−1,234.5')
  expect(percent(0.0123, { signed: true })).toBe('+1.23\u202f%')
  expect(signed(0.61)).toBe('+0.61')
})

test('bytes are counted in thousands', () => {
  expect([bytes(0), bytes(999), bytes(1_000), bytes(62_300_000)]).toEqual([
    '0\u202fB',
    '999\u202fB',
    '1.0\u202fkB',
    '62.3\u202fMB',
  ])
})

test('a span is told in its two greatest units', () => {
  expect(duration(0.84)).toBe('0.8\u202fs')
  expect(duration(250)).toBe('4\u202fm 10\u202fs')
  expect(duration(2 * 86_400 + 3 * 3_600 + 59)).toBe('2\u202fd 3\u202fh')
  expect(duration(3_600)).toBe('1\u202fh')
})
