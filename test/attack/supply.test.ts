// What comes from elsewhere: the lockfile names every byte, nothing from a place of its own, nothing that runs when it is installed,
// and no licence that would bind whoever uses the house.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../source.ts'

interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly dev?: boolean
  readonly license?: string
  readonly hasInstallScript?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}
interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
  readonly overrides: Readonly<Record<string, string>>
  readonly scripts: Readonly<Record<string, string>>
}

const read = (file: string): unknown => JSON.parse(readFileSync(join(ROOT, file), 'utf8'))
const { lockfileVersion, packages } = read('package-lock.json') as {
  readonly lockfileVersion: number
  readonly packages: Readonly<Record<string, Locked>>
}
const manifest = read('package.json') as Manifest
const installed = Object.entries(packages).filter(([path]) => path !== '')

/** 64 bytes of SHA-512. */
const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/
/** From the registry and nowhere else: no git, no address, no file, no other name for a package. */
const VERSION = /^(?:[~^<>=]*\s*v?\d|\*|x$|latest$)/
const EXACT = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/

/** Its authors' own copy under the name of the original; only the linter of the API's documentation uses it. */
const KNOWN_ALIASES = ['node_modules/@redocly/openapi-core → ajv@npm:@redocly/ajv@^8.18.3']

/** Native code that its authors also ship built; what builds it is not run (`--ignore-scripts`). */
const KNOWN_SCRIPTS = ['lmdb', 'msgpackr-extract', 'tree-sitter-python']

const PERMISSIVE = [
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
  'CC0-1.0',
  'Zlib',
]
/** Binaries of Node itself, which is MIT; their packages do not say so. */
const NODE_BINARY = /^node-(?:bin-)?(?:linux|darwin|win)-(?:x64|arm64)$/

const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

test('every package is held to one content by SHA-512', () => {
  expect(lockfileVersion).toBe(3)
  expect(installed.filter(([, { integrity = '' }]) => !SHA512.test(integrity)).map(([path]) => path)).toEqual([])
})

test('no package comes from git, an address or a folder', () => {
  const own = installed.filter(
    ([, { link, resolved, version = '' }]) => link === true || resolved !== undefined || !EXACT.test(version),
  )
  expect(own.map(([path]) => path)).toEqual([])

  const foreign = installed.flatMap(([path, { dependencies = {}, optionalDependencies = {} }]) =>
    Object.entries({ ...dependencies, ...optionalDependencies })
      .filter(([, wanted]) => !VERSION.test(wanted))
      .map(([name, wanted]) => `${path} → ${name}@${wanted}`),
  )
  expect(foreign.filter(alias => !KNOWN_ALIASES.includes(alias))).toEqual([])
})

test('what we ask for ourselves is one version each', () => {
  const { dependencies, devDependencies, optionalDependencies, overrides } = manifest
  const loose = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies, ...overrides })
  expect(loose.filter(([, version]) => !EXACT.test(version))).toEqual([])
  expect(Object.keys(dependencies).length, 'more need a reason each').toBeLessThanOrEqual(40)
})

test('nothing runs when it is installed', () => {
  const scripts = installed.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => nameOf(path))
  expect(scripts.filter(name => !KNOWN_SCRIPTS.includes(name))).toEqual([])
  expect(Object.keys(manifest.scripts).filter(name => /install|prepare|prepublish/.test(name))).toEqual([])
  expect(readFileSync(join(ROOT, 'scripts/install.sh'), 'utf8')).toMatch(/npm ci[^\n]*--ignore-scripts/)
})

test('every package that is shipped has a licence that binds nobody', () => {
  const shipped = installed.filter(([, { dev }]) => dev !== true)
  const isFree = (licence: string): boolean =>
    licence
      .replace(/[()]/g, '')
      .split(/ AND /)
      .every(each => each.split(/ OR /).some(one => PERMISSIVE.includes(one)))
  const unknown = shipped.filter(
    ([path, { license = '' }]) => !isFree(license) && !(license === '' && NODE_BINARY.test(nameOf(path))),
  )
  expect(unknown.map(([path, { license }]) => `${path}: ${license}`)).toEqual([])
})

test('no name is one letter away from another', () => {
  const names = [...new Set(installed.map(([path]) => nameOf(path)))]
  const asked = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
  const near = asked.flatMap(name =>
    names.filter(other => other !== name && isNear(name, other)).map(other => `${name} ~ ${other}`),
  )
  expect(near).toEqual([])
})

/** One letter more, less or another, or two that changed places; of short names everything is near. */
function isNear(a: string, b: string): boolean {
  if (a.length < 5 || Math.abs(a.length - b.length) > 1) return false
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  const [restA, restB] = [a.slice(at), b.slice(at)]
  return (
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    restA.slice(1) === restB.slice(1) ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  )
}
