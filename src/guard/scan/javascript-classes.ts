// Lowers classes: methods, fields, accessors, static blocks, and what decorates them.
import type * as Syntax from 'oxc-parser'
import { lowerExpression, lowerKey } from './javascript-expressions.ts'
import { lowerFunction } from './javascript-functions.ts'
import { lowerBody } from './javascript-statements.ts'
import type { ClassExpression, ClassMember, Expression } from './program.ts'

export function lowerClass(node: Syntax.Class): ClassExpression {
  return {
    kind: 'class',
    at: node.start,
    end: node.end,
    name: node.id?.name,
    bases: node.superClass === null ? [] : [lowerExpression(node.superClass)],
    members: node.body.body.flatMap(lowerMember),
  }
}

function lowerMember(node: Syntax.ClassElement): ClassMember[] {
  const { start: at, end } = node

  switch (node.type) {
    case 'StaticBlock': {
      const body = lowerBody(node.body)
      const value = { kind: 'function', at, end, name: undefined, params: [], body, isAsync: false, isGenerator: false } as const
      return [{ at, end, name: undefined, isStatic: true, isGetter: false, value }]
    }
    case 'MethodDefinition': {
      if (node.value.body === null) return []
      const value = decorated(lowerFunction(node.value), node.decorators)
      const member = { at, end, name: keyOf(node), isStatic: node.static, isGetter: node.kind === 'get', value }
      return [...node.value.params.flatMap(parameterDecorators), member]
    }
    case 'PropertyDefinition':
    case 'AccessorProperty': {
      if (node.declare) return []
      const value = node.value === null ? undefined : lowerExpression(node.value)
      const member = { at, end, name: keyOf(node), isStatic: node.static, isGetter: false, value }
      return [...node.decorators.map(aside), member]
    }
    default:
      return []
  }
}

const keyOf = (node: { readonly key: Syntax.PropertyKey; readonly computed: boolean }): string | undefined =>
  lowerKey(node.key, node.computed).key

/** `@a @b m() {}` is `a(b(m))`. */
export function decorated(value: Expression, decorators: readonly Syntax.Decorator[]): Expression {
  return decorators.reduceRight<Expression>(
    (inner, { expression, start }) => ({
      kind: 'call',
      at: start,
      end: inner.end,
      callee: lowerExpression(expression),
      args: [inner],
      keywords: [],
      isNew: false,
    }),
    value,
  )
}

const parameterDecorators = (param: Syntax.ParamPattern): ClassMember[] =>
  'decorators' in param ? (param.decorators ?? []).map(aside) : []

/** What decorates a field or a parameter happens, but the value is the field's own. */
const aside = ({ expression, start: at, end }: Syntax.Decorator): ClassMember => ({
  at,
  end,
  name: undefined,
  isStatic: false,
  isGetter: false,
  value: lowerExpression(expression),
})
