// Findings that were there when the check was adopted: they are remembered by what the code says, not by where it stands.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import type { Finding } from '../rule.ts'

/** One remembered kind of finding, and how often it was found. */
interface Remembered {
  readonly rule: string
  /** From the folder of the baseline file, with forward slashes. */
  readonly file: string
  /** SHA-256 of the code line without the space around it, shortened: it moves with the line and ends with it. */
  readonly code: string
  readonly count: number
}

export interface BaselineFile {
  readonly version: 1
  readonly findings: readonly Remembered[]
}

/** Where a baseline lies decides how its paths are meant; `startedIn` is what the findings' paths are relative to. */
export interface BaselinePlace {
  readonly path: string
  readonly startedIn: string
}

export class BaselineBroken extends Error {
  override readonly name = 'BaselineBroken'
}

/** Findings beyond those remembered, and how many were. A second equal line is new when one was remembered. */
export function withoutBaseline(
  findings: readonly Finding[],
  place: BaselinePlace,
): { readonly fresh: Finding[]; readonly known: Finding[] } {
  const left = new Map(readBaseline(place.path).findings.map(each => [keyOf(each), each.count]))
  const [fresh, known]: [Finding[], Finding[]] = [[], []]
  for (const finding of findings) {
    const key = keyOf(remembered(finding, place))
    const count = left.get(key) ?? 0
    left.set(key, count - 1)
    if (count > 0) known.push(finding)
    else fresh.push(finding)
  }
  return { fresh, known }
}

/** Replaces what was remembered. */
export function writeBaseline(findings: readonly Finding[], place: BaselinePlace): void {
  const counts = new Map<string, Remembered>()
  for (const finding of findings) {
    const one = remembered(finding, place)
    const before = counts.get(keyOf(one))
    counts.set(keyOf(one), { ...one, count: (before?.count ?? 0) + 1 })
  }
  const content: BaselineFile = { version: 1, findings: [...counts.values()] }
  writeFileSync(place.path, `${JSON.stringify(content, null, 2)}\n`)
}

const keyOf = ({ rule, file, code }: Omit<Remembered, 'count'>): string => `${rule}\n${file}\n${code}`

function remembered({ rule, file, evidence, line, column, message }: Finding, { path, startedIn }: BaselinePlace): Remembered {
  const near = relative(dirname(path), resolve(startedIn, file))
  // The line itself is in the evidence; what has none, such as a binary file, is known by what was said of it.
  const code = evidence.find(place => place.file === file && place.line === line && place.column === column)?.code || message
  const hash = createHash('sha256').update(code).digest('hex').slice(0, 16)
  return { rule, file: (isAbsolute(near) ? file : near).split(sep).join('/'), code: hash, count: 1 }
}

function readBaseline(path: string): BaselineFile {
  const content = parsed(readFileSync(path, 'utf8'))
  if (content?.version !== 1 || !Array.isArray(content.findings) || !content.findings.every(isRemembered)) {
    throw new BaselineBroken('it is no baseline of this command')
  }
  return content as BaselineFile
}

function parsed(text: string): Partial<BaselineFile> | undefined {
  try {
    return (JSON.parse(text) ?? undefined) as Partial<BaselineFile> | undefined
  } catch {
    return undefined
  }
}

function isRemembered(value: unknown): value is Remembered {
  const { rule, file, code, count } = (value ?? {}) as Partial<Remembered>
  return typeof rule === 'string' && typeof file === 'string' && typeof code === 'string' && Number.isInteger(count)
}
