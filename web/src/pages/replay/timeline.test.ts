// Facts about the time machine's slider.
import { expect, test } from 'vitest'
import { nextHappening, placeOf, playedOn, speedsFor, speedWords, timeAt } from './timeline.ts'

const HOUR = 3_600_000
const SPAN = { from: 0, to: 10 * HOUR }

test('a place and its time are the same moment', () => {
  expect(timeAt(SPAN, 0.25)).toBe(2.5 * HOUR)
  expect(placeOf(SPAN, 2.5 * HOUR)).toBe(0.25)
  expect(placeOf({ from: 5, to: 5 }, 5)).toBe(0)
})

test('nothing leaves the span', () => {
  expect(timeAt(SPAN, 1.5)).toBe(SPAN.to)
  expect(placeOf(SPAN, -1)).toBe(0)
  expect(playedOn(SPAN, 9 * HOUR, 2_000, 3_600)).toBe(SPAN.to)
})

test('playing at an hour a second moves an hour in a second', () => {
  expect(playedOn(SPAN, HOUR, 1_000, 3_600)).toBe(2 * HOUR)
})

test('a step goes to the next happening of the wanted kinds, both ways, never to where it stands', () => {
  const happenings = [
    { time: 1, kind: 'signal' },
    { time: 2, kind: 'order' },
    { time: 2, kind: 'fill' },
    { time: 5, kind: 'signal' },
  ] as const
  const signals = new Set(['signal'] as const)
  const fills = new Set(['fill'] as const)

  expect(nextHappening(happenings, 1, { kinds: signals, backwards: false })?.time).toBe(5)
  expect(nextHappening(happenings, 1, { kinds: fills, backwards: false })?.time).toBe(2)
  expect(nextHappening(happenings, 5, { kinds: signals, backwards: true })?.time).toBe(1)
  expect(nextHappening(happenings, 5, { kinds: fills, backwards: false })).toBeUndefined()
})

test('ten hours play in a minute at ten minutes a second', () => {
  expect(speedsFor(SPAN).usual).toBe(600) // 36,000 s ÷ 60 s = 600
  expect([60, 600, 3_600, 86_400, 604_800].map(speedWords)).toEqual(['1 min/s', '10 min/s', '1 h/s', '1 d/s', '1 w/s'])
})
