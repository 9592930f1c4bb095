// Facts of sentences.
import { expect, test } from 'vitest'
import { sentence } from './sentence.ts'

test('an error begins large and ends', () => {
  expect(sentence('the session is over')).toBe('The session is over.')
  expect(sentence('Already one.')).toBe('Already one.')
  expect(sentence('')).toBe('')
})

test('commands, names and files stay as they are written', () => {
  expect(sentence('quadrant user list')).toBe('quadrant user list.')
  expect(sentence('run it again: quadrant backtest run config/gold.yaml')).toBe(
    'Run it again: quadrant backtest run config/gold.yaml',
  )
  expect(sentence('`--host` with an address')).toBe('`--host` with an address.')
})
