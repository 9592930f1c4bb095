// The fast text forms against the plain ones.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatMicros, formatMoney, formatSteps, type Micros, type Money, parseMicros } from '../domain/numbers.ts'
import { microsText, moneyText, stepsText } from './record-text.ts'

test('times read the same, before 1970 and around midnight too', () => {
  for (const text of ['1969-12-31T23:59:59.999999Z', '1970-01-01', '2014-05-01T00:00:43.142Z', '2024-02-29T23:59:59.000001Z']) {
    const time = parseMicros(text)!
    expect(microsText(time)).toBe(formatMicros(time))
  }
  fc.assert(
    fc.property(fc.integer({ min: -2e15, max: 4e15 }), time => {
      expect(microsText(time as Micros)).toBe(formatMicros(time as Micros))
    }),
  )
})

test('amounts read the same, however small, large or negative', () => {
  const amounts = fc.oneof(
    fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
    fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }).map(steps => steps * 10n ** 9n),
    fc.bigInt({ min: -100n, max: 100n }).map(units => units * 10n ** 18n),
  )
  fc.assert(
    fc.property(amounts, amount => {
      expect(moneyText(amount as Money)).toBe(formatMoney(amount as Money))
    }),
    { numRuns: 1_000 },
  )
})

test('counts read the same', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 0, max: 8 }), (steps, decimals) => {
      expect(stepsText(steps, decimals)).toBe(formatSteps(steps, decimals))
    }),
  )
})
