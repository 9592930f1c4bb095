// How often a host may be called: never more than its rule in any window, and one budget for all at one door.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Micros, SECOND } from '../domain/numbers.ts'
import { AttemptBudget, attemptsAt } from './attempt-budget.ts'
import { Network } from './network.ts'

test('in no window are there more attempts than the rule allows, and waiting as told is enough', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.integer({ min: 0, max: 3 * SECOND }), { maxLength: 60 }),
      (most, gaps) => {
        const budget = new AttemptBudget({ most, withinMillis: 5000 })
        const granted: number[] = []
        let now = 0
        for (const gap of gaps) {
          now += gap
          const wait = budget.take(now as Micros)
          if (wait > 0) {
            now += wait
            expect(budget.take(now as Micros)).toBe(0)
          }
          granted.push(now)
        }
        for (const start of granted) {
          expect(granted.filter(time => time >= start && time < start + 5 * SECOND).length).toBeLessThanOrEqual(most)
        }
      },
    ),
  )
})

test('all feeds at one door share a host’s budget; another door has its own', () => {
  const rule = { most: 1, withinMillis: 1000 }
  const door = new Network(['a.test'])
  expect(attemptsAt(door, 'a.test', rule)).toBe(attemptsAt(door, 'a.test', rule))
  expect(attemptsAt(door, 'b.test', rule)).not.toBe(attemptsAt(door, 'a.test', rule))
  expect(attemptsAt(new Network(['a.test']), 'a.test', rule)).not.toBe(attemptsAt(door, 'a.test', rule))
})
