// The run configuration: read from YAML, overridden by --set, completed with defaults, checked as a whole, and frozen.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Document, LineCounter, parse, parseDocument, stringify } from 'yaml'
import { resolveRun } from './config-values.ts'
import { Failure } from './failure.ts'
import type { RunConfig } from './run-config.ts'
import { type RunDocument, RunSchema, withDefaults } from './run-schema.ts'
import { type Fault, shapeFaults, show } from './shape-faults.ts'

export type { RunConfig } from './run-config.ts'

/** Reads a configuration file. Throws Failure: CONFIG_NOT_FOUND, CONFIG_UNREADABLE or, with every fault in it, CONFIG_INVALID. */
export function readRunConfig(file: string, overrides: readonly string[] = []): RunConfig {
  return parseRunConfig(readConfigText(file), { file, overrides })
}

/** As `readRunConfig`, of a text in hand. `file` names it in messages and anchors relative paths. */
export function parseRunConfig(text: string, origin: ConfigOrigin): RunConfig {
  const { config, faults } = judge(text, origin)
  if (faults.length > 0) throw invalidConfig(origin.file, faults)
  return config
}

interface ConfigOrigin {
  readonly file: string
  readonly overrides?: readonly string[]
}

/** A configuration with everything that is wrong with it. Where something is, a good value stands in its place. */
export interface JudgedConfig {
  readonly config: RunConfig
  readonly faults: readonly string[]
}

/** Throws Failure only where there is nothing to judge: no file, no YAML. */
export function judgeRunConfig(file: string, overrides: readonly string[] = []): JudgedConfig {
  return judge(readConfigText(file), { file, overrides })
}

function judge(text: string, { file, overrides = [] }: ConfigOrigin): JudgedConfig {
  const lines = new LineCounter()
  const source = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  // A warning of the YAML reader is a tag it does not know: nothing that a configuration could mean.
  const unreadable = [...source.errors, ...source.warnings]
  if (unreadable.length > 0) {
    throw invalidConfig(
      file,
      unreadable.map(error => `line ${lines.linePos(error.pos[0]).line}: ${error.message}`),
    )
  }

  const { value, faults: overrideFaults } = override(plain(source, file), overrides)
  const written = (fault: Fault): string =>
    `${place(fault, { source, lines, overrides })}${fault.path.join('.') || 'the file'}: ${fault.message}`

  const complete = withDefaults(value)
  const shape = shapeFaults(RunSchema, complete)
  const { values, faults: impossible } = resolveRun((shape.length === 0 ? complete : mended(complete, shape)) as RunDocument)
  const faults = [...overrideFaults, ...shape, ...impossible.filter(fault => !followsFrom(fault, shape))]
  const folder = dirname(resolve(file))
  const config = deepFreeze({
    ...values,
    strategies: values.strategies.map(use => ({ ...use, path: use.use.endsWith('.ts') ? resolve(folder, use.use) : undefined })),
    configHash: createHash('sha256').update(canonicalJson(values)).digest('hex'),
    yaml: stringify(inSchemaOrder(complete as RunDocument), { lineWidth: 0 }),
    file,
    overrides: [...overrides],
  })
  return { config, faults: faults.map(written) }
}

function readConfigText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const cause = (error as NodeJS.ErrnoException).code
    if (cause === 'ENOENT' || cause === 'ENOTDIR') {
      throw new Failure('CONFIG_NOT_FOUND', {
        message: `there is no configuration file '${file}'`,
        fix: 'give the path of a YAML file, such as config/gold-ema.yaml, or make a project with `quadrant init`',
      })
    }
    throw new Failure('CONFIG_UNREADABLE', {
      message: `'${file}' cannot be read: ${cause === 'EISDIR' ? 'it is a folder' : (error as Error).message}`,
      fix: 'give the path of a YAML file that this user may read',
    })
  }
}

