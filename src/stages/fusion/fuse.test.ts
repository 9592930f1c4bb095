// The pool against closed forms, and the properties that make it trustworthy.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUR, type Micros } from '../../domain/numbers.ts'
import type { Reading, Sense } from '../../domain/opinion.ts'
import { fuse, probabilityUp } from './fuse.ts'

const NOW = 0 as Micros
const EQUAL = { why: 1, how: 1, what: 1, when: 1 }

interface Lean {
  readonly direction?: number
  readonly strength: number
  readonly confidence: number
  readonly horizonMicros?: number
  readonly standAside?: string
}

function reading(sense: Sense, { direction = 1, strength, confidence, horizonMicros = HOUR, standAside = '' }: Lean): Reading {
  return { kind: 'reading', sense, asOf: NOW, direction, strength, confidence, horizonMicros, evidence: [], standAside }
}

const asleep = (sense: Sense): Reading => ({ kind: 'abstains', sense, asOf: NOW, reason: 'nothing known' })
const pool = (readings: readonly Reading[], weights: Partial<Record<Sense, number>> = EQUAL) =>
  fuse(readings, weights, 'X.Y', NOW)

/** ½ + ½ · strength · confidence = 0.8 with these two. */
const STRONG = { strength: 0.75, confidence: 0.8 }

const share = fc.double({ min: 0, max: 1, noNaN: true })
const lean = fc.record({ direction: fc.constantFrom(-1, 0, 1), strength: share, confidence: share })
const senses: readonly Sense[] = ['why', 'how', 'what', 'when']
const awake = fc.tuple(lean, lean, lean).map(leans => leans.map((each, i) => reading(senses[i]!, each)))

describe('fusion', () => {
  test('0.8 and 0.2 with equal weights cancel to a half, in conflict and with less confidence than either', () => {
    const opinion = pool([reading('what', STRONG), reading('how', { ...STRONG, direction: -1 })])
    expect(opinion.probabilityUp).toBeCloseTo(0.5, 12)
    expect(opinion.conflict).toBe(true)
    // Confidence 0.8 each, halved since they cancel; variance of ±ln 4 about 0 is ln²4.
    expect(opinion.confidence).toBeCloseTo(0.4, 12)
    expect(opinion.disagreement).toBeCloseTo(Math.log(4) ** 2, 12)
  })

  test('the pool is the mean of the log-odds', () => {
    // p = 0.8 and 0.5: log-odds ln 4 and 0, mean ln 2, so odds of 2 to 1.
    const opinion = pool([reading('what', STRONG), reading('when', { direction: 0, strength: 0, confidence: 1 })])
    expect(opinion.probabilityUp).toBeCloseTo(2 / 3, 12)
    expect(opinion.conflict).toBe(false)
  })

  test('weights say how often each log-odds counts, and zero silences', () => {
    const readings = [reading('what', STRONG), reading('how', { ...STRONG, direction: -1 })]
    // (3·ln 4 − ln 4) / 4 = ln 2
    expect(pool(readings, { what: 3, how: 1 }).probabilityUp).toBeCloseTo(2 / 3, 12)
    expect(pool(readings, { what: 1, how: 0 })).toMatchObject({ conflict: false, confidence: 0.8 })
    expect(pool(readings, { what: 0, how: 0 })).toMatchObject({ probabilityUp: 0.5, confidence: 0, disagreement: 0 })
  })

  test('nobody to listen to is no opinion', () => {
    expect(pool([])).toMatchObject({ probabilityUp: 0.5, confidence: 0, disagreement: 0, conflict: false, standAside: '' })
    expect(pool([asleep('why'), asleep('how')])).toMatchObject({ probabilityUp: 0.5, confidence: 0 })
  })

  test('standing aside passes through whatever the weight', () => {
    const when = reading('when', { direction: 0, strength: 0, confidence: 1, standAside: 'news' })
    expect(pool([reading('what', STRONG), when], { what: 1, when: 0 }).standAside).toBe('news')
  })

  test("a month's view and an hour's may differ without conflict", () => {
    const month = reading('why', { ...STRONG, direction: -1, horizonMicros: 24 * 28 * HOUR })
    expect(pool([reading('what', STRONG), month]).conflict).toBe(false)
  })

  test('one that abstains never changes the probability, and never raises the confidence', () => {
    fc.assert(
      fc.property(awake, readings => {
        const without = pool(readings)
        const having = pool([...readings, asleep('when')])
        expect(having.probabilityUp).toBe(without.probabilityUp)
        expect(having.disagreement).toBe(without.disagreement)
        expect(having.confidence).toBeLessThanOrEqual(without.confidence)
      }),
    )
  })

  test('a neutral sense never flips the sign', () => {
    fc.assert(
      fc.property(awake, share, (readings, confidence) => {
        const before = pool(readings).probabilityUp - 0.5
        const after = pool([...readings, reading('when', { direction: 0, strength: 0, confidence })]).probabilityUp - 0.5
        expect(before * after).toBeGreaterThanOrEqual(0)
        expect(Math.abs(after)).toBeLessThanOrEqual(Math.abs(before) + 1e-15)
      }),
    )
  })

  test('unanimity raises confidence with each voice, up to the voices own', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (strength, confidence) => {
          const confidences = [1, 2, 3, 4].map(voices => {
            const readings = senses.map((sense, i) => (i < voices ? reading(sense, { strength, confidence }) : asleep(sense)))
            return pool(readings).confidence
          })
          for (let i = 1; i < confidences.length; i++) expect(confidences[i]).toBeGreaterThan(confidences[i - 1]!)
          expect(confidences[3]).toBeLessThanOrEqual(confidence + 1e-12)
        },
      ),
    )
  })

  test('the mirrored readings give the mirrored opinion, within the range of the single ones', () => {
    fc.assert(
      fc.property(awake, readings => {
        const mirrored = readings.map(each => (each.kind === 'reading' ? { ...each, direction: -each.direction } : each))
        const opinion = pool(readings)
        expect(pool(mirrored).probabilityUp).toBeCloseTo(1 - opinion.probabilityUp, 12)
        expect(pool(mirrored).confidence).toBeCloseTo(opinion.confidence, 12)

        const singles = readings.map(probabilityUp)
        expect(opinion.probabilityUp).toBeGreaterThanOrEqual(Math.min(...singles) - 1e-12)
        expect(opinion.probabilityUp).toBeLessThanOrEqual(Math.max(...singles) + 1e-12)
        expect(opinion.confidence).toBeGreaterThanOrEqual(0)
        expect(opinion.confidence).toBeLessThanOrEqual(1)
      }),
    )
  })
})
