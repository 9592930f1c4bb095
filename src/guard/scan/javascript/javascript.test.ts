// The tree that each construct of TypeScript and JavaScript becomes, and where its parts stand.
import { describe, expect, test } from 'vitest'
import { programText } from '../../../../test/guard/program-text.ts'
import type { Program } from '../program/program.ts'
import { parseJavaScript } from './javascript.ts'

function read(code: string, file = 'quote.ts'): Program {
  const parsed = parseJavaScript(file, code, /\.[cm]?jsx?$/.test(file) ? 'javascript' : 'typescript')
  if ('fault' in parsed) throw new Error(`${parsed.fault.message} at ${parsed.fault.at} of ${code}`)
  return parsed.program
}

/** One line for each statement. */
const lowered = (code: string, file?: string): string => programText(read(code, file))

function expectLowered(pairs: readonly (readonly [code: string, tree: string])[], file?: string): void {
  expect(pairs.map(([code]) => lowered(code, file))).toEqual(pairs.map(([, tree]) => tree))
}

describe('modules', () => {
  test('imports bind names, the default and the whole module', () => {
    expectLowered([
      ["import a, { b, c as d } from './x.ts'", '(import "./x.ts" default:a b c:d)'],
      ["import * as ns from 'x'", '(import "x" *:ns)'],
      ["import 'x'", '(import "x")'],
      ["import { 'a b' as c } from 'x'", '(import "x" a b:c)'],
      ["import json from './x.json' with { type: 'json' }", '(import "./x.json" default:json)'],
    ])
  })

  test('what is imported for its type alone is marked, and left out beside values', () => {
    expectLowered([
      ["import type { A } from 'x'", '(import-type "x" A)'],
      ["import { type A, type B } from 'x'", '(import-type "x" A B)'],
      ["import { type A, b } from 'x'", '(import "x" b)'],
      ["import type x = require('x')", '(import-type "x" *:x)'],
    ])
  })

  test('an exported declaration is the declaration, then its names', () => {
    expectLowered([
      ['export const a = 1, { b, c: [d] } = e', '(declare a 1)\n(declare ({} b:b c:([] d)) e)\n(export a b d)'],
      ['export function f() {}', '(define (function f ()))\n(export f)'],
      ['export class C {}', '(declare (class C ()))\n(export C)'],
      ['export default function f() {}', '(define (function f ()))\n(export f:default)'],
      ['export default class {}', '(export (class ()))'],
      ['export default quote()', '(export (call quote))'],
      ['export = quote', '(export quote)'],
    ])
  })

  test('names are passed on from other modules', () => {
    expectLowered([
      ['export { a, b as c }', '(export a b:c)'],
      ["export { a as default } from 'x'", '(export "x" a:default)'],
      ["export * from 'x'", '(export "x" *)'],
      ["export * as ns from 'x'", '(export "x" *:ns)'],
      ["export { type A, b } from 'x'", '(export "x" b)'],
      ["export type { A } from 'x'; export type * from 'y'; export { type B }", ''],
    ])
  })

  test('CommonJS loads by a call and exports by assignment', () => {
    expectLowered(
      [
        ["const { a } = require('x')", '(declare ({} a:a) (import() "x"))'],
        ['module.require(x)', '(import() x)'],
        ["createRequire(import.meta.url)('x')", '(import() "x")'],
        ["process.getBuiltinModule('crypto')", '(import() "crypto")'],
        ["require.resolve('x'); require()", '(call (. require resolve) "x")\n(call require)'],
        ['module.exports = { a }', '(export (object a:a))'],
        ['exports = module.exports = a', '(export a)'],
        ['exports.a = 1', '(export a (= (. exports a) 1))'],
        ["module.exports['a'] = exports.b = 1", '(export a b (= (. (. module exports) a) (= (. exports b) 1)))'],
        [
          "__exportStar(require('./x'), exports); Object.assign(module.exports, require('./y'))",
          '(export "./x" *)\n(export "./y" *)',
        ],
        [
          "Object.defineProperty(exports, 'a', { enumerable: true, get: () => x.a })",
          '(export a (function () (return (. x a))))',
        ],
        [
          "Object.defineProperty(a, 'b', c); Object.assign(a, b)",
          '(call (. Object defineProperty) a "b" c)\n(call (. Object assign) a b)',
        ],
        ['exports.a.b = 1; exports[a] = 1', '(= (. (. exports a) b) 1)\n(= ([] exports a) 1)'],
      ],
      'quote.js',
    )
  })

  test('what TypeScript says instead is the same', () => {
    expectLowered([
      ["import x = require('y')", '(declare x (import() "y"))'],
      ['import x = A.B.c', '(declare x (. (. A B) c))'],
      ["export import x = require('y')", '(declare x (import() "y"))\n(export x)'],
      ["const x = await import('y')", '(declare x (await (import() "y")))'],
    ])
  })
})

