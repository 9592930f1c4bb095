// Who may read the files with secrets in them: those of the state folder, of settings beside the configuration, and of named paths.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { FileFact } from '../../guard/start/privacy.ts'

/** Folders of the state folder whose files are secrets, however deep. */
const SECRET_FOLDERS = ['secrets', 'keys', 'sources', 'certificates'] as const
/** Files of secrets within `sources` and `certificates`; the other files there are no secrets. */
const SECRET_FILE = /key|token|secret|\.pem$|credential/i
/** Variables that name a file with a secret in it. */
const NAMING = /^(?:QUADRANT_TLS_KEY|QUADRANT_MT5_BRIDGE_KEY|PGPASSFILE|.*_(?:KEY|SECRET|TOKEN|PASSWORD|CREDENTIALS)_FILE)$/

interface Asked {
  readonly home: string
  readonly configuration: string | undefined
  readonly variables: Readonly<Record<string, string | undefined>>
}

export function secretFiles({ home, configuration, variables }: Asked): readonly FileFact[] {
  const facts: FileFact[] = []
  const add = (path: string, holds: FileFact['holds']) => {
    const stats = statOf(path)
    if (stats === undefined || facts.some(fact => fact.path === path)) return
    facts.push({ path, holds, ...rightsOf(stats), isInGit: holds === 'secret' && wouldBeCommitted(path) })
  }

  add(home, 'home')
  for (const name of SECRET_FOLDERS) {
    for (const { path, isFolder } of within(join(home, name))) {
      const isSecret = name === 'secrets' || name === 'keys' || SECRET_FILE.test(basename(path))
      if (isFolder && (name === 'secrets' || name === 'keys')) add(path, 'folder')
      else if (!isFolder && isSecret && !/\.(?:crt|cer|pub)$|certificate|authority\.pem$/i.test(path)) add(path, 'secret')
    }
  }
  const places = new Set([process.cwd(), home, ...(configuration === undefined ? [] : [dirname(resolve(configuration))])])
  for (const place of places) {
    for (const path of settingsFiles(place)) add(path, 'secret')
  }
  for (const [name, value] of Object.entries(variables)) {
    if (NAMING.test(name) && value !== undefined && value !== '') add(resolve(value), 'secret')
  }
  if (configuration !== undefined) add(resolve(configuration), 'config')
  return facts
}

export const statOf = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false })

const rightsOf = (stats: Stats): Pick<FileFact, 'mode' | 'owner'> =>
  process.platform === 'win32' ? { mode: undefined, owner: undefined } : { mode: stats.mode & 0o7777, owner: stats.uid }

function within(folder: string): readonly { readonly path: string; readonly isFolder: boolean }[] {
  if (statOf(folder)?.isDirectory() !== true) return []
  const inside = readdirSync(folder, { withFileTypes: true, recursive: true })
  return [
    { path: folder, isFolder: true },
    ...inside.map(entry => ({ path: join(entry.parentPath, entry.name), isFolder: entry.isDirectory() })),
  ]
}

/** '.env' and its like, where something secret is in them: a list of colours is nobody's business. */
function settingsFiles(folder: string): readonly string[] {
  const names = statOf(folder)?.isDirectory() === true ? readdirSync(folder) : []
  return names
    .filter(
      name =>
        /^\.env(?:\..+)?$|^(?:secrets?|credentials?|keys?)\.(?:env|ya?ml|json|toml|ini)$/i.test(name) &&
        !/\.(?:example|sample|template|dist)$/i.test(name),
    )
    .map(name => join(folder, name))
    .filter(path => statOf(path)?.isFile() === true && holdsSecrets(path))
}

function holdsSecrets(path: string): boolean {
  try {
    return /^[^#\n]*(?:key|token|secret|passw|passphrase|credential)[^=:\n]*[=:]\s*\S/im.test(
      readFileSync(path, 'utf8').slice(0, 1_000_000),
    )
  } catch {
    // Who may not read it cannot know; that is what its mode is for.
    return true
  }
}

/** In a work tree of git, and no .gitignore keeps it out. Without git nothing can be committed from here. */
function wouldBeCommitted(path: string): boolean {
  if (!isInWorkTree(dirname(path))) return false
  const { status } = spawnSync('git', ['check-ignore', '--quiet', '--no-index', '--', path], {
    cwd: dirname(path),
    stdio: 'ignore',
    timeout: 5000,
  })
  const { status: tracked } = spawnSync('git', ['ls-files', '--error-unmatch', '--', path], {
    cwd: dirname(path),
    stdio: 'ignore',
    timeout: 5000,
  })
  return tracked === 0 || status === 1
}

function isInWorkTree(folder: string): boolean {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return true
    if (dirname(at) === at) return false
  }
}
