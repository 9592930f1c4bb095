// The gate against spoiled recordings, in short: a day of euro and of gold. The long form is bench/quality.ts.
import { describe, expect, test } from 'vitest'
import { lean } from '../../src/adapters/files/lean.ts'
import { instrument } from '../../src/domain/instrument.ts'
import type { Bar } from '../../src/domain/market.ts'
import { HOUR, type Micros, type Price } from '../../src/domain/numbers.ts'
import { QualityGate } from '../../src/stages/quality/gate.ts'
import { packPath, packTest } from '../pack.ts'
import { parsed } from '../parsed.ts'
import { dice } from '../small-world.ts'
import { falseAlarms, misses, type Scene, wilson } from './campaign.ts'
import { capturedAlarms } from './captured-sessions.ts'
import { CATASTROPHIC, OF_TRADES } from './corruptor.ts'
import { judgePair, repairPairs } from './repair-pairs.ts'
import { recordedQuotes, recordedTrades } from './tape.ts'

async function sceneOf(path: string, peers: boolean): Promise<Scene> {
  const spec = (await parsed(lean, path))[0]!.about.instrument!
  return { instrument: instrument(spec), tape: (await recordedQuotes(lean, [path])).slice(0, 40_000), peers, seed: 3 }
}

describe.each([
  ['euro', ['fx', 'lean', 'oanda', 'tick', 'eurusd', '20140501_quote.zip']],
  ['gold', ['cfd', 'lean', 'oanda', 'tick', 'xauusd', '20140501_quote.zip']],
])('a day of %s', (_, path) => {
  packTest('no catastrophic fault passes, among three sources or alone', async () => {
    for (const peers of [true, false]) {
      const scene = await sceneOf(packPath(...path), peers)
      for (const corruption of CATASTROPHIC) {
        const { missed } = misses(scene, corruption, 40)
        expect(missed.hits, `${corruption}, ${peers ? 'three sources' : 'alone'}: of ${missed.of}`).toBe(0)
        expect(missed.of, corruption).toBeGreaterThan(5)
      }
    }
  })

  packTest('a drift of half a percent a minute is noticed', async () => {
    const { missed } = misses(await sceneOf(packPath(...path), true), 'drift', 40)
    expect(missed.hits / missed.of, `${missed.hits} of ${missed.of}`).toBeLessThanOrEqual(0.1)
  })

  packTest('as it was, alone, it passes whole', async () => {
    expect(falseAlarms(await sceneOf(packPath(...path), false)).reasons).toEqual({})
  })

  packTest('as it was, among three sources, hardly a quote is kept out', async () => {
    // One in ten thousand over the whole record (bench/quality.ts); a single day may be twice that.
    const { all } = falseAlarms(await sceneOf(packPath(...path), true))
    expect(all.hits / all.of, `${all.hits} of ${all.of}`).toBeLessThanOrEqual(2e-4)
  })
})

describe('prints of a share', () => {
  const path = () => packPath('equity', 'lean', 'usa', 'tick', 'spy', '20131007_trade.zip')

  packTest('no catastrophic fault passes, and hardly a print is kept out', async () => {
    const spec = (await parsed(lean, path()))[0]!.about.instrument!
    const tape = (await recordedTrades(lean, [path()])).slice(0, 30_000)
    const scene: Scene = { instrument: instrument(spec), tape, peers: true, seed: 3, trades: true }
    for (const corruption of OF_TRADES) {
      const { missed } = misses(scene, corruption, 40)
      expect(missed.hits, `${corruption}: of ${missed.of}`).toBe(0)
      expect(missed.of, corruption).toBeGreaterThan(5)
    }
    const { all } = falseAlarms(scene)
    expect(all.hits / all.of, `${all.hits} of ${all.of}`).toBeLessThanOrEqual(5e-4)
  })
})

packTest('of sessions captured at three crypto venues hardly a fact is kept out', () => {
  const sessions = capturedAlarms()
  const [kept, all] = [sumOf(sessions, each => each.kept.hits), sumOf(sessions, each => each.kept.of)]
  expect(all).toBeGreaterThan(18_000)
  expect(kept / all, `${kept} of ${all}`).toBeLessThanOrEqual(1e-4)
})

const BAR_FAULTS = {
  'not positive': bar => ({ ...bar, low: 0 as Price }),
  'no number': bar => ({ ...bar, close: Number.NaN as Price }),
  'high below low': bar => ({ ...bar, high: bar.low, low: bar.high }),
  'ask below bid': bar => ({ ...bar, askClose: (bar.close - 1) as Price, askLow: Math.min(bar.askLow, bar.close - 1) as Price }),
  '×10': bar => scaled(bar, 10),
  '×100': bar => scaled(bar, 100),
  '×1000': bar => scaled(bar, 1000),
  '÷100': bar => scaled(bar, 0.01),
  'only the low in another unit': bar => ({ ...bar, low: Math.ceil(bar.low / 100) as Price }),
  'volume missing': bar => ({ ...bar, volume: Number.NaN }),
  'an hour off': bar => ({
    ...bar,
    eventTime: (bar.eventTime - HOUR) as Micros,
    receivedTime: (bar.receivedTime - HOUR) as Micros,
  }),
} satisfies Record<string, (bar: Bar) => Bar>

