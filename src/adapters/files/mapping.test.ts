// Tables of somebody else's making: the mapping file, and CSV and Parquet read by it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { packPath, packTest } from '../../../test/pack.ts'
import type { Bar, Quote } from '../../domain/market.ts'
import { formatMicros, type Micros } from '../../domain/numbers.ts'
import { csv } from './csv.ts'
import { ImportError, type ImportFormat, type ParsedRow } from './format.ts'
import { steps } from './mapped-row.ts'
import { parseMapping } from './mapping.ts'
import { parquet } from './parquet.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quadrant-mapping-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function write(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

async function rowsOf(path: string, mapping: string, format: ImportFormat = csv): Promise<ParsedRow[]> {
  const rows: ParsedRow[] = []
  const options = { mapping: await write('mapping.yaml', mapping) }
  for await (const dataset of format.open(path, options)) for await (const batch of dataset.rows()) rows.push(...batch)
  return rows
}

const QUOTES = `
kind: quote
instrument: EURUSD.HISTDATA
source: histdata
zone: UTC
time: { column: time }
columns: { bid: bid, ask: ask }
`
const DAYS = `
kind: bar
instrument: { id: X.TEST, assetClass: equity, base: X, quote: USD, priceDecimals: 2, calendar: us-equity }
source: test
zone: America/New_York
resolution: 1d
time: { column: Date, format: yyyy.MM.dd }
columns: { open: O, high: H, low: L, close: C, volume: V }
`

const timesOf = (rows: readonly ParsedRow[]) =>
  rows.map(row => (row.kind === 'fault' ? row.reason : formatMicros(row.receivedTime)))
const replaced = (text: string, from: string, to: string) => {
  expect(text).toContain(from)
  return text.replace(from, to)
}

describe('times', () => {
  const at = async (time: string, mapping: string) =>
    timesOf(await rowsOf(await write('t.csv', `time,bid,ask\n${time},1.1,1.2\n`), mapping))
  const inZone = (zone: string) => replaced(QUOTES, 'zone: UTC', `zone: '${zone}'`)
  const inFormat = (format: string) => replaced(QUOTES, '{ column: time }', `{ column: time, format: '${format}' }`)

  test('a broker’s clock keeps European summer time, New York’s keeps its own', async () => {
    // 2014-03-20: New York has changed its clocks (9 March), Europe has not (30 March).
    expect(await at('2014-03-20 12:00:00', inZone('EET')), 'UTC+2').toEqual(['2014-03-20T10:00:00.000000Z'])
    expect(await at('2014-04-20 12:00:00', inZone('EET')), 'UTC+3').toEqual(['2014-04-20T09:00:00.000000Z'])
    expect(await at('2014-03-20 12:00:00', inZone('America/New_York')), 'UTC-4').toEqual(['2014-03-20T16:00:00.000000Z'])
    expect(await at('2014-03-20 12:00:00', inZone('America/New_York+07:00')), 'UTC+3').toEqual(['2014-03-20T09:00:00.000000Z'])
    expect(await at('2014-07-01 12:00:00', inZone('-05:00')), 'no summer time').toEqual(['2014-07-01T17:00:00.000000Z'])
  })

  test('a time that names its own offset needs no zone', async () => {
    expect(await at('2014-03-20T12:00:00.123456+01:00', inZone('EET'))).toEqual(['2014-03-20T11:00:00.123456Z'])
  })

  test('patterns and counts from 1970', async () => {
    expect(await at('20200101 170000065', inFormat('yyyyMMdd HHmmssSSS'))).toEqual(['2020-01-01T17:00:00.065000Z'])
    expect(await at('31/12/2020 23:59', inFormat('dd/MM/yyyy HH:mm'))).toEqual(['2020-12-31T23:59:00.000000Z'])
    expect(await at('1600000000', inFormat('seconds'))).toEqual(['2020-09-13T12:26:40.000000Z'])
    expect(await at('1600000000.25', inFormat('seconds'))).toEqual(['2020-09-13T12:26:40.250000Z'])
    expect(await at('1600000000123', inFormat('millis'))).toEqual(['2020-09-13T12:26:40.123000Z'])
    expect(await at('1600000000123456789', inFormat('nanos'))).toEqual(['2020-09-13T12:26:40.123456Z'])
  })

  test('date and time may stand in two columns', async () => {
    const mapping = replaced(QUOTES, '{ column: time }', "{ column: [day, time], format: 'yyyyMMdd HH:mm:ss' }")
    const path = await write('t.csv', 'day,time,bid,ask\n20200102,03:04:05,1.1,1.2\n')
    expect(timesOf(await rowsOf(path, mapping))).toEqual(['2020-01-02T03:04:05.000000Z'])
  })

  test.each(['2014-02-30 12:00:00', '2014-13-01', '1020-04-01', '9999-01-01', 'yesterday', ''])('"%s" is no time', async time => {
    expect(await at(time, QUOTES)).toEqual(['schema'])
  })

  test('a day is a civil day: 23 hours where the clocks go forward', async () => {
    const path = await write('d.csv', 'Date,O,H,L,C,V\n2014.03.09,1,1,1,1,0\n2014.03.10,1,1,1,1,0\n')
    const bars = (await rowsOf(path, DAYS)) as Bar[]
    expect(bars.map(bar => [bar.openTime, bar.eventTime].map(time => formatMicros(time)))).toEqual([
      ['2014-03-09T05:00:00.000000Z', '2014-03-10T04:00:00.000000Z'],
      ['2014-03-10T04:00:00.000000Z', '2014-03-11T04:00:00.000000Z'],
    ])
  })

  test('a bar may be stamped at its close', async () => {
    const mapping = replaced(
      replaced(DAYS, 'resolution: 1d', 'resolution: 15m'),
      'format: yyyy.MM.dd',
      "format: 'yyyy.MM.dd HH:mm', marks: close",
    )
    const [bar] = (await rowsOf(await write('d.csv', 'Date,O,H,L,C,V\n2014.07.01 10:15,1,1,1,1,0\n'), mapping)) as Bar[]
    expect([bar!.openTime, bar!.eventTime].map(time => formatMicros(time))).toEqual([
      '2014-07-01T14:00:00.000000Z',
      '2014-07-01T14:15:00.000000Z',
    ])
  })
})

