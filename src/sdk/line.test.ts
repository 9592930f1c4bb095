// The recent past of a measure, as a strategy reads it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../domain/assert.ts'
import type { BarInput } from '../domain/feature.ts'
import { AGO_MAX, Bundle, Line, Trace } from './line.ts'

function trace(...values: readonly number[]): Trace {
  const made = new Trace()
  for (const value of values) made.push(value)
  return made
}

describe('a trace', () => {
  test('remembers the newest values, the last one first', () => {
    const three = trace(1, 2, 3)
    expect([three.now, three.ago(0), three.ago(1), three.ago(2)]).toEqual([3, 3, 2, 1])
  })

  test('is NaN where there is nothing yet', () => {
    expect(trace().now).toBeNaN()
    expect(trace(1).ago(1)).toBeNaN()
  })

  test('reaches 63 bars back and no further', () => {
    expect(AGO_MAX).toBe(63)
    const long = trace(...Array.from({ length: 200 }, (_, i) => i))
    expect(long.ago(63)).toBe(199 - 63)
    expect(() => long.ago(64)).toThrow('ago(n) reaches from 0 to 63 bars back')
    expect(() => long.ago(-1)).toThrow(InvariantError)
    expect(() => long.ago(1.5)).toThrow(InvariantError)
  })

  test('says what an array would say', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { minLength: 1, maxLength: 200 }), fc.nat(AGO_MAX), (values, n) => {
        expect(trace(...values).ago(n)).toBe(values[values.length - 1 - n] ?? Number.NaN)
      }),
    )
  })

  test('rises and falls against the value before, and does neither when level or alone', () => {
    expect([trace(1, 2).rising, trace(1, 2).falling]).toEqual([true, false])
    expect([trace(2, 1).rising, trace(2, 1).falling]).toEqual([false, true])
    expect([trace(1, 1).rising, trace(1, 1).falling]).toEqual([false, false])
    expect([trace(1).rising, trace(1).falling]).toEqual([false, false])
  })
})

describe('a crossing', () => {
  test.each<[string, number[], number[], boolean, boolean]>([
    ['from below to above', [1, 3], [2, 2], true, false],
    ['from level to above', [2, 3], [2, 2], true, false],
    ['from above to below', [3, 1], [2, 2], false, true],
    ['from level to below', [2, 1], [2, 2], false, true],
    ['above all along', [3, 4], [2, 2], false, false],
    ['a touch', [1, 2], [2, 2], false, false],
    ['both move, one passes', [1, 5], [2, 4], true, false],
    ['with nothing before', [3], [2], false, false],
  ])('%s', (_, ours, theirs, above, below) => {
    expect(trace(...ours).crossedAbove(trace(...theirs))).toBe(above)
    expect(trace(...ours).crossedBelow(trace(...theirs))).toBe(below)
  })

  test('of a fixed level', () => {
    expect(trace(29, 31).crossedAbove(30)).toBe(true)
    expect(trace(31, 29).crossedBelow(30)).toBe(true)
    expect(trace(31, 32).crossedAbove(30)).toBe(false)
  })
})

const BAR: BarInput = {
  openTime: 0,
  closeTime: 1,
  open: 1,
  high: 4,
  low: 1,
  close: 3,
  volume: 0,
  buyVolume: Number.NaN,
  sellVolume: Number.NaN,
}

test('a line is fed by bars and shows one number', () => {
  const line = new Line({ name: 'close', first: 2 }, bar => bar.close)
  line.update(BAR)
  expect([line.name, line.first, line.now]).toEqual(['close', 2, 3])
  expect(line.numbers()).toEqual({ '': 3 })
})

test('a bundle is fed once a bar and shows each number by its name', () => {
  let fed = 0
  const bundle = new Bundle({ name: 'range', first: 0 }, () => fed++, { top: () => 4 + fed, bottom: () => 1 })
  bundle.update(BAR)
  bundle.update(BAR)
  expect(fed).toBe(2)
  expect(bundle.numbers()).toEqual({ top: 6, bottom: 1 })
  expect(bundle.traces.top.ago(1)).toBe(5)
})