describe('statements', () => {
  test('every loop is a loop', () => {
    expectLowered([
      [
        'for (let i = 0, n = 9; i < n; i++) f()',
        '(loop (before (declare i 0) (declare n 9)) (test (< i n)) (after (+= i 1)) (body (call f)))',
      ],
      ['for (;;) {}', '(loop)'],
      ['for (const { bid } of quotes) f(bid)', '(loop (each ({} bid:bid)) (over quotes) (body (call f bid)))'],
      ['for (q.last of quotes);', '(loop (each (. q last)) (over quotes))'],
      ['for await (const q of feed) f(q)', '(loop (each q) (over (await feed)) (body (call f q)))'],
      ['for (const k in quotes) f(k)', '(loop (each k) (over (call (. Object keys) quotes)) (body (call f k)))'],
      ['while (a) { break }', '(loop (test a) (body (jump)))'],
      ['do f(); while (a)', '(loop (test a) (body (call f)))'],
      ['outer: while (a) continue outer', '(block (loop (test a) (body (jump))))'],
    ])
  })

  test('branches hold what they do, with braces or without', () => {
    expectLowered([
      ['if (a) b(); else if (c) { d() }', '(if a (then (call b)) (else (if c (then (call d)))))'],
      ['{ a() }', '(block (call a))'],
      [
        'function f() { return } function g() { return a }',
        '(define (function f () (return)))\n(define (function g () (return a)))',
      ],
      [`throw new Error(\`no \${a}\`)`, '(throw (new Error (template "no " a)))'],
      ['debugger;;', ''],
    ])
    expectLowered([['with (a) b()', '(block a (call b))']], 'quote.cjs')
  })

  test('a switch is a chain of ifs, cases without statements joined to the next', () => {
    const cases = "case 'a': case 'b': f(); break; default: h(); case 'c': { g(); break }"
    expectLowered([
      [
        `switch (q.side) { ${cases} }`,
        '(if (|| (=== (. q side) "a") (=== (. q side) "b")) (then (call f)) (else (if (=== (. q side) "c") (then (call g)) (else (call h)))))',
      ],
      ['switch (a) { case 1: case 2: case 3: f() }', '(if (|| (|| (=== a 1) (=== a 2)) (=== a 3)) (then (call f)))'],
      ['switch (side()) { case 1: f() }', '(block (declare [switch 0] (call side)) (if (=== [switch 0] 1) (then (call f))))'],
      ['switch (side()) {}', '(block (declare [switch 0] (call side)))'],
      ['switch (a) { default: f() }', '(block a (call f))'],
      [
        'for (;;) switch (a) { case 1: if (b) break; continue }',
        '(loop (body (if (=== a 1) (then (if b (then (jump))) (jump)))))',
      ],
    ])
  })

  test('a try holds what is caught and what is done last', () => {
    expectLowered([
      [
        'try { a() } catch ({ code }) { b() } finally { c() }',
        '(try (body (call a)) (catch ({} code:code) () (call b)) (last (call c)))',
      ],
      ['try { a() } catch {}', '(try (body (call a)) (catch ()))'],
    ])
  })
})

