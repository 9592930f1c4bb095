// docs/guard.md says what the rules say: no rule without its section, no section without its rule.
import { expect, test } from 'vitest'
import { RULE_BOOK } from '../src/guard/scan/rule-book.ts'
import { guardPage, PAGE } from './guard-page.ts'
import { read } from './source.ts'

test('the rules of the page are the rules there are', () => {
  expect(read(PAGE), 'run: node test/guard-page.ts').toBe(guardPage())
})

test('every rule has its section, and an example of each kind', () => {
  const rules = (read(PAGE) ?? '').split('<!-- rules')[1] ?? ''
  const sections = rules.split(/^### /m).slice(1)

  expect(sections.map(section => section.split('\n')[0])).toEqual(RULE_BOOK.map(({ id }) => id))
  for (const section of sections) {
    expect.soft(section, section.split('\n')[0]).toContain('\nFound:\n')
    expect.soft(section, section.split('\n')[0]).toContain('\nNot found:\n')
  }
})