describe('numbers', () => {
  test.each([
    ['1.1', 5, 'exact', 110_000],
    ['-36.98', 2, 'exact', -3698],
    ['55073', -2, 'nearest', 551],
    ['129167', 0, 'exact', 129_167],
    ['1e-5', 5, 'exact', 1],
    ['.5', 1, 'exact', 5],
    ['4.449999809265137', 2, 'nearest', 445],
    ['0.004', 2, 'nearest', 0],
    ['-0.00', 2, 'exact', 0],
    ['9.995', 2, 'nearest', 1000],
    ['55073.00000000001', 0, 'exact', 55_073],
    ['1.3058399999999999', 5, 'exact', 130_584],
  ] as const)('%s shifted by %i, %s, is %i', (text, shift, rounding, expected) => {
    expect(steps(text, { shift, rounding })).toBe(expected)
  })

  test.each(['1.23456', 'NaN', '', 'abc', '1,5', '0x10', '1e400', '--1', '∞'])(
    '"%s" is no exact price at four decimals',
    text => {
      expect(steps(text, { shift: 4, rounding: 'exact' })).toBeNaN()
    },
  )

  test('a number read with its own decimals is itself', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), fc.integer({ min: 0, max: 8 }), (count, decimals) => {
        const text = `${count < 0 ? '-' : ''}${String(Math.abs(count))
          .padStart(decimals + 1, '0')
          .replace(new RegExp(`(\\d{${decimals}})$`), '.$1')}`
        expect(steps(text, { shift: decimals, rounding: 'exact' })).toBe(count === 0 ? 0 : count)
      }),
    )
  })

  test('a size is taken to the nearest step, a price finer than a step is a fault', async () => {
    const trades =
      'kind: trade\ninstrument: BTCUSDT.BINANCE\nsource: binance\nzone: UTC\ntime: { column: t }\ncolumns: { price: p, quantity: q }\n'
    // As Parquet's doubles come out: 0.000311 written by a float. BTCUSDT has two decimals, its sizes eight.
    const table = 't,p,q\n2021-01-08,39439.22,0.00031099999999999997\n2021-01-08,39439.225,0.1\n'

    expect(await rowsOf(await write('t.csv', table), trades)).toMatchObject([
      { kind: 'trade', price: 3_943_922, quantity: 31_100 },
      { kind: 'fault', reason: 'schema', where: 't.csv:3' },
    ])
  })

  test('prices in points are scaled, tick volumes are not', async () => {
    const mapping = `${replaced(DAYS, 'source: test', 'source: test\nscale: 0.01')}`
    const [bar] = (await rowsOf(
      await write('d.csv', 'Date,O,H,L,C,V\n2014.07.01,129167,129200,129100,129150,42\n'),
      mapping,
    )) as Bar[]
    expect(bar).toMatchObject({
      open: 129_167,
      high: 129_200,
      low: 129_100,
      close: 129_150,
      askClose: 129_150,
      volume: 42,
      basis: 'trade',
    })
  })
})

