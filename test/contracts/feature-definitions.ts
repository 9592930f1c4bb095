// The features as their books define them: whole series, plain loops, nothing clever. The oracle of the streaming ones.
import type { BarInput } from '../../src/domain/feature.ts'
import type { BookInput } from '../../src/stages/features/book-imbalance.ts'

type Rows = number[][]

const NOT_YET = Number.NaN
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const mean = (values: readonly number[]): number => sum(values) / values.length

/** The last n values up to and with index i; undefined when there are fewer. */
const lastOf = <T>(series: readonly T[], i: number, n: number): readonly T[] | undefined =>
  i + 1 < n ? undefined : series.slice(i + 1 - n, i + 1)

export const smaOf = (x: readonly number[], n: number): number[] =>
  x.map((_, i) => {
    const window = lastOf(x, i, n)
    return window ? mean(window) : NOT_YET
  })

/** Begins where `from` says, with the mean of n values or with the first one. */
export function emaOf(x: readonly number[], n: number, seed: 'mean' | 'first' = 'mean', from = 0): number[] {
  const result = x.map(() => NOT_YET)
  let average = seed === 'mean' ? mean(x.slice(from, from + n)) : x[from]!
  const begin = seed === 'mean' ? from + n : from + 1
  for (let i = begin - 1; i < x.length; i++) {
    if (i >= begin) average += (x[i]! - average) * (2 / (n + 1))
    if (i >= from + n - 1) result[i] = average
  }
  return result
}

/** Wilder's average of x from index `from` on: mean of n, then (r (n - 1) + x) / n. */
function wilderOf(x: readonly number[], n: number, from: number): number[] {
  const result = x.map(() => NOT_YET)
  let average = mean(x.slice(from, from + n))
  for (let i = from + n - 1; i < x.length; i++) {
    if (i >= from + n) average = (average * (n - 1) + x[i]!) / n
    result[i] = average
  }
  return result
}

export function rsiOf(x: readonly number[], n: number): number[] {
  const changes = x.map((value, i) => (i === 0 ? 0 : value - x[i - 1]!))
  const gains = wilderOf(
    changes.map(change => Math.max(change, 0)),
    n,
    1,
  )
  const losses = wilderOf(
    changes.map(change => Math.max(-change, 0)),
    n,
    1,
  )
  return x.map((_, i) => (gains[i]! + losses[i]! === 0 ? 50 : (100 * gains[i]!) / (gains[i]! + losses[i]!)))
}

export function macdOf(x: readonly number[], fast: number, slow: number, signal: number): Rows {
  const slowLine = emaOf(x, slow)
  const fastLine = emaOf(x, fast, 'mean', slow - fast)
  const line = x.map((_, i) => fastLine[i]! - slowLine[i]!)
  const signalLine = emaOf(line, signal, 'mean', slow - 1)
  return x.map((_, i) =>
    i < slow + signal - 2 ? [NOT_YET, NOT_YET, NOT_YET] : [line[i]!, signalLine[i]!, line[i]! - signalLine[i]!],
  )
}

/** Middle, upper, lower, %B, bandwidth. */
export function bollingerOf(x: readonly number[], n: number, width: number): Rows {
  return x.map((value, i) => {
    const window = lastOf(x, i, n)
    if (!window) return Array.from({ length: 5 }, () => NOT_YET)
    const middle = mean(window)
    const reach = width * Math.sqrt(mean(window.map(w => (w - middle) ** 2)))
    return [
      middle,
      middle + reach,
      middle - reach,
      reach === 0 ? 0.5 : (value - (middle - reach)) / (2 * reach),
      (2 * reach) / Math.abs(middle),
    ]
  })
}

const trueRangesOf = (b: readonly BarInput[]): number[] =>
  b.map(({ high, low }, i) => {
    const before = b[i - 1]?.close ?? 0
    return Math.max(high - low, Math.abs(high - before), Math.abs(low - before))
  })

export const atrOf = (b: readonly BarInput[], n: number): number[] => wilderOf(trueRangesOf(b), n, 1)

/** ADX, +DI, -DI. */
export function adxOf(b: readonly BarInput[], n: number): Rows {
  const moved = (up: boolean): number[] =>
    b.map((bar, i) => {
      const rise = i === 0 ? 0 : bar.high - b[i - 1]!.high
      const fall = i === 0 ? 0 : b[i - 1]!.low - bar.low
      return up ? (rise > fall && rise > 0 ? rise : 0) : fall > rise && fall > 0 ? fall : 0
    })
  // Sums over bars 1 … n - 1, then S - S/n + x.
  const smoothed = (x: readonly number[]): number[] => {
    const result = x.map(() => NOT_YET)
    let total = sum(x.slice(1, n))
    for (let i = n; i < x.length; i++) {
      total = total - total / n + x[i]!
      result[i] = total
    }
    return result
  }
  const ranges = smoothed(trueRangesOf(b))
  const plus = smoothed(moved(true)).map((total, i) => (100 * total) / ranges[i]!)
  const minus = smoothed(moved(false)).map((total, i) => (100 * total) / ranges[i]!)
  const dx = plus.map((up, i) => (100 * Math.abs(up - minus[i]!)) / (up + minus[i]!))
  const adx = wilderOf(dx, n, n)
  return b.map((_, i) => (i < 2 * n - 1 ? [NOT_YET, NOT_YET, NOT_YET] : [adx[i]!, plus[i]!, minus[i]!]))
}

