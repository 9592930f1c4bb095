// Facts about the picture of coverage.
import { expect, test } from 'vitest'
import { axisMarks, barOf, sharedAxis } from './coverage-layout.ts'

const stretch = (from: string | null, to: string | null) => ({
  name: 'EURUSD.OANDA',
  kind: 'quote',
  resolution: null,
  rows: 1,
  partitions: 1,
  bytes: 1,
  from,
  to,
  quarantined: {},
  sources: [],
  licences: [],
  imported: null,
})

test('bars lie on one axis from the first datum to the last', () => {
  const items = [
    stretch('2020-01-01T00:00:00Z', '2020-01-06T00:00:00Z'),
    stretch('2020-01-06T00:00:00Z', '2020-01-11T00:00:00Z'),
    stretch(null, null),
  ]
  const axis = sharedAxis(items)!

  expect(barOf(items[0]!, axis)).toEqual({ start: 0, width: 0.5 })
  expect(barOf(items[1]!, axis)).toEqual({ start: 0.5, width: 0.5 })
  expect(barOf(items[2]!, axis)).toBeUndefined()
})

test('a moment among decades can still be seen, and stays inside', () => {
  const axis = { from: Date.UTC(1990, 0), to: Date.UTC(2020, 0) }
  const bar = barOf({ from: '2020-01-01T00:00:00Z', to: '2020-01-01T00:00:00Z' }, axis)!

  expect(bar.width).toBe(0.004)
  expect(bar.start + bar.width).toBe(1)
})

test('nothing with a time has no axis', () => {
  expect(sharedAxis([stretch(null, null)])).toBeUndefined()
})

test('decades are marked at round years, a season at its months', () => {
  expect(axisMarks({ from: Date.UTC(1987, 4), to: Date.UTC(2026, 5) }).map(mark => mark.label)).toEqual([
    '1990',
    '1995',
    '2000',
    '2005',
    '2010',
    '2015',
    '2020',
    '2025',
  ])
  expect(axisMarks({ from: Date.UTC(2025, 10, 15), to: Date.UTC(2026, 1, 20) }).map(mark => mark.label)).toEqual([
    'Dec 2025',
    '2026',
    'Feb 2026',
  ])
})
