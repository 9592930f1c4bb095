// Open or closed, and until when: days whose hours everybody can look up.
import { expect, test } from 'vitest'
import { CALENDAR_NAMES } from '../../domain/calendar.ts'
import { parseMicros } from '../../domain/numbers.ts'
import { allMarketHours, marketHours } from './market-hours.ts'

const hours = (name: string, at: string) => allMarketHours(parseMicros(at)!).find(({ calendar }) => calendar === name)

test('the New York Stock Exchange is open from 9:30 to 16:00, closed on Thanksgiving and early the day after', () => {
  // In November New York is five hours behind UTC.
  expect(hours('us-equity', '2026-11-25T15:00:00Z')).toMatchObject({
    open: true,
    phase: 'regular session',
    changes: '2026-11-25T21:00:00.000000Z',
  })
  expect(hours('us-equity', '2026-11-26T15:00:00Z')).toMatchObject({
    open: false,
    phase: 'holiday',
    changes: '2026-11-27T14:30:00.000000Z',
  })
  expect(hours('us-equity', '2026-11-27T15:00:00Z')).toMatchObject({
    open: true,
    phase: 'session that closes early',
    changes: '2026-11-27T18:00:00.000000Z',
  })
  expect(hours('us-equity', '2026-11-25T13:00:00Z')?.phase).toBe('before the session')
  expect(hours('us-equity', '2026-11-25T22:00:00Z')?.phase).toBe('after the session, a holiday follows')
})

test('currencies rest from Friday 17:00 to Sunday 17:00 in New York', () => {
  // In July New York is four hours behind UTC; 3 July 2026 is a Friday.
  expect(hours('fx', '2026-07-03T20:59:00Z')).toMatchObject({ open: true, changes: '2026-07-03T21:00:00.000000Z' })
  expect(hours('fx', '2026-07-04T12:00:00Z')).toMatchObject({
    open: false,
    phase: 'weekend',
    changes: '2026-07-05T21:00:00.000000Z',
  })
})

test('crypto never closes', () => {
  expect(hours('crypto', '2026-12-25T12:00:00Z')).toEqual({
    calendar: 'crypto',
    name: 'Crypto',
    open: true,
    phase: 'never closes',
    changes: null,
  })
})

test('the centres keep their own clocks', () => {
  // Tokyo has no summer time: 9:00 is midnight UTC. London's 17:00 in July is 16:00 UTC, and Friday's end lasts until Monday.
  expect(hours('Tokyo', '2026-07-03T00:00:00Z')).toMatchObject({ open: true, changes: '2026-07-03T09:00:00.000000Z' })
  expect(hours('London', '2026-07-03T15:59:59Z')).toMatchObject({ open: true, changes: '2026-07-03T16:00:00.000000Z' })
  expect(hours('London', '2026-07-03T16:00:00Z')).toMatchObject({ open: false, changes: '2026-07-06T07:00:00.000000Z' })
})

test('centres come first, and every calendar has a name for people', () => {
  const all = allMarketHours(parseMicros('2026-07-03T12:00:00Z')!)
  expect(all.slice(0, 5).map(({ name }) => name)).toEqual(['Sydney', 'Tokyo', 'London', 'New York', 'Currencies'])
  expect(all.slice(4).filter(({ calendar, name }) => calendar === name)).toEqual([])
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
})

test('every calendar has a word at every time, and an unknown one has none', () => {
  for (const at of ['2026-01-01T00:00:00Z', '2026-03-29T01:30:00Z', '2026-12-24T20:00:00Z']) {
    expect(allMarketHours(parseMicros(at)!).length).toBe(CALENDAR_NAMES.length + 4)
  }
  expect(marketHours('moon', parseMicros('2026-01-01')!)).toBeNull()
})
