// What decorates functions and classes of Python: a call that takes the definition.
import type { Call, Expression } from '../program/program.ts'
import type { PythonSource } from './source.ts'
import type { NodeId } from './tree.ts'

/** The innermost stands last. */
export const decorated = (source: PythonSource, decorators: readonly NodeId[], value: Expression): Expression =>
  decorators.reduceRight<Expression>(
    (inner, decorator): Call => ({
      kind: 'call',
      at: source.tree.at(decorator),
      end: inner.end,
      callee: source.expression(source.tree.children(decorator).at(-1)),
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