/** %K and %D. */
export function stochasticOf(b: readonly BarInput[], range: number, smoothing: number, signal: number): Rows {
  const raw = b.map((bar, i) => {
    const window = lastOf(b, i, range)
    if (!window) return NOT_YET
    const lowest = Math.min(...window.map(w => w.low))
    const highest = Math.max(...window.map(w => w.high))
    return highest === lowest ? 50 : (100 * (bar.close - lowest)) / (highest - lowest)
  })
  const k = smaOf(raw, smoothing)
  const d = smaOf(k, signal)
  return b.map((_, i) => (Number.isNaN(d[i]!) ? [NOT_YET, NOT_YET] : [k[i]!, d[i]!]))
}

export function obvOf(b: readonly BarInput[]): number[] {
  let balance = 0
  return b.map((bar, i) => {
    const before = b[i - 1]?.close ?? Number.NEGATIVE_INFINITY
    balance += Math.sign(bar.close - before) * bar.volume
    return balance
  })
}

/** Sums in whole cents × volume, so exact for the worlds of the tests. */
export function sessionVwapOf(b: readonly BarInput[], sessionOf: (bar: BarInput) => number): number[] {
  let weighted = 0
  let volume = 0
  return b.map((bar, i) => {
    if (i > 0 && sessionOf(bar) !== sessionOf(b[i - 1]!)) weighted = volume = 0
    const cents = Math.round(bar.high * 100) + Math.round(bar.low * 100) + Math.round(bar.close * 100)
    weighted += cents * bar.volume
    volume += bar.volume
    return volume === 0 ? cents / 300 : weighted / volume / 300
  })
}

/** Delta of the bar, of the session, and share of the bar's volume. */
export function tradeDeltaOf(b: readonly BarInput[], sessionOf: (bar: BarInput) => number): Rows {
  let cumulative = 0
  return b.map((bar, i) => {
    if (i > 0 && sessionOf(bar) !== sessionOf(b[i - 1]!)) cumulative = 0
    const delta = bar.buyVolume - bar.sellVolume
    cumulative += delta
    return [delta, cumulative, bar.volume === 0 ? 0 : delta / bar.volume]
  })
}

/** Middle, upper, lower. */
export function donchianOf(b: readonly BarInput[], n: number, excludeCurrent: boolean): Rows {
  return b.map((_, i) => {
    const window = lastOf(b, excludeCurrent ? i - 1 : i, n)
    if (!window) return [NOT_YET, NOT_YET, NOT_YET]
    const upper = Math.max(...window.map(bar => bar.high))
    const lower = Math.min(...window.map(bar => bar.low))
    return [(upper + lower) / 2, upper, lower]
  })
}

export const rocOf = (x: readonly number[], n: number): number[] =>
  x.map((value, i) => (i < n ? NOT_YET : (value / x[i - n]! - 1) * 100))

export function realisedVolatilityOf(x: readonly number[], n: number): number[] {
  const returns = x.slice(1).map((value, i) => Math.log(value / x[i]!))
  return x.map((_, i) => {
    const window = i === 0 ? undefined : lastOf(returns, i - 1, n)
    if (!window) return NOT_YET
    const middle = mean(window)
    return Math.sqrt(sum(window.map(w => (w - middle) ** 2)) / (n - 1))
  })
}

export const bookImbalanceOf = (books: readonly BookInput[], levels: number): number[] =>
  books.map(book => {
    const bids = sum(Array.from(book.bidSizes).slice(0, levels))
    const asks = sum(Array.from(book.askSizes).slice(0, levels))
    return bids + asks === 0 ? 0 : (bids - asks) / (bids + asks)
  })

/** Structure, then price and origin of the last swing high and of the last swing low; zeros while there is none. */
export function swingsOf(b: readonly BarInput[], n: number): Rows {
  const highs: number[] = []
  const lows: number[] = []
  return b.map((_, t) => {
    const p = t - n
    if (p < n) return [NOT_YET, NOT_YET, NOT_YET, NOT_YET, NOT_YET]
    const before = b.slice(p - n, p)
    const after = b.slice(p + 1, p + n + 1)
    const { high, low } = b[p]!
    if (before.every(bar => high > bar.high) && after.every(bar => high >= bar.high)) highs.push(p)
    if (before.every(bar => low < bar.low) && after.every(bar => low <= bar.low)) lows.push(p)

    const [high1, high2] = [highs.at(-1), highs.at(-2)]
    const [low1, low2] = [lows.at(-1), lows.at(-2)]
    const highStep = high1 !== undefined && high2 !== undefined ? Math.sign(b[high1]!.high - b[high2]!.high) : 0
    const lowStep = low1 !== undefined && low2 !== undefined ? Math.sign(b[low1]!.low - b[low2]!.low) : 0
    return [
      highStep === lowStep ? highStep : 0,
      high1 === undefined ? 0 : b[high1]!.high,
      high1 ?? 0,
      low1 === undefined ? 0 : b[low1]!.low,
      low1 ?? 0,
    ]
  })
}

/** One output per input as rows of one. */
export const rows = (values: readonly number[]): Rows => values.map(value => [value])
