// The inputs and laws that features of closes, bars and books share when they register for the contract.
import type { BarInput } from '../../src/domain/feature.ts'
import type { BookInput } from '../../src/stages/features/book-imbalance.ts'
import type { Law } from './feature.ts'
import { bars, closes, flatBars, integers, reprice, worldOf } from './market-worlds.ts'

export const closeInputs = (seed: number, length: number): number[] => closes(worldOf(seed), seed, length)
export const barInputs = (seed: number, length: number): BarInput[] => bars(worldOf(seed), seed, length)
/** In 64ths instead of hundredths, so that sums and differences are exact and ties stay ties when prices are shifted. */
export const exactBarInputs = (seed: number, length: number): BarInput[] =>
  barInputs(seed, length).map(reprice(price => Math.round(price * 100) / 64))

/** Sizes of up to eight levels a side; sometimes a side is empty. */
export function bookInputs(seed: number, length: number): BookInput[] {
  const draw = integers(seed)
  const side = (): number[] => Array.from({ length: draw(9) }, () => draw(100) / 4)
  return Array.from({ length }, () => ({ bidSizes: side(), askSizes: side() }))
}

/** A number of the day, as the engine's session calendar would give one. */
export const dayOf = (bar: BarInput): number => Math.floor(bar.openTime / 86_400_000_000)

// WTI settled below zero on 2020-04-20: 18.27, -36.98 (spot, EIA), 8.91.
const wti = (price: number): number => 18.27 - (price - 100) * 8

export const hardCloses: readonly (readonly number[])[] = [
  closes('range', 21, 400).map(wti),
  [...closes('range', 22, 100), 18.27, -36.98, 8.91, ...closes('range', 23, 100)],
  closes('trend', 24, 400).map(price => price * 1e-10),
  closes('trend', 25, 400).map(price => price * 1e6),
  [...closes('range', 26, 100), ...closes('range', 26, 100).map(price => price * 1e6), ...closes('range', 26, 100)],
  Array.from({ length: 400 }, () => 0),
]
export const hardBars: readonly (readonly BarInput[])[] = [
  bars('range', 21, 400).map(mirrored),
  bars('trend', 24, 400).map(reprice(price => price * 1e-10)),
  bars('trend', 25, 400).map(reprice(price => price * 1e6)),
  bars('gappy', 26, 400),
  bars('range', 27, 400).map(bar => ({ ...bar, volume: 0, buyVolume: 0, sellVolume: 0 })),
  flatBars(0, 400, 0),
]

/** Below zero high and low trade places. */
function mirrored(bar: BarInput): BarInput {
  return { ...bar, open: wti(bar.open), high: wti(bar.low), low: wti(bar.high), close: wti(bar.close) }
}

const [anyBar] = bars('trend', 1, 1)
export const refusedNumbers: readonly number[] = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
export const refusedBars: readonly BarInput[] = refusedNumbers.flatMap(bad => [
  { ...anyBar!, high: bad, low: bad, close: bad, volume: bad, buyVolume: bad, sellVolume: bad },
])

export const scaledCloses = (by: number, output: Law<number>['output']): Law<number> => ({
  name: `prices × ${by}`,
  input: price => price * by,
  output,
})
export const shiftedCloses = (by: number, output: Law<number>['output']): Law<number> => ({
  name: `prices + ${by}`,
  input: price => price + by,
  output,
})
export const scaledBars = (by: number, output: Law<BarInput>['output']): Law<BarInput> => ({
  name: `prices × ${by}`,
  input: reprice(price => price * by),
  output,
})
export const shiftedBars = (by: number, output: Law<BarInput>['output']): Law<BarInput> => ({
  name: `prices + ${by}`,
  input: reprice(price => price + by),
  output,
})
export const scaledVolumes = (by: number, output: Law<BarInput>['output']): Law<BarInput> => ({
  name: `volumes × ${by}`,
  input: bar => ({ ...bar, volume: bar.volume * by, buyVolume: bar.buyVolume * by, sellVolume: bar.sellVolume * by }),
  output,
})
/** Four weeks, so that days stay days. */
export const laterBars: Law<BarInput> = {
  name: 'four weeks later',
  input: bar => ({ ...bar, openTime: bar.openTime + 28 * 86_400_000_000, closeTime: bar.closeTime + 28 * 86_400_000_000 }),
  output: values => values,
}

export const same = (values: readonly number[]): readonly number[] => values
export const times =
  (by: number) =>
  (values: readonly number[]): readonly number[] =>
    values.map(value => value * by)
export const plus =
  (by: number) =>
  (values: readonly number[]): readonly number[] =>
    values.map(value => value + by)