describe('values', () => {
  test('literals are their values', () => {
    expectLowered([
      ["f(1, 'a', true, null, undefined, 10n, /a/g, 1e3, `b`)", '(call f 1 "a" true null undefined 10 "/a/g" 1000 "b")'],
      [`f\`a\${b}c\`; String.raw\`\\u\``, '(call f "a" b "c")\n(call (. String raw) "\\\\u")'],
      [`\`\${a}-\${b}\``, '(template a "-" b)'],
      ['-1; void 0; typeof a; !a; delete a.b', '(- 1)\nundefined\n(typeof a)\n(! a)\n(delete (. a b))'],
    ])
  })

  test('objects keep their keys, a getter is what it returns', () => {
    expectLowered([
      ["x = { a, 'b': 1, 2: 3, [c]: 4, ['d' + 'e']: 5, ...f }", '(= x (object a:a b:1 2:3 [c]:4 de:5 ...f))'],
      [
        'x = { get bid() { return 1 }, ask() {}, set mid(v) {} }',
        '(= x (object bid:(call (function () (return 1))) ask:(function ()) mid:(function (v))))',
      ],
      ['x = [1, , ...a]', '(= x (list 1 (spread a)))'],
    ])
  })

  test('functions of every form', () => {
    expectLowered([
      ['x = (a, { b = 1 } = {}, ...c) => a', '(= x (function (a (default ({} b:(default b 1)) (object)) (... c)) (return a)))'],
      [
        'x = async function* f() { yield a; yield* b; yield }',
        '(= x (async-function* f () (yield a) (yield (spread b)) (yield undefined)))',
      ],
      ['function f(this: Feed, a?: number): void; function f(a) { await1() }', '(define (function f (a) (call await1)))'],
    ])
  })

  test('members are known by a name or by what is certainly one', () => {
    expectLowered([
      ["a.b?.c['d'][0][`e`][i]", '([] (. (. (. (. (. a b) c) d) 0) e) i)'],
      [`globalThis['Ma' + 'th']['ran' + \`do\${'m'}\`]()`, '(call (. (. globalThis Math) random))'],
      ['Math[String.fromCharCode(114, 97, 110, 100, 111, 109)]', '(. Math random)'],
      ["a['b' + c]; a[1 + 1]", '([] a (+ "b" c))\n(. a 2)'],
      ['a?.(b)?.c!.d', '(. (. (call a b) c) d)'],
      ['import.meta.env.MODE', '(. (. import.meta env) MODE)'],
    ])
  })

  test('types, casts and parentheses leave no trace', () => {
    expectLowered([
      ['x = (a as B).c! satisfies D', '(= x (. a c))'],
      ['x = <B>a; (a as B) = 1; f<B>(a); g<B>', '(= x a)\n(= a 1)\n(call f a)\ng'],
      ['type A = B; interface C {}; declare const d: number; declare function e(): void; declare module "m" {}', ''],
      [
        'abstract class A { abstract f(): void; declare b: number; [key: string]: unknown; c?: string }',
        '(declare (class A () (member c)))',
      ],
    ])
  })

  test('operators keep their operands, assignments their target', () => {
    expectLowered([
      ['(a + b * c) ?? d', '(?? (+ a (* b c)) d)'],
      ['#c in a', '(in "#c" a)'],
      ['a == b; a != b', '(=== a b)\n(!== a b)'],
      ['a.b += 1; a ??= b; a++; --a[i]', '(+= (. a b) 1)\n(??= a b)\n(+= a 1)\n(-= ([] a i) 1)'],
      ['a ? b : c', '(? a b c)'],
      ['(0, a.b)(); x = (f(), g())', '(call (. a b))\n(= x (list (call f) (call g)))'],
      ['[a, , ...b] = c; ({ a, [k]: d, ...e } = c)', '(= ([] a _ (... b)) c)\n(= ({} a:a ?:d ?:(... e)) c)'],
    ])
  })

  test('JSX is its component, an object of the attributes, the children', () => {
    const file = 'price.tsx'
    expectLowered(
      [
        [
          'x = <Price bid={a} ask="1" live {...b}>at {c}<b/></Price>',
          '(= x (other Price (object bid:a ask:"1" live:true ...b) "at " c (other)))',
        ],
        ['x = <><ui.Price /></>', '(= x (other (other (. ui Price))))'],
      ],
      file,
    )
    expect(lowered('x = <p>{a}</p>', 'page.js'), 'files called .js hold JSX too').toBe('(= x (other a))')
  })
})

describe('classes', () => {
  test('methods, fields, accessors, private names and static blocks are members', () => {
    expect(
      lowered(
        'class A extends B { #bid = 1; static ask; accessor c = 2; get mid() { return this.#bid } static { f() } [k]() {} }',
      ),
    ).toBe(
      '(declare (class A (B) (member #bid 1) (static-member ask) (member c 2) (getter mid (function () (return (. this #bid)))) (static-member (function () (call f))) (member (function ()))))',
    )
  })

  test('a parameter property is an assignment at the beginning', () => {
    expect(lowered('class A { constructor(private readonly bid = 1, ask) { super() } }')).toBe(
      '(declare (class A () (member constructor (function ((default bid 1) ask) (= (. this bid) bid) (call super)))))',
    )
  })

  test('a decorated method is a call of its decorator, a decorated class is passed to it', () => {
    expectLowered([
      ['class A { @a @b() f() {} }', '(declare (class A () (member f (call a (call (call b) (function ()))))))'],
      ['@injectable() class A {}', '(declare (class A ()))\n(call (call injectable) A)'],
      [
        'class A { @input() bid = 1; f(@inject(B) b) {} }',
        '(declare (class A () (member (call input)) (member bid 1) (member (call inject B)) (member f (function (b)))))',
      ],
    ])
  })
})

