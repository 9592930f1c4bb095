// FRED's vintages: what is asked for, what a row means, and that windows put together are the whole archive.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { packPath, packTest } from '../../../test/pack.ts'
import { observationsIn, type Vintage } from '../../../test/venues/vintage-table.ts'
import type { Piece, SeriesRequest, SourceParts } from '../../connectivity/source.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import type { Release } from '../../domain/macro.ts'
import { formatMicros, type Micros, parseMicros } from '../../domain/numbers.ts'
import { FRED } from './fred.ts'

const at = (text: string): Micros => parseMicros(text)!
const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))

/** The descriptor's downloader, as of an instant. FRED gives nothing but releases. */
function vintages(now = '2026-11-20T18:00:00Z') {
  const parts = { clock: { now: () => at(now) }, credentials: { QUADRANT_FRED_KEY: '0f1e2d3c4b5a69788796a5b4c3d2e1f0' } }
  const source = FRED.series!(parts as unknown as SourceParts)
  return {
    pieces: (request: SeriesRequest) => source.pieces(request),
    read: (...of: Parameters<typeof source.read>) => source.read(...of) as readonly Release[],
  }
}

const EVER = { from: at('1776-07-04'), to: at('2026-11-20') }
const asked = (series: string, of: Partial<SeriesRequest> = {}): SeriesRequest => ({ series, ...EVER, ...of })
const piece = (from: string, to: string): Piece => ({
  key: `${from}_${to}`,
  from: at(from),
  to: at(to),
  request: { method: 'GET', url: '' },
})
const reply = (rows: readonly object[], of: object = {}) =>
  bytes({ count: rows.length, limit: 100_000, observations: rows, ...of })
const row = (date: string, realtime_start: string, value: string) => ({ realtime_start, realtime_end: '9999-12-31', date, value })

describe('what is asked for', () => {
  test('windows of five years cover every day once, each begins a day early, and today is left for tomorrow', () => {
    const pieces = vintages().pieces(asked('CPIAUCSL', { to: at('2030-01-01') }))

    expect(pieces.map(({ from, to }) => `${formatMicros(from).slice(0, 10)} ${formatMicros(to).slice(0, 10)}`)).toEqual([
      '1776-07-04 1990-01-01',
      ...[1990, 1995, 2000, 2005, 2010, 2015, 2020].map(year => `${year}-01-01 ${year + 5}-01-01`),
      '2025-01-01 2026-11-20',
    ])
    const second = new URL(pieces[1]!.request.url)
    expect(Object.fromEntries(second.searchParams)).toMatchObject({
      series_id: 'CPIAUCSL',
      realtime_start: '1989-12-31',
      realtime_end: '1994-12-31',
      output_type: '1',
      file_type: 'json',
    })
    expect(new URL(pieces[0]!.request.url).searchParams.get('realtime_start')).toBe('1776-07-04')
  })

  test('the day is that of St. Louis: at 03:00 UTC it is still yesterday there', () => {
    const last = vintages('2026-11-20T03:00:00Z')
      .pieces(asked('GDP', { to: at('2027-01-01') }))
      .at(-1)!
    expect(last.to).toBe(at('2026-11-19'))
  })
})

describe('a row', () => {
  const CPI = piece('2024-01-01', '2024-12-31')

  test('is known on the day of its vintage at the hour of its series, not when its period ended', () => {
    // January's consumer prices came out on 13 February 2024 at 08:30 in New York, which is 13:30 UTC.
    const [first] = vintages().read(asked('CPIAUCSL'), CPI, reply([row('2024-01-01', '2024-02-13', '308.850')]), EVER.to)

    expect(first).toMatchObject({
      kind: 'release',
      series: 'CPIAUCSL',
      periodStart: at('2024-01-01'),
      eventTime: at('2024-02-01'),
      receivedTime: at('2024-02-13T13:30:00Z'),
      value: 308.85,
      lagged: false,
    })
  })

  test('with a changed value of an old period is a new release of a later vintage', () => {
    const rows = [row('2023-12-01', '2024-01-11', '308.850'), row('2023-12-01', '2024-02-09', '308.742')]
    const releases = vintages().read(asked('CPIAUCSL'), CPI, reply(rows), EVER.to)

    expect(releases.map(({ periodStart, value, receivedTime }) => [periodStart, value, formatMicros(receivedTime)])).toEqual([
      [at('2023-12-01'), 308.85, '2024-01-11T13:30:00.000000Z'],
      [at('2023-12-01'), 308.742, '2024-02-09T13:30:00.000000Z'],
    ])
  })

  test('with a dot has no value, and one that stood before the window is not news', () => {
    const rows = [row('2023-11-01', '2023-12-31', '307.9'), row('2023-12-01', '2024-01-11', '.')]
    expect(vintages().read(asked('CPIAUCSL'), CPI, reply(rows), EVER.to)).toEqual([])
  })

  test('of a period that is still running counts from its end', () => {
    // The week that ends on 16 March, told on the 14th.
    const weekly = vintages().read(asked('ICSA'), CPI, reply([row('2024-03-16', '2024-03-14', '212000')]), EVER.to)
    expect(weekly[0]!.receivedTime).toBe(at('2024-03-17'))
  })

  test('of a series without a stated hour is known at five in the afternoon, and its dates say how often it comes', () => {
    const rows = ['2023-01-01', '2023-04-01', '2023-07-01', '2023-10-01'].map(date => row(date, '2024-01-25', '1.5'))
    const [first] = vintages().read(asked('SOMESERIES'), CPI, reply(rows), EVER.to)
    expect(first).toMatchObject({ eventTime: at('2023-04-01'), receivedTime: at('2024-01-25T22:00:00Z') })
  })
})

