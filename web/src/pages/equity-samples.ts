// The equity of a living run: what is stored, and after it what its account said while the page was open.

export interface EquitySample {
  /** UTC seconds. */
  readonly time: number
  readonly equity: number
  /** Fraction of the high. */
  readonly drawdown: number
}

interface Points {
  readonly time: readonly number[]
  readonly equity: readonly number[]
  readonly drawdown: readonly number[]
}

/** Samples that are not newer than the stored points are left out. */
export function withSamples<Series extends Points>(series: Series, samples: readonly EquitySample[]): Series & Points {
  const last = series.time.at(-1) ?? Number.NEGATIVE_INFINITY
  const fresh = samples.filter(({ time }) => time > last)
  return {
    ...series,
    time: [...series.time, ...fresh.map(({ time }) => time)],
    equity: [...series.equity, ...fresh.map(({ equity }) => equity)],
    drawdown: [...series.drawdown, ...fresh.map(({ drawdown }) => drawdown)],
  }
}
