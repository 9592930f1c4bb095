// What is refused for its depth before the parser sees it, and what is not.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { programText } from '../../../../test/guard/program-text.ts'
import { parseJavaScript } from './javascript.ts'
import { tooDeepAt } from './nesting.ts'

/** What goes one level deeper, before and after what is inside. */
const SHAPES: readonly (readonly [open: string, close: string])[] = [
  ['(', ')'],
  ['[', ']'],
  ['{a:', '}'],
  ['f(', ')'],
  [`f\`\${`, '}`'],
  ['() => { return ', '}'],
  ['a => ', ''],
  ['(a = ', ') => 1'],
  ['function () { return ', '}'],
  ['class { a = ', '}'],
  ['class extends ', '{}'],
  ['a || b && c | d ^ e & f == g < h << i + j * k ** (', ')'],
  ['!', ''],
  ['- ', ''],
  ['await ', ''],
  ['typeof ', ''],
  ['new ', ''],
  ['a = ', ''],
  ['a ? 1 : ', ''],
  ['a ? ', ' : 1'],
  ['() => { if (a) b; else return ', '}'],
  ['() => { for (const a of ', '); }'],
  ['() => { switch (', ') {} }'],
  ['import(', ')'],
]

const nested = ([open, close]: readonly [string, string], depth: number): string =>
  `const x = "é", y = ${open.repeat(depth)}1${close.repeat(depth)}`

const STATEMENTS: readonly string[] = ['{', 'if (a) ', 'if (a) {} else ', 'for (;;) ', 'while (a) ', 'do ', 'function f() {']

const TYPES: readonly string[] = ['Map<string, ', '{ a: ', '[', 'keyof ', 'A extends B ? C : ', '() => ']

/** Leaning to the left. */
const CHAINS: readonly string[] = [' + 1', '.b', '?.b', '.b()', '``', ' as T', '!', ' || b']

const isRefused = (text: string): boolean => {
  const parsed = parseJavaScript('deep.ts', text, 'typescript')
  return 'fault' in parsed && parsed.fault.message === 'nested more than 500 deep'
}

describe('nested beyond reason', () => {
  test('a hundred thousand levels of anything are a fault, and the process lives', () => {
    for (const shape of SHAPES) expect(isRefused(nested(shape, 100_000)), shape.join(' ')).toBe(true)
    for (const open of STATEMENTS) expect(isRefused(open.repeat(100_000)), open).toBe(true)
    for (const open of TYPES) expect(isRefused(`type T = ${open.repeat(100_000)}`), open).toBe(true)
    for (const link of CHAINS) expect(isRefused(`x = a${link.repeat(100_000)}`), link).toBe(true)
    expect(parseJavaScript('deep.jsx', `x = ${'<a>'.repeat(100_000)}`, 'javascript')).toMatchObject({
      fault: { at: expect.any(Number) },
    })
  })

  test('brackets that close in texts, patterns and comments do not hide those that open', () => {
    const hidden = ['")"', "'}'", '`]`', '/[)/]/', '/* ) */', '// )\n'].map(inside => `(${inside}, `)
    for (const open of hidden) expect(tooDeepAt(`x = ${open.repeat(1000)}`, false), open).toBeDefined()
  })

  test('a chain of five thousand operators is one operation', () => {
    const parsed = parseJavaScript('sum.ts', `x = 0${' + 1'.repeat(5000)}`, 'typescript')
    expect(parsed).toMatchObject({
      program: { body: [{ value: { value: { kind: 'operation', operator: '+', operands: { length: 5001 } } } }] },
    })
  })

  test('of a chain of a thousand calls the last are calls, the others their parts', () => {
    const parsed = parseJavaScript(
      'chain.ts',
      `x = q${Array.from({ length: 1000 }, (_, i) => `.next(${i})`).join('')}`,
      'typescript',
    )
    if ('fault' in parsed) throw new Error(parsed.fault.message)
    const text = programText(parsed.program)
    expect(text).toMatch(/ 997\) next\) 998\) next\) 999\)\)$/)
    expect(text).toMatch(/\(other q 0 1 2 3 4 5 /)
  })

  test('what is just not refused is parsed on the stack of a worker', { timeout: 120_000 }, async () => {
    const deepest = (textOf: (depth: number) => string): string => {
      let [deep, tooDeep] = [1, 20_000]
      while (tooDeep - deep > 1) {
        const middle = (deep + tooDeep) >> 1
        if (tooDeepAt(textOf(middle), false) === undefined) deep = middle
        else tooDeep = middle
      }
      return textOf(deep)
    }
    const texts = [
      ...SHAPES.map(shape => deepest(depth => nested(shape, depth))),
      ...STATEMENTS.map(open => deepest(depth => open.repeat(depth))),
      ...TYPES.map(open => deepest(depth => `type T = ${open.repeat(depth)}`)),
      ...CHAINS.map(link => deepest(depth => `x = "é"${link.repeat(depth)}`)),
    ]

    const code = `
      const { parentPort, workerData } = require('node:worker_threads')
      import(workerData.parser).then(({ parseJavaScript }) => {
        for (const text of workerData.texts) parseJavaScript('deep.ts', text, 'typescript')
        parentPort.postMessage(workerData.texts.length)
      })`
    const worker = new Worker(code, {
      eval: true,
      workerData: { parser: new URL('./javascript.ts', import.meta.url).href, texts },
    })
    const parsed = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
    await worker.terminate()
    expect(parsed).toBe(texts.length)
  })
})

describe('what people write', () => {
  test('every file of this tree is read', () => {
    const root = join(import.meta.dirname, '../../../..')
    const files = globSync(['src/**/*.ts', 'strategies/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'web/**/*.{ts,tsx}'], {
      cwd: root,
    })
    const faults = files.flatMap(file => {
      const parsed = parseJavaScript(file, readFileSync(join(root, file), 'utf8'), 'typescript')
      return 'fault' in parsed ? [`${file}: ${parsed.fault.message}`] : []
    })

    expect(files.length).toBeGreaterThan(1000)
    expect(faults).toEqual([])
  })

  test('a long file without semicolons, a long table, a long union, a long page are not deep', () => {
    const long = {
      statements: 'a.b = c\nif (d) return\nlet e: Map<F>\n'.repeat(5000),
      table: `x = [${'{ a: 1, b: [-2.5, !c] },\n'.repeat(5000)}]`,
      calls: `export const f = () => {${'g(a => b ? c : d)\n'.repeat(5000)}}`,
      union: `type T =${'\n  | { a: string; b?: () => void }'.repeat(1000)}`,
      members: `interface T {${'\n  a?: (b: string) => void'.repeat(5000)}\n}`,
      cases: `switch (a) {${'\n  case 1:\n  case 2: return b'.repeat(5000)}\n}`,
    }
    for (const [what, text] of Object.entries(long)) expect(tooDeepAt(text, false), what).toBeUndefined()

    const page = `x = <p>${`\n  <a href="b" c={d} e>Don't ask (if or when): </a><br/>`.repeat(5000)}</p>`
    expect(tooDeepAt(page, true)).toBeUndefined()
  })
})
