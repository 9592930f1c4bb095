// Facts about exact times.
import { expect, test } from 'vitest'
import { exactTime, microsOf, spanWords } from './exact-time.ts'

test('microseconds are not lost', () => {
  expect(microsOf('1970-01-01T00:00:01.000020Z')).toBe(1_000_020)
  expect(microsOf('1970-01-01T00:00:01Z')).toBe(1_000_000)
  expect(microsOf('1970-01-01T00:00:00.5Z')).toBe(500_000)
})

test('a span is told in the unit it is read in', () => {
  const from = '2013-10-08T15:51:00.020000Z'

  expect(spanWords(from, from)).toBe('0\u202fms')
  expect(spanWords(from, '2013-10-08T15:51:00.020350Z')).toBe('350\u202fµs')
  expect(spanWords(from, '2013-10-08T15:51:00.022500Z')).toBe('2.5\u202fms')
  expect(spanWords(from, '2013-10-08T15:51:00.060000Z')).toBe('40\u202fms')
  expect(spanWords(from, '2013-10-08T16:02:40.020000Z')).toBe('11\u202fm 40\u202fs')
  expect(spanWords(from, '2013-10-08T15:50:00.000000Z')).toBe('–')
})

test('an exact time has milliseconds', () => {
  expect(exactTime('2013-10-08T15:51:00.020000Z')).toBe('2013-10-08 15:51:00.020')
  expect(exactTime('2013-10-08T15:51:00Z')).toBe('2013-10-08 15:51:00.000')
})
