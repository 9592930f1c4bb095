// Every rule finds each of its bad examples and leaves its good ones alone.
import { beforeAll, describe, expect, test } from 'vitest'
import { analyse } from '../flow/flow.ts'
import { parseJavaScript } from '../javascript/javascript.ts'
import { openPython, parsePython } from '../python/python.ts'
import type { Example, Hit, Rule } from '../rule.ts'
import { RULES } from './all.ts'

const ENDINGS = { typescript: 'ts', javascript: 'js', python: 'py' } as const

beforeAll(() => openPython())

/** Hits that stand on what the example itself shows, and those that wait for another file. */
function hitsOf(rule: Rule, { language, code }: Example): readonly Hit[] {
  const file = `example.${ENDINGS[language]}`
  const parsed = language === 'python' ? parsePython(file, code) : parseJavaScript(file, code, language)
  if ('fault' in parsed) throw new Error(`${rule.id}: ${parsed.fault.message} in\n${code}`)
  return rule.check({ program: parsed.program, flow: analyse(parsed.program), isTest: rule.looksAt === 'tests' })
}

const stands = (hit: Hit): boolean => hit.needs === undefined

describe.each(RULES.map(rule => ({ id: rule.id, rule })))('$id', ({ rule }) => {
  test.each(rule.bad.map((example, i) => ({ n: i + 1, example })))('finds bad example $n', ({ example }) => {
    expect(hitsOf(rule, example).filter(stands), example.code).not.toEqual([])
  })

  test.each(rule.good.map((example, i) => ({ n: i + 1, example })))('leaves good example $n alone', ({ example }) => {
    expect(hitsOf(rule, example).filter(stands), example.code).toEqual([])
  })

  test('points into the text', () => {
    for (const example of rule.bad) {
      for (const { at, through = [] } of hitsOf(rule, example)) {
        for (const place of [at, ...through]) expect(place).toBeLessThan(example.code.length)
      }
    }
  })
})

test('every rule has an id of its own, and examples of both kinds', () => {
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length)
  for (const { id, bad, good } of RULES) {
    expect(bad.length, id).toBeGreaterThanOrEqual(3)
    expect(good.length, id).toBeGreaterThanOrEqual(3)
  }
})
