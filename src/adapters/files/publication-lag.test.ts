// When macro values were known, against dates that were published.
import { describe, expect, test } from 'vitest'
import { formatMicros, parseMicros } from '../../domain/numbers.ts'
import { assumedLag, periodOf, publicationLag } from './publication-lag.ts'

const known = (series: string, date: string): string => formatMicros(periodOf(parseMicros(date)!, publicationLag(series)!).known)

describe('nothing is known before it was published', () => {
  // First publication by the publisher's own release archive, New York time turned into UTC.
  const published: readonly [series: string, date: string, release: string][] = [
    ['CPIAUCSL', '2014-03-01', '2014-04-15T12:30'],
    ['CPIAUCSL', '2013-01-01', '2013-02-21T13:30'],
    ['UNRATE', '2014-04-01', '2014-05-02T12:30'],
    ['PAYEMS', '2024-12-01', '2025-01-10T13:30'],
    ['GDPC1', '2014-01-01', '2014-04-30T12:30'],
    ['INDPRO', '2014-03-01', '2014-04-16T13:15'],
    ['ICSA', '2014-05-03', '2014-05-08T12:30'],
    ['DGS10', '2014-05-02', '2014-05-05T20:15'],
    ['USREC', '2009-06-01', '2010-09-20T14:30'],
    ['USREC', '1991-03-01', '1992-12-22T15:00'],
  ]

  test.each(published)('%s of %s, published %s', (series, date, release) => {
    expect(known(series, date) >= release, `known ${known(series, date)}`).toBe(true)
  })
})

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
