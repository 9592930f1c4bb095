// Facts about the steps of an axis.
import { expect, test } from 'vitest'
import { axisIncrements } from './axis-increments.ts'

test('an axis of whole numbers is divided in whole numbers', () => {
  expect(axisIncrements(0).slice(0, 5)).toEqual([1, 2, 5, 10, 20])
  expect(axisIncrements(0).every(Number.isInteger)).toBe(true)
})

test.each([0, 1, 2, 3])('in %s digits no two labels are the same, whatever the step', digits => {
  for (const step of axisIncrements(digits)) {
    const labels = [0, 1, 2, 3].map(place => (place * step).toFixed(digits))
    expect(new Set(labels).size).toBe(4)
  }
})

test('steps grow, up to sums that no account has', () => {
  const steps = axisIncrements(2)
  expect(steps[0]).toBe(0.01)
  expect(steps).toEqual([...steps].sort((a, b) => a - b))
  expect(steps.at(-1)).toBeGreaterThan(1e15)
})
