// Exact numbers: text to counts and back without a rounding anywhere.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from './assert.ts'
import {
  formatMicros,
  formatMoney,
  formatSteps,
  type Micros,
  micros,
  money,
  moneyToNumber,
  parseMicros,
  parseMoney,
  parseSteps,
  price,
} from './numbers.ts'

const MONEY = 10n ** 18n

describe('steps', () => {
  test.each([
    ['101.25', 2, 10_125],
    ['101.2', 2, 10_120],
    ['101', 2, 10_100],
    ['0.00001', 5, 1],
    ['-36.98', 2, -3698],
    ['1.500', 1, 15],
    ['7', 0, 7],
  ])('%s at %i decimals is %i', (text, decimals, steps) => {
    expect(parseSteps(text, decimals)).toBe(steps)
  })

  test('1.005 at two decimals is refused, not rounded', () => {
    expect(parseSteps('1.005', 2)).toBeUndefined()
    expect(parseSteps('1.005', 3)).toBe(1005)
  })

  test.each(['', ' 1', '1 ', '1e5', '+1', '.5', '1.', '1,5', 'NaN', 'Infinity', '0x10', '1.2.3', '--1', '１'])(
    '%j is no decimal',
    text => {
      expect(parseSteps(text, 2)).toBeUndefined()
    },
  )

  test('what is beyond exact counting is refused', () => {
    expect(parseSteps('90071992547409.91', 2)).toBe(Number.MAX_SAFE_INTEGER)
    expect(parseSteps('90071992547409.92', 2)).toBeUndefined()
    expect(parseSteps('99999999999999999999', 0)).toBeUndefined()
  })

  test('there is one zero', () => {
    expect(Object.is(parseSteps('-0.00', 2), 0)).toBe(true)
  })

  test('all decimals are written, and the sign once', () => {
    expect(formatSteps(10_125, 2)).toBe('101.25')
    expect(formatSteps(5, 3)).toBe('0.005')
    expect(formatSteps(-5, 3)).toBe('-0.005')
    expect(formatSteps(-3698, 2)).toBe('-36.98')
    expect(formatSteps(42, 0)).toBe('42')
  })

  test('writing and reading gives the same steps', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 10 }), (steps, decimals) => {
        expect(parseSteps(formatSteps(steps, decimals), decimals)).toBe(steps === 0 ? 0 : steps)
      }),
    )
  })
})

describe('money', () => {
  test('reads to 10^-18 and no finer', () => {
    expect(parseMoney('0.000000000000000001')).toBe(1n)
    expect(parseMoney('-14094.1')).toBe(-140_941n * 10n ** 17n)
    expect(parseMoney('0.0000000000000000001')).toBeUndefined()
    expect(parseMoney('12,5')).toBeUndefined()
    expect(parseMoney('')).toBeUndefined()
  })

  test('writes the shortest exact decimal', () => {
    expect(formatMoney(money(985_906n * MONEY))).toBe('985906')
    expect(formatMoney(money(-140_941n * 10n ** 17n))).toBe('-14094.1')
    expect(formatMoney(money(0n))).toBe('0')
    expect(formatMoney(money(100n * MONEY))).toBe('100')
    expect(formatMoney(money(1n))).toBe('0.000000000000000001')
  })

  test('writing and reading gives the same amount', () => {
    const amount = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n })
    fc.assert(fc.property(amount, units => parseMoney(formatMoney(money(units))) === units))
  })

  test('is a plain number only for statistics', () => {
    expect(moneyToNumber(money((5n * MONEY) / 2n))).toBe(2.5)
  })
})

describe('time', () => {
  test('keeps the microseconds that Date would cut', () => {
    // 2014-05-01 is day 16,191 of the epoch; 43.142 s after midnight.
    const time = (16_191 * 86_400 + 43) * 1_000_000 + 142_003
    expect(formatMicros(time as Micros)).toBe('2014-05-01T00:00:43.142003Z')
    expect(parseMicros('2014-05-01T00:00:43.142003Z')).toBe(time)
  })

  test('a plain date is midnight UTC', () => {
    expect(parseMicros('2014-05-01')).toBe(16_191 * 86_400e6)
    expect(parseMicros('2014-05-01T02:00+02:00')).toBe(16_191 * 86_400e6)
    expect(parseMicros('2014-05-01 00:00')).toBe(16_191 * 86_400e6)
  })

  test.each([
    '',
    '2014',
    '2014-13-01',
    '2014-05-32',
    '2014-02-30',
    '2014-05-01T25:00',
    '01.05.2014',
    'now',
    '2014-05-01T00:00:00.1234567890Z',
  ])('%j is no instant', text => expect(parseMicros(text)).toBeUndefined())

  test('an instant that microseconds cannot count exactly is none', () => {
    expect(parseMicros('2255-06-05T23:47:34.740991Z')).toBe(Number.MAX_SAFE_INTEGER)
    expect(parseMicros('1684-07-28T00:12:25.259009Z')).toBe(Number.MIN_SAFE_INTEGER)
    for (const text of ['2255-06-05T23:47:34.740992Z', '1684-07-28T00:12:25.259008Z', '0001-01-01', '9999-12-31'])
      expect(parseMicros(text), text).toBeUndefined()
  })

  test('times before 1970 are written the same way', () => {
    expect(formatMicros(-1 as Micros)).toBe('1969-12-31T23:59:59.999999Z')
    expect(parseMicros('1969-12-31T23:59:59.999999Z')).toBe(-1)
  })

  test('writing and reading gives the same instant', () => {
    const instant = fc.integer({ min: Date.UTC(1900, 0) * 1000, max: Date.UTC(2254, 0) * 1000 })
    fc.assert(fc.property(instant, time => parseMicros(formatMicros(time as Micros)) === time))
  })
})

test('a count that is no safe integer is a bug', () => {
  expect(() => price(1.5)).toThrow(InvariantError)
  expect(() => price(Number.NaN)).toThrow(InvariantError)
  expect(() => micros(2 ** 53)).toThrow('a count is a safe integer, was 9007199254740992')
})
