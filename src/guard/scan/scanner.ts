// The source check as a whole: paths in, findings out, nothing printed and nothing decided about what becomes of them.
import { resolve } from 'node:path'
import type { Allowance } from './allowances.ts'
import { examineAll } from './examine-all.ts'
import type { Examined } from './examined.ts'
import { byPlace, finding } from './findings.ts'
import { liveFindings } from './live-reach.ts'
import { ModuleResolver } from './module-resolver.ts'
import { suppression, unreadable } from './own-rules.ts'
import { Places } from './places.ts'
import { type FarPlace, ProjectFlow } from './project-flow.ts'
import type { Finding, Hit, Place, Rule } from './rule.ts'
import { ruleNamed } from './rule-book.ts'
import { collect, type Skipped, type SourceFile } from './source-files.ts'

export interface Scan {
  readonly files: number
  readonly lines: number
  readonly elapsedSeconds: number
  /** By file, line, column and rule. */
  readonly findings: readonly Finding[]
  readonly suppressed: readonly Suppressed[]
  readonly skipped: readonly Skipped[]
}

/** A finding that a comment beside it answers for. */
export interface Suppressed extends Finding {
  readonly reason: string
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

  const allowed = new Map(examined.map(({ file, allowances }) => [file, allowances]))
  const reasons = new Map(all.map(finding => [finding, reasonFor(finding, allowed.get(finding.file) ?? [])]))
  const generated = examined.flatMap(({ file, generated }) => (generated === undefined ? [] : [{ file, why: generated }]))

  return {
    files: examined.length - generated.length,
    lines: examined.reduce((sum, { lines }) => sum + lines, 0),
    elapsedSeconds: (performance.now() - start) / 1000,
    findings: all.filter(finding => reasons.get(finding) === undefined),
    suppressed: all.flatMap(finding => {
      const reason = reasons.get(finding)
      return reason === undefined ? [] : [{ ...finding, reason }]
    }),
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

/** What is found in a file; a hit that depends on other files only where they bear it out. */
function findingsOf({ file, fault, hits, allowances }: Examined, places: Places, flow: ProjectFlow): Finding[] {
  if (fault !== undefined) {
    const place = places.at(file, fault.at)
    return [finding(unreadable, place, `cannot be read: ${fault.message}`, [place])]
  }
  const found = hits.flatMap(({ rule, hit }) => {
    const known = ruleNamed(rule)
    const before = flow.standing(file, hit)
    return known === undefined || before === undefined ? [] : [ofHit(known, file, hit, { places, before })]
  })
  return [...found, ...allowances.flatMap(allowance => faultOf(allowance, file, places) ?? [])]
}

interface Way {
  readonly places: Places
  /** What lies in other files, source first. */
  readonly before: readonly FarPlace[]
}

function ofHit(rule: Rule, file: string, hit: Hit, { places, before }: Way): Finding {
  const through = hit.through ?? []
  const own = through.includes(hit.at) ? through : [...through, hit.at]
  const chain = [...before.map(far => places.at(far.file, far.at)), ...own.map(at => places.at(file, at))]
  return finding(rule, places.at(file, hit.at), hit.message, withoutRepeats(chain))
}

function faultOf({ rule, reason, at }: Allowance, file: string, places: Places): Finding | undefined {
  const place = places.at(file, at)
  if (ruleNamed(rule) === undefined) {
    return finding(suppression, place, `there is no rule '${rule}', so this comment allows nothing`, [place])
  }
  if (reason !== '') return undefined
  return finding(suppression, place, `it gives no reason, so it allows nothing: guard-allow ${rule}: why`, [place])
}

function reasonFor({ rule, line }: Finding, allowances: readonly Allowance[]): string | undefined {
  if (rule === suppression.id) return undefined
  return allowances.find(allowance => allowance.rule === rule && allowance.line === line && allowance.reason !== '')?.reason
}

/** The same place twice in a row says nothing twice. */
const withoutRepeats = (chain: readonly Place[]): Place[] =>
  chain.filter((place, i) => i === 0 || !samePlace(place, chain[i - 1]!))

const samePlace = (a: Place, b: Place): boolean => a.file === b.file && a.line === b.line && a.column === b.column
