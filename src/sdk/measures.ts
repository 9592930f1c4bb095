// What a strategy can measure: each constructor gives a fresh line, fed by the engine at every bar of the strategy.
import { sessionCalendar } from '../domain/calendar.ts'
import type { BarInput } from '../domain/feature.ts'
import type { Micros } from '../domain/numbers.ts'
import { Adx } from '../stages/features/adx.ts'
import { Atr } from '../stages/features/atr.ts'
import { Bollinger } from '../stages/features/bollinger.ts'
import { Donchian } from '../stages/features/donchian.ts'
import { Ema, type EmaSeed } from '../stages/features/ema.ts'
import { Macd } from '../stages/features/macd.ts'
import { Obv } from '../stages/features/obv.ts'
import { RealisedVolatility } from '../stages/features/realised-volatility.ts'
import { Roc } from '../stages/features/roc.ts'
import { Rsi } from '../stages/features/rsi.ts'
import { SessionVwap } from '../stages/features/session-vwap.ts'
import { Sma } from '../stages/features/sma.ts'
import { Stochastic } from '../stages/features/stochastic.ts'
import { SwingPoints } from '../stages/features/swing-points.ts'
import { TradeDelta } from '../stages/features/trade-delta.ts'
import { Bundle, Line, type Trace } from './line.ts'

/** Which price of the bar a line is made of. */
export type Source = 'open' | 'high' | 'low' | 'close'

/** Simple moving average over `length` bars. */
export function sma(length: number, source: Source = 'close'): Line {
  const feature = new Sma(length)
  return new Line(feature, bar => (feature.update(bar[source]), feature.value))
}

/** Exponential moving average; `seed: 'first'` starts it at the first price instead of the mean of the first `length`. */
export function ema(length: number, options: { readonly source?: Source; readonly seed?: EmaSeed } = {}): Line {
  const source = options.source ?? 'close'
  const feature = new Ema(length, { seed: options.seed ?? 'mean' })
  return new Line(feature, bar => (feature.update(bar[source]), feature.value))
}

/** Relative strength index, 0…100. */
export function rsi(length = 14): Line {
  const feature = new Rsi(length)
  return new Line(feature, bar => (feature.update(bar.close), feature.value))
}

/** Average true range, in price units. */
export function atr(length = 14): Line {
  const feature = new Atr(length)
  return new Line(feature, bar => (feature.update(bar), feature.value))
}

/** Rate of change over `length` bars, in percent. */
export function roc(length = 10): Line {
  const feature = new Roc(length)
  return new Line(feature, bar => (feature.update(bar.close), feature.value))
}

/** On-balance volume. */
export function obv(): Line {
  const feature = new Obv()
  return new Line(feature, bar => (feature.update(bar), feature.value))
}

/** Standard deviation of the last `length` log returns, per bar. */
export function volatility(length = 20): Line {
  const feature = new RealisedVolatility(length)
  return new Line(feature, bar => (feature.update(bar.close), feature.value))
}

/** Volume-weighted average price since the session's start; `calendar` is a session calendar's name. */
export function vwap(calendar = 'fx'): Line {
  const feature = new SessionVwap(sessionOf(calendar))
  return new Line(feature, bar => (feature.update(bar), feature.value))
}

/** Structure of the last swings: +1 rising, -1 falling, 0 neither; see also the levels. */
export function swings(
  neighbours = 5,
): Bundle<'structure' | 'high' | 'low'> & { readonly structure: Trace; readonly high: Trace; readonly low: Trace } {
  const feature = new SwingPoints(neighbours)
  return spread(
    new Bundle(feature, bar => feature.update(bar), {
      structure: () => feature.value,
      high: () => feature.high?.price ?? Number.NaN,
      low: () => feature.low?.price ?? Number.NaN,
    }),
  )
}

/** Moving average convergence divergence: `line`, `signal`, `histogram`. */
export function macd(lengths = { fast: 12, slow: 26, signal: 9 }): Spread<'line' | 'signal' | 'histogram'> {
  const feature = new Macd(lengths)
  const read = { line: () => feature.value, signal: () => feature.signal, histogram: () => feature.histogram }
  return spread(new Bundle(feature, bar => feature.update(bar.close), read))
}

/** Bollinger bands: `upper`, `middle`, `lower`, `percentB`, `bandwidth`. */
export function bollinger(length = 20, width = 2): Spread<'upper' | 'middle' | 'lower' | 'percentB' | 'bandwidth'> {
  const feature = new Bollinger({ length, width })
  return spread(
    new Bundle(feature, bar => feature.update(bar.close), {
      upper: () => feature.upper,
      middle: () => feature.middle,
      lower: () => feature.lower,
      percentB: () => feature.percentB,
      bandwidth: () => feature.bandwidth,
    }),
  )
}

/** Average directional index: `strength` (the ADX), `plus` and `minus` (the directional indicators). */
export function adx(length = 14): Spread<'strength' | 'plus' | 'minus'> {
  const feature = new Adx(length)
  const read = { strength: () => feature.value, plus: () => feature.plusDi, minus: () => feature.minusDi }
  return spread(new Bundle(feature, bar => feature.update(bar), read))
}

/** Stochastic oscillator: `k` and `d`, 0…100. */
export function stochastic(range = 14, smoothing = 3, signal = 3): Spread<'k' | 'd'> {
  const feature = new Stochastic({ range, smoothing, signal })
  return spread(new Bundle(feature, bar => feature.update(bar), { k: () => feature.k, d: () => feature.d }))
}

/** Highest high and lowest low of the last `length` bars; by default before the current one, which is what a breakout breaks. */
export function donchian(length = 20, options: { readonly excludeCurrent?: boolean } = {}): Spread<'upper' | 'middle' | 'lower'> {
  const feature = new Donchian(length, { excludeCurrent: options.excludeCurrent ?? true })
  const read = { upper: () => feature.upper, middle: () => feature.value, lower: () => feature.lower }
  return spread(new Bundle(feature, bar => feature.update(bar), read))
}

/** Buy less sell volume: `bar` of this bar, `session` since the session's start. Needs a tape. */
export function delta(calendar = 'crypto'): Spread<'bar' | 'session'> {
  const feature = new TradeDelta(sessionOf(calendar))
  return spread(new Bundle(feature, bar => feature.update(bar), { bar: () => feature.value, session: () => feature.cumulative }))
}

/** How many bars were seen, this one included. */
export function count(): Line {
  let seen = 0
  return new Line({ name: 'count', first: 0 }, () => ++seen)
}

type Spread<Name extends string> = Bundle<Name> & Readonly<Record<Name, Trace>>

/** Puts the traces on the bundle itself, so that a strategy writes `f.bands.upper.now`. */
function spread<Name extends string>(bundle: Bundle<Name>): Spread<Name> {
  return Object.assign(bundle, bundle.traces)
}

function sessionOf(name: string): (bar: BarInput) => number {
  const calendar = sessionCalendar(name)
  if (calendar === undefined) throw new RangeError(`there is no session calendar '${name}'`)
  return bar => calendar.sessionId(bar.openTime as Micros)
}
