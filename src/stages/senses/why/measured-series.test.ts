// One macro measure: its transform, its score against its own past, and what revisions do.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Release } from '../../../domain/macro.ts'
import { DAY, type Micros } from '../../../domain/numbers.ts'
import type { Provenance } from '../../../domain/provenance.ts'
import { MeasuredSeries } from './measured-series.ts'
import { MEASURES, type Measure, periodNumber } from './measures.ts'

const provenance: Provenance = { source: 'test', kind: 'synthetic', origin: 'test', checksum: '', licence: '' }
const measure = (id: string): Measure => MEASURES.find(each => each.id === id)!

/** The figure of the `index`th month after January 2000, known two weeks after the month's end. */
function monthly(series: string, index: number, value: number, revisedAfterDays = 0): Release {
  const eventTime = (Date.UTC(2000, index + 1) * 1000) as Micros
  const receivedTime = (eventTime + (14 + revisedAfterDays) * DAY) as Micros
  return {
    kind: 'release',
    series,
    periodStart: (Date.UTC(2000, index) * 1000) as Micros,
    value,
    lagged: true,
    eventTime,
    receivedTime,
    sequence: index,
    provenance,
  }
}

function fed(id: string, values: readonly number[]): MeasuredSeries {
  const series = new MeasuredSeries(measure(id))
  for (const [index, value] of values.entries())
    if (!Number.isNaN(value)) series.release(monthly(series.measure.series, index, value))
  return series
}

describe('a measured series', () => {
  test('inflation over three and twelve months, as continuously compounded percent a year', () => {
    const prices = Array.from({ length: 13 }, (_, month) => 100 * 1.002 ** month)
    // ln(1.002) a month is 2.3976 percent a year, over whatever span.
    const expected = 1200 * Math.log(1.002)
    expect(fed('why.CPIAUCSL.3m', prices).value).toBeCloseTo(expected, 9)
    expect(fed('why.CPIAUCSL.12m', prices).value).toBeCloseTo(expected, 9)
    expect(fed('why.CPIAUCSL.12m', prices.slice(1)).value, 'twelve months need thirteen figures').toBeNaN()
  })

  test('claims compare the mean of four weeks with that of twenty-six', () => {
    const series = new MeasuredSeries(measure('why.ICSA'))
    for (let week = 0; week < 26; week++) {
      const periodStart = (week * 7 * DAY) as Micros
      const value = week < 22 ? 300_000 : 360_000
      series.release({ ...monthly('ICSA', 0, value), periodStart })
    }
    // 360 / ((22 · 300 + 4 · 360) / 26) = 360 / 309.2308
    expect(series.value).toBeCloseTo(100 * Math.log(360 / (8040 / 26)), 9)
  })

  test('a hole in the record silences the months that reach into it, and only those', () => {
    const rates = [5, 5, 5, Number.NaN, 5, 5, 5]
    expect(fed('why.UNRATE', rates).value, 'three months before is the hole').toBeNaN()
    expect(fed('why.UNRATE', rates.slice(0, 6)).value).toBe(0)
    expect(fed('why.UNRATE', [...rates, 6]).value, 'and a month later it is not').toBe(1)
  })

  test('is scored once there are three years of earlier values, and a rise in unemployment is less growth', () => {
    // Changes over three months begin with the fourth figure: 36 of them before the scored one need 40 figures.
    const rates = Array.from({ length: 40 }, (_, month) => 5 + (month % 5) / 10)
    expect(fed('why.UNRATE', rates.slice(0, 39)).score).toBeNaN()
    const rising = fed('why.UNRATE', [...rates.slice(0, 39), 9])
    expect(rising.score).toBe(-1)
    expect(fed('why.UNRATE', [...rates.slice(0, 39), 1]).score).toBe(1)
  })

  test('grows stale', () => {
    const series = fed(
      'why.UNRATE',
      Array.from({ length: 40 }, (_, month) => 5 + (month % 5) / 10),
    )
    expect(series.isCurrent((series.asOf + 75 * DAY) as Micros)).toBe(true)
    expect(series.isCurrent((series.asOf + 76 * DAY) as Micros)).toBe(false)
  })

  test('a later vintage of an old month is as if it had been so from the start', () => {
    const figures = Array.from({ length: 60 }, (_, month) => 100 + month + 3 * Math.sin(month))
    const revised = figures.with(30, 140)
    const series = fed('why.CPIAUCSL.3m', figures)
    series.release(monthly('CPIAUCSL', 30, 140, 900))
    const straight = fed('why.CPIAUCSL.3m', revised)
    expect(series.value).toBe(straight.value)
    expect(series.score).toBe(straight.score)
  })

  test('a higher price level never lowers the inflation score, by any measure of it', () => {
    const steps = fc.array(fc.double({ min: -0.01, max: 0.02, noNaN: true }), { minLength: 60, maxLength: 90 })
    fc.assert(
      fc.property(steps, fc.double({ min: 0, max: 0.05, noNaN: true }), (changes, more) => {
        let level = 100
        const prices = changes.map(change => {
          level *= 1 + change
          return level
        })
        for (const { id } of MEASURES.filter(({ block }) => block === 'inflation')) {
          const higher = [...prices.slice(0, -1), prices.at(-1)! * (1 + more)]
          expect(fed(id, higher).score).toBeGreaterThanOrEqual(fed(id, prices).score)
        }
      }),
      { numRuns: 30 },
    )
  })

  test('consecutive periods have consecutive numbers', () => {
    const of = (frequency: 'weekly' | 'monthly' | 'quarterly', ...dates: string[]): number[] =>
      dates.map(date => periodNumber(frequency, (Date.parse(date) * 1000) as Micros))
    const steps = (numbers: number[]): number[] => numbers.slice(1).map((each, i) => each - numbers[i]!)
    expect(steps(of('monthly', '2024-11-01', '2024-12-01', '2025-01-01'))).toEqual([1, 1])
    expect(steps(of('quarterly', '2024-07-01', '2024-10-01', '2025-01-01'))).toEqual([1, 1])
    expect(steps(of('weekly', '2024-12-21', '2024-12-28', '2025-01-04'))).toEqual([1, 1])
  })
})
