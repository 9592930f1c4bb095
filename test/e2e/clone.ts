// A fresh clone in a temporary folder, and commands run in it the way a stranger would: nothing of this process leaks in.
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { test } from 'vitest'
import { ROOT } from '../source.ts'

/** True inside `make test` of a clone that a test of this folder made. */
export const INSIDE_CLONE = process.env['QUADRANT_CLONE'] === '1'

/** A test that needs a clone of its own. Inside one it says why it did not run; the run around it has shown the fact. */
export function cloneTest(name: string, body: () => void, timeoutMillis = 60_000): void {
  if (INSIDE_CLONE) test.skip(`${name} (skipped: a clone does not clone itself)`, body)
  else test(name, { timeout: timeoutMillis }, body)
}

export interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** The committed tree, without packages and without the data pack. Where git cannot give it, the files as they lie. */
export function freshClone(): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'quadrant-clone-')), 'quadrant')
  const cloned = spawnSync('git', ['clone', '--quiet', ROOT, folder], { stdio: 'ignore' })
  if (cloned.status !== 0)
    cpSync(ROOT, folder, { recursive: true, filter: path => !/[/\\](?:node_modules|\.quadrant|\.git|out)$/.test(path) })
  return folder
}

export const removeClone = (folder: string): void => rmSync(join(folder, '..'), { recursive: true, force: true })

/** Gives a clone this tree's packages as hard links: for a machine that cannot reach the registry just now. */
export function lendPackages(folder: string): void {
  execFileSync('cp', ['-al', join(ROOT, 'node_modules'), join(folder, 'node_modules')])
  // What is written in place must not be shared, and the record must be newer than the clone's lockfile.
  for (const name of ['.vite', '.vite-temp', '.vitest-cache', '.package-lock.json'])
    rmSync(join(folder, 'node_modules', name), { recursive: true, force: true })
  copyFileSync(join(ROOT, 'node_modules/.package-lock.json'), join(folder, 'node_modules/.package-lock.json'))
}

/** Runs a command to its end. An empty QUADRANT_DATA says: without the data pack, wherever it lies. */
export function run(folder: string, command: readonly string[], environment: Readonly<Record<string, string>> = {}): Outcome {
  const [program = '', ...args] = command
  const done = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...strangersEnvironment(), QUADRANT_DATA: '', QUADRANT_CLONE: '1', ...environment },
  })
  return { status: done.status ?? -1, stdout: done.stdout ?? '', stderr: done.stderr ?? String(done.error) }
}

/** This process' environment without what vitest, make and our own settings put there, and without the pinned runtime on the path. */
function strangersEnvironment(): NodeJS.ProcessEnv {
  const ours =
    /^(?:VITEST|QUADRANT_|MAKE|MFLAGS$|NODE_ENV$|NODE_OPTIONS$|NODE_COMPILE_CACHE$|CAMPAIGN$|TEST$|MODE$|DEV$|PROD$|SSR$|BASE_URL$)/
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)))
  const path = (process.env['PATH'] ?? '').split(delimiter).filter(entry => entry !== join(ROOT, 'node_modules/.bin'))
  return { ...kept, PATH: path.join(delimiter) }
}
