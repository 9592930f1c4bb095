// The choice between candidates, case by case.
import { expect, test } from 'vitest'
import { SOURCE_RULES } from './source-rules.ts'
import { type Candidate, type Standing, select } from './source-selection.ts'

const NOW = 1_000_000_000
const good: Candidate = { level: 'live', health: 'ok', score: 1, cleanSince: 0 }
const bad: Candidate = { ...good, health: 'silent' }
const weaker: Candidate = { ...good, score: 0.7 }
const recent: Candidate = { ...good, cleanSince: NOW - 59_000_000 }
const cache: Candidate = { ...good, level: 'cache' }
const on = (index: number, more: Partial<Standing> = {}): Standing => ({
  index,
  level: 'live',
  switchedAt: 0,
  wanted: -1,
  ...more,
})
const chosen = (candidates: readonly Candidate[], standing: Standing): string => {
  const { index, level } = select(candidates, standing, NOW, SOURCE_RULES)
  return `${index} ${level}`
}

test.each([
  ['nobody yet: the first in order that is healthy', [bad, good, good], on(-1), '1 live'],
  ['a bad one is left at once, even right after a switch', [good, bad], on(1, { switchedAt: NOW - 1 }), '0 live'],
  ['a healthy one is kept right after a switch', [good, good], on(1, { switchedAt: NOW - 29_999_999 }), '1 live'],
  ['an earlier one that is as good is gone back to', [good, good], on(1), '0 live'],
  ['an earlier one is not gone back to before it has been clean for a minute', [recent, good], on(1), '1 live'],
  ['an earlier one that is much weaker is not gone back to', [weaker, good], on(1), '1 live'],
  ['a later one that is much better is gone to', [weaker, good], on(0), '1 live'],
  ['a person decides against the order', [good, good], on(0, { wanted: 1 }), '1 live'],
  ['not even a person reads from a silent source', [good, bad], on(0, { wanted: 1 }), '0 live'],
  ['all bad: the last one is kept for reading', [bad, bad, cache], on(1), '1 cache'],
  ['a cache is for who has nothing else', [bad, cache], on(-1), '1 cache'],
  ['a cache is never live, however healthy', [cache], on(-1), '0 cache'],
  ['a live one replaces a cache at once', [good, cache], on(1, { level: 'cache', switchedAt: NOW - 1 }), '0 live'],
  ['nobody at all', [bad], on(-1), '-1 none'],
] as const)('%s', (_, candidates, standing, expected) => {
  expect(chosen(candidates, standing)).toBe(expected)
})
