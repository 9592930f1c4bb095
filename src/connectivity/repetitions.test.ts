// Trades that a venue repeats to who comes back are told once, whether it numbers them or not.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Trade } from '../domain/market.ts'
import { type Micros, price, quantity } from '../domain/numbers.ts'
import { DERIVED } from '../domain/provenance.ts'
import { Repetitions } from './repetitions.ts'

const trade = (sequence: number, eventTime: number, instrumentId = 'A'): Trade => ({
  kind: 'trade',
  instrumentId,
  sequence,
  eventTime: eventTime as Micros,
  receivedTime: eventTime as Micros,
  provenance: DERIVED,
  price: price(1),
  quantity: quantity(1),
  aggressor: 'unknown',
})

test('a venue that numbers its trades may cut and repeat wherever it likes: each is told once', () => {
  const cuts = fc.array(fc.tuple(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 1, max: 12 })), {
    minLength: 1,
    maxLength: 8,
  })
  fc.assert(
    fc.property(cuts, connections => {
      const repetitions = new Repetitions()
      const told: number[] = []
      let last = 0
      for (const [back, forward] of connections) {
        repetitions.nextConnection()
        // Three trades share a microsecond: time alone would not do.
        for (let id = Math.max(1, last - back); id <= last + forward; id++) {
          if (repetitions.isNew(trade(id, Math.floor(id / 3)))) told.push(id)
        }
        last += forward
      }
      expect(told).toEqual(Array.from({ length: last }, (_, at) => at + 1))
    }),
  )
})

test('a venue that begins to count anew is believed', () => {
  const repetitions = new Repetitions()
  expect(repetitions.isNew(trade(5000, 100))).toBe(true)
  repetitions.nextConnection()
  expect(repetitions.isNew(trade(1, 101))).toBe(true)
  expect(repetitions.isNew(trade(2, 101))).toBe(true)
})

test('instruments do not know of each other, and what cannot repeat passes', () => {
  const repetitions = new Repetitions()
  repetitions.isNew(trade(7, 100, 'A'))
  repetitions.nextConnection()
  expect(repetitions.isNew(trade(7, 100, 'A'))).toBe(false)
  expect(repetitions.isNew(trade(7, 100, 'B'))).toBe(true)
  const { kind: _, ...rest } = trade(7, 100, 'A')
  const quote = { ...rest, kind: 'quote' as const, bid: price(1), ask: price(2), bidSize: quantity(0), askSize: quantity(0) }
  expect(repetitions.isNew(quote)).toBe(true)
  expect(repetitions.isNew(quote)).toBe(true)
})
