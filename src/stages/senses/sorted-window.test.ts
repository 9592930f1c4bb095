// The rolling window against sorting everything anew.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SortedWindow } from './sorted-window.ts'

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

function filled(values: readonly number[], length = values.length): SortedWindow {
  const window = new SortedWindow(length)
  for (const value of values) window.add(value)
  return window
}

describe('a sorted window', () => {
  test('scores against median and median absolute deviation', () => {
    // 1…9: median 5; distances 4 3 2 1 0 1 2 3 4, their median 2. (8 − 5) · 0.6745 / 2 = 1.01175; a third of it.
    const window = filled([9, 1, 8, 2, 7, 3, 6, 4, 5])
    expect(window.median).toBe(5)
    expect(window.deviation).toBe(2)
    expect(window.score(8)).toBeCloseTo(0.33725, 12)
    expect(window.score(5)).toBe(0)
    expect(window.score(100), 'extremes are clipped').toBe(1)
    expect(window.score(-100)).toBe(-1)
  })

  test('has no median while empty, and a constant past still tells up from down', () => {
    expect(new SortedWindow(3).median).toBeNaN()
    expect(new SortedWindow(3).deviation).toBeNaN()
    const constant = filled([2, 2, 2])
    expect([constant.score(1), constant.score(2), constant.score(3)]).toEqual([-1, 0, 1])
  })

  test('passes over what is not a number', () => {
    const window = filled([1, Number.NaN, 3, Number.POSITIVE_INFINITY], 4)
    expect(window.count).toBe(2)
    expect(window.median).toBe(2)
  })

  test('equals sorting the last values anew, after every value', () => {
    const values = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 120 })
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 30 }), (all, length) => {
        const window = new SortedWindow(length)
        all.forEach((value, index) => {
          window.add(value)
          const last = all.slice(Math.max(0, index + 1 - length), index + 1)
          const median = medianOf(last)
          expect(window.median).toBe(median)
          expect(window.deviation).toBe(medianOf(last.map(each => Math.abs(each - median))))
        })
      }),
    )
  })

  test('a higher value never scores lower', () => {
    const number = fc.double({ min: -1e6, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 60 }), number, number, (past, one, other) => {
        const window = filled(past)
        expect(window.score(Math.min(one, other))).toBeLessThanOrEqual(window.score(Math.max(one, other)))
      }),
    )
  })
})
