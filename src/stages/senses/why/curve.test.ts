// The curve's moves by hand arithmetic.
import { describe, expect, test } from 'vitest'
import type { Release } from '../../../domain/macro.ts'
import { DAY, type Micros } from '../../../domain/numbers.ts'
import type { Provenance } from '../../../domain/provenance.ts'
import { Curve } from './curve.ts'

const provenance: Provenance = { source: 'test', kind: 'synthetic', origin: 'test', checksum: '', licence: '' }

function yieldOf(series: string, day: number, value: number): Release {
  const periodStart = (day * DAY) as Micros
  const eventTime = (periodStart + DAY) as Micros
  return {
    kind: 'release',
    series,
    periodStart,
    value,
    lagged: true,
    eventTime,
    receivedTime: eventTime,
    sequence: day,
    provenance,
  }
}

function curveOf(days: readonly (readonly [short: number, long: number])[]): Curve {
  const curve = new Curve()
  for (const [day, [short, long]] of days.entries()) {
    curve.release(yieldOf('DGS2', day, short))
    curve.release(yieldOf('DGS10', day, long))
  }
  return curve
}

/** Twenty days at one curve, then another. */
const moved = (from: readonly [number, number], to: readonly [number, number]): Curve =>
  curveOf([...Array.from({ length: 20 }, () => from), to])

describe('the curve', () => {
  test('slope and moves over twenty trading days', () => {
    // Slope 4 − 2 = 2, then 3.5 − 1 = 2.5: +0.5. Level 3, then 2.25: −0.75.
    const curve = moved([2, 4], [1, 3.5])
    expect(curve.slope).toBe(2.5)
    expect(curve.slopeMove).toBe(0.5)
    expect(curve.levelMove).toBe(-0.75)
  })

  test.each([
    { to: [1, 3.5] as const, move: 'bull steepening' },
    { to: [1.5, 3] as const, move: 'bull flattening' },
    { to: [2.5, 5] as const, move: 'bear steepening' },
    { to: [3, 4.5] as const, move: 'bear flattening' },
    { to: [2, 4] as const, move: 'unchanged' },
  ])('from 2 and 4 percent to $to is $move', ({ to, move }) => {
    expect(moved([2, 4], to).move).toBe(move)
  })

  test('a day with one yield missing does not count', () => {
    const curve = curveOf([[2, 4]])
    curve.release(yieldOf('DGS2', 1, 9))
    curve.release(yieldOf('DGS10', 2, 9))
    expect(curve.slope).toBe(2)
  })

  test('scores after three years of moves, and steeper is never lower', () => {
    // 20 days until the first move, 750 moves to compare with, and the one that is scored.
    const wave = (day: number): readonly [number, number] => [2, 4 + Math.sin(day / 9) / 4]
    const days = Array.from({ length: 771 }, (_, day) => wave(day))
    expect(curveOf(days.slice(0, -1)).score).toBeNaN()
    expect(curveOf(days).score).not.toBeNaN()

    const last = days.at(-1)!
    const scoreWith = (more: number): number => curveOf([...days.slice(0, -1), [last[0], last[1] + more]]).score
    expect(scoreWith(0.1)).toBeGreaterThanOrEqual(scoreWith(0))
    expect(scoreWith(5)).toBe(1)
    expect(scoreWith(-5)).toBe(-1)
  })
})