describe('a reply', () => {
  const window = piece('2024-01-01', '2024-12-31')
  const read = (body: unknown) => vintages().read(asked('CPIAUCSL'), window, bytes(body), EVER.to)
  const refusal = (error_message: string) => ({ error_code: 400, error_message })

  test.each([
    [refusal('Bad Request.  The value for variable api_key is not registered.'), 'SOURCE_REFUSED', /QUADRANT_FRED_KEY/],
    [refusal('Bad Request.  The series does not exist.'), 'SERIES_NOT_FOUND', /fred.stlouisfed.org/],
    [refusal('Bad Request.  Variable limit is not between 1 and 100000.'), 'SOURCE_REFUSED', /series/],
    ['<!doctype html><p>Access Denied', 'SOURCE_SCHEMA', /./],
    ['{"count":2,"observations":[{"realtime_start":"2024-', 'SOURCE_SCHEMA', /./],
    [{ observations: [] }, 'SOURCE_SCHEMA', /./],
    [{ count: 3, observations: [row('2024-01-01', '2024-02-13', '1')] }, 'SOURCE_SCHEMA', /./],
    [{ count: 1, observations: [row('2024-01-01', '2024-02-13', 'n/a')] }, 'SOURCE_SCHEMA', /./],
    [{ count: 1, observations: [row('January', '2024-02-13', '1')] }, 'SOURCE_SCHEMA', /./],
    [{ count: 1, observations: [null] }, 'SOURCE_SCHEMA', /./],
  ])('%j is %s', (body, code, fix) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code, fix: expect.stringMatching(fix) }))
  })

  test('about a time before the first vintage is empty', () => {
    expect(read(refusal('Bad Request.  The series does not exist in ALFRED but may exist in FRED.'))).toEqual([])
  })

  test('of any JSON is releases with finite values or a SourceError', () => {
    const rows = fc.array(
      fc.oneof(fc.jsonValue(), fc.record({ date: fc.string(), realtime_start: fc.string(), value: fc.string() })),
    )
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ count: fc.nat(5), observations: rows })), body => {
        try {
          for (const { value } of read(body)) expect(Number.isFinite(value)).toBe(true)
        } catch (error) {
          if (!(error instanceof SourceError)) throw error
        }
      }),
    )
  })
})

test('windows put together are the whole archive: every change once, none twice', () => {
  const day = fc.integer({ min: Date.UTC(1985, 0) / 86_400_000, max: Date.UTC(2026, 9) / 86_400_000 })
  const text = (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10)
  const month = fc.integer({ min: 0, max: 400 }).map(index => text(Date.UTC(1980, index) / 86_400_000))
  const change = fc.record({ date: month, known: day.map(text), value: fc.integer({ min: 1, max: 999 }).map(String) })
  const table = fc.uniqueArray(change, { selector: ({ date, known }) => `${date} ${known}`, maxLength: 60 })

  fc.assert(
    fc.property(table, (changes: readonly Vintage[]) => {
      const source = vintages()
      const request = asked('UNRATE')
      const found = source.pieces(request).flatMap(each => {
        const { searchParams } = new URL(each.request.url)
        const rows = observationsIn(changes, searchParams.get('realtime_start')!, searchParams.get('realtime_end')!)
        return source.read(request, each, rows === undefined ? NOTHING : reply(rows), EVER.to)
      })
      const told = found.map(({ periodStart, value }) => `${formatMicros(periodStart).slice(0, 10)} ${value}`)
      expect(told.sort()).toEqual(changes.map(({ date, value }) => `${date} ${value}`).sort())
      for (const release of found) expect(release.receivedTime).toBeGreaterThanOrEqual(release.eventTime)
    }),
    { numRuns: 60 },
  )
})

const NOTHING = bytes({
  error_code: 400,
  error_message: 'Bad Request.  The series does not exist in ALFRED but may exist in FRED.',
})

packTest('a captured reply is read: nine months of payrolls as they stood on one day', () => {
  const text = readFileSync(packPath('api_payloads/misc/fred_series_observations_excerpt.json'), 'utf8')
  const releases = vintages().read(
    asked('PAYEMS'),
    piece('2023-05-05', '2023-05-06'),
    bytes(text.replace('"count":292', '"count":9')),
    EVER.to,
  )

  expect(releases).toHaveLength(9)
  expect(releases[0]).toMatchObject({ value: 127_704, receivedTime: at('2023-05-05T12:30:00Z') })
})
