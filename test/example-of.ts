// The smallest value that a schema allows, and of each route a request that has the right form.
import type { TSchema } from 'typebox'
import { API_ROOT, type RouteName, routeOf } from '../src/wire/contract.ts'

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
  readonly minLength?: number
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
  if (form.type === 'string') return textOf(form)
  if (form.type === 'integer' || form.type === 'number') return form.minimum ?? 0
  if (form.type === 'boolean') return false
  return null
}

/** A request of the route that only who asks can be wrong with. */
export function exampleRequest(name: RouteName): { readonly method: string; readonly path: string; readonly body?: unknown } {
  const [method = '', pattern = ''] = name.split(' ')
  const { params, query, body } = routeOf(name)
  const given = (form: TSchema | undefined) => (form === undefined ? {} : (exampleOf(form) as Record<string, unknown>))
  const path = pattern.replace(/:(\w+)/g, (_all, param: string) => encodeURIComponent(String(given(params)[param]) || 'x'))
  const search = new URLSearchParams(Object.entries(given(query)).map(([key, value]): [string, string] => [key, String(value)]))
  const asked = search.size === 0 ? '' : `?${search}`
  return { method, path: `${API_ROOT}${path}${asked}`, ...(body === undefined ? {} : { body: exampleOf(body) }) }
}

/** One text for each pattern of the wire's forms. */
const TEXTS = ['', '0', '2026-11-21T09:00:00Z', 'EURUSD.OANDA', 'run-1', 'nobody', '123456', '10%', 'because', 'a-key-0001']

function textOf({ pattern, minLength = 0 }: Form): string {
  const fits = (text: string) => text.length >= minLength && (pattern === undefined || new RegExp(pattern).test(text))
  const text = TEXTS.find(fits)
  if (text === undefined) throw new Error(`no example fits ${pattern}`)
  return text
}
