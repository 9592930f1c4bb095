// What a strategy sees of the senses: a reading, a silence with its reason, or a sense that is switched off.
import { describe, expect, test } from 'vitest'
import type { BarInput } from '../domain/feature.ts'
import type { Micros } from '../domain/numbers.ts'
import type { Opinion, Reading } from '../domain/opinion.ts'
import type { Surroundings } from '../domain/strategy.ts'
import { opinion, what, when } from './sense-measures.ts'

const BAR = {} as BarInput
const around = (reading: Reading | undefined, fused?: Opinion): Surroundings => ({
  now: 0 as Micros,
  opinion: fused,
  reading: sense => (reading?.sense === sense ? reading : undefined),
})

const falling: Reading = {
  kind: 'reading',
  sense: 'what',
  asOf: 0 as Micros,
  direction: -1,
  strength: 0.5,
  confidence: 0.8,
  horizonMicros: 1,
  evidence: [],
  standAside: '',
}

describe('a sense', () => {
  test('that reads shows its direction, strength and confidence', () => {
    const view = what()
    view.update(BAR, around(falling))
    expect(view).toMatchObject({ speaks: true, direction: -1, strength: 0.5, confidence: 0.8, lean: -0.5, standAside: false })
    expect(view.numbers()).toEqual({ direction: -1, strength: 0.5, confidence: 0.8 })
  })

  test('that abstains is silent, and says why', () => {
    const view = what()
    view.update(BAR, around({ kind: 'abstains', sense: 'what', asOf: 0 as Micros, reason: 'warming up' }))
    expect(view).toMatchObject({ speaks: false, direction: 0, lean: 0, confidence: 0, standAside: false, reason: 'warming up' })
  })

  test('that is switched off is silent too', () => {
    const view = when()
    view.update(BAR, around(falling))
    expect(view).toMatchObject({ speaks: false, lean: 0, reason: 'the sense when is switched off' })
  })

  test('can ask to stand aside', () => {
    const view = when()
    view.update(BAR, around({ ...falling, sense: 'when', standAside: 'CPI in 10 minutes' }))
    expect(view).toMatchObject({ standAside: true, reason: 'CPI in 10 minutes' })
  })
})

test('an opinion that is missing is even odds without confidence', () => {
  const view = opinion()
  view.update(BAR, around(undefined))
  expect(view).toMatchObject({ speaks: false, probabilityUp: 0.5, confidence: 0, conflict: false, standAside: '' })
})

test('an opinion is shown as it was fused', () => {
  const view = opinion()
  const fused: Opinion = {
    instrumentId: 'PLAIN.TEST',
    asOf: 0 as Micros,
    probabilityUp: 0.7,
    confidence: 0.4,
    disagreement: 0,
    conflict: true,
    standAside: 'a holiday',
    readings: [],
  }
  view.update(BAR, around(undefined, fused))
  expect(view).toMatchObject({ speaks: true, probabilityUp: 0.7, confidence: 0.4, conflict: true, standAside: 'a holiday' })
  expect(view.numbers()).toEqual({ probabilityUp: 0.7, confidence: 0.4, conflict: 1 })
})
