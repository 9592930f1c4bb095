// Names, constants and chance are followed through one file, in JavaScript and in Python.
import { beforeAll, expect, test } from 'vitest'
import { parseJavaScript } from '../javascript/javascript.ts'
import type { Expression, Program } from '../program/program.ts'
import { survey } from '../program/survey.ts'
import { openPython, parsePython } from '../python/python.ts'
import { analyse, type Flow } from './flow.ts'
import type { Trait } from './trait.ts'

beforeAll(() => openPython())

function read(code: string, language: 'typescript' | 'python' = 'typescript'): { program: Program; flow: Flow } {
  const parsed = language === 'python' ? parsePython('subject.py', code) : parseJavaScript('subject.ts', code, language)
  if ('fault' in parsed) throw new Error(parsed.fault.message)
  return { program: parsed.program, flow: analyse(parsed.program) }
}

/** The argument of `see(…)` in the code. */
function seen({ program }: { program: Program }): Expression {
  const call = survey(program)
    .of('call')
    .find(({ callee }) => callee.kind === 'name' && callee.name === 'see')
  return call!.args[0]!
}

function traitsOf(code: string, language?: 'typescript' | 'python'): readonly Trait[] {
  const subject = read(code, language)
  const origins = subject.flow.originsOf(seen(subject)).filter(({ borrowed }) => borrowed === undefined)
  return [...new Set(origins.map(({ trait }) => trait))].filter(trait => trait !== 'made-up').sort()
}

test.each([
  ['a computed name', "see(globalThis['Ma' + 'th'].random)", 'Math.random'],
  ['a destructured function under another name', 'const { random: r } = Math\nsee(r)', 'Math.random'],
  ['Reflect.get', "see(Reflect.get(Math, ['ran', 'dom'].join('')))", 'Math.random'],
  ['a required module', "const c = require('node:crypto')\nsee(c.randomInt)", 'node:crypto.randomInt'],
  ['a name of another file', "import { jitter as j } from './noise.ts'\nsee(j)", './noise.ts.jitter'],
  ['the default of a package', "import WebSocket from 'ws'\nsee(WebSocket)", 'ws'],
])('%s is known by the name the world gives it', (_, code, path) => {
  const subject = read(code)
  expect(subject.flow.pathOf(seen(subject))).toBe(path)
})

test('a local variable hides a name of the world', () => {
  const subject = read('const Math = { random: () => 4 }\nsee(Math.random)')
  expect(subject.flow.pathOf(seen(subject))).toBeUndefined()
})

test.each([
  ['a sum of texts', "const a = 'ran'\nsee(a + 'dom')", 'random'],
  ['letters turned round', "see('modnar'.split('').reverse().join(''))", 'random'],
  ['base64', "see(atob('cmFuZG9t'))", 'random'],
  ['arithmetic: 2 * 0.5 + 1', 'const half = 0.5\nsee(2 * half + 1)', 2],
  ['an entry of an object', 'const SEEDS = { main: 42 }\nsee(SEEDS.main)', 42],
])('%s is folded', (_, code, value) => {
  const subject = read(code)
  expect(subject.flow.constantOf(seen(subject))).toEqual({ value })
})

test('a variable that is written twice is no constant', () => {
  const subject = read('let a = 1\na = 2\nsee(a)')
  expect(subject.flow.constantOf(seen(subject))).toBeUndefined()
})

test.each([
  ['text and back', 'see(Number((Math.random() * 100).toFixed(2)))'],
  ['a function that is given the generator', 'const draw = (f: () => number) => f() * 2\nsee(draw(Math.random))'],
  ['a field of a class', 'class Feed {\n  price = 1\n  tick() {\n    this.price = Math.random()\n  }\n}\nsee(new Feed().price)'],
  ['a list that is mapped and reduced', 'see([1, 2].map(() => Math.random()).reduce((a, b) => a + b, 0))'],
  ['a promise', 'const later = new Promise(done => setTimeout(() => done(Math.random()), 5))\nsee(await later)'],
  ['bind, call and apply', 'const f = Math.random.bind(Math)\nsee(f.call(undefined) + f.apply(undefined, []))'],
  ['spreads and destructuring', 'const a = { bid: Math.random() }\nconst { bid } = { ...a, ask: 2 }\nsee(bid)'],
  ['a generator of values', 'function* draws() {\n  yield Math.random()\n}\nfor (const draw of draws()) see(draw)'],
  ['a text that is evaluated', "see(new Function('return Math.random()')())"],
])('chance passes through %s', (_, code) => {
  expect(traitsOf(code)).toContain('random')
})

test.each([
  ['an identifier', 'see(Math.random().toString(36))'],
  ['a question that was only delayed', 'const price = await fetchPrice(await wait(Math.random()))\nsee(price)'],
  ['the host that is asked', 'const host = hosts[Math.floor(Math.random() * 3)]\nsee(await client.get(host))'],
  [
    'a shuffle',
    'function shuffle(xs: number[]) {\n  const j = Math.floor(Math.random() * 9)\n  ;[xs[0], xs[j]] = [xs[j], xs[0]]\n  return xs\n}\nsee(shuffle(input))',
  ],
])('chance ends at %s', (_, code) => {
  expect(traitsOf(code)).toEqual([])
})

test('a generator with a seed is told from one without', () => {
  expect(traitsOf('import numpy as np\nrng = np.random.default_rng(7)\nsee(rng.normal())', 'python')).toEqual([
    'random',
    'seeded',
  ])
  expect(traitsOf('import numpy as np\nrng = np.random.default_rng()\nsee(rng.normal())', 'python')).toEqual(['random'])
})

test('a recurrence of whole numbers is a generator, a hash of data is none', () => {
  expect(
    traitsOf('let s = 42\nfunction next() {\n  s = (s * 16807) % 2147483647\n  return s / 2147483647\n}\nsee(next())'),
  ).toEqual(['random', 'seeded'])
  expect(traitsOf('let h = 7\nfor (const c of text) h = (h * 31 + c.charCodeAt(0)) | 0\nsee(h)')).toEqual([])
})

test('a sum that comes back to itself walks only on what is drawn anew', () => {
  expect(traitsOf('let p = 1\nfunction step() {\n  p += Math.random()\n  return p\n}\nsee(step())')).toContain('walk')
  expect(traitsOf('let p = Math.random()\nfunction step() {\n  p += 1\n  return p\n}\nsee(step())')).not.toContain('walk')
})

test('evidence begins at the draw and shows each assignment', () => {
  const code = 'const draw = Math.random()\nconst price = draw + 1\nsee(price)'
  const subject = read(code)
  const [origin] = subject.flow.originsOf(seen(subject)).filter(({ trait }) => trait === 'random')
  expect(origin?.through.map(at => code.slice(at, at + 5))).toEqual(['Math.', 'draw ', 'price'])
})

test('what another file decides is borrowed', () => {
  const subject = read("import { jitter } from './noise.ts'\nsee(1 + jitter())")
  const borrowed = subject.flow.originsOf(seen(subject)).find(({ trait }) => trait === 'random')?.borrowed
  expect(borrowed).toEqual({ module: './noise.ts', name: 'jitter', trait: 'random' })
})

test('a thousand additions in one expression do not end the analysis', () => {
  const subject = read(`see(${Array.from({ length: 1000 }, (_, i) => `x${i}`).join(' + ')})`)
  expect(subject.flow.originsOf(seen(subject))).toEqual([])
})
