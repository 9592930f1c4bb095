// Facts about the head-room of limits.
import { expect, test } from 'vitest'
import { byUrgency, type Limit, leftWords, urgencyOf } from './head-room.ts'

const limit = (key: string, share: number | null, refusals = 0, check = 1): Limit => ({
  key,
  run: null,
  name: key,
  check,
  code: 'X',
  limit: '1%',
  used: null,
  share,
  ceiling: null,
  refusals,
  time: '2026-01-01T00:00:00Z',
  source: 'configuration',
})

test('a limit is near from 80 % on and reached at 100 %', () => {
  expect([null, 0, 0.799, 0.8, 0.999, 1, 1.4].map(urgencyOf)).toEqual([
    'unknown',
    'good',
    'good',
    'near',
    'near',
    'reached',
    'reached',
  ])
})

test('what is left is rounded down, so that nothing is promised', () => {
  expect([null, 0, 0.631, 0.999, 1.2].map(leftWords)).toEqual(['', '100 % left', '36 % left', '0 % left', 'none left'])
})

test('the most used limit comes first, unmeasured ones by refusals', () => {
  const limits = [limit('a', null), limit('b', 0.2), limit('c', 0.9), limit('d', null, 5)]

  expect(byUrgency(limits).map(one => one.key)).toEqual(['c', 'b', 'd', 'a'])
})