describe('what TypeScript adds when it runs', () => {
  test('an enum is an object, counting on from the last number', () => {
    expectLowered([
      [
        "enum Side { Buy, Sell = 5, Other, Name = 'n', 'a b' = f() }",
        '(declare Side (object Buy:0 Sell:5 Other:6 Name:"n" a b:(call f)))',
      ],
      ['declare enum Side { Buy }', ''],
    ])
  })

  test('a namespace is what a function called at once returns', () => {
    expectLowered([
      [
        'namespace A { const a = 1; export const b = a }',
        '(declare A (call (function () (declare a 1) (declare b a) (return (object b:b)))))',
      ],
      [
        'export namespace A.B { export function f() {} }',
        '(declare A (call (function () (declare B (call (function () (define (function f ())) (return (object f:f))))) (return (object B:B)))))\n(export A)',
      ],
    ])
  })
})

describe('places', () => {
  /** What stands where the only literal 1 was found. */
  const placeOfOne = (code: string, file?: string): string => {
    const { body, text } = read(code, file)
    const last = body.at(-1)
    if (last?.kind !== 'declare' || last.value === undefined) throw new Error('ends with a declaration')
    return text.slice(last.value.at, last.value.end)
  }

  test('offsets are in UTF-16 units of the text as it is', () => {
    expect(placeOfOne('const a = "😀€"; const b = 123')).toBe('123')
    expect(placeOfOne('\ufeffconst b = 123')).toBe('123')
    expect(placeOfOne('\ufeff#!/usr/bin/env node\nconst b = 123')).toBe('123')
    expect(placeOfOne('#!/usr/bin/env node\r\n// é\r\nconst b = 123')).toBe('123')
    expect(placeOfOne('const a = "\u2028";\u2028const b = 123')).toBe('123')
    expect(placeOfOne('const a = "\ud800"; const b = 123')).toBe('123')
  })

  test('comments are the text between their signs', () => {
    const { comments, text } = read('// guard-allow a: é \n/** Of a quote. */ f(/* b */)')

    expect(comments.map(comment => comment.text)).toEqual(['guard-allow a: é', 'Of a quote.', 'b'])
    expect(comments.map(({ at, end }) => text.slice(at, end))).toEqual(['// guard-allow a: é ', '/** Of a quote. */', '/* b */'])
  })
})

describe('what cannot be read', () => {
  const faultOf = (code: string, file = 'quote.ts') => {
    const parsed = parseJavaScript(file, code, /\.[cm]?jsx?$/.test(file) ? 'javascript' : 'typescript')
    return 'fault' in parsed ? parsed : undefined
  }

  test('a syntax error is a fault at its offset', () => {
    expect(faultOf('const a = 1\nconst b = ;')).toEqual({ fault: { at: 22, message: 'Unexpected token' } })
    expect(faultOf('"😀"; f(')?.fault.at).toBe(8)
    expect(faultOf('\u0000\u0001')?.fault.at).toBe(0)
  })

  test('where the parser goes on after an error, there is a partial program beside the fault', () => {
    const parsed = faultOf('abstract class A { abstract f() {} }')
    expect(parsed?.fault.at).toBe(28)
    expect(parsed?.partial?.body).toHaveLength(1)
  })

  test('a sloppy script is read as one', () => {
    expectLowered(
      [
        ['return 010', '(return 8)'],
        ['var await = 1', '(declare await 1)'],
        ['<!-- hidden\na', 'a'],
      ],
      'old.js',
    )
  })

  test('declaration files say nothing that runs', () => {
    expect(lowered('export declare const a: number\nexport interface B {}', 'x.d.ts')).toBe('')
    expect(lowered('declare const a = 1; declare class C { b(): void }', 'x.d.cts')).toBe('')
  })
})
