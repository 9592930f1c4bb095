// Lowers TypeScript's enums and namespaces to what they are when they run: an object, and a function called at once that returns one.
import type * as Syntax from 'oxc-parser'
import { LEVELS_MAX, NestedTooDeep } from '../program/nesting.ts'
import type { Declaration, Entry, Expression, Statement } from '../program/program.ts'
import { constantKey } from './constants.ts'
import type { Lower } from './lower.ts'

export function lowerEnum(node: Syntax.TSEnumDeclaration, lower: Lower): Declaration {
  const { start: at, end, id, body } = node

  // Members without a value count on from the one before, as long as that is a number written down.
  let next: number | undefined = 0
  const entries: Entry[] = body.members.map(member => {
    const place = { at: member.start, end: member.end }
    const value: Expression =
      member.initializer === null ? { kind: 'literal', ...place, value: next } : lower.expression(member.initializer)
    next = value.kind === 'literal' && typeof value.value === 'number' ? value.value + 1 : undefined

    const key = member.id.type === 'Identifier' ? member.id.name : constantKey(lower.expression(member.id))
    return { ...place, key, index: undefined, value }
  })

  return {
    kind: 'declare',
    at,
    end,
    target: { kind: 'name', at: id.start, end: id.end, name: id.name },
    value: { kind: 'object', at: body.start, end: body.end, entries },
  }
}

/** `namespace A { export const x = 1 }` is `const A = (() => { const x = 1; return { x } })()`. */
export function lowerNamespace(node: Syntax.TSModuleDeclaration | Syntax.TSGlobalDeclaration, lower: Lower): Statement[] {
  if (node.declare || node.global || node.body === null || node.id.type === 'Literal') return []

  const names = pathOf(node.id)
  const { start: at, end } = node
  if (names.length > LEVELS_MAX) throw new NestedTooDeep(at)

  const inner = names
    .slice(1)
    .reduceRight<Statement[]>(
      (body, name) => [declareNamespace({ at, end }, name, body), exported({ at, end }, name)],
      lower.body(node.body.body),
    )
  return [declareNamespace({ at, end }, names[0]!, inner)]
}

type Place = { readonly at: number; readonly end: number }

const pathOf = (id: Syntax.BindingIdentifier | Syntax.TSTypeName): string[] => {
  if (id.type === 'Identifier') return [id.name]
  return id.type === 'TSQualifiedName' ? [...pathOf(id.left), id.right.name] : ['this']
}

const exported = (place: Place, name: string): Statement => ({
  kind: 'export',
  ...place,
  module: undefined,
  names: [{ local: name, exported: name }],
  value: undefined,
})

function declareNamespace(place: Place, name: string, body: readonly Statement[]): Declaration {
  const names = body.flatMap(statement => (statement.kind === 'export' ? statement.names : []))
  const entries = names.map(({ local, exported: key }) => ({
    ...place,
    key,
    index: undefined,
    value: { kind: 'name', ...place, name: local } as const,
  }))

  const returned: Statement = { kind: 'return', ...place, value: { kind: 'object', ...place, entries } }
  const callee: Expression = {
    kind: 'function',
    ...place,
    name: undefined,
    params: [],
    body: [...body.filter(({ kind }) => kind !== 'export'), returned],
    isAsync: false,
    isGenerator: false,
  }
  return {
    kind: 'declare',
    ...place,
    target: { kind: 'name', ...place, name },
    value: { kind: 'call', ...place, callee, args: [], keywords: [], isNew: false },
  }
}
