// Facts of exact decimals as text.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal, difference, signOf } from './decimal.ts'

describe('decimal', () => {
  test('thousands are grouped and digits are filled up', () => {
    expect(decimal('1234567.8', { digits: 2 })).toBe('1,234,567.80')
    expect(decimal('999', { digits: 0 })).toBe('999')
  })

  test('halves are rounded away from zero, and a carry goes all the way', () => {
    expect(decimal('0.125', { digits: 2 })).toBe('0.13')
    expect(decimal('-0.125', { digits: 2 })).toBe('−0.13')
    expect(decimal('9.999', { digits: 2 })).toBe('10.00')
    expect(decimal('0.4999', { digits: 0 })).toBe('0')
  })

  test('a float would have lost the last digits of this', () => {
    expect(decimal('12345678901234567890.123456789')).toBe('12,345,678,901,234,567,890.123456789')
  })

  test('zero has no sign, also when it was rounded there', () => {
    expect(decimal('-0.001', { digits: 2, signed: true })).toBe('0.00')
    expect(decimal('0.00', { signed: true })).toBe('0.00')
    expect(decimal('3.1', { signed: true })).toBe('+3.1')
  })

  test('what is no decimal stays as it is', () => {
    expect(decimal('–')).toBe('–')
    expect(decimal('1e5')).toBe('1e5')
  })

  test('without its commas it is the number that went in', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.nat({ max: 999_999 }), (whole, fraction) => {
        const text = `${whole}.${String(fraction).padStart(6, '0')}`
        const back = decimal(text).replaceAll(',', '').replace('−', '-')
        expect(back).toBe(/^-0+\.0+$/.test(text) ? text.slice(1) : text)
      }),
    )
  })
})

describe('difference', () => {
  test('is exact where floats are not: 0.3 − 0.1 is 0.2', () => {
    expect(difference('0.3', '0.1')).toBe('0.2')
    expect(difference('61735.99', '61735.98')).toBe('0.01')
    expect(difference('1', '2.5')).toBe('-1.5')
    expect(difference('-1', '-1.00')).toBe('0.00')
  })

  test('with nothing to subtract there is nothing to say', () => {
    expect(difference('', '1')).toBe('')
  })
})

test('the sign of money is read without making it a number', () => {
  expect([signOf('-0.00'), signOf('0.000000000000000000001'), signOf('-5'), signOf('n/a')]).toEqual([0, 1, -1, 0])
})
