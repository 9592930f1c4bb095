import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeZip, type ZipPart } from '../../../test/make-zip.ts'
import { numbersOf, parsed } from '../../../test/parsed.ts'
import { formatMicros } from '../../domain/numbers.ts'
import { ImportError, type ImportOptions } from './format.ts'
import { lean } from './lean.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lean-'))
})
afterAll(() => rm(root, { recursive: true }))

async function write(path: string, parts: readonly ZipPart[]): Promise<string> {
  const full = join(root, path)
  await mkdir(dirname(full), { recursive: true })
  await writeFile(full, makeZip(parts))
  return full
}

const oneEntry = async (path: string, entry: string, content: string, options: ImportOptions = {}) => {
  const [only, ...more] = await parsed(lean, await write(path, [{ name: entry, content }]), options)
  expect(more).toEqual([])
  return only!
}

describe('ticks', () => {
  test('of gold keep their microseconds', async () => {
    const { about, events, faults } = await oneEntry(
      'cfd/oanda/tick/xauusd/20140501_quote.zip',
      '20140501_xauusd_tick_quote.csv',
      '43.142,1291.677,1292.033\n62.2662,1291.619,1292.007\n',
    )
    expect([about.instrument?.id, about.kind, about.resolution, faults.length]).toEqual(['XAUUSD.OANDA', 'quote', undefined, 0])
    // 2014-05-01 is day 16,191: 16,191 × 86,400 s = 1,398,902,400 s.
    expect(events[0]).toMatchObject({ eventTime: 1_398_902_400_043_142, bid: 1_291_677, ask: 1_292_033, bidSize: 0, sequence: 1 })
    expect(events[1]).toMatchObject({ eventTime: 1_398_902_400_062_266, receivedTime: 1_398_902_400_062_266, sequence: 2 })
    expect(about.provenance).toMatchObject({ source: 'oanda', kind: 'recorded', licence: 'not stated' })
  })

  test('of shares are in ten-thousandths of a dollar and New York time, daylight saving or not', async () => {
    const trade = '34200000,1704100,125,P,2000,0\n' // 09:30
    const summer = await oneEntry('equity/usa/tick/spy/20131011_trade.zip', '20131011_spy_Trade_Tick.csv', trade)
    expect(summer.about).toMatchObject({ kind: 'trade', instrument: { id: 'SPY.ARCA' } })
    expect(summer.events[0]).toMatchObject({ kind: 'trade', price: 1_704_100, quantity: 125, aggressor: 'unknown' })
    expect(formatMicros(summer.events[0]!.eventTime)).toBe('2013-10-11T13:30:00.000000Z')

    const winter = await oneEntry('equity/usa/tick/spy/20131104_trade.zip', '20131104_spy_Trade_Tick.csv', trade)
    expect(formatMicros(winter.events[0]!.eventTime)).toBe('2013-11-04T14:30:00.000000Z')
  })

  test('on a day the clock changes are placed by the clock that was valid at their hour', async () => {
    // 2013-03-10: 02:00 becomes 03:00 in New York. 01:00 is 06:00 UTC, 04:00 is 08:00 UTC.
    const { events } = await oneEntry(
      'equity/usa/tick/spy/20130310_trade.zip',
      '20130310_spy_Trade_Tick.csv',
      '3600000,1000000,1,P,0,0\n14400000,1000000,1,P,0,0\n',
    )
    expect(events.map(event => formatMicros(event.eventTime).slice(11, 16))).toEqual(['06:00', '08:00'])
  })

  test('flagged by the exchange as suspicious are set apart', async () => {
    const { events, faults } = await oneEntry(
      'equity/usa/tick/ibm/20131011_trade.zip',
      '20131011_ibm_Trade_Tick.csv',
      '34200000,1825700,100,P,0,1\n34200001,1825700,100,P,0,0\n34200002,1825700,100,P,0,x\n',
    )
    expect([events.length, faults.map(fault => fault.reason)]).toEqual([1, ['suspicious', 'schema']])
  })

  test('with one side only are no quotes', async () => {
    const { events, faults } = await oneEntry(
      'equity/usa/tick/ibm/20131011_quote.zip',
      '20131011_ibm_Quote_Tick.csv',
      '14400833,1825700,300,0,0,P,1,0\n14400834,1825700,300,,,P,1,0\n14400835,1825700,300,1825800,100,P,1,0\n',
    )
    expect(faults.map(fault => fault.reason)).toEqual(['range', 'schema'])
    expect(events[0]).toMatchObject({ bid: 1_825_700, bidSize: 300, ask: 1_825_800, askSize: 100 })
  })
})

