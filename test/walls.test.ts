// The walls of the tower (tower.ts): imports go down only, and below floor 4 nothing waits, logs, guesses or looks at a clock.
import { globSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ROOT, read, type SourceFile, sourceFile, sourceFiles, target } from './source.ts'
import { drawTower, ENTRIES, floorOf, roomOf, TOWER } from './tower.ts'

const sources = sourceFiles('src/**/*.ts')
const strategies = sourceFiles('strategies/**/*.ts')
const written = sourceFiles('src/**/*.ts', 'strategies/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts')
const lower = sources.filter(file => floorOf(roomOf(file.path) ?? '') < 4)

/** 'file → what it did', for each file of which `fault` finds something. An empty list is the fact every test states. */
const faults = (files: readonly SourceFile[], fault: (file: SourceFile) => readonly string[]): string[] =>
  files.flatMap(file => fault(file).map(what => `${file.path} → ${what}`))

const says = (pattern: RegExp) => (file: SourceFile) => [...file.code.matchAll(pattern)].map(match => match[0])

const climbs = (file: SourceFile): string[] =>
  file.imports.filter(specifier => {
    const [here, there] = [roomOf(file.path) ?? '', roomOf(target(file, specifier) ?? '')]
    return there !== undefined && there !== here && floorOf(there) >= floorOf(here)
  })

const WORLD =
  /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\b|\bMath\.random\b|\bset(?:Timeout|Interval|Immediate)\b|\bprocess\.|\bawait\b|\basync\b|\bPromise\b|\bfetch\(|\bconsole\./g

/** The machine's zone and language would make two machines disagree. */
const LOCALITY = /\.(?:get|set)(?:Hours|Minutes|Day|Date|Month|FullYear|TimezoneOffset)\(|\btoLocale\w*\(|\blocaleCompare\(/g

test('the walls notice a planted fault, and only in code', () => {
  const lines = [
    "import type { A } from '../engine/a.ts' // Date.now() in prose",
    'export const b = `await $' + '{Date.now()}`',
    "const c = 'Date.now'",
  ]
  const planted = sourceFile('src/domain/planted.ts', lines.join('\n'))

  expect(planted.imports).toEqual(['../engine/a.ts'])
  expect(climbs(planted)).toEqual(['../engine/a.ts'])
  expect(says(WORLD)(planted)).toEqual(['Date.now'])
})

test('every source file lives in a room of the tower, and every room has content', () => {
  expect(sources.filter(file => roomOf(file.path) === undefined).map(file => file.path)).toEqual([])

  const rooms = new Set(sources.map(file => roomOf(file.path)))
  expect(TOWER.flatMap(floor => floor.rooms).filter(room => !rooms.has(room))).toEqual([])
})

test('imports go down only, and neighbours do not knock', () => {
  expect(faults(sources, climbs)).toEqual([])
})

test('below floor 4 nothing is imported from npm or Node', () => {
  expect(faults(lower, file => file.imports.filter(specifier => !specifier.startsWith('.')))).toEqual([])
})

test('below floor 4 there is no clock, no dice, no waiting, no logging, no machine', () => {
  expect(faults(lower, says(WORLD))).toEqual([])
  expect(faults(lower, says(LOCALITY))).toEqual([])
})

test('only risk approves an order', () => {
  const elsewhere = written.filter(file => roomOf(file.path) !== 'stages/risk')
  expect(faults(elsewhere, says(/\bas ApprovedOrder\b/g))).toEqual([])
})

test('a shipped strategy imports the sdk and nothing else', () => {
  expect(faults(strategies, file => file.imports.filter(specifier => specifier !== 'quadrant'))).toEqual([])
})

test('no file imports itself, not even around three corners', () => {
  // What is loaded only when called for closes no circle of loading.
  const waitsFor = (file: SourceFile) => file.imports.filter(specifier => !file.lazy.includes(specifier))
  const next = new Map(sources.map(file => [file.path, waitsFor(file).flatMap(specifier => target(file, specifier) ?? [])]))
  const done = new Set<string>()
  const circles: string[] = []
  const walk = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
    if (trail.includes(path) || done.has(path)) return
    for (const other of next.get(path) ?? []) walk(other, [...trail, path])
    done.add(path)
  }
  for (const path of next.keys()) walk(path, [])

  expect(circles).toEqual([])
})

test('no file is without a reader', () => {
  const found = new Set([...sources, ...strategies].flatMap(file => file.imports.map(specifier => target(file, specifier))))
  expect(sources.map(file => file.path).filter(path => !found.has(path) && !ENTRIES.includes(path))).toEqual([])
})

test('no file is longer than 500 lines', () => {
  expect(written.filter(file => file.text.split('\n').length > 500).map(file => file.path)).toEqual([])
})

test('every file opens with a line that says what it is for', () => {
  expect(written.filter(file => !/^(?:#![^\n]*\n)?\/\/ \S/.test(file.text)).map(file => file.path)).toEqual([])
})

test('nothing is left for later, and no path of one machine is written down', () => {
  const later = new RegExp(['TO', 'DO|FIX', 'ME|X', 'XX'].join(''), 'g')
  const machine = /(?<![\w.~-])\/(?:work|tmp|home|root|Users)\//g
  const everything = globSync(['*.md', 'docs/*.md', 'config/*', 'bin/*', 'Makefile', '.ci/run', 'data/*'], { cwd: ROOT })
  const texts = [
    ...written.map(file => [file.path, file.text] as const),
    ...everything.map(path => [path, read(path) ?? ''] as const),
  ]
  const found = texts
    .filter(([path]) => path !== 'test/walls.test.ts')
    .flatMap(([path, text]) => [...text.matchAll(later), ...text.matchAll(machine)].map(match => `${path} → ${match[0]}`))

  expect(found).toEqual([])
})

test('the lockfile names no registry', () => {
  expect(read('package-lock.json')).not.toMatch(/"resolved":/)
})

test('the tower in ARCHITECTURE.md is the tower that is checked here', () => {
  expect(read('ARCHITECTURE.md') ?? '').toContain(drawTower())
})
