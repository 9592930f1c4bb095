// Lowers functions and methods of Python, and what decorates them.
import type { Call, Expression, FunctionExpression, Name, Statement } from './program.ts'
import { lowerClass } from './python-classes.ts'
import { lowerExpression, shadows } from './python-expressions.ts'
import { lowerParameters } from './python-patterns.ts'
import type { PythonSource } from './python-source.ts'
import { lowerBody } from './python-statements.ts'
import type { NodeId } from './python-tree.ts'

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
    body: lowerBody(source, tree.child(node, 'block')),
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

/** `@a @b def f` is f, then `f = a(b(f))`. Signatures for type checkers alone are left out. */
export function lowerDecorated(source: PythonSource, node: NodeId): Statement[] {
  const { tree } = source
  const decorators = tree.children(node).filter(child => tree.kind(child) === 'decorator')
  const definition = tree.children(node).at(-1)
  if (definition === undefined || decorators.some(each => /\boverload$/.test(decoratorName(source, each)))) return []

  const place = source.place(definition)
  const name = tree.child(definition, 'identifier')
  const isClass = tree.kind(definition) === 'class_definition'
  const defined: Statement = isClass
    ? { kind: 'class-statement', ...place, class: lowerClass(source, definition) }
    : { kind: 'define', ...place, function: lowerFunction(source, definition) }
  if (name === undefined) return [defined]

  const at = tree.at(node)
  const end = tree.end(name)
  const target: Name = { kind: 'name', ...source.place(name), name: source.identifier(name) }
  const value = decorated(source, decorators, { ...target })
  return [defined, { kind: 'expression', at, end, value: { kind: 'assign', at, end, operator: '=', target, value } }]
}

/** The innermost stands last. */
export const decorated = (source: PythonSource, decorators: readonly NodeId[], value: Expression): Expression =>
  decorators.reduceRight<Expression>(
    (inner, decorator): Call => ({
      kind: 'call',
      at: source.tree.at(decorator),
      end: inner.end,
      callee: lowerExpression(source, source.tree.children(decorator).at(-1)),
      args: [inner],
      keywords: [],
      isNew: false,
    }),
    value,
  )

/** 'property', 'price.setter', 'functools.lru_cache'; without the arguments it is called with. */
export function decoratorName(source: PythonSource, decorator: NodeId): string {
  const { tree } = source
  const value = tree.children(decorator).at(-1)
  if (value === undefined) return ''
  const callee = tree.kind(value) === 'call' ? tree.children(value)[0] : value
  return callee === undefined ? '' : tree.textOf(callee)
}
