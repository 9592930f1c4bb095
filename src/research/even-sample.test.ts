// What a sample keeps, and that it does not beat with what it samples.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EvenSample } from './even-sample.ts'

test('an even sample is every n-th, and everything while there is room', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(500), (capacity, count) => {
      const sample = new EvenSample<number>(capacity)
      for (let item = 0; item < count; item++) sample.add(item)

      expect(sample.items).toEqual(Array.from({ length: Math.ceil(count / sample.stride) }, (_, index) => index * sample.stride))
      expect(sample.items.length).toBeLessThanOrEqual(capacity)
      if (count <= capacity) expect(sample.stride).toBe(1)
    }),
  )
})

test('a sample of turns from long to short shows both', () => {
  const sample = new EvenSample<'long' | 'short'>(10)
  for (let turn = 0; turn < 1_000; turn++) sample.add(turn % 2 === 0 ? 'long' : 'short')
  expect(new Set(sample.items)).toEqual(new Set(['long', 'short']))
})
