// Which file an import means: relative, by package.json, by tsconfig's paths, in a workspace, in Python's packages.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ModuleResolver } from './module-resolver.ts'

const root = mkdtempSync(join(tmpdir(), 'guard-modules-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let folders = 0

/** 'from module' → the file it means, from the folder. */
function projectOf(files: Readonly<Record<string, string>>) {
  const folder = join(root, String(folders++))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  const resolver = new ModuleResolver([])
  const near = (path: string | undefined) => path && relative(folder, path)
  return {
    folder,
    means: (from: string, module: string) => near(resolver.resolve(join(folder, from), module)),
    taken: (from: string, module: string, name: string) => near(resolver.resolveName(join(folder, from), module, name)),
  }
}

test('relative imports: with the ending, with another, without, of a folder', () => {
  const { means } = projectOf({ 'a.ts': '', 'b.tsx': '', 'c/index.mts': '', 'd.json': '', 'x/y.ts': '' })

  expect(means('x/y.ts', '../a.ts')).toBe('a.ts')
  expect(means('x/y.ts', '../a.js')).toBe('a.ts')
  expect(means('x/y.ts', '../a')).toBe('a.ts')
  expect(means('x/y.ts', '../b.js')).toBe('b.tsx')
  expect(means('x/y.ts', '../c')).toBe('c/index.mts')
  expect(means('x/y.ts', '../a.ts?worker')).toBe('a.ts')
  expect(means('x/y.ts', '../d.json')).toBeUndefined()
  expect(means('x/y.ts', '../gone')).toBeUndefined()
  expect(means('x/y.ts', '../a.ts/inside')).toBeUndefined()
  expect(means('x/y.ts', 'node:fs')).toBeUndefined()
})

test('package.json: the own name, its exports with conditions and stars, private imports', () => {
  const { means } = projectOf({
    'package.json': JSON.stringify({
      name: 'desk',
      exports: { '.': { types: './x.d.ts', import: './src/main.ts' }, './venues/*': './src/venues/*.ts' },
      imports: { '#noise': './src/noise.ts', '#lib/*': ['./src/lib/*.ts'] },
    }),
    ...{ 'src/main.ts': '', 'src/venues/kraken.ts': '', 'src/noise.ts': '', 'src/lib/a.ts': '' },
  })

  expect(means('src/main.ts', 'desk')).toBe('src/main.ts')
  expect(means('src/main.ts', 'desk/venues/kraken')).toBe('src/venues/kraken.ts')
  expect(means('src/main.ts', 'desk/src/main')).toBeUndefined()
  expect(means('src/main.ts', '#noise')).toBe('src/noise.ts')
  expect(means('src/main.ts', '#lib/a')).toBe('src/lib/a.ts')
})

test("tsconfig's paths and baseUrl, with comments and extends", () => {
  const { means } = projectOf({
    'base.json': '{ "compilerOptions": { "paths": { "@app/*": ["./src/*"] } } }',
    'tsconfig.json': '{ // ours\n "extends": "./base.json", }',
    'web/tsconfig.json': '{ "compilerOptions": { "baseUrl": "./lib", /* "paths": {} */ } }',
    ...{ 'src/feed.ts': '', 'web/lib/page.ts': '', 'web/main.ts': '' },
  })

  expect(means('src/feed.ts', '@app/feed')).toBe('src/feed.ts')
  expect(means('web/main.ts', 'page')).toBe('web/lib/page.ts')
  expect(means('src/feed.ts', 'page')).toBeUndefined()
})

test('a package of the same repository is followed, one that was installed is not', () => {
  const { folder, means } = projectOf({
    'packages/feeds/package.json': '{ "name": "@desk/feeds", "main": "lib/main.js" }',
    'packages/feeds/lib/main.ts': '',
    'node_modules/other/package.json': '{ "name": "other", "main": "main.js" }',
    'node_modules/other/main.js': '',
    'app/main.ts': '',
  })
  mkdirSync(join(folder, 'node_modules/@desk'))
  symlinkSync('../../packages/feeds', join(folder, 'node_modules/@desk/feeds'))

  expect(means('app/main.ts', '@desk/feeds')).toBe('packages/feeds/lib/main.ts')
  expect(means('app/main.ts', 'other')).toBeUndefined()
})

test('Python: dots, packages, names that are modules, a src folder', () => {
  const { means, taken } = projectOf({
    'pyproject.toml': '',
    ...{ 'src/desk/__init__.py': '', 'src/desk/feeds/__init__.py': '', 'src/desk/feeds/kraken.py': '', 'src/desk/noise.py': '' },
    ...{ 'run.py': '', 'helper.py': '' },
  })
  const from = 'src/desk/feeds/kraken.py'

  expect(means(from, '.')).toBe('src/desk/feeds/__init__.py')
  expect(taken(from, '.', 'kraken')).toBe('src/desk/feeds/kraken.py')
  expect(taken(from, '..', 'noise')).toBe('src/desk/noise.py')
  expect(means(from, '..noise')).toBe('src/desk/noise.py')
  expect(means(from, 'desk.noise')).toBe('src/desk/noise.py')
  expect(means('run.py', 'desk.feeds.kraken')).toBe('src/desk/feeds/kraken.py')
  expect(means('run.py', 'helper')).toBe('helper.py')
  // A package's own module hides none of the standard library.
  expect(means(from, 'noise')).toBeUndefined()
})
