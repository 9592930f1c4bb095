// What git keeps out of a folder: build output, virtual environments, downloads. Without git or a work tree: nothing.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A folder that is scanned may be a stranger's: its settings must not start programs. */
const SAFELY = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null']

/** Set while git runs a hook; they would point git at another place than the folder asked about. */
const OF_HOOKS = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX']

const PATIENCE_MILLIS = 10_000

/** The ignored files and whole folders below `folder`, as absolute paths; empty where `folder` itself is ignored. */
export function gitIgnored(folder: string): ReadonlySet<string> {
  if (!isInWorkTree(folder) || git(folder, ['check-ignore', '--quiet', '.']) !== undefined) return new Set()

  const listed = git(folder, ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z', '.']) ?? ''
  const paths = listed.split('\0').filter(path => path !== '')
  return new Set(paths.map(path => join(folder, path.replace(/\/$/, ''))))
}

function isInWorkTree(folder: string): boolean {
  if (existsSync(join(folder, '.git'))) return true
  const above = dirname(folder)
  return above !== folder && isInWorkTree(above)
}

/** What git printed; undefined when it said no, or is not there. */
function git(folder: string, words: readonly string[]): string | undefined {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OF_HOOKS.includes(name)))
  try {
    return execFileSync('git', [...SAFELY, '-C', folder, ...words], {
      ...{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 28, timeout: PATIENCE_MILLIS },
      env: { ...env, GIT_OPTIONAL_LOCKS: '0' },
    })
  } catch {
    return undefined
  }
}
