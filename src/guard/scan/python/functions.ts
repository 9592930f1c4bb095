// Lowers functions and methods of Python, and what decorates them.
import type { FunctionExpression } from '../program/program.ts'
import { shadows } from './expressions.ts'
import { lowerParameters } from './patterns.ts'
import type { PythonSource } from './source.ts'
import type { NodeId } from './tree.ts'

/** A method's first parameter is left out: inside, it is the name 'this'. */
export function lowerFunction(source: PythonSource, node: NodeId, { isMethod } = { isMethod: false }): FunctionExpression {
  const { tree } = source
  const name = tree.child(node, 'identifier')
  const parameters = tree.child(node, 'parameters')
  const { self, yields, outer } = source

  let params = parameters === undefined ? [] : tree.children(parameters)
  const [first] = params
  const own = isMethod && first !== undefined ? selfName(source, first) : undefined
  if (own !== undefined) {
    source.self = own
    params = params.filter(each => each !== first)
  } else if (parameters !== undefined && shadows(source, parameters)) source.self = undefined
  source.yields = false
  source.outer = []

  const lowered: FunctionExpression = {
    kind: 'function',
    ...source.place(node),
    name: name === undefined ? undefined : source.identifier(name),
    params: lowerParameters(source, params),
    body: source.body(tree.child(node, 'block')),
    isAsync: tree.child(node, 'async') !== undefined,
    isGenerator: source.yields,
    ...(source.outer.length === 0 ? {} : { outer: source.outer }),
  }
  source.self = self
  source.yields = yields
  source.outer = outer
  return lowered
}

/** `self`, `self: Feed`; `*args` is no name of its own. */
function selfName(source: PythonSource, parameter: NodeId): string | undefined {
  const { tree } = source
  if (tree.kind(parameter) === 'identifier') return source.identifier(parameter)
  const [name] = tree.children(parameter)
  const isNamed = tree.kind(parameter) === 'typed_parameter' && name !== undefined && tree.kind(name) === 'identifier'
  return isNamed ? source.identifier(name) : undefined
}
