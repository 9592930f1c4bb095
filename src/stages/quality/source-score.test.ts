// The score's parts, each with its arithmetic.
import { expect, test } from 'vitest'
import { SECOND } from '../../domain/numbers.ts'
import { SourceScore, scoreOf } from './source-score.ts'

const BY = { ageMicros: 0, silenceMicros: 3 * SECOND, disagreement: 0.003, toleranceMicros: 5 * SECOND }
const FLAWLESS = { freshness: 1, completeness: 1, integrity: 1, agreement: 1, latency: 1 }

test('nothing known is nothing wrong', () => {
  expect(new SourceScore().parts(0, BY)).toEqual(FLAWLESS)
  expect(scoreOf(FLAWLESS)).toBe(1)
})

test('freshness is whole for a third of the silence limit and gone at the limit', () => {
  const score = new SourceScore()
  const at = (seconds: number) => score.parts(0, { ...BY, ageMicros: seconds * SECOND }).freshness
  expect([at(0), at(1), at(2), at(3), at(9)]).toEqual([1, 1, 0.5, 0, 0])
})

test('a bad fact weighs like ten sound ones and is half forgotten after a minute', () => {
  const score = new SourceScore()
  for (let i = 0; i < 80; i++) score.sound(0)
  score.bad(0, 1)
  // 20 on trust and 80 sound, of 110.
  expect(score.parts(0, BY).integrity).toBeCloseTo(100 / 110, 12)
  // 20 on trust and 40 left, of 65.
  expect(score.parts(60 * SECOND, BY).integrity).toBeCloseTo(60 / 65, 12)
})

test('a gap counts as ten missing facts', () => {
  const score = new SourceScore()
  for (let i = 0; i < 90; i++) score.sound(0)
  score.gap(0)
  expect(score.parts(0, BY).completeness).toBeCloseTo(0.9, 12)
})

test('agreement falls to nothing at the limit of disagreement', () => {
  const score = new SourceScore()
  score.compared(0, 0.0015)
  expect(score.parts(0, BY).agreement).toBeCloseTo(0.5, 12)
  // Ten seconds later half of the old distance is left, and half of the new one has come.
  score.compared(10 * SECOND, 0.003)
  expect(score.parts(10 * SECOND, BY).agreement).toBeCloseTo(1 - (0.00075 + 0.0015) / 0.003, 12)
})

test('latency is good up to a quarter of a second and worthless at the tolerance', () => {
  const at = (seconds: number) => {
    const score = new SourceScore()
    score.delayed(0, seconds * SECOND)
    return score.parts(0, BY).latency
  }
  expect([at(0.1), at(0.25), at(2.625), at(5)]).toEqual([1, 1, 0.5, 0])
})

test('one part at nothing makes the whole nothing; each other weighs by its share', () => {
  expect(scoreOf({ ...FLAWLESS, freshness: 0 })).toBe(0)
  expect(scoreOf({ ...FLAWLESS, integrity: 0.5 })).toBeCloseTo(0.5 ** 0.3, 12)
  expect(scoreOf({ freshness: 0.5, completeness: 0.5, integrity: 0.5, agreement: 0.5, latency: 0.5 })).toBeCloseTo(0.5, 12)
})