export function invalidConfig(file: string, faults: readonly string[]): Failure {
  const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`
  return new Failure('CONFIG_INVALID', {
    message: `${file} has ${count}:\n${faults.map(fault => `  - ${fault}`).join('\n')}`,
    fix: 'correct them all and run again; config/run.schema.json lists every key, and editors check against it',
  })
}

function plain(source: Document.Parsed, file: string): unknown {
  try {
    return source.toJS() ?? {}
  } catch (error) {
    // Aliases that multiply without end are refused by the YAML reader while it unfolds them.
    throw invalidConfig(file, [(error as Error).message])
  }
}

/** Applies `path=value` texts to the document. The values are read as YAML scalars. */
function override(document: unknown, overrides: readonly string[]): { value: unknown; faults: Fault[] } {
  const faults: Fault[] = []
  for (const text of overrides) {
    const equals = text.indexOf('=')
    const path = text.slice(0, Math.max(equals, 0)).split('.')
    const refuse = (message: string) => faults.push({ path: ['--set'], message: `${show(text)} ${message}` })

    if (equals <= 0 || path.some(key => key === '' || key === '__proto__')) {
      refuse('is not of the form path=value, such as strategies.0.params.fast=12')
      continue
    }
    try {
      put(document, path, parse(text.slice(equals + 1), { logLevel: 'error' }))
    } catch (error) {
      refuse((error as Error).message.split('\n')[0]!)
    }
  }
  return { value: document, faults }
}

function put(document: unknown, path: readonly string[], value: unknown): void {
  let group = document
  for (const [depth, key] of path.entries()) {
    if (typeof group !== 'object' || group === null)
      throw new Error(`goes below '${path.slice(0, depth).join('.')}', which is a single value`)
    if (Array.isArray(group) && !(/^\d+$/.test(key) && Number(key) <= group.length)) {
      throw new Error(`names entry '${key}' of a list that has ${group.length}; the first is 0`)
    }

    const holder = group as Record<string, unknown>
    if (depth === path.length - 1) holder[key] = value
    else if (!Object.hasOwn(holder, key) || holder[key] === null) holder[key] = {}
    group = Object.hasOwn(holder, key) ? holder[key] : undefined
  }
}

/** The document with a good value wherever the shape is wrong, so that the remaining values can be judged in the same go. */
function mended(document: unknown, faults: readonly Fault[]): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(document))
  if (faults.some(({ path }) => path.length === 0)) return withDefaults(structuredClone(GOOD))

  for (const { path } of faults) {
    let holder = copy as Record<string, unknown>
    let good = GOOD as Record<string, unknown> | undefined
    for (const [depth, key] of path.entries()) {
      good = sample(good, key)
      if (depth < path.length - 1) holder = holder[key] as Record<string, unknown>
      else if (good === undefined) delete holder[key]
      else holder[key] = structuredClone(good)
    }
  }
  return copy
}

/** The part of a good document under this key; any entry of a list serves for all. Own keys only: 'valueOf' is none. */
function sample(good: unknown, key: string): Record<string, unknown> | undefined {
  if (Array.isArray(good)) return good[0] as Record<string, unknown> | undefined
  if (typeof good !== 'object' || good === null || !Object.hasOwn(good, key)) return undefined
  return (good as Record<string, Record<string, unknown>>)[key]
}

const GOOD = withDefaults({
  name: 'good',
  from: '1970-01-01',
  to: '2200-01-01',
  data: [{ instrument: 'A.B', kind: 'quote' }],
  strategies: [{ use: 'good', instrument: 'A.B' }],
})

/** True when a fault may only be there because something it rests on was mended. */
function followsFrom({ path }: Fault, shape: readonly Fault[]): boolean {
  const restsOn: Readonly<Record<string, string>> = { strategies: 'data', to: 'from', fusion: 'senses' }
  return shape.some(
    broken => broken.path[0] === restsOn[path[0]!] || path.every((key, depth) => (broken.path[depth] ?? key) === key),
  )
}

/** 'line 7: ', '--set: ' or nothing when the fault is of something that is not there. */
function place(
  { path }: Fault,
  {
    source,
    lines,
    overrides,
  }: { readonly source: Document.Parsed; readonly lines: LineCounter; readonly overrides: readonly string[] },
): string {
  const dotted = path.join('.')
  if (
    overrides.some(
      text => dotted === text.slice(0, text.indexOf('=')) || dotted.startsWith(`${text.slice(0, text.indexOf('='))}.`),
    )
  )
    return '--set '

  for (let depth = path.length; depth > 0; depth--) {
    const node = source.getIn(path.slice(0, depth), true) as { range?: [number, number, number] | null } | undefined
    if (node?.range) return `line ${lines.linePos(node.range[0]).line}: `
  }
  return ''
}

/** JSON of the exact values with sorted keys: order, comments and spelling (1000 or '1000.0') do not change the hash. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'bigint') return `"${value}"`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`)
    .join(',')}}`
}

function inSchemaOrder(document: RunDocument): Record<string, unknown> {
  const given = document as unknown as Record<string, unknown>
  return Object.fromEntries(
    Object.keys(RunSchema.properties).flatMap(key => (given[key] === undefined ? [] : [[key, given[key]]])),
  )
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) deepFreeze(item)
    Object.freeze(value)
  }
  return value
}
