// A thinned equity curve keeps its end and its worst.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MINUTE, type Micros, parseMicros } from '../domain/numbers.ts'
import { EquityCurve } from './equity-curve.ts'

const start = parseMicros('2014-05-05T10:00Z')!
const minuteAt = (minutes: number): Micros => (start + minutes * MINUTE) as Micros

test('a thinned equity curve ends where the account ends and keeps the deepest drawdown', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 9999 }), fc.double({ min: 0, max: 1, noNaN: true })), {
        minLength: 1,
        maxLength: 500,
      }),
      marks => {
        const curve = new EquityCurve(16)
        for (const [index, [equity, drawdown]] of marks.entries()) curve.add(minuteAt(index), equity, drawdown)

        const points = curve.points()
        expect(points.length).toBeLessThanOrEqual(16)
        expect(points.at(-1)).toMatchObject({ time: minuteAt(marks.length - 1), equity: marks.at(-1)![0] })
        expect(Math.max(...points.map(point => point.drawdown))).toBe(Math.max(...marks.map(([, drawdown]) => drawdown)))
        for (const [index, point] of points.slice(1).entries()) expect(point.time).toBeGreaterThan(points[index]!.time)
      },
    ),
  )
})
