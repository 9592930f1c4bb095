// The fast reader of decimals against the plain one.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSteps } from '../domain/numbers.ts'
import { stepsOf } from './steps.ts'

const digits = fc.stringMatching(/^\d{1,17}$/)
const decimalText = fc
  .tuple(fc.constantFrom('', '-', '+'), digits, fc.option(fc.stringMatching(/^\d{0,12}0{0,4}$/), { nil: undefined }))
  .map(([sign, whole, fraction]) => `${sign}${whole}${fraction === undefined ? '' : `.${fraction}`}`)

test('plain decimals are read as parseSteps reads them', () => {
  fc.assert(
    fc.property(decimalText, fc.integer({ min: 0, max: 18 }), (text, decimals) => {
      expect(stepsOf(text, decimals)).toBe(parseSteps(text, decimals))
    }),
    { numRuns: 2000 },
  )
})

test('what is no decimal is refused as parseSteps refuses it', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[-+. 0-9xE_,]{0,8}$/), fc.integer({ min: 0, max: 8 }), (text, decimals) => {
      if (/[eE]/.test(text)) return
      expect(stepsOf(text, decimals)).toBe(parseSteps(text, decimals))
    }),
    { numRuns: 2000 },
  )
})

test.each([
  '',
  '-',
  '.',
  '1.',
  '.5',
  '1..2',
  '--1',
  '+1',
  ' 1',
  '1 ',
  '1,5',
  '0x10',
  'NaN',
  'Infinity',
  'e5',
  '1e',
  '1e+',
  '1e5.0',
  '١',
])('%j is no decimal', text => expect(stepsOf(text, 8)).toBeUndefined())

test('the safe range ends where it ends', () => {
  expect(stepsOf('9007199254740991', 0)).toBe(9_007_199_254_740_991)
  expect(stepsOf('9007199254740992', 0)).toBeUndefined()
  expect(stepsOf('90071992.54740991', 8)).toBe(9_007_199_254_740_991)
  expect(stepsOf('90071992.54740993', 8)).toBeUndefined()
  expect(stepsOf('90071992547409910', 0)).toBeUndefined()
})

test('zero has no sign', () => expect(Object.is(stepsOf('-0.00', 2), 0)).toBe(true))

test('an exponent moves the point exactly', () => {
  expect(stepsOf('1e-8', 8)).toBe(1)
  expect(stepsOf('1E-8', 7)).toBeUndefined()
  expect(stepsOf('1.5e+3', 2)).toBe(150_000)
  expect(stepsOf('-2.50e-1', 2)).toBe(-25)
  expect(stepsOf('0.1e1', 0)).toBe(1)
  expect(stepsOf('123456789012345678901234567890e-25', 4)).toBeUndefined()
  expect(stepsOf('12345000000000000000000000000e-25', 4)).toBe(12_345_000)
  expect(stepsOf('0e9999', 2)).toBe(0)
  expect(stepsOf('1e9999', 2)).toBeUndefined()
  expect(stepsOf('1e-9999', 2)).toBeUndefined()
})

test('a JSON number keeps its value whichever way it is written', () => {
  fc.assert(
    fc.property(fc.integer({ min: -9_999_999, max: 9_999_999 }), fc.integer({ min: -8, max: 0 }), (mantissa, exponent) => {
      // mantissa × 10^exponent in steps of 10^-8 is mantissa × 10^(exponent + 8), exact below 2^53: 10^7 × 10^8 = 10^15.
      expect(stepsOf(`${mantissa}e${exponent}`, 8)).toBe(mantissa * 10 ** (exponent + 8) + 0)
    }),
  )
})
