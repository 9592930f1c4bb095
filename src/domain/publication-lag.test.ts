// When macro values are assumed known: by arithmetic, and against the release times of the pack's economic calendar.
import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { packPath, packTest } from '../../test/pack.ts'
import { formatMicros, MINUTE, type Micros, parseMicros } from './numbers.ts'
import { assumedLag, type Frequency, periodOf, publicationLag } from './publication-lag.ts'

const known = (series: string, date: string): string => formatMicros(periodOf(parseMicros(date)!, publicationLag(series)!).known)

describe('no value is assumed known before a calendar says it was released', () => {
  // The event's name in the pack's economic calendar, and how many periods before its release the value is about.
  const events: readonly [series: string, event: string, periodsBefore: number][] = [
    ['CPIAUCSL', 'CPI m/m', 1],
    ['CPILFESL', 'Core CPI m/m', 1],
    ['PPIFIS', 'PPI m/m', 1],
    ['PCEPILFE', 'Core PCE Price Index m/m', 1],
    ['UNRATE', 'Unemployment Rate', 1],
    ['PAYEMS', 'Non-Farm Employment Change', 1],
    ['JTSJOL', 'JOLTS Job Openings', 2],
    ['INDPRO', 'Industrial Production m/m', 1],
    ['RSXFS', 'Retail Sales m/m', 1],
    ['DGORDER', 'Durable Goods Orders m/m', 1],
    ['HOUST', 'Housing Starts', 1],
    ['HSN1F', 'New Home Sales', 1],
    ['UMCSENT', 'Revised UoM Consumer Sentiment', 0],
    ['CSUSHPINSA', 'S&P/CS Composite-20 HPI y/y', 2],
    ['GDPC1', 'Advance GDP q/q', 1],
    ['ICSA', 'Unemployment Claims', 1],
  ]

  for (const [series, event, periodsBefore] of events) {
    packTest(`${series}: ${event}`, () => {
      const { frequency } = publicationLag(series)!
      const released = releasesOf(event)
      expect(released.length).toBeGreaterThanOrEqual(frequency === 'quarter' ? 3 : 8)
      for (const time of released) {
        const date = periodBefore(time, frequency, periodsBefore)
        // The calendar's page showed some figures two minutes late.
        const { known: assumed } = periodOf(date, publicationLag(series)!)
        expect(assumed + 3 * MINUTE, `of ${formatMicros(date)}, released ${formatMicros(time)}`).toBeGreaterThanOrEqual(time)
      }
    })
  }
})

interface CalendarDay {
  readonly events: readonly { readonly currency: string; readonly event: string; readonly event_dt: string }[]
}

function releasesOf(name: string): Micros[] {
  const days = globSync('*/*/*.json', { cwd: packPath('calendar/forexfactory_json') })
  return days.flatMap(day =>
    (JSON.parse(readFileSync(packPath('calendar/forexfactory_json', day), 'utf8')) as CalendarDay).events
      .filter(({ currency, event }) => currency === 'USD' && event === name)
      .map(({ event_dt }) => parseMicros(event_dt)!),
  )
}

/** FRED's date of the period: a month's or quarter's first day, a week's Saturday. */
function periodBefore(time: Micros, frequency: Frequency, periods: number): Micros {
  const at = new Date(time / 1000)
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()]
  if (frequency === 'week') return (Date.UTC(year, month, day - at.getUTCDay() - 7 * periods + 6) * 1000) as Micros
  if (frequency === 'quarter') return (Date.UTC(year, month - (month % 3) - 3 * periods, 1) * 1000) as Micros
  return (Date.UTC(year, month - periods, 1) * 1000) as Micros
}

test('a lag is counted from the last day of the period, at New York’s clock', () => {
  expect(known('UNRATE', '2014-04-01'), '30 April + 10 days, 08:30 in summer').toBe('2014-05-10T12:30:00.000000Z')
  expect(known('UNRATE', '2014-12-01'), '31 December + 10 days, 08:30 in winter').toBe('2015-01-10T13:30:00.000000Z')
  expect(known('ICSA', '2014-05-03'), 'week to Saturday 3 May, Thursday 8 May').toBe('2014-05-08T12:30:00.000000Z')
  expect(known('GDPC1', '2014-01-01'), '31 March + 31 days').toBe('2014-05-01T12:30:00.000000Z')
})

test('business days skip the weekend', () => {
  expect(known('DGS10', '2014-05-02'), 'of a Friday, on Monday').toBe('2014-05-05T20:15:00.000000Z')
})

test('a value is never known before its period has ended', () => {
  const { end, known: time } = periodOf(parseMicros('2014-05-01')!, publicationLag('RRPONTSYD')!)
  expect(time).toBe(end)
})

test('periods are whole: quarters of three months, weeks of seven days', () => {
  const quarter = periodOf(parseMicros('2014-10-01')!, assumedLag('quarter'))
  expect([quarter.start, quarter.end].map(formatMicros)).toEqual(['2014-10-01T00:00:00.000000Z', '2015-01-01T00:00:00.000000Z'])

  const week = periodOf(parseMicros('2014-05-03')!, assumedLag('week'))
  expect([week.start, week.end].map(formatMicros)).toEqual(['2014-04-27T00:00:00.000000Z', '2014-05-04T00:00:00.000000Z'])
})

test('a series nobody stated a schedule for has none', () => {
  expect(publicationLag('NOSUCHSERIES')).toBeUndefined()
  expect(publicationLag('constructor')).toBeUndefined()
})
