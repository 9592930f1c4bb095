// Lowers comprehensions of all four kinds to calls of '[comprehension]', one inside the other for each `for`.
import { type Call, COMPREHENSION, type Expression, type FunctionExpression, type Statement } from '../program/program.ts'
import { lowerTarget } from './patterns.ts'
import type { PythonSource } from './source.ts'
import type { NodeId } from './tree.ts'

export function lowerComprehension(source: PythonSource, node: NodeId): Call {
  const [element, ...clauses] = source.tree.children(node)
  const call = overClauses(source, node, element, clauses)
  return call.kind === 'call'
    ? call
    : { kind: 'call', ...source.place(node), callee: comprehensionAt(call.at), args: [call], keywords: [], isNew: false }
}

/** `for x in xs if x`: a function of x that returns the element, or whatever further clauses make of it. */
function overClauses(source: PythonSource, whole: NodeId, element: NodeId | undefined, clauses: readonly NodeId[]): Expression {
  const { tree } = source
  const [loop, ...others] = clauses
  if (loop === undefined || tree.kind(loop) !== 'for_in_clause') return source.expression(element)

  const place = source.place(whole)
  const parts = tree.children(loop)
  const isAsync = tree.kind(parts[0]!) === 'async'
  const into = parts[isAsync ? 1 : 0]
  const from = parts.slice(parts.findIndex(part => tree.kind(part) === 'in') + 1)

  return source.within(loop, 1, () => {
    const over = lowerSources(source, from)
    const target = lowerTarget(source, into)
    const next = others.findIndex(clause => tree.kind(clause) === 'for_in_clause')
    const conditions = next < 0 ? others : others.slice(0, next)
    const value = next < 0 ? undefined : overClauses(source, whole, element, others.slice(next))

    const body = conditions.reduceRight<Statement[]>(
      (then, condition) => {
        const test = source.expression(tree.children(condition)[0])
        return [{ kind: 'if', ...place, test, then, otherwise: [] }]
      },
      value === undefined ? returned(source, element) : [{ kind: 'return', at: value.at, end: value.end, value }],
    )
    const each: FunctionExpression = {
      kind: 'function',
      ...place,
      name: undefined,
      params: [target],
      body,
      isAsync,
      isGenerator: false,
    }
    const gone: Expression = isAsync ? { kind: 'wrapped', at: over.at, end: over.end, how: 'await', value: over } : over
    return { kind: 'call', ...place, callee: comprehensionAt(place.at), args: [each, gone], keywords: [], isNew: false }
  })
}

/** Of a dictionary what lies under its keys. */
function returned(source: PythonSource, element: NodeId | undefined): Statement[] {
  if (element !== undefined && source.tree.kind(element) === 'pair') {
    const [first, second] = source.tree.children(element)
    const key = source.expression(first)
    const value = source.expression(second)
    return [
      { kind: 'expression', at: key.at, end: key.end, value: key },
      { kind: 'return', at: value.at, end: value.end, value },
    ]
  }
  const value = source.expression(element)
  return [{ kind: 'return', at: value.at, end: value.end, value }]
}

function lowerSources(source: PythonSource, nodes: readonly NodeId[]): Expression {
  const items = nodes.map(node => source.expression(node))
  const [first] = items
  if (first === undefined) return source.expression(undefined)
  return items.length === 1 ? first : { kind: 'list', at: first.at, end: items.at(-1)!.end, items }
}

const comprehensionAt = (at: number): Expression => ({ kind: 'name', at, end: at, name: COMPREHENSION })
