// Surprises against forecasts, by hand arithmetic.
import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { packPath, packTest } from '../../../../test/pack.ts'
import type { CalendarEntry } from '../../../domain/macro.ts'
import { DAY, type Micros, parseMicros } from '../../../domain/numbers.ts'
import type { Provenance } from '../../../domain/provenance.ts'
import { Surprises, surprisePolarity } from './surprises.ts'

const provenance: Provenance = { source: 'test', kind: 'synthetic', origin: 'test', checksum: '', licence: '' }

interface Figure {
  readonly day: number
  readonly actual: number
  readonly forecast: number
  readonly name?: string
  /** When the forecast arrives, in days before the figure. */
  readonly ahead?: number
}

function announce(surprises: Surprises, { day, actual, forecast, name = 'Retail Sales m/m', ahead = 7 }: Figure): boolean {
  const scheduledTime = (day * DAY) as Micros
  const about = {
    kind: 'calendar-entry',
    id: `${name} ${day}`,
    currency: 'USD',
    impact: 'high',
    name,
    previous: 0,
    scheduledTime,
    eventTime: scheduledTime,
    sequence: 0,
    provenance,
  } as const
  const before: CalendarEntry = { ...about, forecast, actual: Number.NaN, receivedTime: (scheduledTime - ahead * DAY) as Micros }
  const after: CalendarEntry = { ...about, forecast, actual, receivedTime: scheduledTime }
  surprises.announce(before)
  return surprises.announce(after)
}

/** Twelve figures that miss by ±1 in turn: mean 0, variance 12/11. Long before the days that are asked about. */
function seasoned(name = 'Retail Sales m/m'): Surprises {
  const surprises = new Surprises()
  for (let i = 0; i < 12; i++) announce(surprises, { day: i, actual: i % 2 === 0 ? 1 : -1, forecast: 0, name })
  return surprises
}

const SIGMA = Math.sqrt(12 / 11)
const at = (day: number): Micros => (day * DAY) as Micros

describe('surprises', () => {
  test('count half after thirty days and nothing after ninety, and an index needs five', () => {
    // Five records of their own, each seasoned, so that the deviation is known for each.
    const surprises = new Surprises()
    for (const name of ['CPI m/m', 'GDP q/q', 'PPI m/m', 'Retail Sales m/m', 'Building Permits']) {
      for (let i = 0; i < 12; i++) announce(surprises, { day: i, actual: i % 2 === 0 ? 1 : -1, forecast: 0, name })
    }
    announce(surprises, { day: 200, actual: 2, forecast: 0, name: 'CPI m/m' })
    for (const name of ['GDP q/q', 'PPI m/m', 'Retail Sales m/m', 'Building Permits'])
      announce(surprises, { day: 230, actual: 0, forecast: 0, name })

    // One of 2/σ thirty days old counts ½, four of zero count 1: (½ · 2/σ) / 4.5.
    expect(surprises.index('USD', at(230))).toBeCloseTo(1 / SIGMA / 4.5, 12)
    // After sixty-one days more the first is out of the window of ninety, and only four are left.
    expect(surprises.index('USD', at(291))).toBeNaN()
  })

  test('are standardised by what was known before, and clipped at five deviations', () => {
    const surprises = seasoned()
    for (const day of [200, 201, 202, 203]) announce(surprises, { day, actual: 0, forecast: 0 })
    expect(surprises.index('USD', at(204)), 'four are too few').toBeNaN()
    announce(surprises, { day: 204, actual: 1e9, forecast: 0 })
    const weights = [4, 3, 2, 1, 0].reduce((sum, age) => sum + 2 ** (-age / 30), 0)
    expect(surprises.index('USD', at(204))).toBeCloseTo(5 / weights, 12)
  })

  test('more unemployment weakens, more employment strengthens, speeches say nothing', () => {
    expect(surprisePolarity('Unemployment Claims')).toBe(-1)
    expect(surprisePolarity('Unemployment Rate')).toBe(-1)
    expect(surprisePolarity('Non-Farm Employment Change')).toBe(1)
    expect(surprisePolarity('President Speaks')).toBe(0)

    const index = (name: string): number => {
      const surprises = seasoned(name)
      for (const day of [200, 201, 202, 203, 204]) announce(surprises, { day, actual: 1, forecast: 0, name })
      return surprises.index('USD', at(204))
    }
    expect(index('Unemployment Claims')).toBeCloseTo(-index('Non-Farm Employment Change'), 12)
    expect(index('Unemployment Claims')).toBeLessThan(0)
  })

  test('need twelve earlier figures and a forecast from before', () => {
    const surprises = new Surprises()
    const added = Array.from({ length: 13 }, (_, day) => announce(surprises, { day, actual: day % 2, forecast: 0 }))
    expect(added).toEqual([...Array.from({ length: 12 }, () => false), true])
    expect(announce(seasoned(), { day: 100, actual: 1, forecast: 0, ahead: 0 }), 'the forecast came with the figure').toBe(false)
    expect(announce(seasoned(), { day: 100, actual: 1, forecast: Number.NaN })).toBe(false)
  })

  test('only the first outcome of an announcement counts', () => {
    const surprises = seasoned()
    expect(announce(surprises, { day: 100, actual: 1, forecast: 0 })).toBe(true)
    expect(announce(surprises, { day: 100, actual: 5, forecast: 0, ahead: -1 }), 'a revision sent after the fact').toBe(false)
  })
})

interface ForexFactoryEvent {
  readonly event_id: string
  readonly currency: string
  readonly event: string
  readonly actual: string
  readonly forecast: string
  readonly event_dt: string
}

describe('on the jobless claims of 2020', () => {
  packTest('the first week of the shutdown was the worst surprise the scale knows', () => {
    const files = globSync('calendar/forexfactory_json/*/*/*.json', { cwd: packPath() })
    const events = new Map<string, ForexFactoryEvent>()
    for (const file of files.sort()) {
      const scrape = JSON.parse(readFileSync(packPath(file), 'utf8')) as { readonly events: readonly ForexFactoryEvent[] }
      for (const event of scrape.events)
        if (event.currency === 'USD' && event.event === 'Unemployment Claims') events.set(event.event_id, event)
    }

    const thousands = (text: string): number => Number(text.replace('K', ''))
    const surprises = new Surprises()
    const indexAfter = new Map<string, number>()
    for (const { event, event_dt, actual, forecast } of [...events.values()].sort((a, b) => (a.event_dt < b.event_dt ? -1 : 1))) {
      const time = parseMicros(event_dt)!
      announce(surprises, { day: time / DAY, actual: thousands(actual), forecast: thousands(forecast), name: event })
      indexAfter.set(event_dt.slice(0, 10), surprises.index('USD', time))
    }

    // 281 against 220 thousand on 19 March and 3,283 against 1,648 a week later, where a dozen thousand had been usual.
    expect(indexAfter.get('2020-03-05'), 'four figures after the first twelve are too few').toBeNaN()
    expect(indexAfter.get('2020-03-12')).toBeGreaterThan(0)
    expect(indexAfter.get('2020-03-26')).toBeLessThan(-1)
    expect(indexAfter.get('2020-04-09')).toBeLessThan(indexAfter.get('2020-03-19')!)
  })
})
