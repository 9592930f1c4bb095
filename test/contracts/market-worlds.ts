// Seeded markets for tests: whole cents from integer arithmetic, so that any language makes the same bars from the same seed.
import type { BarInput } from '../../src/domain/feature.ts'

export type World = 'trend' | 'range' | 'gappy'

const HOUR = 3_600_000_000
const START = 1_400_000_400_000_000 // 2014-05-13T17:00:00Z

/** A world by its seed, for properties. */
export const worldOf = (seed: number): World => (['trend', 'range', 'gappy'] as const)[seed % 3]!

/**
 * Hourly bars from 100.00 on. `trend` drifts up three cents an hour, `range` is pulled back to 100.00, `gappy` jumps between
 * bars, skips hours, has flat bars and bars without volume. Volumes are whole; buy and sell volume add up to the volume.
 */
export function bars(world: World, seed: number, length: number): BarInput[] {
  const draw = integers(seed)
  const result: BarInput[] = []
  let cents = 10_000
  let openTime = START

  for (let i = 0; i < length; i++) {
    const gap = world === 'gappy' && draw(20) === 0
    if (gap) {
      cents += draw(1001) - 500
      openTime += HOUR * draw(72)
    }
    const pull = world === 'trend' ? 3 : world === 'range' ? Math.trunc((10_000 - cents) / 50) : 0
    const flat = world === 'gappy' && draw(10) === 0
    const open = cents
    const close = flat ? open : open + draw(81) - 40 + pull
    const high = flat ? open : Math.max(open, close) + draw(21)
    const low = flat ? open : Math.min(open, close) - draw(21)
    const volume = flat ? 0 : draw(1000)
    const buyVolume = draw(volume + 1)

    result.push({
      openTime,
      closeTime: openTime + HOUR,
      open: open / 100,
      high: high / 100,
      low: low / 100,
      close: close / 100,
      volume,
      buyVolume,
      sellVolume: volume - buyVolume,
    })
    cents = close
    openTime += HOUR
  }
  return result
}

export const closes = (world: World, seed: number, length: number): number[] => bars(world, seed, length).map(bar => bar.close)

/** Bars that are all the same but for their time. */
export const flatBars = (price: number, length: number, volume = 10): BarInput[] =>
  Array.from({ length }, (_, i) => ({
    openTime: START + i * HOUR,
    closeTime: START + (i + 1) * HOUR,
    open: price,
    high: price,
    low: price,
    close: price,
    volume,
    buyVolume: volume,
    sellVolume: 0,
  }))

/** The same bars with another price for every price. */
export const reprice =
  (map: (price: number) => number) =>
  (bar: BarInput): BarInput => ({ ...bar, open: map(bar.open), high: map(bar.high), low: map(bar.low), close: map(bar.close) })

/** Whole numbers below a bound: the 32-bit generator of Numerical Recipes, its upper bits. */
export function integers(seed: number): (below: number) => number {
  let state = seed >>> 0
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state >>> 8) % below
  }
}
