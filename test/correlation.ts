// Pearson's correlation, for tests that ask whether two sources saw the same market.

export function correlation(pairs: readonly (readonly [number, number])[]): number {
  const mean = (pick: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[pick], 0) / pairs.length
  const [ma, mb] = [mean(0), mean(1)]
  const sum = (value: (pair: readonly [number, number]) => number) => pairs.reduce((total, pair) => total + value(pair), 0)
  return sum(([a, b]) => (a - ma) * (b - mb)) / Math.sqrt(sum(([a]) => (a - ma) ** 2) * sum(([, b]) => (b - mb) ** 2))
}
