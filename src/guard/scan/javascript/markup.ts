// Lowers JSX: the component, its attributes as an object, its children.
import type * as Syntax from 'oxc-parser'
import { LEVELS_MAX, NestedTooDeep } from '../program/nesting.ts'
import type { Entry, Expression, Other } from '../program/program.ts'
import type { Lower } from './lower.ts'

export function lowerMarkup(node: Syntax.JSXElement | Syntax.JSXFragment, lower: Lower): Other {
  const parts: Expression[] = []
  if (node.type === 'JSXElement') {
    const { name, attributes, start: at, end } = node.openingElement
    const component = lowerName(name)
    if (component !== undefined) parts.push(component)
    if (attributes.length > 0)
      parts.push({ kind: 'object', at, end, entries: attributes.map(each => lowerAttribute(each, lower)) })
  }

  for (const child of node.children) {
    const part = lowerChild(child, lower)
    if (part !== undefined) parts.push(part)
  }
  return { kind: 'other', at: node.start, end: node.end, parts }
}

/** `<Price>` and `<ui.price>` are values of the program; `<div>` is none. */
function lowerName(name: Syntax.JSXElementName | Syntax.JSXMemberExpressionObject, level = 0): Expression | undefined {
  const { start: at, end } = name
  if (level > LEVELS_MAX) throw new NestedTooDeep(at)
  if (name.type === 'JSXNamespacedName') return undefined
  if (name.type === 'JSXIdentifier') return /^[a-z]/.test(name.name) ? undefined : { kind: 'name', at, end, name: name.name }

  const { object, property } = name
  const left: Expression =
    object.type === 'JSXIdentifier'
      ? { kind: 'name', at: object.start, end: object.end, name: object.name }
      : lowerName(object, level + 1)!
  return { kind: 'member', at, end, object: left, property: property.name, index: undefined }
}

function lowerAttribute(node: Syntax.JSXAttributeItem, lower: Lower): Entry {
  const { start: at, end } = node
  if (node.type === 'JSXSpreadAttribute')
    return { at, end, key: undefined, index: undefined, value: lower.expression(node.argument) }

  const key = node.name.type === 'JSXIdentifier' ? node.name.name : `${node.name.namespace.name}:${node.name.name.name}`
  // An attribute without a value is true.
  const value = node.value === null ? undefined : lowerChild(node.value, lower)
  return { at, end, key, index: undefined, value: value ?? { kind: 'literal', at, end, value: true } }
}

function lowerChild(node: Syntax.JSXChild | Syntax.JSXAttributeValue, lower: Lower): Expression | undefined {
  const { start: at, end } = node

  switch (node.type) {
    case 'JSXText':
      return /\S/.test(node.value) ? { kind: 'literal', at, end, value: node.value } : undefined
    case 'JSXExpressionContainer':
      return node.expression.type === 'JSXEmptyExpression' ? undefined : lower.expression(node.expression)
    case 'JSXSpreadChild':
      return { kind: 'wrapped', at, end, how: 'spread', value: lower.expression(node.expression) }
    default:
      return lower.expression(node)
  }
}
