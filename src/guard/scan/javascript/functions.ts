// Lowers functions: declared, written in place, arrows, methods.
import type * as Syntax from 'oxc-parser'
import type { FunctionExpression, Pattern, Statement } from '../program/program.ts'
import { nameOf } from './keys.ts'
import type { Lower } from './lower.ts'
import { lowerPattern } from './patterns.ts'

export function lowerFunction(node: Syntax.Function | Syntax.ArrowFunctionExpression, lower: Lower): FunctionExpression {
  const params: Pattern[] = []
  const fields: Statement[] = []
  for (const param of node.params) {
    if (param.type === 'TSParameterProperty') {
      params.push(lowerPattern(param.parameter, lower))
      fields.push(...fieldOf(param))
    } else if (!isThis(param)) params.push(lowerPattern(param, lower))
  }

  return {
    kind: 'function',
    at: node.start,
    end: node.end,
    name: node.id?.name,
    params,
    body: [...fields, ...bodyOf(node.body, lower)],
    isAsync: node.async,
    isGenerator: node.generator,
  }
}

/** `function f(this: Feed)` declares a type only. */
const isThis = (param: Syntax.ParamPattern): boolean => param.type === 'Identifier' && param.name === 'this'

/** `constructor(private readonly price = 1)` begins with `this.price = price`. */
function fieldOf({ parameter }: Syntax.TSParameterProperty): Statement[] {
  const named = parameter.type === 'AssignmentPattern' ? parameter.left : parameter
  if (named.type !== 'Identifier') return []

  const { start: at, end, name } = named
  const object = { kind: 'name', at, end, name: 'this' } as const
  const target = { kind: 'member', at, end, object, property: name, index: undefined } as const
  return [{ kind: 'expression', at, end, value: { kind: 'assign', at, end, operator: '=', target, value: nameOf(named) } }]
}

function bodyOf(body: Syntax.FunctionBody | Syntax.Expression | null, lower: Lower): Statement[] {
  if (body === null) return []
  if (body.type === 'BlockStatement') return lower.body(body.body)
  return [{ kind: 'return', at: body.start, end: body.end, value: lower.expression(body) }]
}
