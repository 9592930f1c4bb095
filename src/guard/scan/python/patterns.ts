// Lowers what Python assigns to: names, attributes, items, tuples and lists of such, parameters.
import type { ListPattern, Pattern } from '../program/program.ts'
import { lowerMember, lowerPlace } from './members.ts'
import type { PythonSource } from './source.ts'
import type { NodeId } from './tree.ts'

export function lowerTarget(source: PythonSource, node: NodeId | undefined): Pattern {
  if (node === undefined) return { kind: 'list-pattern', at: source.here, end: source.here, items: [] }

  const { tree } = source
  const inner = tree.children(node)
  // `(price) = …` is price.
  const [only] = inner
  if (inner.length === 1 && /^tuple/.test(tree.kind(node)) && !tree.text.slice(tree.end(only!), tree.end(node)).includes(','))
    return source.within(node, 1, () => lowerTarget(source, only))

  switch (tree.kind(node)) {
    case 'identifier':
      return source.name(node)
    case 'attribute':
      return source.within(node, 1, () => lowerMember(source, node))
    case 'subscript':
      return source.within(node, 1, () => lowerPlace(source, node))
    case 'tuple_pattern':
    case 'list_pattern':
    case 'pattern_list':
    case 'tuple':
    case 'list':
    case 'expression_list':
      return source.within(node, 1, () => ({
        kind: 'list-pattern',
        ...source.place(node),
        items: inner.map(item => lowerTarget(source, item)),
      }))
    case 'list_splat_pattern':
    case 'list_splat':
    case 'dictionary_splat_pattern':
      return { kind: 'rest-pattern', ...source.place(node), target: lowerTarget(source, inner.at(-1)) }
    case 'parenthesized_expression':
    case 'as_pattern_target':
    case 'typed_parameter':
      return inner.length === 0 ? nowhere(source, node) : source.within(node, 1, () => lowerTarget(source, inner[0]))
    case 'default_parameter':
    case 'typed_default_parameter':
      return {
        kind: 'default-pattern',
        ...source.place(node),
        target: lowerTarget(source, inner[0]),
        value: source.expression(inner.at(-1)),
      }
    default:
      return nowhere(source, node)
  }
}

/** Separators are left out: `*` and `/` say how arguments are given, not where they go. */
export const lowerParameters = (source: PythonSource, nodes: readonly NodeId[]): Pattern[] =>
  nodes.filter(node => !source.tree.kind(node).endsWith('_separator')).map(node => lowerTarget(source, node))

const nowhere = (source: PythonSource, node: NodeId): ListPattern => ({ kind: 'list-pattern', ...source.place(node), items: [] })
