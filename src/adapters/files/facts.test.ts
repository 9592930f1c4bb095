// FRED series and the ForexFactory calendar: real files where there is a pack, hand-made ones everywhere.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { packPath, packTest } from '../../../test/pack.ts'
import type { CalendarEntry, Release } from '../../domain/macro.ts'
import { formatMicros, parseMicros } from '../../domain/numbers.ts'
import { figure, forexfactory } from './forexfactory.ts'
import { ImportError, type ImportFormat, type ParsedRow } from './format.ts'
import { fred } from './fred.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quadrant-facts-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function rowsOf(format: ImportFormat, path: string): Promise<ParsedRow[]> {
  const rows: ParsedRow[] = []
  for await (const dataset of format.open(path, {})) for await (const batch of dataset.rows()) rows.push(...batch)
  return rows
}

async function write(name: string, content: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

describe('FRED', () => {
  test('a value is about its month and known after the stated lag; blanks and rubbish are counted', async () => {
    const path = await write(
      'UNRATE.csv',
      'date,value\n2020-04-01,14.8\n2025-10-01,\n2025-11-01,.\n2025-12-01,abc\n2025-13-01,4\n2025-02-30,4\n1020-04-01,4\n\n',
    )

    const rows = await rowsOf(fred, path)

    expect(rows).toMatchObject([
      { kind: 'release', series: 'UNRATE', value: 14.8, sequence: 2, lagged: true },
      { kind: 'fault', reason: 'missing', where: 'UNRATE.csv:3' },
      { kind: 'fault', reason: 'missing', where: 'UNRATE.csv:4' },
      { kind: 'fault', reason: 'schema', where: 'UNRATE.csv:5', text: '2025-12-01,abc' },
      { kind: 'fault', reason: 'schema', where: 'UNRATE.csv:6' },
      { kind: 'fault', reason: 'schema', where: 'UNRATE.csv:7' },
      { kind: 'fault', reason: 'schema', where: 'UNRATE.csv:8' },
    ])
    const { periodStart, eventTime, receivedTime } = rows[0] as Release
    expect([periodStart, eventTime, receivedTime].map(formatMicros)).toEqual([
      '2020-04-01T00:00:00.000000Z',
      '2020-05-01T00:00:00.000000Z',
      '2020-05-10T12:30:00.000000Z',
    ])
  })

  test('FRED’s own download names the series in its header', async () => {
    const path = await write('download.csv', '\uFEFFobservation_date,GDPC1\r\n2014-01-01,1.5e4\r\n')
    expect(await rowsOf(fred, path)).toMatchObject([{ series: 'GDPC1', value: 15000 }])
  })

  test('an unknown series gets a late lag of its own frequency, and the manifest says so', async () => {
    const path = await write('MYSERIES.csv', 'date,value\n2014-01-01,1\n2014-04-01,2\n2014-07-01,3\n')
    for await (const dataset of fred.open(path, {})) {
      expect(dataset.notes?.join()).toMatch(/100 days after the end of the quarter.*assumed/)
    }
  })

  test('an empty file and other columns are refused as a whole', async () => {
    await expect(rowsOf(fred, await write('A.csv', ''))).rejects.toMatchObject({ code: 'IMPORT_EMPTY_FILE' })
    await expect(rowsOf(fred, await write('B.csv', 'open,high,low\n1,2,3\n'))).rejects.toMatchObject({ code: 'IMPORT_COLUMNS' })
    const bell = await rowsOf(fred, await write('C.csv', 'open\u0007\u001B[2J,high\n')).catch((error: Error) => error.message)
    expect(bell, 'what a file holds commands no terminal').toContain('found "open\uFFFD[2J,high"')
    await expect(rowsOf(fred, join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'IMPORT_UNREADABLE' })
  })

  packTest('known values of the pack: unemployment, consumer prices, oil below zero, the month that never came', async () => {
    const recorded = async (series: string, date: string) => {
      const rows = await rowsOf(fred, packPath('macro/fred', `${series}.csv`))
      return rows.find((row): row is Release => row.kind === 'release' && row.periodStart === parseMicros(date))?.value
    }
    expect(await recorded('UNRATE', '2020-04-01')).toBe(14.8)
    expect(await recorded('CPIAUCSL', '2022-06-01')).toBe(295.072)
    expect(await recorded('DCOILWTICO', '2020-04-20')).toBe(-36.98)
    expect(await recorded('CPIAUCSL', '2025-10-01'), 'the shutdown of 2025').toBeUndefined()
  })
})

describe('the calendar', () => {
  test.each([
    ['3.5%', 3.5],
    ['-22,000K', -22_000_000],
    ['2.51M', 2_510_000],
    ['-1.1B', -1_100_000_000],
    ['1.2T', 1_200_000_000_000],
    ['<1.75%', 1.75],
    ['1.84|2.4', 1.84],
    ['-0.10|3.6', -0.1],
    ['53.9', 53.9],
  ])('%s is %d', (text, value) => {
    expect(figure(text)).toBe(value)
  })

  test.each(['', '0-2-7', 'Pass', 'NaN', '1.2.3', 'K', '--1'])('"%s" is no figure', text => {
    expect(figure(text)).toBeNaN()
  })

  const entry = { event_id: '1', currency: 'USD', impact: 'High Impact Expected', event: 'Advance GDP q/q' }
  const figures = { actual: '-4.8%', forecast: '-3.9%', previous: '2.1%' }

  test('a figure seen two minutes late was scheduled for the half hour and known when it was seen', async () => {
    const path = await write(
      '2020-04-29.json',
      JSON.stringify({ events: [{ ...entry, ...figures, event_dt: '2020-04-29T12:32:00+00:00' }] }),
    )

    const [row] = (await rowsOf(forexfactory, path)) as CalendarEntry[]

    expect(row).toMatchObject({ impact: 'high', actual: -4.8, forecast: -3.9, previous: 2.1 })
    expect(formatMicros(row!.scheduledTime)).toBe('2020-04-29T12:30:00.000000Z')
    expect(formatMicros(row!.receivedTime)).toBe('2020-04-29T12:32:00.000000Z')
  })

  test('a speech has no figures and starts when it starts', async () => {
    const speech = { ...entry, actual: '', forecast: '', previous: '', event_dt: '2020-03-15T21:02:00+00:00' }
    const path = await write('2020-03-15.json', JSON.stringify({ events: [speech] }))

    const [row] = (await rowsOf(forexfactory, path)) as CalendarEntry[]

    expect(formatMicros(row!.scheduledTime)).toBe('2020-03-15T21:02:00.000000Z')
    expect(row!.actual).toBeNaN()
  })

  test('an entry with a missing field is a fault with its place', async () => {
    const path = await write('2020-01-01.json', JSON.stringify({ events: [{ ...entry }, 7] }))
    expect(await rowsOf(forexfactory, path)).toMatchObject([
      { kind: 'fault', reason: 'schema', where: '2020-01-01.json#1' },
      { kind: 'fault', reason: 'schema', where: '2020-01-01.json#2' },
    ])
  })

  test('cut-short JSON and other JSON are refused as a whole', async () => {
    await expect(rowsOf(forexfactory, await write('2020-01-02.json', '{"events": [{"a'))).rejects.toMatchObject({
      code: 'IMPORT_UNREADABLE',
    })
    await expect(rowsOf(forexfactory, await write('2020-01-03.json', '{}'))).rejects.toMatchObject({ code: 'IMPORT_COLUMNS' })
    await expect(rowsOf(forexfactory, await write('2020-01-04.json', ''))).rejects.toMatchObject({ code: 'IMPORT_EMPTY_FILE' })
  })

  packTest('3,264 entries of the pack, 605 of high impact, and the payrolls of 2020', async () => {
    const entries: CalendarEntry[] = []
    for (const file of await readdir(packPath('calendar/forexfactory_json'), { recursive: true })) {
      if (file.endsWith('.json'))
        entries.push(...((await rowsOf(forexfactory, packPath('calendar/forexfactory_json', file))) as CalendarEntry[]))
    }
    expect(entries.length).toBe(3264)
    expect(entries.filter(({ impact }) => impact === 'high').length).toBe(605)
    expect(entries.filter(({ impact }) => impact === 'medium').length).toBe(477)

    const payrolls = entries.filter(({ name, currency }) => name === 'Non-Farm Employment Change' && currency === 'USD')
    const of = (day: string) => payrolls.find(({ scheduledTime }) => formatMicros(scheduledTime).startsWith(day))
    expect(of('2020-05-08')).toMatchObject({ actual: -20_500_000, forecast: -22_000_000 })
    expect(of('2020-06-05')).toMatchObject({ actual: 2_509_000, forecast: -7_750_000 })
    expect(formatMicros(of('2020-02-07')!.scheduledTime), '08:30 in New York’s winter').toBe('2020-02-07T13:30:00.000000Z')
    expect(formatMicros(of('2020-05-08')!.scheduledTime), 'and in its summer').toBe('2020-05-08T12:30:00.000000Z')
  })
})

test('whatever the bytes, a parser answers with rows or an ImportError, and never with a NaN where a number belongs', async () => {
  const fredText = 'date,value\n2020-04-01,14.8\n2020-05-01,13.2\n'
  const calendarText = JSON.stringify({
    events: [
      {
        event_id: '1',
        currency: 'USD',
        impact: 'Low',
        event: 'x',
        actual: '1',
        forecast: '',
        previous: '',
        event_dt: '2020-01-01T00:00:00Z',
      },
    ],
  })
  const mutation = fc.array(fc.tuple(fc.nat(150), fc.integer({ min: 0, max: 255 })), { maxLength: 6 })

  await fc.assert(
    fc.asyncProperty(fc.boolean(), mutation, fc.nat(200), async (isFred, changes, length) => {
      const bytes = Buffer.from(isFred ? fredText : calendarText).subarray(0, length)
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
      const path = join(folder, isFred ? 'UNRATE.csv' : '2020-01-01.json')
      await writeFile(path, bytes)
      try {
        for (const row of await rowsOf(isFred ? fred : forexfactory, path)) {
          if (row.kind !== 'fault')
            expect(Number.isSafeInteger(row.receivedTime) && Number.isSafeInteger(row.eventTime)).toBe(true)
          if (row.kind === 'release') expect(Number.isFinite(row.value)).toBe(true)
        }
      } catch (error) {
        if (!(error instanceof ImportError)) throw error
      }
    }),
    { numRuns: 200 },
  )
})
