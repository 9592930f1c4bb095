// Counts stay whole when names run out.
import { expect, test } from 'vitest'
import { Tally } from './tally.ts'

test('a tally names so many reasons and adds up the rest', () => {
  const tally = new Tally(3)
  for (const text of ['a', 'b', 'a', 'c', 'd', 'a', 'd', 'e', 'b']) tally.add(text)
  expect(tally.total).toBe(9)
  expect(tally.top()).toEqual([
    { text: 'a', count: 3 },
    { text: 'b', count: 2 },
    { text: 'c', count: 1 },
    { text: 'other', count: 3 },
  ])
  expect(tally.top(1)).toEqual([
    { text: 'a', count: 3 },
    { text: 'other', count: 6 },
  ])
})
