// Facts about the bars of the time machine.
import { expect, test } from 'vitest'
import { barWindow, closedBy, usualResolution } from './bar-window.ts'

const HOUR = 3_600_000

test('moments of one stretch ask for the same bars, and always for those before it', () => {
  const stretch = 1_200 * HOUR
  const early = barWindow(5 * stretch + 1, '1h')

  expect(early).toEqual({ index: 5, from: 4 * stretch, to: 6 * stretch })
  expect(barWindow(6 * stretch - 1, '1h')).toEqual(early)
  expect(barWindow(6 * stretch, '1h').index).toBe(6)
})

test('a bar is known when it has closed, not before', () => {
  const bars = { time: [0, 3_600, 7_200], open: [1, 2, 3], high: [1, 2, 3], low: [1, 2, 3], close: [1, 2, 3], volume: [0, 0, 0] }

  expect(closedBy(bars, HOUR - 1, '1h').close).toEqual([])
  expect(closedBy(bars, HOUR, '1h').close).toEqual([1])
  expect(closedBy(bars, 2.5 * HOUR, '1h')).toMatchObject({ time: [0, 3_600], close: [1, 2] })
})

test('a day is looked at in minutes, a month in five minutes, a year in hours, decades in days', () => {
  expect(usualResolution(24 * HOUR)).toBe('1m') // 1,440 bars
  expect(usualResolution(30 * 24 * HOUR)).toBe('5m') // 8,640 bars
  expect(usualResolution(365 * 24 * HOUR)).toBe('1h') // 8,760 bars
  expect(usualResolution(40 * 365 * 24 * HOUR)).toBe('1d')
})
