import { describe, expect, test } from 'vitest'
import type { Micros } from '../../domain/numbers.ts'
import { type Chain, type DepthUpdate, isStale, placeOf } from './depth-rule.ts'

const update = (first: number, last: number, previous = -1): DepthUpdate => ({
  first,
  last,
  previous,
  eventTime: 0 as Micros,
  bids: [],
  asks: [],
})

/** The venue's documentation: events in the middle of the snapshot, after it, and past a hole. */
describe('the rule of spot, row by row', () => {
  const rows = [
    { name: 'wholly in the snapshot', first: 95, last: 100, is: 'old' },
    { name: 'ends where the book stands', first: 100, last: 100, is: 'old' },
    { name: 'holds the next update', first: 98, last: 101, is: 'next' },
    { name: 'begins with the next update', first: 101, last: 104, is: 'next' },
    { name: 'leaves one update out', first: 102, last: 104, is: 'gap' },
    { name: 'is far ahead', first: 900, last: 950, is: 'gap' },
  ] as const
  for (const { name, first, last, is } of rows) {
    for (const fresh of [true, false]) {
      test(`${name}: U ${first}, u ${last} at 100${fresh ? ', first after the snapshot' : ''} is ${is}`, () => {
        expect(placeOf(update(first, last), { updateId: 100, fresh }, 'contiguous')).toBe(is)
      })
    }
  }
})

describe('the rule of futures, row by row', () => {
  const rows = [
    { fresh: true, first: 80, last: 99, previous: 79, is: 'old' },
    { fresh: true, first: 90, last: 100, previous: 85, is: 'next' },
    { fresh: true, first: 90, last: 120, previous: 85, is: 'next' },
    { fresh: true, first: 105, last: 120, previous: 100, is: 'next' },
    { fresh: true, first: 105, last: 120, previous: 103, is: 'gap' },
    // Ids have holes: only the id before counts.
    { fresh: false, first: 130, last: 140, previous: 100, is: 'next' },
    { fresh: false, first: 101, last: 110, previous: 99, is: 'gap' },
    { fresh: false, first: 90, last: 100, previous: 85, is: 'old' },
  ] as const
  for (const { fresh, first, last, previous, is } of rows) {
    test(`U ${first}, u ${last}, pu ${previous} at 100${fresh ? ', first after the snapshot,' : ''} is ${is}`, () => {
      expect(placeOf(update(first, last, previous), { updateId: 100, fresh }, 'linked' satisfies Chain)).toBe(is)
    })
  }
})

test('a snapshot from before the first held update is stale, and any is good enough when none is held', () => {
  const snapshot = { updateId: 99, limit: 100, eventTime: undefined, bids: [], asks: [] }
  expect(isStale(snapshot, update(100, 101))).toBe(true)
  expect(isStale({ ...snapshot, updateId: 100 }, update(100, 101))).toBe(false)
  expect(isStale(snapshot, undefined)).toBe(false)
})
