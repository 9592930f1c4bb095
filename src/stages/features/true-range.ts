// The range of a bar including the gap before it.

/** Largest of high less low and the distances of both from the close before (Wilder 1978; TA-Lib TRANGE). */
export function trueRange(high: number, low: number, closeBefore: number): number {
  return Math.max(high, closeBefore) - Math.min(low, closeBefore)
}
