// Which file an import means, in a project as it lies on the disk: what the runtimes and TypeScript's paths would find.
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { languageOfName } from './source-files.ts'

/** Absolute paths throughout. Asks the disk once for each question. */
export class ModuleResolver {
  readonly #files = new Map<string, boolean>()
  readonly #manifests = new Map<string, Manifest | undefined>()
  readonly #settings = new Map<string, Settings | undefined>()

  /** `known` are files that are surely there. */
  constructor(known: Iterable<string>) {
    for (const path of known) this.#files.set(path, true)
  }

  /** Undefined for packages, for modules of the runtime, and where nothing is found. */
  resolve(from: string, module: string): string | undefined {
    return languageOfName(from) === 'python' ? this.#python(from, module) : this.#javascript(from, module)
  }

  /** The file of a module that is taken from a package by its name: `from feeds import kraken`. Python only. */
  resolveName(from: string, module: string, name: string): string | undefined {
    if (languageOfName(from) !== 'python') return undefined
    return this.#python(from, module.endsWith('.') ? `${module}${name}` : `${module}.${name}`)
  }

  /** What a path means that names a script with or without its ending. */
  file(path: string): string | undefined {
    return languageOfName(path) === 'python' ? (this.#isFile(path) ? path : undefined) : this.#script(path)
  }

  // ── JavaScript and TypeScript ─────────────────────────────────────────────────────────────────────────────────────────

  #javascript(from: string, module: string): string | undefined {
    const path = module.replace(/[?#].*$/, '') || module
    if (path.startsWith('file://')) return this.#script(decodeURIComponent(path.slice('file://'.length)))
    if (path.startsWith('.') || path.startsWith('/')) return this.#script(resolve(dirname(from), path))
    if (/^(?:node|data|https?|bun|npm|jsr):/.test(path)) return undefined

    const manifest = this.#manifestOf(dirname(from))
    if (module.startsWith('#')) return manifest && this.#mapped(manifest, manifest.imports, module)
    if (manifest && (path === manifest.name || path.startsWith(`${manifest.name}/`))) return this.#ofPackage(manifest, path)
    return this.#byPaths(from, path) ?? this.#workspace(from, path)
  }

  #script(path: string): string | undefined {
    const swapped = /^(.*)\.([cm]?)js(x?)$/.exec(path)
    const candidates = [
      path,
      ...(swapped ? [`${swapped[1]}.${swapped[2]}ts${swapped[3]}`, `${swapped[1]}.tsx`] : []),
      ...ENDINGS.map(ending => `${path}${ending}`),
      ...ENDINGS.map(ending => join(path, `index${ending}`)),
    ]
    return candidates.find(candidate => languageOfName(candidate) !== undefined && this.#isFile(candidate))
  }

  #ofPackage(manifest: Manifest, path: string): string | undefined {
    const inside = `.${path.slice(manifest.name?.length ?? 0)}`
    if (manifest.exports !== undefined) {
      const exports = isTable(manifest.exports) && Object.keys(manifest.exports).some(key => key.startsWith('.'))
      return this.#mapped(manifest, exports ? manifest.exports : { '.': manifest.exports }, inside)
    }
    return this.#script(resolve(manifest.folder, inside === '.' ? (manifest.main ?? './index') : inside))
  }

  /** `exports` and `imports` of package.json: exact keys first, then those with a star. */
  #mapped(manifest: Manifest, table: unknown, key: string): string | undefined {
    if (!isTable(table)) return undefined
    const exact = targetOf(table[key])
    if (exact !== undefined) return this.#script(resolve(manifest.folder, exact))

    for (const [pattern, value] of Object.entries(table)) {
      const rest = restOf(key, pattern)
      const target = targetOf(value)
      if (rest === undefined || target === undefined) continue
      const found = this.#script(resolve(manifest.folder, target.replaceAll('*', rest)))
      if (found !== undefined) return found
    }
    return undefined
  }