describe('bars', () => {
  test('of quotes have both sides, and are known at their close', async () => {
    const { about, events } = await oneEntry(
      'forex/oanda/minute/eurusd/20140508_quote.zip',
      '20140508_eurusd_minute_quote.csv',
      '60000,1.39748,1.3975,1.39746,1.39749,3,1.39758,1.3976,1.39756,1.39759,5\n',
    )
    expect(about).toMatchObject({ kind: 'bar', resolution: '1m', instrument: { id: 'EURUSD.OANDA' } })
    expect(events[0]).toMatchObject({ open: 139_748, high: 139_750, low: 139_746, close: 139_749, basis: 'bid', volume: 0 })
    expect(events[0]).toMatchObject({ askOpen: 139_758, askHigh: 139_760, askLow: 139_756, askClose: 139_759 })
    expect(events[0]!.kind === 'bar' && [events[0]!.openTime, events[0]!.eventTime].map(formatMicros)).toEqual([
      '2014-05-08T00:01:00.000000Z',
      '2014-05-08T00:02:00.000000Z',
    ])
  })

  test('of hours and days carry the time they opened', async () => {
    const hour = await oneEntry(
      'cfd/oanda/hour/xauusd.zip',
      'xauusd.csv',
      '20060320 00:00,552.8,554.7,552.4,554.2,0,555.3,557.2,554.9,556.7,0\n',
    )
    expect([hour.about.resolution, formatMicros(hour.events[0]!.eventTime)]).toEqual(['1h', '2006-03-20T01:00:00.000000Z'])

    // A New York day is 25 hours long when the clock goes back: 2013-11-03 from 04:00 UTC to 05:00 UTC of the 4th.
    const day = await oneEntry('equity/usa/daily/spy.zip', 'spy.csv', '20131103 00:00,973100,975300,965300,973600,2150000\n')
    expect([day.about.resolution, day.about.instrument?.id]).toEqual(['1d', 'SPY.ARCA'])
    expect(day.events[0]).toMatchObject({ basis: 'trade', open: 973_100, askClose: 973_600, volume: 2_150_000 })
    expect(day.events[0]!.kind === 'bar' && [day.events[0]!.openTime, day.events[0]!.eventTime].map(formatMicros)).toEqual([
      '2013-11-03T04:00:00.000000Z',
      '2013-11-04T05:00:00.000000Z',
    ])
  })

  test('of FXCM are in Eastern Standard Time all year', async () => {
    const row = '0,1.39743,1.39754,1.39736,1.3975,0,1.39752,1.39764,1.39744,1.39761,0\n'
    for (const day of ['20110307', '20140507']) {
      const { events } = await oneEntry(`forex/fxcm/minute/eurusd/${day}_quote.zip`, `${day}_eurusd_minute_quote.csv`, row)
      expect(events[0]!.kind === 'bar' && formatMicros(events[0]!.openTime).slice(11, 16), day).toBe('05:00')
    }
  })

  test('of crypto round the dust of float sums in their volume', async () => {
    const { about, events } = await oneEntry(
      'crypto/coinbase/daily/btcusd_trade.zip',
      'btcusd.csv',
      '20141201 00:00,300,370,300,370,0.05655554\n20141202 00:00,377,378,377,378,0.10000000000000009\n',
    )
    expect(events.map(event => event.kind === 'bar' && event.volume)).toEqual([5_655_554, 10_000_000])
    expect(about.notes?.join()).toContain('rounded to 8 decimals')
  })

  test('of several futures contracts in one archive are several datasets', async () => {
    const path = await write('future/cme/minute/es/20131007_trade.zip', [
      { name: '20131007_es_minute_trade_201312.csv', content: '0,1676.5,1676.75,1676.5,1676.5,9\n' },
      { name: '20131007_es_minute_trade_201403.csv', content: '0,1670.25,1670.25,1670.25,1670.25,2\n' },
    ])
    const datasets = await parsed(lean, path)
    expect(datasets.map(each => each.about.instrument?.id)).toEqual(['ESZ13.CME', 'ESH14.CME'])
    expect(datasets[0]!.events[0]).toMatchObject({ open: 167_650, high: 167_675, volume: 9 })
  })
})