describe('tables', () => {
  test('bad rows are faults with file and line; good ones around them are kept', async () => {
    const path = await write(
      'q.csv',
      'time,bid,ask\r\n2014-05-01,1.1,1.2\r\n2014-05-02,abc,1.2\r\n2014-05-03,,\r\n2014-05-04,1.1\r\n\r\n2014-05-05,1.1,1.2',
    )
    expect(await rowsOf(path, QUOTES)).toMatchObject([
      { kind: 'quote', sequence: 2, bid: 110_000, ask: 120_000 },
      { kind: 'fault', reason: 'schema', where: 'q.csv:3', text: '2014-05-02,abc,1.2' },
      { kind: 'fault', reason: 'missing', where: 'q.csv:4' },
      { kind: 'fault', reason: 'schema', where: 'q.csv:5' },
      { kind: 'quote', sequence: 7 },
    ])
  })

  test('other separators, quotes around fields, lines before the header, gzip', async () => {
    const mapping = replaced(QUOTES, 'zone: UTC', "zone: UTC\nseparator: ';'\nskip: 2")
    const content = 'exported by "x"\n\n"time";"bid";"ask";"note"\n"2014-05-01";"1.1";"1.2";"a;b ""c"""\n'
    const path = await write('q.csv.gz', gzipSync(content))
    expect(await rowsOf(path, mapping)).toMatchObject([{ kind: 'quote', bid: 110_000, sequence: 4 }])
  })

  test('columns may be numbers where there is no header', async () => {
    const mapping = replaced(
      replaced(QUOTES, '{ column: time }', '{ column: 1 }'),
      '{ bid: bid, ask: ask }',
      '{ bid: 2, ask: 3 }',
    )
    expect(await rowsOf(await write('q.csv', '2014-05-01,1.1,1.2\n'), `${mapping}header: false\n`)).toMatchObject([
      { bid: 110_000, sequence: 1 },
    ])
  })

  test('a missing column, an empty file and a cut-short gzip are refused as a whole', async () => {
    await expect(rowsOf(await write('a.csv', 'time,Bid,Ask\n'), QUOTES)).rejects.toMatchObject({
      code: 'IMPORT_COLUMNS',
      message: expect.stringContaining('"bid", "ask". It has: time, Bid, Ask'),
    })
    await expect(rowsOf(await write('b.csv', ''), QUOTES)).rejects.toMatchObject({ code: 'IMPORT_EMPTY_FILE' })
    await expect(rowsOf(await write('c.csv', 'time,bid,ask\n'), QUOTES)).rejects.toMatchObject({ code: 'IMPORT_EMPTY_FILE' })
    const packed = gzipSync(`time,bid,ask\n${'2014-05-01,1.1,1.2\n'.repeat(1000)}`)
    await expect(rowsOf(await write('d.csv.gz', packed.subarray(0, packed.length - 20)), QUOTES)).rejects.toMatchObject({
      code: 'IMPORT_GZIP_TRUNCATED',
    })
  })

  test('Parquet is read by the same mapping, dates and decimals exactly', async () => {
    const path = join(folder, 'q.parquet')
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    await connection.run(`COPY (
      SELECT TIMESTAMP '2014-05-01 00:00:00.123456' AS time, 1.10001::DECIMAL(9,5) AS bid, 1.2::DOUBLE AS ask
      UNION ALL SELECT NULL, NULL, NULL) TO '${path}' (FORMAT parquet)`)

    const rows = await rowsOf(path, QUOTES, parquet)

    expect(rows).toMatchObject([
      { kind: 'quote', bid: 110_001, ask: 120_000, sequence: 1 },
      { kind: 'fault', reason: 'missing', where: 'q.parquet:2' },
    ])
    expect(timesOf(rows)[0]).toBe('2014-05-01T00:00:00.123456Z')
    await expect(rowsOf(await write('x.parquet', 'PAR1 no'), QUOTES, parquet)).rejects.toMatchObject({
      code: 'IMPORT_UNREADABLE',
    })
  })

  test('releases may carry their own day of publication', async () => {
    const mapping = 'kind: release\nseries: MINE\nsource: me\nzone: UTC\ntime: { column: day }\ncolumns: { value: v, known: k }\n'
    const [release] = await rowsOf(await write('r.csv', 'day,v,k\n2014-04-01,1.5,2014-05-02T12:30:00Z\n'), mapping)
    expect(release).toMatchObject({ kind: 'release', series: 'MINE', value: 1.5, lagged: false })
    expect(timesOf([release!])).toEqual(['2014-05-02T12:30:00.000000Z'])
  })

  packTest('real quotes of histdata.com, FXCM minutes and Binance trades in Parquet', async () => {
    const histdata = `${replaced(replaced(replaced(QUOTES, 'zone: UTC', "zone: '-05:00'"), '{ column: time }', "{ column: 1, format: 'yyyyMMdd HHmmssSSS' }"), '{ bid: bid, ask: ask }', '{ bid: 2, ask: 3 }')}header: false\n`
    const quotes = (await rowsOf(packPath('fx/nautilus/quote_tick_data.csv'), histdata)) as Quote[]
    expect(quotes.length).toBe(9500)
    expect(quotes[0], 'its first line: 20200101 170000065,1.121200,1.121720').toMatchObject({ bid: 112_120, ask: 112_172 })
    expect(formatMicros(quotes[0]!.eventTime as Micros), '17:00 EST').toBe('2020-01-01T22:00:00.065000Z')

    const trades =
      'kind: trade\ninstrument: BTCUSDT.BINANCE\nsource: binance\nzone: UTC\ntime: { column: timestamp }\ncolumns: { price: price, quantity: quantity }\n'
    const prints = await rowsOf(packPath('crypto/nautilus/binance/btcusdt-trades.parquet'), trades, parquet)
    expect(prints.length).toBe(2001)
    expect(prints.filter(row => row.kind === 'fault')).toEqual([])
  })
})