  /** `paths` and `baseUrl` of the nearest tsconfig.json. */
  #byPaths(from: string, path: string): string | undefined {
    const settings = this.#settingsOf(dirname(from))
    if (settings === undefined) return undefined
    for (const [pattern, targets] of Object.entries(settings.paths)) {
      const rest = restOf(path, pattern)
      if (rest === undefined) continue
      for (const target of targets) {
        const found = this.#script(resolve(settings.folder, target.replace('*', rest)))
        if (found !== undefined) return found
      }
    }
    return settings.hasBase ? this.#script(resolve(settings.folder, path)) : undefined
  }

  /** A package of the same repository is a link in node_modules that leads out of it. */
  #workspace(from: string, path: string): string | undefined {
    const name = /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]
    for (let folder = dirname(from); name !== undefined; folder = dirname(folder)) {
      const real = realFolder(join(folder, 'node_modules', name))
      if (real !== undefined) {
        const manifest = real.includes(`${sep}node_modules${sep}`) ? undefined : this.#manifestOf(real)
        return manifest && this.#ofPackage({ ...manifest, name }, path)
      }
      if (dirname(folder) === folder) return undefined
    }
    return undefined
  }

  // ── Python ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  #python(from: string, module: string): string | undefined {
    const [, dots = '', rest = ''] = /^(\.*)(.*)$/.exec(module) ?? []
    const parts = rest === '' ? [] : rest.split('.')
    if (dots !== '') return this.#packageOrModule(resolve(dirname(from), ...Array<string>(dots.length - 1).fill('..')), parts)

    // Where a search path can begin: folders that are no packages themselves.
    for (let folder = dirname(from); ; folder = dirname(folder)) {
      if (!this.#isFile(join(folder, '__init__.py'))) {
        const found = this.#packageOrModule(folder, parts) ?? this.#packageOrModule(join(folder, 'src'), parts)
        if (found !== undefined) return found
      }
      if (this.#isTop(folder)) return undefined
    }
  }

  #packageOrModule(folder: string, parts: readonly string[]): string | undefined {
    const path = join(folder, ...parts)
    return [`${path}.py`, join(path, '__init__.py')].find(candidate => this.#isFile(candidate))
  }

  #isTop(folder: string): boolean {
    return (
      dirname(folder) === folder || isThere(join(folder, '.git')) !== undefined || this.#isFile(join(folder, 'pyproject.toml'))
    )
  }

  // ── The disk ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  #manifestOf(folder: string): Manifest | undefined {
    return upwards(folder, this.#manifests, at => {
      const content = json(join(at, 'package.json'))
      return content === undefined ? undefined : { ...content, folder: at }
    })
  }

  #settingsOf(folder: string): Settings | undefined {
    return upwards(folder, this.#settings, at => {
      const options = compilerOptions(join(at, 'tsconfig.json')) ?? compilerOptions(join(at, 'jsconfig.json'))
      return (
        options && {
          folder: resolve(options.folder, options.baseUrl ?? '.'),
          hasBase: options.baseUrl !== undefined,
          paths: options.paths,
        }
      )
    })
  }

  #isFile(path: string): boolean {
    const known = this.#files.get(path)
    if (known !== undefined) return known
    const found = isThere(path) === 'file'
    this.#files.set(path, found)
    return found
  }
}

interface Manifest {
  readonly folder: string
  readonly name?: string
  readonly main?: string
  readonly exports?: unknown
  readonly imports?: unknown
}

interface Settings {
  /** What the targets of `paths` start from. */
  readonly folder: string
  readonly hasBase: boolean
  readonly paths: Readonly<Record<string, readonly string[]>>
}

const ENDINGS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs']

type Table = Readonly<Record<string, unknown>>

const isTable = (value: unknown): value is Table => typeof value === 'object' && value !== null && !Array.isArray(value)

/** What the star of a pattern stands for; '' for a pattern without one that is the key itself. */
function restOf(key: string, pattern: string): string | undefined {
  const [before = '', after] = pattern.split('*')
  if (after === undefined) return key === pattern ? '' : undefined
  return key.length >= before.length + after.length && key.startsWith(before) && key.endsWith(after)
    ? key.slice(before.length, key.length - after.length)
    : undefined
}

/** Of the conditions of an export the one that Node would take. */
function targetOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(targetOf).find(target => target !== undefined)
  if (!isTable(value)) return undefined
  for (const condition of ['source', 'node', 'import', 'module', 'default', 'require']) {
    const target = targetOf(value[condition])
    if (target !== undefined) return target
  }
  return undefined
}

/** The nearest answer from a folder upwards, remembered for every folder on the way. */
function upwards<T>(folder: string, known: Map<string, T | undefined>, ask: (folder: string) => T | undefined): T | undefined {
  if (known.has(folder)) return known.get(folder)
  const above = dirname(folder)
  const answer = ask(folder) ?? (above === folder ? undefined : upwards(above, known, ask))
  known.set(folder, answer)
  return answer
}

/** Comments and last commas are allowed, as in tsconfig.json. */
function json(path: string): Table | undefined {
  try {
    const text = readFileSync(path, 'utf8')
    const plain = text.replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '$1').replace(/,(?=\s*[}\]])/g, '')
    const content: unknown = JSON.parse(plain)
    return isTable(content) ? content : undefined
  } catch {
    return undefined
  }
}

function compilerOptions(path: string, depth = 0): { folder: string; baseUrl?: string; paths: Settings['paths'] } | undefined {
  const content = json(path)
  if (content === undefined) return undefined
  const { baseUrl, paths } = (content['compilerOptions'] ?? {}) as { baseUrl?: string; paths?: Settings['paths'] }
  if (baseUrl !== undefined || paths !== undefined || depth > 4) {
    return { folder: dirname(path), ...(baseUrl === undefined ? {} : { baseUrl }), paths: paths ?? {} }
  }
  const base = [content['extends']].flat().find(each => typeof each === 'string' && each.startsWith('.'))
  const above = typeof base === 'string' ? resolve(dirname(path), base.endsWith('.json') ? base : `${base}.json`) : undefined
  return (above === undefined ? undefined : compilerOptions(above, depth + 1)) ?? { folder: dirname(path), paths: {} }
}

function isThere(path: string): 'file' | 'other' | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    return stats && (stats.isFile() ? 'file' : 'other')
  } catch {
    return undefined
  }
}

function realFolder(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
