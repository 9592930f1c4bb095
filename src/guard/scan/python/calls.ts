// Lowers calls, and the built-in functions that are another way of writing an attribute, a dictionary or an import.
import type { Call, Expression } from '../program/program.ts'
import { attributeOf } from './members.ts'
import type { PythonSource } from './source.ts'
import type { NodeId } from './tree.ts'

export function lowerCall(source: PythonSource, node: NodeId): Expression {
  const { tree } = source
  const [first, second] = tree.children(node)
  const callee = source.expression(first)
  if (callee.kind === 'name' && callee.name === 'super') return { ...callee, ...source.place(node) }

  const given =
    second !== undefined && tree.kind(second) === 'generator_expression'
      ? { args: [source.expression(second)], keywords: [] }
      : lowerArguments(source, second)
  return meant({ kind: 'call', ...source.place(node), callee, ...given, isNew: false }, source)
}

export function lowerArguments(source: PythonSource, node: NodeId | undefined): Pick<Call, 'args' | 'keywords'> {
  const args: Expression[] = []
  const keywords: Call['keywords'][number][] = []
  if (node === undefined) return { args, keywords }

  const { tree } = source
  for (const argument of tree.children(node)) {
    const inner = tree.children(argument)
    switch (tree.kind(argument)) {
      case 'keyword_argument':
        keywords.push({ name: source.identifier(inner[0]!), value: source.expression(inner[1]), at: tree.at(argument) })
        break
      case 'dictionary_splat':
        keywords.push({ name: undefined, value: source.expression(inner.at(-1)), at: tree.at(argument) })
        break
      default:
        args.push(source.item(argument))
    }
  }
  return { args, keywords }
}

function meant(call: Call, source: PythonSource): Expression {
  const { callee, args, keywords, at, end } = call
  const [first, second, third] = args
  const name = calledName(callee)

  if (first !== undefined && first.kind !== 'wrapped') {
    if (source.loaders.has(name)) return { kind: 'dynamic-import', at, end, module: first }
    if (name === 'getattr' && second !== undefined) {
      const member = attributeOf(first, second, { at, end })
      return third === undefined ? member : { kind: 'operation', at, end, operator: '??', operands: [member, third] }
    }
    if (name === 'setattr' && second !== undefined && third !== undefined)
      return { kind: 'assign', at, end, operator: '=', target: attributeOf(first, second, { at, end: second.end }), value: third }
    if (callee.kind === 'member' && args.length === 1 && /^__getattr(?:ibute)?__$/.test(callee.property ?? ''))
      return attributeOf(callee.object, first, { at, end })
  }

  // dict(bid=1.1, ask=1.2) is {'bid': 1.1, 'ask': 1.2}.
  if (name === 'dict' && args.length === 0 && keywords.length > 0) {
    const entries = keywords.map(({ name: key, value, at: start }) => ({
      at: start,
      end: value.end,
      key,
      index: undefined,
      value,
    }))
    return { kind: 'object', at, end, entries }
  }
  return call
}

/** 'getattr', 'importlib.import_module'; what stands in `builtins` needs no module. */
function calledName(callee: Expression): string {
  if (callee.kind === 'name') return callee.name
  if (callee.kind !== 'member' || callee.object.kind !== 'name' || callee.property === undefined) return ''
  const module = callee.object.name
  return module === 'builtins' || module === '__builtins__' ? callee.property : `${module}.${callee.property}`
}