describe('a row that makes no sense', () => {
  const GOLD = 'cfd/oanda/tick/xauusd/20140501_quote.zip'
  const ENTRY = '20140501_xauusd_tick_quote.csv'

  test('is a fault with its reason, file and line, and the rest is read', async () => {
    const { events, faults } = await oneEntry(
      GOLD,
      ENTRY,
      [
        '1,1291.677,1292.033',
        '2,abc,1292.033', // text where a number belongs
        '3,NaN,1292.033',
        '4,1291.677', // a column too few
        '5,1291.677,1292.033,7', // a column too many
        '6,1291.6775,1292.033', // finer than the instrument
        '7,0,1292.033', // no bid
        '8,-1291.677,1292.033',
        '86400000,1291.677,1292.033', // the day has 86,400,000 ms
        '',
        '9,1291.677,1292.033',
      ].join('\r\n'),
    )
    expect(events.map(event => event.sequence)).toEqual([1, 11])
    expect(faults.map(fault => `${fault.where} ${fault.reason}`)).toEqual(
      ['schema', 'schema', 'schema', 'schema', 'schema', 'range', 'range', 'range'].map(
        (reason, index) => `${ENTRY}:${index + 2} ${reason}`,
      ),
    )
    expect(faults[0]!.text).toBe('2,abc,1292.033')
  })

  test('of an hour has a time that exists', async () => {
    const rest = ',552.8,554.7,552.4,554.2,0,555.3,557.2,554.9,556.7,0'
    const times = ['20060230 00:00', '20061301 00:00', '20060320 24:00', '20060320', 'x', '']
    const { faults } = await oneEntry(
      'cfd/oanda/hour/xauusd.zip',
      'xauusd.csv',
      ['20060320 00:00', ...times].map(time => time + rest).join('\n'),
    )
    // '20060320' alone is a day, so it is read as its midnight.
    expect(faults.map(fault => fault.where)).toEqual([2, 3, 4, 6, 7].map(line => `xauusd.csv:${line}`))
  })

  test('never becomes a number that is none, whatever bytes were changed', async () => {
    const content = Buffer.from(
      Array.from(
        { length: 60 },
        (_, row) => `${row * 1000}.25,${(1291 + row / 7).toFixed(3)},${(1292 + row / 7).toFixed(3)}`,
      ).join('\n'),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(content.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 }),
        async changes => {
          const mutated = Buffer.from(content)
          for (const [at, byte] of changes) mutated[at] = byte
          const path = await write(GOLD, [{ name: ENTRY, content: mutated }])
          const [{ events, faults }] = (await parsed(lean, path)) as [Awaited<ReturnType<typeof parsed>>[number]]
          const lines = mutated
            .toString('latin1')
            .split('\n')
            .filter(line => line.replace(/\r$/, '') !== '').length
          expect(events.length + faults.length, 'every line counts once').toBe(lines)
          for (const number of events.flatMap(numbersOf)) expect(Number.isSafeInteger(number)).toBe(true)
        },
      ),
      { numRuns: 100 },
    )
  })
})

