import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packPath, packTest } from '../../../test/pack.ts'
import { formatMicros } from '../../domain/numbers.ts'
import { publicationLag } from '../../domain/publication-lag.ts'
import { BUNDLED_FOLDER, type BundledFile, bundled, bundledFiles } from './bundled.ts'
import type { ImportDataset, ParsedRow } from './format.ts'

/** Where the fuller copies lie in the data pack. */
const FULLER: Readonly<Record<string, string>> = {
  'WTI.csv': 'macro/datasets_org/oil-prices/data/wti-daily.csv',
  'BRENT.csv': 'macro/datasets_org/oil-prices/data/brent-daily.csv',
  'NATGAS.csv': 'macro/datasets_org/natural-gas/data/daily.csv',
}

async function datasets(file: string): Promise<{ about: ImportDataset; rows: ParsedRow[] }[]> {
  const found = []
  for await (const about of bundled.open(join(BUNDLED_FOLDER, file), {})) {
    const rows: ParsedRow[] = []
    for await (const batch of about.rows()) rows.push(...batch)
    found.push({ about, rows })
  }
  return found
}

const valuesOf = (text: string): [string, number][] =>
  text
    .split(/\r?\n/)
    .slice(1)
    .map(line => line.split(','))
    .filter(([, value]) => value !== undefined && value.trim() !== '')
    .map(([date, value]) => [date!, Number(value)])

describe('the bundled figures', () => {
  test('take less than 1.5 MB and agree with their manifest', async () => {
    let size = 0
    for (const about of await bundledFiles()) {
      const text = await readFile(join(BUNDLED_FOLDER, about.file), 'utf8')
      const values = valuesOf(text)
      size += text.length
      expect([about.file, values.length, values[0]?.[0], values.at(-1)?.[0]]).toEqual([
        about.file,
        about.rows,
        about.first,
        about.last,
      ])
      expect(about.licence).toMatch(/public domain/i)
    }
    expect(size).toBeLessThan(1_500_000)
  })

  test('have the publication lags that FRED files get', async () => {
    for (const { series, publicationLag: lag } of await bundledFiles()) {
      if (series !== undefined) expect(lag).toEqual(publicationLag(series))
    }
  })

  packTest('equal the fuller copies value for value', async () => {
    for (const { file } of await bundledFiles()) {
      const fuller = await readFile(packPath(FULLER[file] ?? `macro/fred/${file}`), 'utf8')
      const ours = await readFile(join(BUNDLED_FOLDER, file), 'utf8')
      expect(valuesOf(ours), file).toEqual(valuesOf(fuller))
    }
  })
})

describe('reading them', () => {
  test('oil below zero reaches the bar as it was', async () => {
    const [wti] = await datasets('WTI.csv')
    const crash = wti!.rows.find(row => row.kind === 'bar' && formatMicros(row.openTime).startsWith('2020-04-20'))
    expect(crash).toMatchObject({
      open: -3698,
      high: -3698,
      low: -3698,
      close: -3698,
      askClose: -3698,
      instrumentId: 'WTI.EIA',
      basis: 'trade',
    })
    expect(wti!.about).toMatchObject({ kind: 'bar', resolution: '1d', instrument: { priceDecimals: 2, negativePrices: true } })
    expect(wti!.rows.filter(row => row.kind === 'fault')).toEqual([])
  })

  test('a day is known at its end', async () => {
    const [wti] = await datasets('WTI.csv')
    const first = wti!.rows[0]!
    expect(first.kind === 'bar' && [first.openTime, first.eventTime, first.receivedTime].map(time => formatMicros(time))).toEqual(
      ['1986-01-02T00:00:00.000000Z', '1986-01-03T00:00:00.000000Z', '1986-01-03T00:00:00.000000Z'],
    )
  })

  test('a yield is both a price and a release', async () => {
    const [price, release, ...more] = await datasets('DGS10.csv')
    expect(more).toEqual([])
    expect([price!.about.kind, price!.about.instrument?.id, release!.about.kind, release!.about.series]).toEqual([
      'bar',
      'US10Y.FED',
      'release',
      'DGS10',
    ])
    // 4.98 % on Thursday 2023-10-19 (H.15), published Friday 16:15 in New York, which is 20:15 UTC in summer time.
    const peak = release!.rows.find(row => row.kind === 'release' && formatMicros(row.periodStart).startsWith('2023-10-19'))!
    expect(peak).toMatchObject({ value: 4.98, lagged: true })
    expect(peak.kind === 'release' && formatMicros(peak.receivedTime)).toBe('2023-10-20T20:15:00.000000Z')
  })

  test('statistics keep the values history knows', async () => {
    const known: [string, string, number][] = [
      ['UNRATE.csv', '2020-04-01', 14.8],
      ['CPIAUCSL.csv', '2022-06-01', 295.072],
      ['PAYEMS.csv', '2020-04-01', 130_424],
      ['USREC.csv', '2020-03-01', 1],
      ['USREC.csv', '2020-06-01', 0],
    ]
    for (const [file, date, value] of known) {
      const [series] = await datasets(file)
      const row = series!.rows.find(each => each.kind === 'release' && formatMicros(each.periodStart).startsWith(date))
      expect(row, `${file} ${date}`).toMatchObject({ value })
    }
  })

  test('a month without a figure has no row: October 2025 was never published', async () => {
    const [cpi] = await datasets('CPIAUCSL.csv')
    const months = cpi!.rows.map(row => (row.kind === 'release' ? formatMicros(row.periodStart).slice(0, 7) : ''))
    expect(months).toContain('2025-09')
    expect(months).not.toContain('2025-10')
    expect(months).toContain('2025-11')
  })

  test('a file that was changed is refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bundled-'))
    try {
      await cp(BUNDLED_FOLDER, folder, { recursive: true })
      const [first] = (await bundledFiles(folder)) as [BundledFile]
      await writeFile(join(folder, first.file), 'date,value\n2020-04-20,36.98\n')
      await expect(bundled.open(join(folder, first.file), {})[Symbol.asyncIterator]().next()).rejects.toMatchObject({
        code: 'IMPORT_CHECKSUM',
      })
      await writeFile(join(folder, 'OTHER.csv'), 'date,value\n')
      await expect(bundled.open(join(folder, 'OTHER.csv'), {})[Symbol.asyncIterator]().next()).rejects.toMatchObject({
        code: 'IMPORT_NOT_BUNDLED',
      })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
