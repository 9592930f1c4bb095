// Returns by month and year, and the deepest falls, from a series of equity.

export interface EquityPoints {
  /** UTC seconds, rising. */
  readonly time: readonly number[]
  readonly equity: readonly number[]
}

export interface YearOfReturns {
  readonly year: number
  /** Twelve fractions; null where the run was not there. */
  readonly months: readonly (number | null)[]
  readonly whole: number
}

/** A month's return is its last equity over the last before it (the first equity, in the first month). */
export function monthlyReturns({ time, equity }: EquityPoints): readonly YearOfReturns[] {
  const closes = new Map<number, number>()
  for (const [i, seconds] of time.entries()) {
    const date = new Date(seconds * 1_000)
    closes.set(date.getUTCFullYear() * 12 + date.getUTCMonth(), equity[i]!)
  }

  const years = new Map<number, { months: (number | null)[]; start: number; end: number }>()
  let before = equity[0] ?? 0
  for (const [month, close] of closes) {
    const number = Math.floor(month / 12)
    const year = years.get(number) ?? { months: Array.from({ length: 12 }, () => null), start: before, end: close }
    year.months[month % 12] = before === 0 ? null : close / before - 1
    year.end = close
    years.set(number, year)
    before = close
  }
  return [...years].map(([year, { months, start, end }]) => ({ year, months, whole: start === 0 ? 0 : end / start - 1 }))
}

export interface Fall {
  /** UTC seconds: the high before it, its lowest point, and the first time back at the high; null when that never came. */
  readonly from: number
  readonly bottom: number
  readonly recovered: number | null
  /** Fraction of the high, positive. */
  readonly depth: number
}

/** The deepest stretches below a former high, deepest first. */
export function deepestFalls({ time, equity }: EquityPoints, most = 5): readonly Fall[] {
  const falls: Fall[] = []
  let high = 0
  let open: { from: number; bottom: number; depth: number } | undefined

  for (const [i, value] of equity.entries()) {
    if (value >= equity[high]!) {
      if (open) falls.push({ ...open, recovered: time[i]! })
      open = undefined
      high = i
      continue
    }
    const depth = 1 - value / equity[high]!
    if (open === undefined || depth > open.depth) open = { from: time[high]!, bottom: time[i]!, depth }
  }
  if (open) falls.push({ ...open, recovered: null })
  return falls.toSorted((a, b) => b.depth - a.depth).slice(0, most)
}
