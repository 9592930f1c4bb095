// What an author writes, as the engine gets it; and that its types follow from what was declared.
import { describe, expect, expectTypeOf, test } from 'vitest'
import { barOf, StrategyBench } from '../../test/strategy-bench.ts'
import { exit, hold, long, short } from './actions.ts'
import type { Line } from './line.ts'
import { bollinger, count, sma, vwap } from './measures.ts'
import { choice, int } from './params.ts'
import { strategy } from './strategy.ts'

const text = {
  name: 'tested',
  bar: '1m',
  params: { length: int(3), side: choice('long', ['long', 'short']) },
  features: () => ({ seen: count() }),
  decide: () => hold(),
} as const

describe('strategy()', () => {
  test('has a kebab-case name', () => {
    expect(strategy({ ...text, name: 'a-b2' }).name).toBe('a-b2')
    for (const name of ['', 'A', 'a b', '2a', 'a_b']) {
      expect(() => strategy({ ...text, name }), name).toThrow('a strategy has a kebab-case name')
    }
  })

  test('cannot be changed afterwards, and without a check has nothing to object', () => {
    expect(Object.isFrozen(strategy(text))).toBe(true)
    expect(strategy(text).check({})).toEqual([])
  })

  test('gives its parameters and measures their own types', () => {
    strategy({
      ...text,
      features: p => {
        expectTypeOf(p.length).toEqualTypeOf<number>()
        expectTypeOf(p.side).toEqualTypeOf<'long' | 'short'>()
        return { mean: sma(p.length), bands: bollinger() }
      },
      decide: ({ f, p, position }) => {
        expectTypeOf(f.mean).toEqualTypeOf<Line>()
        expectTypeOf(f.bands.upper.now).toEqualTypeOf<number>()
        expectTypeOf(position?.side).toEqualTypeOf<'long' | 'short' | undefined>()
        return p.side === 'long' ? hold() : exit('no')
      },
    })
  })

  test('makes fresh measures each time, so two runs share nothing', () => {
    const subject = strategy(text)
    const [one, two] = [subject.measures({}), subject.measures({})]
    one['seen']!.update(barOf(100, 0), { now: 0 as never, opinion: undefined, reading: () => undefined })
    expect([one['seen']!.numbers(), two['seen']!.numbers()]).toEqual([{ '': 1 }, { '': Number.NaN }])
  })

  test('is given the values it declared', () => {
    const subject = strategy({ ...text, decide: ({ p, f }) => hold(`${p.side} ${p.length} ${f.seen.now}`) })
    expect(new StrategyBench(subject, { length: 5 }).feed(1, 2).decide()).toEqual({ kind: 'hold', why: 'long 5 2' })
  })
})

test('an answer says all it was told, and nothing more', () => {
  expect(long({ stop: 99, why: 'up' })).toEqual({
    kind: 'enter',
    direction: 'long',
    stop: 99,
    target: undefined,
    risk: undefined,
    why: 'up',
  })
  expect(short({ stop: 'none', target: '2R', risk: 0.5, why: 'down' })).toMatchObject({
    direction: 'short',
    target: '2R',
    risk: 0.5,
  })
  expect(exit('enough')).toEqual({ kind: 'exit', why: 'enough' })
  expect(hold()).toEqual({ kind: 'hold', why: 'nothing to do' })
})

test('a measure of an unknown calendar is refused when it is made', () => {
  expect(() => vwap('moon')).toThrow("there is no session calendar 'moon'")
})
