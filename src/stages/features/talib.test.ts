// U12: every feature that TA-Lib has too gives TA-Lib's numbers, from the same first index on.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bars, type World } from '../../../test/contracts/market-worlds.ts'
import type { BarInput, Feature } from '../../domain/feature.ts'
import { Adx } from './adx.ts'
import { Atr } from './atr.ts'
import { Bollinger } from './bollinger.ts'
import { Donchian } from './donchian.ts'
import { Ema } from './ema.ts'
import { Macd } from './macd.ts'
import { Obv } from './obv.ts'
import { Roc } from './roc.ts'
import { Rsi } from './rsi.ts'
import { Sma } from './sma.ts'
import { Stochastic } from './stochastic.ts'

interface Golden {
  readonly oracle: string
  readonly worlds: Readonly<Record<World, Readonly<Record<string, Readonly<Record<string, number>>>>>>
}
const golden: Golden = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../test/golden/talib.json'), 'utf8'))

/** One output of a fresh feature, fed with bars. */
type Reader = (inputs: readonly BarInput[]) => number[]

const ofBars =
  <F extends Feature<BarInput>>(create: () => F, read: (feature: F) => number): Reader =>
  inputs => {
    const feature = create()
    return inputs.map(bar => {
      feature.update(bar)
      return read(feature)
    })
  }
const ofCloses =
  <F extends Feature<number>>(create: () => F, read: (feature: F) => number): Reader =>
  inputs => {
    const feature = create()
    return inputs.map(bar => {
      feature.update(bar.close)
      return read(feature)
    })
  }

/** Relative tolerance; 0 is bit for bit. `later` where all our lines begin together and TA-Lib's do not. */
const CASES: readonly { readonly column: string; readonly read: Reader; readonly tolerance: number; readonly later?: number }[] =
  [
    {
      column: 'sma(20)',
      read: ofCloses(
        () => new Sma(20),
        sma => sma.value,
      ),
      tolerance: 1e-14,
    },
    {
      column: 'ema(20)',
      read: ofCloses(
        () => new Ema(20),
        ema => ema.value,
      ),
      tolerance: 0,
    },
    {
      column: 'rsi(14)',
      read: ofCloses(
        () => new Rsi(14),
        rsi => rsi.value,
      ),
      tolerance: 1e-14,
    },
    {
      column: 'macd(12, 26, 9)',
      read: ofCloses(
        () => new Macd(),
        macd => macd.value,
      ),
      tolerance: 0,
    },
    {
      column: 'macd.signal',
      read: ofCloses(
        () => new Macd(),
        macd => macd.signal,
      ),
      tolerance: 0,
    },
    {
      column: 'macd.histogram',
      read: ofCloses(
        () => new Macd(),
        macd => macd.histogram,
      ),
      tolerance: 0,
    },
    // TA-Lib's variance is E[x²] - E[x]², which loses six digits here; the middle has all of them.
    {
      column: 'bollinger.upper',
      read: ofCloses(
        () => new Bollinger(),
        bands => bands.upper,
      ),
      tolerance: 1e-10,
    },
    {
      column: 'bollinger.middle',
      read: ofCloses(
        () => new Bollinger(),
        bands => bands.middle,
      ),
      tolerance: 1e-14,
    },
    {
      column: 'bollinger.lower',
      read: ofCloses(
        () => new Bollinger(),
        bands => bands.lower,
      ),
      tolerance: 1e-10,
    },
    {
      column: 'atr(14)',
      read: ofBars(
        () => new Atr(14),
        atr => atr.value,
      ),
      tolerance: 0,
    },
    {
      column: 'adx(14)',
      read: ofBars(
        () => new Adx(14),
        adx => adx.value,
      ),
      tolerance: 1e-13,
    },
    {
      column: 'adx.plusDi',
      read: ofBars(
        () => new Adx(14),
        adx => adx.plusDi,
      ),
      tolerance: 1e-13,
      later: 27,
    },
    {
      column: 'adx.minusDi',
      read: ofBars(
        () => new Adx(14),
        adx => adx.minusDi,
      ),
      tolerance: 1e-13,
      later: 27,
    },
    {
      column: 'stochastic.k',
      read: ofBars(
        () => new Stochastic(),
        stochastic => stochastic.k,
      ),
      tolerance: 1e-12,
    },
    {
      column: 'stochastic.d',
      read: ofBars(
        () => new Stochastic(),
        stochastic => stochastic.d,
      ),
      tolerance: 1e-12,
    },
    {
      column: 'obv',
      read: ofBars(
        () => new Obv(),
        obv => obv.value,
      ),
      tolerance: 0,
    },
    {
      column: 'roc(10)',
      read: ofCloses(
        () => new Roc(10),
        roc => roc.value,
      ),
      tolerance: 1e-12,
    },
    {
      column: 'highest(20)',
      read: ofBars(
        () => new Donchian(20),
        channel => channel.upper,
      ),
      tolerance: 0,
    },
    {
      column: 'lowest(20)',
      read: ofBars(
        () => new Donchian(20),
        channel => channel.lower,
      ),
      tolerance: 0,
    },
  ]

describe.each(['trend', 'range', 'gappy'] as const)('%s', world => {
  test.each(CASES)('$column is that of TA-Lib', ({ column, read, tolerance, later }) => {
    const ours = read(bars(world, 42, 260))
    const theirs = Object.entries(golden.worlds[world][column]!)

    for (const [index, expected] of theirs) {
      const at = Number(index)
      if (at < (later ?? 0)) continue
      const off = Math.abs(ours[at]! - expected)
      expect(off, `${column}[${at}] is ${ours[at]}, TA-Lib ${expected}`).toBeLessThanOrEqual(tolerance * Math.abs(expected))
    }
    const first = Math.max(Number(theirs[0]![0]), later ?? 0)
    expect(
      ours.findIndex(value => !Number.isNaN(value)),
      'first index',
    ).toBe(first)
  })
})
