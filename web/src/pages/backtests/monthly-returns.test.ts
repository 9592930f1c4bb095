// Facts about returns by month and about falls.
import { expect, test } from 'vitest'
import { deepestFalls, monthlyReturns } from './monthly-returns.ts'

const day = (text: string) => Date.parse(`${text}T00:00:00Z`) / 1_000

test('a month is measured from the end of the one before, the first from where the run began', () => {
  const series = {
    time: [day('2024-11-10'), day('2024-11-30'), day('2024-12-31'), day('2025-02-01')],
    equity: [100, 110, 99, 198],
  }

  // 110 ÷ 100, 99 ÷ 110; nothing in January; 198 ÷ 99. The year 2024: 99 ÷ 100.
  const [first, second] = monthlyReturns(series)
  expect(first!.months.slice(9)).toEqual([null, expect.closeTo(0.1, 12), expect.closeTo(-0.1, 12)])
  expect(first!.whole).toBeCloseTo(-0.01, 12)
  expect(second!.months.slice(0, 3)).toEqual([null, 1, null])
  expect(second).toMatchObject({ year: 2025, whole: 1 })
})

test('no equity has no months', () => {
  expect(monthlyReturns({ time: [], equity: [] })).toEqual([])
})

test('falls run from the high to its recovery, the deepest first, the last may still be open', () => {
  const equity = [100, 90, 100, 120, 60, 90, 121, 110]
  const falls = deepestFalls({ time: equity.map((_, i) => i), equity })

  expect(falls).toEqual([
    { from: 3, bottom: 4, recovered: 6, depth: 0.5 }, // 1 − 60 ÷ 120
    { from: 0, bottom: 1, recovered: 2, depth: expect.closeTo(0.1, 12) }, // 1 − 90 ÷ 100
    { from: 6, bottom: 7, recovered: null, depth: expect.closeTo(0.0909, 4) }, // 1 − 110 ÷ 121
  ])
})

test('equity that only rises has no falls', () => {
  expect(deepestFalls({ time: [1, 2, 3], equity: [1, 1, 2] })).toEqual([])
})
