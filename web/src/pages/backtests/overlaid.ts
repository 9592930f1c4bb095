// Several series of equity on one axis of time, each as percent of its start, so that accounts of different size compare.

export interface Series {
  /** UTC seconds, rising. */
  readonly time: readonly number[]
  readonly equity: readonly number[]
}

export interface Overlaid {
  readonly time: readonly number[]
  /** Parallel to `time`, one list for each series; null before its first and after its last point. */
  readonly values: readonly (readonly (number | null)[])[]
}

/** Between its points a series holds its last value: equity does not slope while nothing was measured. */
export function overlaid(series: readonly Series[]): Overlaid {
  const time = [...new Set(series.flatMap(one => one.time))].sort((a, b) => a - b)
  const values = series.map(one => {
    const start = one.equity[0] ?? 0
    let next = 0
    return time.map(moment => {
      while (next < one.time.length && one.time[next]! <= moment) next++
      if (next === 0 || moment > one.time.at(-1)! || start === 0) return null
      return (one.equity[next - 1]! / start) * 100
    })
  })
  return { time, values }
}
