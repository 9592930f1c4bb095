// Places in lowered programs, whatever the program: nothing stands outside of what it stands in.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { placingsOf } from '../../../../test/guard/program-nodes.ts'
import { parseJavaScript } from './javascript.ts'

const NAME = fc.constantFrom('a', 'bid', '$', 'größe', '名前', '𝒙')

/** Programs of nearly every construct, small and valid; what they would do is nonsense. */
const { program } = fc.letrec<{ value: string; pattern: string; member: string; statement: string; program: string }>(tie => {
  const value = tie('value')
  const statement = tie('statement')
  const pattern = tie('pattern')
  /** Puts what is drawn into the holes of one of the templates: `1` for the first, and so on. */
  const one = (parts: readonly fc.Arbitrary<string>[], ...templates: readonly string[]) =>
    fc
      .tuple(fc.constantFrom(...templates), ...parts)
      .map(([template, ...drawn]) => template.replace(/[«](\d)/g, (_, i) => drawn[Number(i) - 1] ?? ''))

  return {
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom('1', '"😀"', 'null', '`é`', '/[/]/g', 'this', 'import.meta', 'undefined', '10n', 'a', 'bid', '名前'),
      one([value, value], '(«1 + «2)', '(«1, «2)', '[«1, , ...«2]', '(«1)?.[«2]', '(«1)(«2)', 'new (f(«1))(«2)', '(«1 ?? («2))'),
      one(
        [value, value, NAME],
        '{ «3: «1, [«2]: 1, ...«1 }',
        `\`a\${«1}b\${«2}\``,
        `f\`é\${«1}\``,
        '(«1 ? «2 : «3)',
        '(«3 = «1)',
        '(«3 += «1)',
      ).map(text => (text.startsWith('{') ? `(${text})` : text)),
      one(
        [value, pattern, statement],
        '((«2) => «1)',
        '(async (b = «1) => { «3 })',
        '(function* («2) { yield «1 })',
        '(«1 as B)!',
      ),
      one(
        [value, statement, NAME],
        '(class { «3 = «1; static { «2 } get #c() { return «1 } [«1]() { «2 } })',
        '(«3++)',
        '(async () => await («1))',
        'import(«1)',
        '(typeof «1)',
      ),
      one([value, tie('member')], '(@d(«1) class extends («1) { «2 })'),
    ),
    member: fc.oneof(
      one(
        [value, statement, NAME],
        '@d(«1) m() { «2 }',
        '@d f = «1',
        'constructor(private c = «1, readonly e?: B) { «2 }',
        'static async *[«1]() {}',
        'accessor «3 = «1',
        'declare g: B',
      ),
    ),
    pattern: fc.oneof({ maxDepth: 3 }, NAME, one([pattern, value], '{ k: «1 = «2 }', '[, «1 = «2]', '{ ["k" + 1]: «1 }')),
    statement: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      one(
        [value, pattern, NAME],
        '(«1);',
        'let «2 = «1;',
        'var «3;',
        'throw «1;',
        '"use strict";',
        'enum E { A, B = («1) }',
        'type T = B;',
      ),
      one(
        [value, statement, statement],
        'if («1) { «2 } else { «3 }',
        'while («1) { «2 }',
        'do { «2 } while («1)',
        'try { «2 } catch { «3 } finally { «2 }',
      ),
      one(
        [value, statement, pattern],
        'for (const «3 of «1) { «2 }',
        'for (let i = («1); i < 9; i++) { «2 }',
        'for (const k in («1)) { «2 }',
        'try { «2 } catch («3) { («1) }',
      ),
      one(
        [value, statement],
        'switch («1) { case («1): «2 break; default: «2 }',
        'l: { «2 }',
        'function f(b = «1) { «2 }',
        '@d(«1) class C { m() { «2 } }',
        'namespace N.M { export const a = «1; «2 }',
      ),
    ),
    program: fc
      .array(statement, { minLength: 1, maxLength: 5 })
      .map(statements => `// 😀\n${statements.join('\n')}\nexport default a`),
  }
})

test('every part lies inside the text and inside the part around it, and is in the tree once', () => {
  fc.assert(
    fc.property(program, text => {
      const parsed = parseJavaScript('any.ts', text, 'typescript')
      if ('fault' in parsed) throw new Error(`${parsed.fault.message} at ${parsed.fault.at} of ${text}`)

      const placings = placingsOf(parsed.program)
      const outside = placings.filter(
        ({ part, inside }) => !(part.at >= (inside?.at ?? 0) && part.at <= part.end && part.end <= (inside?.end ?? text.length)),
      )
      expect(outside).toEqual([])
      expect(new Set(placings.map(({ part }) => part)).size).toBe(placings.length)
    }),
    { numRuns: process.env['CAMPAIGN'] ? 20_000 : 400 },
  )
})

test('texts of any kind are a program or a fault inside of them', () => {
  const pieces = fc.constantFrom(
    '(',
    ')',
    '{',
    '}',
    '[',
    ']',
    '`',
    '${',
    '"',
    "'",
    '/',
    '*',
    '\\',
    '\n',
    '\u2028',
    '😀',
    '\ud800',
    '<',
    '>',
    '=',
    ';',
    ',',
    ' a ',
    ' if ',
    ' class ',
    '1',
    '.',
    '@',
    '#',
    '\0',
  )
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(pieces, { maxLength: 60 }).map(parts => parts.join('')),
  )

  fc.assert(
    fc.property(texts, fc.constantFrom('any.ts', 'any.tsx', 'any.js'), (text, file) => {
      const parsed = parseJavaScript(file, text, file.endsWith('.js') ? 'javascript' : 'typescript')
      const at = 'fault' in parsed ? parsed.fault.at : 0
      expect(at).toBeGreaterThanOrEqual(0)
      expect(at).toBeLessThanOrEqual(text.length)
    }),
    { numRuns: process.env['CAMPAIGN'] ? 50_000 : 1000 },
  )
})
