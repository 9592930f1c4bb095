// Facts about several equities on one axis.
import { expect, test } from 'vitest'
import { overlaid } from './overlaid.ts'

test('each series is a share of its own start, holds between its points, and is not there outside of them', () => {
  const { time, values } = overlaid([
    { time: [10, 30], equity: [200, 220] },
    { time: [20, 30, 40], equity: [50, 25, 100] },
  ])

  expect(time).toEqual([10, 20, 30, 40])
  expect(values[0]!.map(value => value && Math.round(value))).toEqual([100, 100, 110, null]) // 220 ÷ 200
  expect(values[1]).toEqual([null, 100, 50, 200]) // 25 ÷ 50, 100 ÷ 50
})

test('nothing laid over nothing is nothing', () => {
  expect(overlaid([])).toEqual({ time: [], values: [] })
  expect(overlaid([{ time: [], equity: [] }])).toEqual({ time: [], values: [[]] })
})
