import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { correlation } from '../../../test/correlation.ts'
import { packPath, packTest } from '../../../test/pack.ts'
import { numbersOf, type Parsed, parsed } from '../../../test/parsed.ts'
import type { Bar } from '../../domain/market.ts'
import { formatMicros } from '../../domain/numbers.ts'
import { ejtrader } from './ejtrader.ts'
import { ImportError, type ImportOptions } from './format.ts'
import { lean } from './lean.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ejtrader-'))
})
afterAll(() => rm(root, { recursive: true }))

const HEADER = 'Date,open,high,low,close,tick_volume\r\n'

async function read(name: string, content: string | Buffer, options: ImportOptions = {}): Promise<Parsed> {
  const path = join(root, name)
  await writeFile(path, typeof content === 'string' && name.endsWith('.gz') ? gzipSync(content) : content)
  const [only] = await parsed(ejtrader, path, options)
  return only!
}

const barsOf = ({ events }: Parsed): Bar[] => events.filter(event => event.kind === 'bar')

test('points become steps, and float dust is swept away', async () => {
  const { about, events, faults } = await read(
    'EURUSDd1.csv.gz',
    `${HEADER}2012-12-04,130583.99999999999,131073.0,130453.0,130935.0,55870\r\n2012-12-05,55073.00000000001,131253.0,55073,130701.0,54075\r\n`,
  )
  expect(about).toMatchObject({ kind: 'bar', resolution: '1d', instrument: { id: 'EURUSD.EJTRADER', priceDecimals: 5 } })
  expect(events[0]).toMatchObject({
    open: 130_584,
    high: 131_073,
    low: 130_453,
    close: 130_935,
    askClose: 130_935,
    volume: 55_870,
    basis: 'bid',
    sequence: 2,
  })
  expect(events[1]).toMatchObject({ open: 55_073, low: 55_073 })
  expect(faults).toEqual([])
})

test('a broker’s day begins at 22:00 UTC in winter and 21:00 UTC in summer', async () => {
  const days = barsOf(await read('XAUUSDd1.csv.gz', `${HEADER}2013-01-15,1,1,1,1,1\n2013-07-15,1,1,1,1,1\n`))
  expect(days.map(bar => [bar.openTime, bar.eventTime].map(formatMicros))).toEqual([
    ['2013-01-14T22:00:00.000000Z', '2013-01-15T22:00:00.000000Z'],
    ['2013-07-14T21:00:00.000000Z', '2013-07-15T21:00:00.000000Z'],
  ])
})

test('the clock changes with Europe, not with America', async () => {
  // America changed on 2013-03-10 and 2013-11-03, Europe on 2013-03-31 and 2013-10-27.
  const hours = ['2013-03-08', '2013-03-12', '2013-04-02', '2013-10-25', '2013-10-29', '2013-11-05'].map(
    day => `${day} 12:00:00,1,1,1,1,1`,
  )
  const bars = barsOf(await read('XAUUSDh1.csv.gz', HEADER + hours.join('\r\n')))
  expect(bars.map(bar => formatMicros(bar.openTime).slice(11, 13))).toEqual(['10', '10', '09', '09', '10', '10'])
})

test('rows that make no sense are faults, each at its line', async () => {
  const rows = [
    '2013-01-15 10:00:00,1,2,1',
    '2013-02-30 10:00:00,1,1,1,1,1',
    '2013-01-15 10:00:00,x,1,1,1,1',
    '2013-01-15 10:00:00,1,1,0,1,1',
    '2013-01-15 11:00:00,1.5,2,1,1,1',
  ]
  const { events, faults } = await read('XAUUSDh1.csv.gz', `${HEADER}${rows.join('\r\n')}\r\n2013-01-15 12:00:00,1,1,1,1,1\r\n`)
  expect(events).toHaveLength(1)
  expect(faults.map(fault => `${fault.where} ${fault.reason}`)).toEqual(
    ['schema', 'schema', 'schema', 'range', 'schema'].map((reason, index) => `XAUUSDh1.csv.gz:${index + 2} ${reason}`),
  )
})

test('a whole file that cannot be read says why', async () => {
  const packed = gzipSync(HEADER + '2013-01-15 10:00:00,1,1,1,1,1\n'.repeat(5000))
  await expect(read('XAUUSDh1.csv.gz', packed.subarray(0, packed.length >> 1))).rejects.toMatchObject({
    code: 'IMPORT_GZIP_TRUNCATED',
  })
  await expect(read('XAUUSDh1.csv.gz', Buffer.from('Date,open'))).rejects.toMatchObject({ code: 'IMPORT_GZIP_CORRUPT' })
  await expect(read('XAUUSDh1.csv.gz', Buffer.alloc(0))).rejects.toMatchObject({ code: 'IMPORT_EMPTY_FILE' })
  await expect(read('XAUUSDh1.csv.gz', '\n')).rejects.toMatchObject({ code: 'IMPORT_EMPTY_FILE' })
  await expect(read('gold.csv.gz', HEADER)).rejects.toMatchObject({ code: 'IMPORT_UNKNOWN_RESOLUTION' })
  await expect(read('ABCDEFh1.csv.gz', HEADER)).rejects.toMatchObject({ code: 'IMPORT_UNKNOWN_INSTRUMENT' })
})

