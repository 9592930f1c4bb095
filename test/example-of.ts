// The smallest value that a schema allows: a reply for handlers of which a test wants only the form.
import type { TSchema } from 'typebox'

interface Form {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Form[]
  readonly properties?: Readonly<Record<string, Form>>
  readonly required?: readonly string[]
  readonly items?: readonly Form[] | Form
  readonly minItems?: number
  readonly minimum?: number
  readonly pattern?: string
  readonly default?: unknown
}

export function exampleOf(schema: TSchema): unknown {
  const form = schema as Form
  if (form.const !== undefined) return form.const
  if (form.enum !== undefined) return form.enum[0]
  if (form.anyOf !== undefined) return exampleOf(form.anyOf[0] as TSchema)
  if (form.type === 'object') {
    return Object.fromEntries((form.required ?? []).map(name => [name, exampleOf(form.properties![name] as TSchema)]))
  }
  if (form.type === 'array') {
    if (Array.isArray(form.items)) return form.items.map(item => exampleOf(item as TSchema))
    return Array.from({ length: form.minItems ?? 0 }, () => exampleOf(form.items as TSchema))
  }
  if (form.type === 'string') return textOf(form.pattern)
  if (form.type === 'integer' || form.type === 'number') return form.minimum ?? 0
  if (form.type === 'boolean') return false
  return null
}

/** One text for each pattern of the wire's forms. */
const TEXTS = ['', '0', '2026-11-21T09:00:00Z', 'EURUSD.OANDA', 'run-1', 'nobody', '123456', '10%', 'because']

function textOf(pattern: string | undefined): string {
  const text = TEXTS.find(candidate => pattern === undefined || new RegExp(pattern).test(candidate))
  if (text === undefined) throw new Error(`no example fits ${pattern}`)
  return text
}
