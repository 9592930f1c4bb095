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

/** One output of a feature by bar index. */
type Column = (world: readonly BarInput[]) => number[]

function ofBars<F extends Feature<BarInput>>(feature: F, world: readonly BarInput[], read: (feature: F) => number): number[] {
  return world.map(bar => {
    feature.update(bar)
    return read(feature)
  })
}

function ofCloses<F extends Feature<number>>(feature: F, world: readonly BarInput[], read: (feature: F) => number): number[] {
  return world.map(bar => {
    feature.update(bar.close)
    return read(feature)
  })
}

/** Relative tolerance; 0 is bit for bit. `later` where our lines begin together and TA-Lib's do not. */
const CASES: readonly { readonly column: string; readonly tolerance: number; readonly later?: number; readonly ours: Column }[] =
  [
    { column: 'sma(20)', tolerance: 1e-14, ours: world => ofCloses(new Sma(20), world, sma => sma.value) },
    { column: 'ema(20)', tolerance: 0, ours: world => ofCloses(new Ema(20), world, ema => ema.value) },
    { column: 'rsi(14)', tolerance: 1e-14, ours: world => ofCloses(new Rsi(14), world, rsi => rsi.value) },
    { column: 'macd(12, 26, 9)', tolerance: 0, ours: world => ofCloses(new Macd(), world, macd => macd.value) },
    // The build that made the columns fuses multiply and add in places (this one is fma(x - e, k, e)): the last bit differs.
    { column: 'macd.signal', tolerance: 1e-14, ours: world => ofCloses(new Macd(), world, macd => macd.signal) },
    { column: 'macd.histogram', tolerance: 1e-12, ours: world => ofCloses(new Macd(), world, macd => macd.histogram) },
    // TA-Lib's variance is E[x²] - E[x]², which loses digits; the middle has all of them.
    { column: 'bollinger.upper', tolerance: 1e-10, ours: world => ofCloses(new Bollinger(), world, bands => bands.upper) },
    { column: 'bollinger.middle', tolerance: 1e-14, ours: world => ofCloses(new Bollinger(), world, bands => bands.middle) },
    { column: 'bollinger.lower', tolerance: 1e-10, ours: world => ofCloses(new Bollinger(), world, bands => bands.lower) },
    { column: 'atr(14)', tolerance: 1e-14, ours: world => ofBars(new Atr(14), world, atr => atr.value) },
    { column: 'adx(14)', tolerance: 1e-13, ours: world => ofBars(new Adx(14), world, adx => adx.value) },
    { column: 'adx.plusDi', tolerance: 1e-13, later: 27, ours: world => ofBars(new Adx(14), world, adx => adx.plusDi) },
    { column: 'adx.minusDi', tolerance: 1e-13, later: 27, ours: world => ofBars(new Adx(14), world, adx => adx.minusDi) },
    { column: 'stochastic.k', tolerance: 1e-12, ours: world => ofBars(new Stochastic(), world, stochastic => stochastic.k) },
    { column: 'stochastic.d', tolerance: 1e-12, ours: world => ofBars(new Stochastic(), world, stochastic => stochastic.d) },
    { column: 'obv', tolerance: 0, ours: world => ofBars(new Obv(), world, obv => obv.value) },
    { column: 'roc(10)', tolerance: 1e-12, ours: world => ofCloses(new Roc(10), world, roc => roc.value) },
    { column: 'highest(20)', tolerance: 0, ours: world => ofBars(new Donchian(20), world, channel => channel.upper) },
    { column: 'lowest(20)', tolerance: 0, ours: world => ofBars(new Donchian(20), world, channel => channel.lower) },
  ]

describe.each(['trend', 'range', 'gappy'] as const)('%s', world => {
  test.each(CASES)('$column is that of TA-Lib', ({ column, ours, tolerance, later }) => {
    const values = ours(bars(world, 42, 260))
    const theirs = Object.entries(golden.worlds[world][column]!)

    for (const [index, expected] of theirs) {
      const at = Number(index)
      if (at < (later ?? 0)) continue
      const off = Math.abs(values[at]! - expected)
      expect(off, `${column}[${at}] is ${values[at]}, TA-Lib ${expected}`).toBeLessThanOrEqual(tolerance * Math.abs(expected))
    }
    const first = Math.max(Number(theirs[0]![0]), later ?? 0)
    const spoke = values.findIndex(value => !Number.isNaN(value))
    expect(spoke, 'first index').toBe(first)
  })
})
