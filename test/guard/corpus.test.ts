// The promise of the source check, measured: planted violations found, look-alikes left alone, per rule.
import { describe, expect, it } from 'vitest'
import { RULE_BOOK } from '../../src/guard/scan/rule-book.ts'
import { scanCorpus, scores, shortfalls, table } from './corpus-scan.ts'
import { readCorpus } from './corpus-text.ts'
import { UNREADABLE_TEXTS } from './unreadable-texts.ts'

const texts = [...readCorpus(), ...UNREADABLE_TEXTS]
const planted = texts.filter(({ isClean }) => !isClean)
const clean = texts.filter(({ isClean }) => isClean)
const caseOf = (name: string) => name.replace(/, \d+$/, '')
const first = (page: string) => !/^(?:second|third|fourth)-/.test(page)

/** For a busy machine; alone it is a few seconds. */
const PATIENCE_MS = 240_000

describe('the corpus', () => {
  it('plants at least 200 violations, each in three disguises', () => {
    const inOne = [...readCorpus(first), ...UNREADABLE_TEXTS].filter(({ isClean }) => !isClean)
    const disguises = Map.groupBy(inOne, ({ name }) => caseOf(name))

    expect(disguises.size).toBeGreaterThanOrEqual(200)
    expect([...disguises].filter(([, each]) => each.length !== 3).map(([name]) => name)).toEqual([])
  })

  it('holds at least 200 look-alikes, twelve or more of every rule that can be mistaken', () => {
    expect(clean.length).toBeGreaterThanOrEqual(200)
    for (const { id } of RULE_BOOK) {
      expect.soft(clean.filter(({ rule }) => rule === id).length, id).toBeGreaterThanOrEqual(id === 'suppression' ? 8 : 12)
    }
  })

  it('knows every rule of the book and no other', () => {
    expect([...new Set(planted.map(({ rule }) => rule))].sort()).toEqual(RULE_BOOK.map(({ id }) => id).sort())
  })

  it(
    'is found by its rules, which leave the look-alikes alone',
    async () => {
      const scanned = await scanCorpus(texts)
      const all = scores(
        RULE_BOOK.map(({ id }) => id),
        scanned,
      )
      console.log(table(all))

      expect(shortfalls(all)).toEqual([])

      const unread = scanned.filter(
        ({ text, findings }) => text.rule !== 'unreadable' && findings.some(f => f.rule === 'unreadable'),
      )
      expect(unread.map(({ text }) => text.name)).toEqual([])
    },
    PATIENCE_MS,
  )
})
