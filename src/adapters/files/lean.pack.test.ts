// The real LEAN files of the data pack, against the counts, prices and agreements its README states.
import { globSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { correlation } from '../../../test/correlation.ts'
import { packPath, packTest } from '../../../test/pack.ts'
import { parsed } from '../../../test/parsed.ts'
import { formatMicros } from '../../domain/numbers.ts'
import { ImportError } from './format.ts'
import { lean } from './lean.ts'

describe('against the data pack', () => {
  async function totals(folder: string, days: readonly string[], kind: string) {
    let rows = 0
    let crossed = 0
    let unread = 0
    for (const day of days) {
      for (const { events, faults } of await parsed(lean, packPath(folder, `${day}_${kind}.zip`))) {
        rows += events.length + faults.length
        unread += faults.length
        crossed += events.filter(event => event.kind === 'bar' && event.askClose < event.close).length
      }
    }
    return { rows, crossed, unread }
  }
  const may2014 = (...days: number[]) => days.map(day => `201405${String(day).padStart(2, '0')}`)
  const gold = may2014(1, 2, 4, 5, 6, 7, 8)
  const euro = may2014(1, 2, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15)

  packTest('gold has 1,171,336 ticks and 192,795 seconds', async () => {
    expect(await totals('cfd/lean/oanda/tick/xauusd', gold, 'quote')).toEqual({ rows: 1_171_336, crossed: 0, unread: 0 })
    expect(await totals('cfd/lean/oanda/second/xauusd', gold, 'quote')).toEqual({ rows: 192_795, crossed: 0, unread: 0 })
  })

  packTest('the euro has 532,903 ticks', async () => {
    expect((await totals('fx/lean/oanda/tick/eurusd', euro, 'quote')).rows).toBe(532_903)
  })

  packTest('FXCM has 21,592 minutes, 436 of them crossed at the close', async () => {
    const days = [...euro, '20110307', '20111031', '20180403', '20180404']
    expect(await totals('fx/lean/fxcm/minute/eurusd', days, 'quote')).toEqual({ rows: 21_592, crossed: 436, unread: 0 })
  })

  packTest('SPY traded 1,887,460 times in five days, 10 of them flagged as suspicious', async () => {
    const days = ['20131007', '20131008', '20131009', '20131010', '20131011']
    expect(await totals('equity/lean/usa/tick/spy', days, 'trade')).toEqual({ rows: 1_887_460, crossed: 0, unread: 10 })
  })

  packTest('years of hours and days have the rows and prices that are known', async () => {
    const files: [string, number][] = [
      ['cfd/lean/oanda/hour/xauusd.zip', 76_499],
      ['cfd/lean/oanda/daily/xauusd.zip', 3949],
      ['fx/lean/oanda/hour/eurusd.zip', 74_439],
      ['fx/lean/fxcm/hour/eurusd.zip', 69_928],
      ['equity/lean/usa/daily/spy.zip', 5849],
    ]
    for (const [file, rows] of files) {
      const [only] = await parsed(lean, packPath(file))
      expect([file, only!.events.length, only!.faults.length]).toEqual([file, rows, 0])
    }

    const [spy] = await parsed(lean, packPath('equity/lean/usa/daily/spy.zip'))
    const closeOn = (day: string) =>
      spy!.events.flatMap(bar => (bar.kind === 'bar' && formatMicros(bar.openTime).startsWith(day) ? [bar.close] : []))
    expect([closeOn('1998-01-02'), closeOn('2020-03-23'), closeOn('2021-03-31')]).toEqual([[973_600], [2_229_500], [3_963_300]])
  })

  packTest('OANDA and FXCM agree once FXCM is read as Eastern Standard Time, and only then', async () => {
    const mids = new Map<string, Map<number, number>>()
    for (const market of ['oanda', 'fxcm']) {
      const series = new Map<number, number>()
      for (const day of euro) {
        for (const { events } of await parsed(lean, packPath('fx/lean', market, 'minute/eurusd', `${day}_quote.zip`))) {
          for (const bar of events) if (bar.kind === 'bar') series.set(bar.eventTime, (bar.close + bar.askClose) / 2)
        }
      }
      mids.set(market, series)
    }
    expect(correlation(returns(mids.get('oanda')!, mids.get('fxcm')!, 0))).toBeGreaterThan(0.985)
    expect(Math.abs(correlation(returns(mids.get('oanda')!, mids.get('fxcm')!, 300 * 60_000_000)))).toBeLessThan(0.05)
  })

  packTest('every archive of quotes and trades reads, and says why when it does not', async () => {
    const folders = [
      'cfd/lean',
      'fx/lean',
      'crypto/lean',
      'futures/lean',
      'equity/lean/usa/minute',
      'equity/lean/usa/daily',
      'equity/lean/usa/hour',
    ]
    const refusals = new Set<string>()
    let rows = 0
    const wrong = 0
    for (const file of folders.flatMap(folder => globSync(`${packPath(folder)}/**/*.zip`)).filter(path => lean.accepts(path))) {
      if (/tick|second/.test(file)) continue
      try {
        for (const { events } of await parsed(lean, file)) {
          rows += events.length
          for (const event of events)
            if (event.kind === 'bar') expect(event.openTime < event.eventTime && event.low > 0).toBe(true)
        }
      } catch (error) {
        if (!(error instanceof ImportError)) throw error
        refusals.add(error.code)
      }
    }
    expect(rows).toBeGreaterThan(300_000)
    expect([wrong, ...refusals]).toEqual([0])
  })
})

/** Pairs of one-minute changes, the second series read `shift` microseconds later. */
function returns(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>, shift: number): [number, number][] {
  const minute = 60_000_000
  return [...a.keys()].flatMap(time => {
    const values = [a.get(time), a.get(time - minute), b.get(time + shift), b.get(time + shift - minute)]
    if (values.includes(undefined)) return []
    const [now, before, other, otherBefore] = values as [number, number, number, number]
    return [[now - before, other - otherBefore] as [number, number]]
  })
}
