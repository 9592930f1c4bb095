// What is kept, how long, and what ends it.
import { expect, test } from 'vitest'
import { KeptAnswers } from './kept-answers.ts'

function asked() {
  const clock = { millis: 0 }
  const answers = new KeptAnswers(() => clock.millis)
  let count = 0
  const ask = (question: unknown = 'orders') => answers.of([question], async () => ++count)
  return { answers, ask, clock }
}

test('a question is asked once for all who want to know', async () => {
  const { ask } = asked()
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1])
})

test('another question has another answer', async () => {
  const { ask } = asked()
  expect([await ask({ limit: 50 }), await ask({ limit: 51 }), await ask({ limit: 50 })]).toEqual([1, 2, 1])
})

test('an answer is given again for less than a second', async () => {
  const { ask, clock } = asked()
  await ask()
  clock.millis = 999
  expect(await ask()).toBe(1)
  clock.millis = 1_000
  expect(await ask()).toBe(2)
})

test('what was written is seen at once', async () => {
  const { ask, answers } = asked()
  await ask()
  answers.forget()
  expect(await ask()).toBe(2)
})

test('an answer that fails is asked for again', async () => {
  const answers = new KeptAnswers(() => 0)
  await expect(answers.of(['orders'], () => Promise.reject(new Error('gone')))).rejects.toThrow('gone')
  expect(await answers.of(['orders'], async () => 'there')).toBe('there')
})

test('of many questions the oldest are forgotten', async () => {
  const { ask } = asked()
  for (let at = 0; at <= 200; at++) await ask(at)
  expect(await ask(200)).toBe(201)
  expect(await ask(0)).toBe(202)
})
