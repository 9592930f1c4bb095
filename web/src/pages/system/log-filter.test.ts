// Facts about the filter of the log.
import { expect, test } from 'vitest'
import { type LogWords, logFilter } from './log-filter.ts'

const line = (given: Partial<LogWords>): LogWords => ({
  level: 'info',
  component: 'gateway',
  correlationId: 'a1',
  message: 'Listening',
  code: '',
  ...given,
})
const ALL = { level: '', component: '', correlationId: '', text: '' } as const

test('a level lets itself and graver ones pass', () => {
  const wanted = logFilter({ ...ALL, level: 'warn' })

  expect((['debug', 'info', 'warn', 'error'] as const).filter(level => wanted(line({ level })))).toEqual(['warn', 'error'])
})

test('words are found in the message and in the code, whatever the case', () => {
  const wanted = logFilter({ ...ALL, text: 'database' })

  expect(wanted(line({ message: 'The DATABASE does not answer' }))).toBe(true)
  expect(wanted(line({ code: 'DATABASE_GONE' }))).toBe(true)
  expect(wanted(line({}))).toBe(false)
})

test('component and correlation must be the very ones', () => {
  expect(logFilter({ ...ALL, component: 'gate' })(line({}))).toBe(false)
  expect(logFilter({ ...ALL, component: 'gateway', correlationId: 'a1' })(line({}))).toBe(true)
  expect(logFilter({ ...ALL, correlationId: 'a2' })(line({}))).toBe(false)
})
