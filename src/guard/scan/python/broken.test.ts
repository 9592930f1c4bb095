import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { misplaced } from '../../../../test/guard/program-places.ts'
import { programText } from '../../../../test/guard/program-text.ts'
import { LEVELS_MAX } from '../program/nesting.ts'
import type { Fault } from '../program/parsed.ts'
import type { Expression, Program } from '../program/program.ts'
import { openPython, type PythonParser, parsePython } from './python.ts'

let python: PythonParser
beforeAll(async () => {
  python = await openPython()
})

/** Both words of the answer, whichever it is. */
function parsed(text: string): { readonly program?: Program; readonly fault?: Fault } {
  const answer = python.parse('feed.py', text)
  return 'fault' in answer ? { fault: answer.fault, ...(answer.partial && { program: answer.partial }) } : answer
}

describe('places', () => {
  /** Where `x` was found, by the names of the program. */
  function placeOf(text: string, name: string): number {
    const [first] = parsed(text).program!.body.slice(-1)
    if (first?.kind !== 'expression' || first.value.kind !== 'name') throw new Error('the last line is a name')
    expect(first.value.name).toBe(name)
    return first.value.at
  }

  it('count UTF-16 units, of which an emoji has two', () => {
    expect(placeOf("'😀é'; x", 'x')).toBe("'😀é'; ".length)
  })

  it('count carriage returns', () => {
    expect(placeOf('a\r\nb\r\nx\r\n', 'x')).toBe(6)
  })

  it('count a byte order mark', () => {
    expect(placeOf('\uFEFFx', 'x')).toBe(1)
  })

  it('belong to the name, however it is written', () => {
    expect(placeOf('𝚛𝚊𝚗𝚍𝚘𝚖', 'random')).toBe(0)
  })
})

