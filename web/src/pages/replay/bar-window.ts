// Which bars the time machine asks for: a stretch around the moment that is asked for again only when the moment leaves it.

export const RESOLUTIONS = ['1m', '5m', '15m', '1h', '4h', '1d'] as const
export type Resolution = (typeof RESOLUTIONS)[number]

export const SECONDS: Readonly<Record<Resolution, number>> = {
  '1m': 60,
  '5m': 300,
  '15m': 900,
  '1h': 3_600,
  '4h': 14_400,
  '1d': 86_400,
}

/** Bars in a stretch; two stretches are asked for at once, the one of the moment and the one before it. */
const STRETCH = 1_200

export interface BarWindow {
  /** The same for every moment within one stretch. */
  readonly index: number
  /** UTC milliseconds. */
  readonly from: number
  readonly to: number
}

export function barWindow(time: number, resolution: Resolution): BarWindow {
  const length = STRETCH * SECONDS[resolution] * 1_000
  const index = Math.floor(time / length)
  return { index, from: (index - 1) * length, to: (index + 1) * length }
}

/** The resolution at which a run of this length has some hundreds to thousands of bars. */
export const usualResolution = (spanMillis: number): Resolution =>
  RESOLUTIONS.find(resolution => spanMillis / (SECONDS[resolution] * 1_000) <= 12_000) ?? '1d'

export interface BarArrays {
  readonly time: readonly number[]
  readonly open: readonly number[]
  readonly high: readonly number[]
  readonly low: readonly number[]
  readonly close: readonly number[]
  readonly volume: readonly number[]
}

/** Only what was known at a moment: bars that had closed by then. */
export function closedBy<Bars extends BarArrays>(bars: Bars, time: number, resolution: Resolution): Bars {
  const last = time / 1_000 - SECONDS[resolution]
  let count = 0
  while (count < bars.time.length && bars.time[count]! <= last) count++
  const cut = (values: readonly number[]) => values.slice(0, count)
  return {
    ...bars,
    time: cut(bars.time),
    open: cut(bars.open),
    high: cut(bars.high),
    low: cut(bars.low),
    close: cut(bars.close),
    volume: cut(bars.volume),
  }
}
