// Take any one rule away and the corpus says so: no rule stands behind another's back.
import { beforeAll, describe, expect, it } from 'vitest'
import { RULE_BOOK } from '../../src/guard/scan/rule-book.ts'
import { type Scanned, scanCorpus, scores, shortfalls } from './corpus-scan.ts'
import { readCorpus } from './corpus-text.ts'
import { UNREADABLE_TEXTS } from './unreadable-texts.ts'

const ids = RULE_BOOK.map(({ id }) => id)
/** For a busy machine; alone it is a few seconds. */
const PATIENCE_MS = 240_000

let scanned: readonly Scanned[]

beforeAll(async () => {
  scanned = await scanCorpus([...readCorpus(), ...UNREADABLE_TEXTS])
}, PATIENCE_MS)

const without = (removed: string): Scanned[] =>
  scanned.map(({ text, findings }) => ({ text, findings: findings.filter(({ rule }) => rule !== removed) }))

describe('a source check that lost a rule', () => {
  it.each(ids)('%s: falls short of its promise there, and only there', removed => {
    const whole = shortfalls(scores(ids, scanned))
    const lost = shortfalls(scores(ids, without(removed))).filter(line => !whole.includes(line))

    expect(lost.length, 'something is missed that was found').toBeGreaterThan(0)
    expect(lost.filter(line => !line.startsWith(`missed: ${removed}:`))).toEqual([])
  })
})
