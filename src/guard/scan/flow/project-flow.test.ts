// What one file takes from another carries a trait only if the other file says so.
import { expect, test } from 'vitest'
import { parseJavaScript } from '../javascript/javascript.ts'
import { analyse } from './flow.ts'
import { ProjectFlow } from './project-flow.ts'

function project(files: Readonly<Record<string, string>>): ProjectFlow {
  const exports = new Map(
    Object.entries(files).map(([file, code]) => {
      const parsed = parseJavaScript(file, code, 'typescript')
      if ('fault' in parsed) throw new Error(parsed.fault.message)
      return [file, analyse(parsed.program).exports] as const
    }),
  )
  return new ProjectFlow(exports, (_, specifier) => (exports.has(specifier.slice(2)) ? specifier.slice(2) : undefined))
}

const isRandom = (flow: ProjectFlow, module: string, name: string): boolean =>
  flow.placesOf('subject.ts', { module, name, trait: 'random' }) !== undefined

test('a draw is found through a chain of files that pass it on', () => {
  const flow = project({
    'draws.ts': 'export const unit = () => Math.random()\nexport const half = () => 0.5',
    'kit.ts': "export { unit as u, half } from './draws.ts'",
    'all.ts': "export * from './kit.ts'",
  })
  expect(flow.placesOf('subject.ts', { module: './all.ts', name: 'u', trait: 'random' })?.map(({ file }) => file)).toContain(
    'draws.ts',
  )
  expect(isRandom(flow, './all.ts', 'half')).toBe(false)
})

test('only what draws is accused, not the module it lies in', () => {
  const flow = project({
    'kit.ts': 'export const id = () => Math.random()\nexport const mid = (a: number, b: number) => (a + b) / 2',
  })
  expect(isRandom(flow, './kit.ts', 'id')).toBe(true)
  expect(isRandom(flow, './kit.ts', 'mid')).toBe(false)
})

test('methods, generators in variables and modules of CommonJS are looked into', () => {
  const flow = project({
    'kit.ts': 'export class Kit {\n  static unit() {\n    return Math.random()\n  }\n  static two() {\n    return 2\n  }\n}',
    'seeded.ts': "const seedrandom = require('seedrandom')\nmodule.exports = seedrandom('desk')",
    'spread.ts': "module.exports = { ...require('./draws.ts'), version: 2 }",
    'draws.ts': 'module.exports.draw = () => Math.random()',
    'alias.ts': 'export const r = Math.random',
  })
  expect(isRandom(flow, './kit.ts', 'Kit.unit')).toBe(true)
  expect(isRandom(flow, './kit.ts', 'Kit.two')).toBe(false)
  expect(isRandom(flow, './seeded.ts', 'default')).toBe(true)
  expect(isRandom(flow, './spread.ts', 'draw')).toBe(true)
  expect(isRandom(flow, './alias.ts', 'r')).toBe(true)
})

test('files that import each other in a circle end with no', () => {
  const flow = project({ 'a.ts': "export { x } from './b.ts'", 'b.ts': "export { x } from './a.ts'" })
  expect(isRandom(flow, './a.ts', 'x')).toBe(false)
})

test('a hit stands when one of the names it needs carries the trait', () => {
  const flow = project({ 'draws.ts': 'export const unit = () => Math.random()' })
  const needs = (name: string) => ({ at: 0, message: '', needs: [{ module: './draws.ts', name, trait: 'random' as const }] })
  expect(flow.standing('subject.ts', needs('unit'))).not.toBeUndefined()
  expect(flow.standing('subject.ts', needs('other'))).toBeUndefined()
  expect(flow.standing('subject.ts', { at: 0, message: '' })).toEqual([])
})

test('thirty files that each pass on all the others are asked once each', () => {
  const names = Array.from({ length: 30 }, (_, i) => `f${i}.ts`)
  const all = names.map(name => `export * from './${name}'`).join('\n')
  const flow = project(Object.fromEntries(names.map((name, i) => [name, `${all}\nexport const own${i} = Math.random()`])))
  expect(isRandom(flow, './f0.ts', 'own29')).toBe(true)
  expect(isRandom(flow, './f0.ts', 'absent')).toBe(false)
})
