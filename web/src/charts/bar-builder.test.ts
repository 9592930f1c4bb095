// Facts of the bar in the making.
import { expect, test } from 'vitest'
import { BarBuilder } from './bar-builder.ts'

const bar = (time: number, [open, high, low, close]: readonly [number, number, number, number], volume: number) => ({
  time,
  open,
  high,
  low,
  close,
  volume,
})

test('prices of one minute are one bar', () => {
  const builder = new BarBuilder(60, undefined)
  builder.price(120, 10)
  builder.price(130, 12)
  builder.price(150, 9)
  expect(builder.price(179.9, 11)).toEqual(bar(120, [10, 12, 9, 11], 0))
  expect(builder.price(180, 11)).toEqual(bar(180, [11, 11, 11, 11], 0))
})

test('a price older than the newest bar changes nothing', () => {
  const builder = new BarBuilder(60, bar(180, [1, 1, 1, 1], 5))
  expect(builder.price(179, 100)).toBeUndefined()
})

test('a finer bar that grows is counted once', () => {
  const builder = new BarBuilder(300, bar(300, [10, 10, 10, 10], 4))
  builder.bar(bar(360, [10, 11, 10, 11], 2))
  expect(builder.bar(bar(360, [10, 13, 9, 12], 5))).toEqual(bar(300, [10, 13, 9, 12], 9))
  expect(builder.bar(bar(420, [12, 12, 12, 12], 1))).toEqual(bar(300, [10, 13, 9, 12], 10))
})

test('what is no number is no price', () => {
  expect(new BarBuilder(60, undefined).price(0, Number.NaN)).toBeUndefined()
})
