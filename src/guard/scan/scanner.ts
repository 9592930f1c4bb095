// The source check as a whole: paths in, findings out, nothing printed and nothing decided about what becomes of them.
import { resolve } from 'node:path'
import { examineAll } from './examination/examine-all.ts'
import type { Examined } from './examination/examined.ts'
import { byPlace } from './findings.ts'
import { ProjectFlow } from './flow/project-flow.ts'
import { divided, findingsOf, type Suppressed } from './judgement.ts'
import { Places } from './program/places.ts'
import { liveFindings } from './project/live-reach.ts'
import { ModuleResolver } from './project/module-resolver.ts'
import { collect, type Skipped, type SourceFile } from './project/source-files.ts'
import type { Finding } from './rule.ts'

export interface Scan {
  readonly files: number
  readonly lines: number
  readonly elapsedSeconds: number
  /** By file, line, column and rule. */
  readonly findings: readonly Finding[]
  readonly suppressed: readonly Suppressed[]
  readonly skipped: readonly Skipped[]
}

export interface ScanOptions {
  /** Files and folders, from `startedIn` or absolute. */
  readonly paths: readonly string[]
  /** Absolute: what reported paths are relative to. */
  readonly startedIn: string
  /** Where live trading begins, from `startedIn`; else what the projects say of themselves. */
  readonly liveEntries?: readonly string[]
  /** Threads besides this one; as many as pay when it is left out. */
  readonly workers?: number | undefined
}

/** A path that is not there is thrown as the system says it: ENOENT with its `path`. */
export async function scan({ paths, startedIn, liveEntries = [], workers }: ScanOptions): Promise<Scan> {
  const start = performance.now()
  const { files, skipped } = collect(paths, startedIn)
  const examined = await examineAll(files, { workers })

  const resolver = new ModuleResolver(files.map(({ path }) => path))
  const places = new Places(files)
  const flow = flowBetween(files, examined, resolver)
  const live = await liveFindings({
    files: new Map(files.map((file, i) => [file.path, { file, examined: examined[i]! }])),
    entries: liveEntries.map(entry => resolve(startedIn, entry)),
    ...{ resolver, places, startedIn },
  })
  const all = [...examined.flatMap(each => findingsOf(each, places, flow)), ...live].sort(byPlace)

  const { findings, suppressed } = divided(all, new Map(examined.map(({ file, allowances }) => [file, allowances])))
  const generated = examined.flatMap(({ file, generated }) => (generated === undefined ? [] : [{ file, why: generated }]))

  return {
    files: examined.length - generated.length,
    lines: examined.reduce((sum, { lines }) => sum + lines, 0),
    elapsedSeconds: (performance.now() - start) / 1000,
    findings,
    suppressed,
    skipped: [...skipped, ...generated],
  }
}

/** Each file's exports under its reported name, and imports resolved to such names. */
function flowBetween(files: readonly SourceFile[], examined: readonly Examined[], resolver: ModuleResolver): ProjectFlow {
  const paths = new Map(files.map(({ file, path }) => [file, path]))
  const names = new Map(files.map(({ file, path }) => [path, file]))
  return new ProjectFlow(new Map(examined.map(({ file, exports }) => [file, exports])), (file, specifier) => {
    const from = paths.get(file)
    const to = from === undefined ? undefined : resolver.resolve(from, specifier)
    return to === undefined ? undefined : names.get(to)
  })
}
