// Which files are scanned, and which of them are tests of their project.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { collect, languageOfScript } from './source-files.ts'
import { sourceText } from './source-text.ts'

const root = mkdtempSync(join(tmpdir(), 'guard-files-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let folders = 0

function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = join(root, String(folders++))
  mkdirSync(folder)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  return folder
}

const names = (paths: readonly string[], startedIn: string) => collect(paths, startedIn).files.map(({ file }) => file)
const tests = (paths: readonly string[], startedIn: string) =>
  collect(paths, startedIn)
    .files.filter(({ isTest }) => isTest)
    .map(({ file }) => file)

test('what a runtime would run is scanned, in every language and without an extension too', () => {
  const run = ['a.ts', 'b.tsx', 'c.mts', 'd.cts', 'e.js', 'f.jsx', 'g.mjs', 'h.cjs', 'i.py', 'j.PY']
  const folder = folderOf({
    ...Object.fromEntries(run.map(name => [name, ''])),
    ...{ 'k.d.ts': '', 'l.pyi': '', 'm.md': '', 'n.json': '', 'o.d.css.ts': '' },
    ...{ start: '#!/usr/bin/env -S node --strip\n', serve: '#!/usr/bin/python3.12\n', LICENSE: 'Apache', build: '#!/bin/sh\n' },
  })

  expect(names(['.'], folder)).toEqual([...run, 'serve', 'start'].sort())
  expect(languageOfScript('#!/usr/bin/python3.12\n')).toBe('python')
})

test("other people's packages, hidden folders and virtual environments are left out and listed", () => {
  const folder = folderOf({
    'a.py': '',
    'node_modules/x/a.js': '',
    'lib/.cache/a.js': '',
    'env/pyvenv.cfg': '',
    'env/lib/a.py': '',
    'lib/__pycache__/a.py': '',
  })
  const { files, skipped } = collect(['.'], folder)

  expect(files.map(({ file }) => file)).toEqual(['a.py'])
  expect(skipped.map(({ file }) => file)).toEqual(['env', 'lib/.cache', 'lib/__pycache__', 'node_modules'])
  expect(names(['node_modules/x', 'lib/.cache/a.js'], folder)).toEqual(['lib/.cache/a.js', 'node_modules/x/a.js'])
})

test('a link is followed where it is named and listed where it is met, so that no walk goes in circles', () => {
  const folder = folderOf({ 'real/a.ts': '' })
  symlinkSync('..', join(folder, 'real/up'))
  symlinkSync('real/a.ts', join(folder, 'linked.ts'))
  symlinkSync('nowhere', join(folder, 'broken'))
  const { files, skipped } = collect(['.'], folder)

  expect(files.map(({ file }) => file)).toEqual(['real/a.ts'])
  expect(skipped.map(({ file }) => file)).toEqual(['linked.ts', 'real/up'])
  expect(names(['linked.ts', 'real/up/linked.ts'], folder)).toEqual(['linked.ts', 'real/up/linked.ts'])
})

test('paths are reported from where the scan was started, in full where they are elsewhere', () => {
  const folder = folderOf({ 'a/x.ts': '', 'b/y.ts': '' })

  expect(names(['.', '../b', join(folder, 'b/y.ts')], join(folder, 'a'))).toEqual([join(folder, 'b/y.ts'), 'x.ts'])
})

test('tests are tests inside a project only, and never what is named itself', () => {
  const files = {
    'test/a.ts': '',
    'src/a.test.ts': '',
    'src/test_b.py': '',
    'pkg/conftest.py': '',
    'bench/a.ts': '',
    'src/latest.ts': '',
  }
  const bare = folderOf(files)
  expect(tests(['.'], bare)).toEqual([])

  const project = folderOf({ ...files, 'pyproject.toml': '' })
  expect(tests(['.'], project)).toEqual(['bench/a.ts', 'pkg/conftest.py', 'src/a.test.ts', 'src/test_b.py', 'test/a.ts'])
  expect(tests(['test', 'src/a.test.ts', 'src'], project)).toEqual(['src/test_b.py'])
})

test('a project inside of a folder that is none has its tests, and the name of the folder around it says nothing', () => {
  const folder = folderOf({
    'tests/case/package.json': '{}',
    'tests/case/src/a.ts': '',
    'tests/case/spec/b.ts': '',
    'tests/c.ts': '',
  })

  expect(tests(['.'], folder)).toEqual(['tests/case/spec/b.ts'])
  expect(tests(['tests/case'], folder)).toEqual(['tests/case/spec/b.ts'])
})

test('what cannot be read as source says why', () => {
  const long = `x = 1\n`.repeat(800_000)
  const folder = folderOf({
    ...{ 'nul.py': 'x = 1\n\0', 'latin.js': Uint8Array.of(0x22, 0xe9, 0x22), 'long.py': long, 'notes.txt': 'hello' },
    ...{ 'mark.ts': '\uFEFFexport {}\n' },
  })
  const why = (file: string) => {
    const read = sourceText({ path: join(folder, file), isGiven: true })
    return read.kind === 'text' ? read.text : read.why
  }

  expect(why('nul.py')).toContain('binary')
  expect(why('latin.js')).toContain('not UTF-8')
  expect(why('long.py')).toContain('longer than 4 MB')
  expect(why('notes.txt')).toContain('neither its name nor its first line')
  expect(why('.')).toContain('no file')
  expect(why('gone.ts')).toContain('cannot be opened')
  expect(why('mark.ts')).toBe('export {}\n')
})

test.skipIf(process.getuid?.() === 0)('a file and a folder that may not be read are told (skipped for root, who may)', () => {
  const folder = folderOf({ 'a.ts': '', 'shut/b.ts': '' })
  chmodSync(join(folder, 'a.ts'), 0)
  chmodSync(join(folder, 'shut'), 0)

  expect(sourceText({ path: join(folder, 'a.ts'), isGiven: true })).toMatchObject({ kind: 'unreadable' })
  expect(collect(['.'], folder).skipped).toEqual([{ file: 'shut', why: 'a folder that may not be opened' }])
  chmodSync(join(folder, 'shut'), 0o700)
})

test('a minified bundle is passed over in folders and read when it is named; long lines elsewhere are no reason', () => {
  const text = `var a=[${'1,'.repeat(4_000)}]\n`
  const folder = folderOf({ 'dist/bundle.js': text, 'dist/table.ts': text, 'src/table.js': text })
  const kind = (file: string, isGiven: boolean) => sourceText({ path: join(folder, file), isGiven }).kind

  expect(kind('dist/bundle.js', false)).toBe('generated')
  expect([kind('dist/bundle.js', true), kind('dist/table.ts', false), kind('src/table.js', false)]).toEqual([
    'text',
    'text',
    'text',
  ])
})
