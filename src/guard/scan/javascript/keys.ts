// Names of JavaScript: of variables, and of what objects and classes hold.
import type * as Syntax from 'oxc-parser'
import type { Expression, Name } from '../program/program.ts'
import { constantKey } from './constants.ts'
import type { Lower } from './lower.ts'

/** The key of a property, a member of a class, a pattern: known, or an expression. */
export function lowerKey(
  node: Syntax.PropertyKey,
  computed: boolean,
  lower: Lower,
): { readonly key: string | undefined; readonly index: Expression | undefined } {
  if (!computed && (node.type === 'Identifier' || node.type === 'PrivateIdentifier'))
    return { key: plainName(node), index: undefined }

  const index = lower.expression(node as Syntax.Expression)
  const key = constantKey(index)
  return { key, index: key === undefined ? index : undefined }
}

/** Private names keep their mark. */
export const plainName = (node: { readonly type: string; readonly name: string }): string =>
  node.type === 'PrivateIdentifier' ? `#${node.name}` : node.name

export const nameOf = (node: { readonly start: number; readonly end: number; readonly name: string }): Name => ({
  kind: 'name',
  at: node.start,
  end: node.end,
  name: node.name,
})
