// Lowers classes: methods, fields, accessors, static blocks, and what decorates them.
import type * as Syntax from 'oxc-parser'
import type { ClassExpression, ClassMember, Expression } from '../program/program.ts'
import { lowerFunction } from './functions.ts'
import { lowerKey } from './keys.ts'
import type { Lower } from './lower.ts'

export function lowerClass(node: Syntax.Class, lower: Lower): ClassExpression {
  return {
    kind: 'class',
    at: node.start,
    end: node.end,
    name: node.id?.name,
    bases: node.superClass === null ? [] : [lower.expression(node.superClass)],
    members: node.body.body.flatMap(each => lowerMember(each, lower)),
  }
}

function lowerMember(node: Syntax.ClassElement, lower: Lower): ClassMember[] {
  const { start: at, end } = node

  switch (node.type) {
    case 'StaticBlock': {
      const body = lower.body(node.body)
      const value = { kind: 'function', at, end, name: undefined, params: [], body, isAsync: false, isGenerator: false } as const
      return [{ at, end, name: undefined, isStatic: true, isGetter: false, value }]
    }
    case 'MethodDefinition': {
      if (node.value.body === null) return []
      const value = decorated(lowerFunction(node.value, lower), node.decorators, lower)
      const member = { at, end, name: keyOf(node, lower), isStatic: node.static, isGetter: node.kind === 'get', value }
      return [...node.value.params.flatMap(each => parameterDecorators(each, lower)), member]
    }
    case 'PropertyDefinition':
    case 'AccessorProperty': {
      if (node.declare) return []
      const value = node.value === null ? undefined : lower.expression(node.value)
      const member = { at, end, name: keyOf(node, lower), isStatic: node.static, isGetter: false, value }
      return [...node.decorators.map(each => aside(each, lower)), member]
    }
    default:
      return []
  }
}

const keyOf = (node: { readonly key: Syntax.PropertyKey; readonly computed: boolean }, lower: Lower): string | undefined =>
  lowerKey(node.key, node.computed, lower).key

/** `@a @b m() {}` is `a(b(m))`. */
export function decorated(value: Expression, decorators: readonly Syntax.Decorator[], lower: Lower): Expression {
  return decorators.reduceRight<Expression>(
    (inner, { expression, start }) => ({
      kind: 'call',
      at: start,
      end: inner.end,
      callee: lower.expression(expression),
      args: [inner],
      keywords: [],
      isNew: false,
    }),
    value,
  )
}

const parameterDecorators = (param: Syntax.ParamPattern, lower: Lower): ClassMember[] =>
  'decorators' in param ? (param.decorators ?? []).map(each => aside(each, lower)) : []

/** What decorates a field or a parameter happens, but the value is the field's own. */
const aside = ({ expression, start: at, end }: Syntax.Decorator, lower: Lower): ClassMember => ({
  at,
  end,
  name: undefined,
  isStatic: false,
  isGetter: false,
  value: lower.expression(expression),
})
