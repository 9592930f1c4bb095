// Facts about the reading form of explanations.
import { expect, test } from 'vitest'
import { explainedLinks } from './explanation-lines.ts'

test('a sense that lists its numbers has one to a line', () => {
  const [link] = explainedLinks([
    {
      stage: 'senses',
      reason: 'WHAT leans down, strength 0.88: ADX 48.9974 points, RSI 27.3083 points, rate of change -0.37 percent',
      ids: ['what.adx'],
    },
  ])

  expect(link).toEqual({
    stage: 'senses',
    job: 'what each sense said',
    head: 'WHAT leans down, strength 0.88',
    lines: ['ADX 48.9974 points', 'RSI 27.3083 points', 'rate of change -0.37 percent'],
    ids: ['what.adx'],
  })
})

test('a sentence with one colon stays a sentence, and line breaks stay lines', () => {
  const [signal, fusion] = explainedLinks([
    { stage: 'signals', reason: 'four-senses said short: the senses agree on down', ids: [] },
    { stage: 'fusion', reason: 'SPY.ARCA: a slight edge down\nWHY leans up\nHOW leans down', ids: [] },
  ])

  expect(signal).toMatchObject({ head: 'four-senses said short: the senses agree on down', lines: [] })
  expect(fusion).toMatchObject({ head: 'SPY.ARCA: a slight edge down', lines: ['WHY leans up', 'HOW leans down'] })
})

test('a stage that is not known is shown without a job', () => {
  expect(explainedLinks([{ stage: 'elsewhere', reason: 'x', ids: [] }])[0]).toMatchObject({ stage: 'elsewhere', job: '' })
})
