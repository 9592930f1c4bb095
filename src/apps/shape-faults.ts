// Compares a document with its schema and lists every fault, one sentence each, in words a user can act on.
import type { TSchema } from 'typebox'
import { Check } from 'typebox/value'
import { didYouMean } from './suggest.ts'

/** Where in the document, and what is wrong there. */
export interface Fault {
  readonly path: readonly string[]
  readonly message: string
}

/** The parts of a JSON Schema that the walk looks at; leaves are judged by the schema library. */
interface Node {
  readonly type?: string
  readonly title?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly patternProperties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly items?: Node
  readonly minItems?: number
}

/** All faults, in the order of the document; missing keys come last in their group. */
export function shapeFaults(schema: TSchema, value: unknown, path: readonly string[] = []): Fault[] {
  const node = schema as Node
  const wrong = (): Fault[] => [{ path, message: `${show(value)} is not ${node.title ?? 'allowed here'}` }]

  if (node.type === 'object') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong()
    return groupFaults(node, value as Record<string, unknown>, path)
  }

  if (node.type === 'array') {
    if (!Array.isArray(value) || value.length < (node.minItems ?? 0)) return wrong()
    const faults = value.flatMap((item, index) => shapeFaults((node.items ?? {}) as TSchema, item, [...path, String(index)]))
    if (faults.length === 0 && !Check(schema, value))
      faults.push({ path, message: 'an entry is there twice; each may be named once' })
    return faults
  }

  return Check(schema, value) ? [] : wrong()
}

function groupFaults(node: Node, group: Readonly<Record<string, unknown>>, path: readonly string[]): Fault[] {
  const faults: Fault[] = []
  const known = node.properties ?? {}
  const any = Object.values(node.patternProperties ?? {})[0]

  for (const [key, value] of Object.entries(group)) {
    const schema = Object.hasOwn(known, key) ? known[key] : any
    if (schema) faults.push(...shapeFaults(schema as TSchema, value, [...path, key]))
    else faults.push({ path: [...path, key], message: unknownKey(key, Object.keys(known)) })
  }

  for (const key of node.required ?? []) {
    if (!Object.hasOwn(group, key))
      faults.push({ path: [...path, key], message: `is missing: give ${known[key]?.title ?? 'it'}` })
  }
  return faults
}

function unknownKey(key: string, known: readonly string[]): string {
  return `unknown key.${didYouMean(key, known) || ` Known here: ${known.join(', ')}.`}`
}

/** A value as a user would recognise it, cut to a readable length. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  const text = typeof value === 'string' ? `'${value}'` : JSON.stringify(value)
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`
}