test('changed bytes give bars, faults or an ImportError, never a number that is none', async () => {
  const packed = gzipSync(
    HEADER +
      Array.from(
        { length: 200 },
        (_, hour) =>
          `2013-01-${10 + Math.floor(hour / 24)} ${String(hour % 24).padStart(2, '0')}:00:00,${154_000 + hour},155384.0,154740.0,155295.0,${hour}`,
      ).join('\r\n'),
  )
  await fc.assert(
    fc.asyncProperty(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const damaged = Buffer.from(packed)
      damaged[at]! ^= flip
      try {
        const { events } = await read('XAUUSDh1.csv.gz', damaged)
        for (const number of events.flatMap(numbersOf)) expect(Number.isSafeInteger(number)).toBe(true)
      } catch (error) {
        expect(error).toBeInstanceOf(ImportError)
      }
    }),
    { numRuns: 60 },
  )
})

describe('against the data pack', () => {
  packTest('the prices history knows are there', async () => {
    const [hours] = await parsed(ejtrader, packPath('fx/ejtrader/XAUUSD/XAUUSDh1.csv.gz'))
    const gold = barsOf(hours!)
    expect([gold.length, hours!.faults.length]).toEqual([57_600, 0])
    // The record of August 2020 was 2074.87; the crash of 2021-08-09 came at 01:00 broker time, 22:00 UTC the evening before.
    expect(
      gold.filter(bar => formatMicros(bar.openTime).startsWith('2020-08')).reduce((high, bar) => Math.max(high, bar.high), 0),
    ).toBe(207_487)
    const crash = gold.find(bar => formatMicros(bar.openTime).startsWith('2021-08-08T22'))!
    expect((crash.high - crash.low) / crash.high).toBeGreaterThan(0.03)

    const [pound] = await parsed(ejtrader, packPath('fx/ejtrader/GBPUSD/GBPUSDh1.csv.gz'))
    const brexit = barsOf(pound!).find(bar => formatMicros(bar.openTime) === '2016-06-24T02:00:00.000000Z')!
    expect((brexit.low - brexit.open) / brexit.open).toBeLessThan(-0.055)
  })

  packTest(
    'gold agrees with the hours of OANDA in winter, in summer, and in the weeks when only America has changed its clock',
    async () => {
      const [theirs] = await parsed(ejtrader, packPath('fx/ejtrader/XAUUSD/XAUUSDh1.csv.gz'))
      const [ours] = await parsed(lean, packPath('cfd/lean/oanda/hour/xauusd.zip'))
      const oanda = new Map(barsOf(ours!).map(bar => [bar.openTime as number, bar.close / bar.open - 1]))
      const seasons = new Map<string, [number, number][]>([
        ['winter', []],
        ['summer', []],
        ['mismatch', []],
      ])
      for (const bar of barsOf(theirs!)) {
        const other = oanda.get(bar.openTime)
        if (other !== undefined) seasons.get(seasonOf(bar.openTime))!.push([bar.close / bar.open - 1, other])
      }
      for (const [season, pairs] of seasons) {
        expect(pairs.length, season).toBeGreaterThan(1500)
        expect(correlation(pairs), season).toBeGreaterThan(0.98)
      }
    },
  )
})

/** Whether the clocks of New York and of Eastern Europe are both ahead, both not, or only one. */
function seasonOf(time: number): 'winter' | 'summer' | 'mismatch' {
  const year = new Date(time / 1000).getUTCFullYear()
  const sunday = (month: number, nth: number) => {
    const first = Date.UTC(year, month, 1)
    return first + ((7 - new Date(first).getUTCDay()) % 7) * 86_400_000 + (nth - 1) * 7 * 86_400_000
  }
  const lastSunday = (month: number) => {
    const last = Date.UTC(year, month + 1, 0)
    return last - new Date(last).getUTCDay() * 86_400_000
  }
  const within = (start: number, end: number) => time / 1000 >= start && time / 1000 < end
  const america = within(sunday(2, 2), sunday(10, 1))
  const europe = within(lastSunday(2), lastSunday(9))
  return america !== europe ? 'mismatch' : america ? 'summer' : 'winter'
}