describe('which file is what', () => {
  const ROW = '43.142,1291.677,1292.033\n'

  test('is told by the entry inside when the file was moved, once the source is known', async () => {
    const entry = '20140501_xauusd_tick_quote.csv'
    for (const options of [{ source: 'oanda' }, { instrument: 'XAUUSD.OANDA' }]) {
      const { about, events } = await oneEntry('moved/gold.zip', entry, ROW, options)
      expect(about).toMatchObject({ kind: 'quote', instrument: { id: 'XAUUSD.OANDA' }, provenance: { source: 'oanda' } })
      expect(events[0]!.eventTime).toBe(1_398_902_400_043_142)
    }
    const spy = await oneEntry('moved/spy.zip', '20131011_spy_minute_trade.csv', '34200000,1704100,1704100,1704100,1704100,5\n', {
      source: 'usa',
    })
    expect(spy.about.instrument?.id).toBe('SPY.ARCA')
    const perp = await oneEntry(
      'moved/a.zip',
      '20221213_adausdt_minute_trade_perp.csv',
      '0,0.3067,0.3068,0.3066,0.3068,274004\n',
      { source: 'binance' },
    )
    expect(perp.about.instrument?.id).toBe('ADAUSDT-PERP.BINANCE')
  })

  test('is an error with the fix when nothing says it', async () => {
    const faults: [code: string, path: string, entry: string, options?: ImportOptions][] = [
      ['IMPORT_UNKNOWN_INSTRUMENT', 'moved/gold.zip', '20140501_xauusd_tick_quote.csv'],
      ['IMPORT_UNKNOWN_INSTRUMENT', 'cfd/oanda/tick/nothing/20140501_quote.zip', '20140501_nothing_tick_quote.csv'],
      [
        'IMPORT_UNKNOWN_INSTRUMENT',
        'cfd/oanda/tick/xauusd/20140501_quote.zip',
        '20140501_xauusd_tick_quote.csv',
        { instrument: 'GOLD.MARS' },
      ],
      ['IMPORT_UNKNOWN_RESOLUTION', 'moved/xauusd.zip', 'xauusd.csv', { source: 'oanda' }],
      ['IMPORT_UNKNOWN_DAY', 'cfd/oanda/tick/xauusd/quote.zip', 'xauusd_tick_quote.csv'],
      ['IMPORT_UNKNOWN_DAY', 'cfd/oanda/tick/xauusd/20140231_quote.zip', '20140231_xauusd_tick_quote.csv'],
      [
        'IMPORT_UNSUPPORTED',
        'option/usa/minute/goog/20151224_quote_american.zip',
        '20151224_goog_minute_quote_american_call_7500000_20151224.csv',
      ],
      ['IMPORT_UNSUPPORTED', 'future/cme/minute/es/20131007_openinterest.zip', '20131007_es_minute_openinterest_201312.csv'],
    ]
    for (const [code, path, entry, options] of faults) {
      await expect(oneEntry(path, entry, ROW, options), `${code} ${path}`).rejects.toMatchObject({ name: 'ImportError', code })
    }
  })

  test('that the user names and the catalogue does not know is said to be so, not asked for again', async () => {
    await expect(
      oneEntry('moved/renamed.zip', '20140501_eurusd_minute_quote.csv', ROW, { instrument: 'EURUSD.MINE' }),
    ).rejects.toThrow('is of EURUSD.MINE, which the catalogue does not know')
  })

  test('is an error when there are no rows at all', async () => {
    await expect(
      oneEntry('cfd/oanda/tick/xauusd/20140501_quote.zip', '20140501_xauusd_tick_quote.csv', '\n'),
    ).rejects.toMatchObject({ code: 'IMPORT_EMPTY_FILE' })
    await expect(parsed(lean, await write('cfd/oanda/tick/xauusd/20140502_quote.zip', []))).rejects.toBeInstanceOf(ImportError)
  })

  test('is seen by name when a folder is walked', () => {
    const yes = [
      'cfd/lean/oanda/tick/xauusd/20140501_quote.zip',
      'equity/usa/daily/spy.zip',
      'futures/lean/cme/hour/es_trade.zip',
      '20140501_quote.zip',
    ]
    const no = [
      'futures/cme/minute/es/20131007_openinterest.zip',
      'option/usa/daily/aapl_2014_trade_american.zip',
      'a/b.zip',
      'equity/usa/daily/spy.csv',
      'futures/cme/universes/es/20131007_quote.zip',
    ]
    expect([yes.filter(path => !lean.accepts(path)), no.filter(path => lean.accepts(path))]).toEqual([[], []])
  })
})
