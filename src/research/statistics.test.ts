// Ratios against LEAN and golden numbers; the rest against arithmetic shown beside it.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { packPath, packTest } from '../../test/pack.ts'
import { type Micros, type Money, parseMicros, parseMoney } from '../domain/numbers.ts'
import { OnlineStatistics, sharpeRatio, sortinoRatio } from './statistics.ts'

const at = (text: string): Micros => parseMicros(text)!
const usd = (text: string): Money => parseMoney(text)!

const golden = [0.01, -0.02, 0.03, -0.01]

describe('ratios', () => {
  test('Sortino counts every day in its denominator: the golden figure of intelligence.md §8', () => {
    // mean 0.0025, √((0.02² + 0.01²)/4) = 0.01118034, ratio 0.22360680 × √252 = 3.5496
    expect(sortinoRatio(golden, 252)).toBeCloseTo(3.5496, 4)
  })

  test('Sharpe divides by the sample deviation', () => {
    // squares about 0.0025: 0.0075² + 0.0225² + 0.0275² + 0.0125² = 0.001475; √(0.001475/3) = 0.022173558
    expect(sharpeRatio(golden, 1)).toBeCloseTo(0.0025 / 0.022173558, 6)
  })

  test('too few returns, or returns without variation, have no ratio', () => {
    expect(sharpeRatio([], 252)).toBeNull()
    expect(sharpeRatio([0.1], 252)).toBeNull()
    expect(sharpeRatio([0.1, 0.1, 0.1], 252)).toBeNull()
    expect(sortinoRatio([0.1], 252)).toBeNull()
    expect(sortinoRatio([0.1, 0.2], 252), 'no day lost').toBeNull()
  })

  packTest('Sortino agrees with LEAN on 15-day windows, with a target of 0 and of 1 %', () => {
    const [, ...lines] = readFileSync(packPath('oracles/lean/spy_sortino.csv'), 'utf8').trim().split('\n')
    const rows = lines.map(line => line.split(','))
    const returns = rows.map(row => Number(row[5]))
    const compared = rows.flatMap((row, index) => (row[14] ? [{ row, window: returns.slice(index - 14, index + 1) }] : []))

    expect(compared.length).toBeGreaterThan(50)
    for (const { row, window } of compared) {
      expect(sortinoRatio(window, 1)).toBeCloseTo(Number(row[14]), 7)
      expect(sortinoRatio(window, 1, 0.01)).toBeCloseTo(Number(row[15]), 7)
    }
  })
})

