// Facts about the figures kept for small charts.
import { expect, test } from 'vitest'
import { FigureHistory } from './figure-history.ts'

test('figures are kept in order, each once', () => {
  const history = new FigureHistory()

  expect(history.add('server', { time: 1, values: { memory: 10 } })).toBe(true)
  expect(history.add('server', { time: 1, values: { memory: 11 } })).toBe(false)
  history.add('server', { time: 2, values: { memory: 12, queue: 1 } })

  expect(history.line('server', 'memory')).toEqual({ time: [1, 2], values: [10, 12] })
  expect(history.line('server', 'queue')).toEqual({ time: [1, 2], values: [null, 1] })
  expect(history.line('run-1', 'memory')).toEqual({ time: [], values: [] })
})

test('no more than five minutes of seconds are kept', () => {
  const history = new FigureHistory()
  for (let time = 0; time < 400; time++) history.add('server', { time, values: {} })

  expect(history.of('server')).toHaveLength(300)
  expect(history.of('server')[0]!.time).toBe(100)
})