const scaled = (bar: Bar, factor: number): Bar => {
  const times = (price: number): Price => Math.max(1, Math.round(price * factor)) as Price
  return {
    ...{ ...bar, open: times(bar.open), high: times(bar.high), low: times(bar.low), close: times(bar.close) },
    ...{ askOpen: times(bar.askOpen), askHigh: times(bar.askHigh), askLow: times(bar.askLow), askClose: times(bar.askClose) },
  }
}

describe('minutes of shares', () => {
  const openGate = () => new QualityGate({ staleAfterMicros: HOUR, outlierFactor: 12, allowsNegativePrices: () => false })

  async function minutes(): Promise<readonly Bar[]> {
    const [archive] = await parsed(lean, packPath('equity', 'lean', 'usa', 'minute', 'spy', '20131007_trade.zip'))
    return archive!.events as readonly Bar[]
  }

  packTest('pass whole as they were', async () => {
    const gate = openGate()
    expect((await minutes()).map(bar => gate.inspect(bar)).filter(reason => reason !== undefined)).toEqual([])
  })

  for (const [fault, spoil] of Object.entries(BAR_FAULTS))
    packTest(`that are spoiled are kept out: ${fault}`, async () => {
      const bars = await minutes()
      const roll = dice(11)
      let missed = 0
      let planted = 0
      let gate = openGate()
      for (let at = 0; at < bars.length; at++) {
        if (at > 60 && roll() < 0.1 && isSpoiled(bars[at]!, spoil(bars[at]!))) {
          planted += 1
          if (gate.inspect(spoil(bars[at]!)) === undefined) {
            missed += 1
            // A gate that took it would call what follows wrong.
            gate = openGate()
          }
        }
        gate.inspect(bars[at]!)
      }
      expect(missed, `of ${planted}`).toBe(0)
      expect(planted).toBeGreaterThan(20)
    })

  packTest('that come twice are one', async () => {
    const gate = openGate()
    const [first] = await minutes()
    expect([gate.inspect(first!), gate.inspect({ ...first! })]).toEqual([undefined, 'duplicate'])
  })
})

describe('bars of a public feed beside their repaired form', () => {
  const folder = () => packPath('equity', 'yfinance_repair')
  const verdicts = () => repairPairs(folder()).map(file => judgePair(folder(), file))

  packTest('no price in another unit, no zero and no contradiction passes, once the gate has seen a sound bar', () => {
    const all = verdicts()
    expect(all.length).toBe(33)
    for (const { name, magnitude, left } of all)
      expect([name, magnitude.caught, left.caught]).toEqual([name, magnitude.of, left.of])
    // Feeds that lost their unit for weeks, with the same bar every day, among them: CLC and NVT.
    expect(sumOf(all, ({ magnitude, left }) => magnitude.of + left.of)).toBeGreaterThan(1000)
  })

  packTest('where a file begins in the wrong unit, its end is noticed', () => {
    const wrongStart = verdicts().filter(({ unfounded }) => unfounded > 0)
    expect(wrongStart.map(({ name, seamNoticed }) => [name, seamNoticed])).toEqual([
      ['DEX-AX-1d-bad-stock-split', true],
      ['SPM-MI-1d-bad-stock-split', true],
      ['SSW-JO-1d-100x-error', true],
    ])
  })

  packTest('hardly a sound bar is kept out, and none of the files that have no fault', () => {
    const all = verdicts()
    const [refused, sound] = [sumOf(all, each => each.soundRefused), sumOf(all, each => each.sound)]
    expect(refused / sound, `${refused} of ${sound}`).toBeLessThanOrEqual(0.003)
    expect(all.filter(each => each.name.endsWith('no-bad-divs')).map(each => each.soundRefused)).toEqual([0, 0, 0, 0, 0])
  })
})

const sumOf = <T>(all: readonly T[], of: (each: T) => number): number => all.reduce((sum, each) => sum + of(each), 0)

const isSpoiled = (bar: Bar, other: Bar): boolean =>
  Object.keys(bar).some(key => !Object.is(bar[key as keyof Bar], other[key as keyof Bar]))

test('the interval of Wilson', () => {
  // 0 of 2,000: 1.959964² / (2000 + 1.959964²) = 3.841459 / 2003.841459.
  expect(wilson(0, 2000).high).toBeCloseTo(3.841459 / 2003.841459, 9)
  // 1 of 10, the textbook's 0.0179 to 0.4042.
  expect(wilson(1, 10).low).toBeCloseTo(0.0179, 4)
  expect(wilson(1, 10).high).toBeCloseTo(0.4042, 4)
})
