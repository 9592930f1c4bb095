// Where live trading begins in a project, as far as the project says so itself.
import { readFileSync } from 'node:fs'
import { basename, join, relative, resolve, sep } from 'node:path'
import type { ModuleResolver } from './module-resolver.ts'
import type { SourceFile } from './source-files.ts'

/**
 * Per project the first of these that gives any: `"quadrant": { "liveEntry": … }` of package.json; files and scripts named after
 * live trading; what is started (`main`, `bin`, the script `start`, Python's scripts, `__main__.py`). Absolute paths.
 */
export function liveEntries(production: readonly SourceFile[], resolver: ModuleResolver): string[] {
  const files = Map.groupBy(production, ({ project }) => project)
  return [...files].flatMap(([project, ofProject]) => {
    const named = ofProject.map(({ path }) => path).filter(path => LIVE.test(basename(path)))
    if (project === undefined) return named

    const manifest = manifestOf(project)
    const found = (names: readonly string[]) => [...new Set(names.flatMap(name => resolver.file(resolve(project, name)) ?? []))]
    const stated = found(texts(manifest.quadrant?.liveEntry))
    if (stated.length > 0) return stated

    const live = [...named, ...found(scripts(manifest, /(?:^|[:_-])(?:live|prod(?:uction)?)(?:$|[:_-])/))]
    if (live.length > 0) return [...new Set(live)]

    const started = [
      ...texts(manifest.main),
      ...texts(manifest.bin),
      ...scripts(manifest, /^(?:start|serve|run)$/),
      ...pythonScripts(project),
    ]
    const conventional = ofProject
      .map(({ path }) => relative(project, path))
      .filter(path => STARTED.test(path.split(sep).join('/')))
    return found([...started, ...conventional]).filter(path => !REHEARSAL.test(basename(path)))
  })
}

/** 'live.ts', 'run-live.ts', 'live_main.py', 'main.live.ts'. */
const LIVE =
  /^(?:(?:run|main|start|trade|go)[-_.]?live|live(?:[-_.](?:main|entry|run(?:ner)?|trad(?:ing|er|e)|start|app|bot|engine))?)\.(?:[cm]?[jt]sx?|py)$/i

/** What is started when nothing says what is. */
const STARTED = /^(?:(?:src\/)?(?:main|index|app|server|cli|bot)\.(?:[cm]?[jt]sx?|py)|(?:src\/)?(?:[\w-]+\/)?__main__\.py)$/

/** Here a simulated venue is what is wanted. */
const REHEARSAL = /back-?test|paper|replay|research|simulat|demo|sandbox|study|notebook|example/i

interface Manifest {
  readonly main?: unknown
  readonly bin?: unknown
  readonly scripts?: unknown
  readonly quadrant?: { readonly liveEntry?: unknown }
}

function manifestOf(project: string): Manifest {
  try {
    return (JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) ?? {}) as Manifest
  } catch {
    return {}
  }
}

/** A text, or all texts of a list or a table. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).filter(each => typeof each === 'string') : []
}

/** The files that scripts of such names start: 'node --watch src/main.ts' → src/main.ts. */
function scripts({ scripts }: Manifest, names: RegExp): string[] {
  if (typeof scripts !== 'object' || scripts === null) return []
  return Object.entries(scripts as Readonly<Record<string, unknown>>).flatMap(([name, command]) =>
    names.test(name) && typeof command === 'string' ? (command.match(/[\w@./-]+\.(?:[cm]?[jt]sx?|py)\b/g) ?? []) : [],
  )
}

/** pyproject.toml: `desk = "desk.cli:main"` below [project.scripts]. */
function pythonScripts(project: string): string[] {
  try {
    const text = readFileSync(join(project, 'pyproject.toml'), 'utf8')
    const [, table = ''] = /^\[(?:project|tool\.poetry)\.scripts\]\s*\n([\s\S]*?)(?=^\[|$(?![\s\S]))/m.exec(text) ?? []
    const modules = [...table.matchAll(/=\s*["']([\w.]+)(?::[\w.]+)?["']/g)].map(([, module = '']) => module.replaceAll('.', '/'))
    return modules.flatMap(path => [`${path}.py`, `src/${path}.py`, `${path}/__init__.py`])
  } catch {
    return []
  }
}
