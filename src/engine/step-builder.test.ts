// What one event changed, and nothing of the one before.
import { expect, test } from 'vitest'
import { bar, quote } from '../../test/market-facts.ts'
import { parseMoney } from '../domain/numbers.ts'
import { StepBuilder } from './step-builder.ts'

const EVENT = quote(0, 10_000, 10_010)
const BAR = bar(0, 1, [1, 1, 1, 1])

test('an event that changed nothing makes no step', () => {
  const builder = new StepBuilder()
  builder.begin(1)
  expect(builder.finish({ sequence: 1, event: EVENT })).toBeUndefined()
})

test('a step holds what changed, and empty lists for the rest', () => {
  const builder = new StepBuilder()
  builder.begin(7)
  builder.bar(BAR)
  builder.equity = parseMoney('5')
  expect(builder.finish({ sequence: 7, event: EVENT })).toEqual({
    sequence: 7,
    event: EVENT,
    bars: [BAR],
    opinions: [],
    decisions: [],
    sizings: [],
    verdicts: [],
    changes: [],
    bookings: [],
    commands: [],
    equity: parseMoney('5'),
  })
})

test('nothing is carried into the next step, and a finished one no longer changes', () => {
  const builder = new StepBuilder()
  builder.begin(1)
  builder.bar(BAR)
  const first = builder.finish({ sequence: 1, event: EVENT })!
  builder.begin(2)
  builder.equity = parseMoney('5')
  expect(builder.finish({ sequence: 2, event: EVENT }), 'equity alone is no change').toBeUndefined()
  builder.begin(3)
  builder.bar(BAR)
  builder.bar(BAR)
  const third = builder.finish({ sequence: 3, event: EVENT })!
  expect([first.bars.length, third.bars.length]).toEqual([1, 2])
  expect(third.equity).toBeUndefined()
})