describe('a run', () => {
  test('the golden returns as four days of equity give the golden ratios', () => {
    const statistics = new OnlineStatistics(usd('100000'))
    // 100000 ×1.01 ×0.98 ×1.03 ×0.99
    for (const [day, equity] of [
      ['2014-05-05T10:00', '100500'],
      ['2014-05-05T20:00', '101000'],
      ['2014-05-06T20:00', '98980'],
      ['2014-05-07T20:00', '101949.4'],
      ['2014-05-08T20:00', '100929.906'],
    ] as const)
      statistics.equity(at(`${day}Z`), usd(equity))

    const result = statistics.result()
    expect(result.days).toBe(4)
    expect(result.daysPerYear).toBe(252)
    expect(result.sortino).toBeCloseTo(3.5496, 4)
    expect(result.sharpe).toBeCloseTo((0.0025 / 0.022173558) * Math.sqrt(252), 5)
    expect(result.netProfit).toBe(usd('929.906'))
    expect(result.return).toBeCloseTo(0.00929906, 12)
    expect(result.maxDrawdown, '101000 to 98980 is two percent').toBeCloseTo(0.02, 12)
    expect(result.maxDrawdownTime).toBe(at('2014-05-06T20:00Z'))
  })

  test('a drawdown inside one day counts, and the start is a high', () => {
    const statistics = new OnlineStatistics(usd('1000'))
    statistics.equity(at('2014-05-05T10:00Z'), usd('900'))
    statistics.equity(at('2014-05-05T11:00Z'), usd('1100'))
    expect(statistics.result().maxDrawdown).toBeCloseTo(0.1, 12)
  })

  test('Sunday evening belongs to Monday where nothing trades on Saturday', () => {
    const statistics = new OnlineStatistics(usd('1000'))
    for (const time of ['2014-05-02T20:00Z', '2014-05-04T22:30Z', '2014-05-05T20:00Z']) statistics.equity(at(time), usd('1001'))
    expect(statistics.result()).toMatchObject({ days: 2, daysPerYear: 252 })
  })

  test('a market that trades on Saturdays has 365 days', () => {
    const statistics = new OnlineStatistics(usd('1000'))
    for (const time of ['2021-01-08T20:00Z', '2021-01-09T20:00Z', '2021-01-10T20:00Z']) statistics.equity(at(time), usd('1001'))
    expect(statistics.result()).toMatchObject({ days: 3, daysPerYear: 365 })
  })

  test("Friday's daily bar closes at midnight and is Friday's", () => {
    const statistics = new OnlineStatistics(usd('1000'))
    statistics.equity(at('2020-04-17T00:00Z'), usd('1001'))
    statistics.equity(at('2020-04-18T00:00Z'), usd('1002'))
    statistics.equity((at('2020-04-18T00:00Z') + 50_000) as Micros, usd('1003'))
    expect(statistics.result(), 'Thursday and Friday; a fill 50 ms after midnight opens no Saturday').toMatchObject({
      days: 2,
      daysPerYear: 252,
    })
  })

  test('months are compared with the month before, the first with the start', () => {
    const statistics = new OnlineStatistics(usd('1000'))
    for (const [time, equity] of [
      ['2014-04-10T12:00Z', '1050'],
      ['2014-05-01T00:00Z', '1100'],
      ['2014-05-30T12:00Z', '1045'],
    ] as const)
      statistics.equity(at(time), usd(equity))

    const { monthly } = statistics.result()
    expect(monthly.map(({ month }) => month)).toEqual(['2014-04', '2014-05'])
    expect(monthly[0]!.return, '1100 at the midnight that ends April').toBeCloseTo(0.1, 12)
    expect(monthly[1]!.return).toBeCloseTo(-0.05, 12)
  })

  test('trades: 30 + 10 gained, 20 lost, one even', () => {
    const statistics = new OnlineStatistics(usd('1000'))
    for (const profit of ['30', '-20', '10', '0']) statistics.trade(usd(profit))
    expect(statistics.result()).toMatchObject({
      trades: 4,
      profitFactor: 2,
      winRate: 0.5,
      averageTrade: 5,
      averageWin: 20,
      averageLoss: -20,
    })
  })

  test('without trades or days there are no ratios, and nothing is NaN', () => {
    expect(new OnlineStatistics(usd('1000')).result()).toMatchObject({
      netProfit: 0n,
      return: 0,
      sharpe: null,
      sortino: null,
      volatility: null,
      maxDrawdown: 0,
      profitFactor: null,
      winRate: null,
      averageTrade: null,
      exposure: null,
      monthly: [],
    })
  })

  test('equity at or below zero ends the ratios, not the run', () => {
    const statistics = new OnlineStatistics(usd('1000'))
    statistics.equity(at('2020-04-20T20:00Z'), usd('-500'))
    statistics.equity(at('2020-04-21T20:00Z'), usd('-400'))
    expect(statistics.result()).toMatchObject({ sharpe: null, sortino: null, maxDrawdown: 1.5, return: -1.4 })
  })

  test('exposure is the share of time with a position', () => {
    const statistics = new OnlineStatistics(usd('1000'))
    statistics.equity(at('2014-05-05T10:00Z'), usd('1000'))
    statistics.exposed(at('2014-05-05T11:00Z'), true)
    statistics.exposed(at('2014-05-05T12:00Z'), true)
    statistics.exposed(at('2014-05-05T13:00Z'), false)
    statistics.exposed(at('2014-05-05T18:00Z'), true)
    statistics.equity(at('2014-05-05T20:00Z'), usd('1000'))
    expect(statistics.result().exposure, '2 h closed and 2 h still open, of 10 h').toBeCloseTo(0.4, 12)
  })

  test('whatever the equities, statistics are finite and a drawdown is never negative', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 10_000 })), { maxLength: 60 }),
        rows => {
          const statistics = new OnlineStatistics(usd('1000'))
          let hours = 390_000
          for (const [gap, equity] of rows) {
            hours += gap
            statistics.equity((hours * 3_600_000_000) as Micros, usd(String(equity)))
          }
          const result = statistics.result()
          for (const value of [
            result.sharpe,
            result.sortino,
            result.volatility,
            result.return,
            result.maxDrawdown,
            result.exposure,
          ])
            if (value !== null) expect(Number.isFinite(value)).toBe(true)
          expect(result.maxDrawdown).toBeGreaterThanOrEqual(0)

          // Months compound to the whole.
          const compounded = result.monthly.reduce((product, month) => product * (1 + month.return), 1)
          expect(compounded - 1).toBeCloseTo(result.return, 9)
        },
      ),
    )
  })
})