describe('comments', () => {
  it('are told in order, wherever they stand', () => {
    const text = '#!/usr/bin/env python\na = [1, # one\n  2]  #  two \ndef f(): # three\n  # four\n  pass\n# five'
    const { comments } = parsed(text).program!
    expect(comments.map(comment => comment.text)).toEqual(['!/usr/bin/env python', 'one', 'two', 'three', 'four', 'five'])
    for (const { at, end } of comments) expect(text.slice(at, end)).toMatch(/^#/)
  })

  it('are none inside of a text', () => {
    expect(parsed("'# none' f'{a}# none'").program!.comments).toEqual([])
  })
})

describe('a broken file', () => {
  it('has a fault where it is broken, and the program around it', () => {
    const text = 'import random\nprice = = 1\nbid = random.random()\n'
    const { program, fault } = parsed(text)
    expect(fault?.at).toBeGreaterThanOrEqual(text.indexOf('price'))
    expect(fault?.at).toBeLessThan(text.indexOf('bid'))
    expect(programText(program!)).toContain('(import "random" *:random)')
    expect(programText(program!)).toContain('(= bid (call (. random random)))')
  })

  it('lacks what is missing', () => {
    const { program, fault } = parsed('class A(B:\n  bid = 1\n')
    expect(fault).toEqual({ at: 9, message: 'not valid Python: ) is missing' })
    expect(programText(program!)).toBe('(declare (class A (B) (static-member bid 1)))')
  })

  it('is told when it is another language', () => {
    expect(parsed('const f = (x) => { return x };').fault).toBeDefined()
  })

  it('is no text when it holds a zero byte', () => {
    expect(parsed('x = 1\0')).toEqual({ fault: { at: 5, message: 'not a text: it holds a zero byte' } })
  })

  it('may be empty', () => {
    expect(parsed('')).toEqual({ program: { file: 'feed.py', language: 'python', text: '', body: [], comments: [] } })
    expect(parsed('\n  \n').program?.body).toEqual([])
  })

  it('leaves nothing behind for the next', () => {
    expect(parsed('class A:\n  def f(self): return ((')).toHaveProperty('fault')
    expect(programText(parsed('self').program!)).toBe('self')
  })
})

describe('depth', () => {
  const tooDeep = { message: `nested more than ${LEVELS_MAX} deep` }

  it('is a fault, and no crash', () => {
    for (const text of [
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      `${'f('.repeat(20_000)}${')'.repeat(20_000)}`,
      `${'not '.repeat(20_000)}a`,
      `${'lambda: '.repeat(20_000)}a`,
      `${'a if b else '.repeat(20_000)}c`,
      `${'a = '.repeat(20_000)}b`,
      `a${'.b()'.repeat(20_000)}`,
    ])
      expect(parsed(text).fault, text.slice(0, 20)).toMatchObject(tooDeep)
  })

  it('is none where nothing is inside of something', () => {
    expect(programText(parsed(`${'('.repeat(100_000)}a${')'.repeat(100_000)}`).program!)).toBe('a')
    expect(programText(parsed('"a" '.repeat(10_000)).program!)).toBe(`"${'a'.repeat(10_000)}"`)
  })

  it('is none in a sum of 50,000 terms', () => {
    const { program, fault } = parsed(Array.from({ length: 50_000 }, (_, i) => `x${i}`).join(' + '))
    const [sum] = program!.body
    expect(fault).toBeUndefined()
    const operation = sum?.kind === 'expression' ? sum.value : undefined
    expect(operation).toMatchObject({ kind: 'operation', operator: '+' })
    expect((operation as Extract<Expression, { kind: 'operation' }>).operands).toHaveLength(50_000)
  })

  it('is none in 20,000 alternatives', () => {
    const { program, fault } = parsed(`if a:\n  b\n${'elif c:\n  d\n'.repeat(20_000)}else:\n  last\n`)
    expect(fault).toBeUndefined()
    expect(programText(program!).match(/\(if c/g)).toHaveLength(20_000)
    expect(programText(program!)).toContain('last')
  })

  it('is none in 5,000 cases', () => {
    const { program, fault } = parsed(`match a:\n${Array.from({ length: 5_000 }, (_, i) => `  case ${i}: b\n`).join('')}`)
    expect(fault).toBeUndefined()
    expect(programText(program!).match(/\(=== a/g)).toHaveLength(5_000)
  })
})

// ── Any program ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Broken programs of many kinds, for a long form. */
const RUNS = process.env['CAMPAIGN'] === undefined ? 300 : 20_000

const word = fc.constantFrom('a', 'b', 'price', 'self', 'np', 'é', 'type', 'match', 'print', '_')

const { expression, statement } = fc.letrec<{ expression: string; target: string; pattern: string; statement: string }>(tie => {
  const [e, t, p, s] = [tie('expression'), tie('target'), tie('pattern'), tie('statement')]
  const block = fc.array(s, { minLength: 1, maxLength: 3 }).map(all => all.join('\n').replaceAll(/^/gm, '  '))
  const several = fc.array(e, { maxLength: 3 }).map(all => all.join(', '))
  const format = (text: string, ...parts: readonly fc.Arbitrary<string>[]) =>
    fc.tuple(...parts).map(given => given.reduce((whole, part) => whole.replace('§', () => part), text))

  return {
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      word,
      fc.constantFrom('1', '2.5', "'x'", "b'\\x41'", "'😀'", 'None', 'True', '...'),
      format('(§)', e),
      format('§.§', word, word),
      format('§[§]', word, e),
      format('§[§:§]', word, e, e),
      format('§(§, *§, k=§, **§)', word, e, word, e, word),
      format('(§ + §)', e, e),
      format('(§ - § * §)', e, e, e),
      format('(§ and not §)', e, e),
      format('(§ < § is not §)', e, e, e),
      format('(§ if § else §)', e, e, e),
      format('[§]', several),
      format('(§, *§)', e, word),
      format('{§: §, **§}', e, e, word),
      format('[§ for § in § if § for § in §]', e, word, e, e, word, e),
      format('{§: § for § in §}', e, e, word, e),
      format('(lambda §=§, *c: §)', word, e, e),
      format("f'{§}{§:>{§}}'", word, word, word),
      format('(§ := §)', word, e),
      format('(yield §)', e),
      format("getattr(§, 'x')", e),
      format("setattr(§, 'x', §)", word, e),
      format('dict(x=§)', e),
    ),
    target: fc.oneof(word, format('§.§', word, word), format('§[§]', word, e), format('§, *§', word, word)),
    pattern: fc.oneof(
      { depthSize: 'small' },
      word,
      fc.constantFrom('1', '-1', "'x'", 'a.b', '-1 | 2'),
      format('[§, *r]', p),
      format("{'k': §, **r}", p),
      format('C(§, k=§)', p, p),
      format('(§ | _) as §', p, word),
    ),
    statement: fc.oneof(
      { depthSize: 'small' },
      e,
      format('§ = § = §', t, t, e),
      format('§: float = §', word, e),
      format('§ += §', word, e),
      format('return §', e),
      format('raise § from §', e, e),
      format('assert §, §', e, e),
      format('del §', word),
      format('import §.b as c, d.e', word),
      format('from .§ import x as §', word, word),
      format('if §:\n§\nelif §:\n§\nelse:\n§', e, block, e, block, block),
      format('for § in §:\n§\nelse:\n§', t, e, block, block),
      format('while §:\n§', e, block),
      format('with § as §, §:\n§', e, word, e, block),
      format('try:\n§\nexcept (§, §) as §:\n§\nfinally:\n§', block, e, e, word, block, block),
      format('@§\nasync def f(§, *, a=§):\n§', e, word, e, block),
      format('@§\nclass A(§, m=§):\n§', e, word, e, block),
      format('class A:\n  def f(self, a=§):\n    §', e, e),
      format('match §:\n  case § if §:\n    §', e, p, e, e),
      format('global §', word),
    ),
  }
})

describe('any program', () => {
  const program = fc.array(statement, { maxLength: 6 }).map(all => all.join('\n'))

  it('is read, with every place inside the text and inside of what is around it', () => {
    fc.assert(
      fc.property(program, text => {
        const { program: read } = parsed(text)
        expect(read).toBeDefined()
        expect(misplaced(read!)).toEqual([])
      }),
      { numRuns: RUNS },
    )
  })

  it('is read also when something is torn out of it or put into it', () => {
    const torn = fc.tuple(program, fc.nat(), fc.nat(12), fc.string({ maxLength: 4, unit: 'grapheme' }))
    fc.assert(
      fc.property(torn, ([text, start, length, instead]) => {
        const at = start % (text.length + 1)
        const { program: read, fault } = parsed(text.slice(0, at) + instead + text.slice(at + length))
        if (read === undefined) expect(fault).toBeDefined()
        else expect(misplaced(read)).toEqual([])
        if (fault !== undefined) expect(fault.at).toBeLessThanOrEqual(text.length + instead.length)
      }),
      { numRuns: RUNS },
    )
  })

  it('of one expression is one statement', () => {
    fc.assert(
      fc.property(expression, text => parsed(text).program?.body.length === 1),
      { numRuns: 200 },
    )
  })

  it('is read the same way by the function', () => {
    expect(parsePython('feed.py', 'a = 1')).toEqual(parsed('a = 1'))
  })
})