describe('the mapping file', () => {
  const faultsOf = (text: string): string => {
    try {
      parseMapping(text, { path: 'm.yaml' })
    } catch (error) {
      if (error instanceof ImportError && error.code === 'IMPORT_MAPPING') return error.message
      throw error
    }
    return ''
  }

  test('all its faults are told at once', () => {
    const message = faultsOf(
      'kind: bar\ncolour: red\ninstrument: NOPE.NOWHERE\nscale: 3\ncolumns: { open: a, bid: b, askLow: c }\ntime: { format: soon }\n',
    )
    for (const fault of [
      'unknown key "colour"',
      '"source" is missing',
      '"zone" is missing',
      '"resolution" is missing',
      '"NOPE.NOWHERE" is not in the catalogue',
      '"scale" must be a power of ten',
      '"columns.high" is missing',
      'a bar has no field "bid"',
      'all four ask columns or none',
      '"time.column"',
      '"time.format" is not understood',
    ]) {
      expect(message).toContain(fault)
    }
  })

  test('broken YAML, lists and half an instrument are faults too', () => {
    expect(faultsOf('kind: [')).toContain('no valid YAML')
    expect(faultsOf('- a\n')).toContain('no list of keys')
    expect(
      faultsOf(replaced(QUOTES, 'EURUSD.HISTDATA', '{ id: A.B, assetClass: cheese, priceDecimals: 99, calendar: moon, lot: 0 }')),
    ).toMatch(/base.*assetClass.*calendar.*priceDecimals.*lot/)
    expect(faultsOf(replaced(QUOTES, 'UTC', 'Mars/Olympus'))).toContain('no time zone')
  })

  test('without a mapping the fix says how to write one', async () => {
    const path = await write('q.csv', 'a,b\n')
    const open = async () => {
      for await (const _ of csv.open(path, {})) expect.unreachable()
    }
    await expect(open()).rejects.toMatchObject({ code: 'IMPORT_MAPPING_NEEDED', fix: expect.stringContaining('--mapping') })
  })
})
