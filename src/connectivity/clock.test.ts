// The clock of the connections: near the machine's, and never backwards.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SystemClock } from './clock.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-07-01T10:00:00Z'), toFake: ['Date', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const START = Date.parse('2026-07-01T10:00:00Z') * 1000

test('it counts microseconds from the machine’s time', () => {
  const clock = new SystemClock()
  expect(clock.now()).toBe(START)
  vi.advanceTimersByTime(250)
  expect(clock.now()).toBe(START + 250_000)
})

test('a machine set back holds it still, until time has caught up', () => {
  const clock = new SystemClock()
  vi.advanceTimersByTime(10_000)
  expect(clock.now()).toBe(START + 10_000_000)

  // Two hours back; the monotonic counter goes on.
  vi.setSystemTime(Date.now() - 7_200_000)
  vi.advanceTimersByTime(1500)
  expect(clock.now()).toBe(START + 10_000_000)
  vi.advanceTimersByTime(7_200_000)
  expect(clock.now()).toBe(START + 11_500_000)
})

test('a machine set forward is followed within the second that follows', () => {
  const clock = new SystemClock()
  vi.setSystemTime(Date.now() + 7_200_000)
  vi.advanceTimersByTime(1001)
  expect(clock.now()).toBe(START + 7_201_001_000)
})
