// Lowers what values are bound to: names, members, destructuring, defaults, rest.
import type * as Syntax from 'oxc-parser'
import { NestedTooDeep } from '../program/nesting.ts'
import type { Member, Name, Pattern } from '../program/program.ts'
import { lowerKey, nameOf } from './keys.ts'
import type { Lower } from './lower.ts'

type Target =
  | Syntax.BindingPattern
  | Syntax.BindingRestElement
  | Syntax.AssignmentTarget
  | Syntax.AssignmentTargetMaybeDefault
  | Syntax.AssignmentTargetRest
  | Syntax.FormalParameterRest

export function lowerPattern(node: Target, lower: Lower): Pattern {
  const { start: at, end } = node

  switch (node.type) {
    case 'Identifier':
      return nameOf(node)
    case 'ObjectPattern':
      return {
        kind: 'object-pattern',
        at,
        end,
        entries: node.properties.map(property =>
          property.type === 'RestElement'
            ? { key: undefined, target: lowerPattern(property, lower) }
            : { key: lowerKey(property.key, property.computed, lower).key, target: lowerPattern(property.value, lower) },
        ),
      }
    case 'ArrayPattern':
      return {
        kind: 'list-pattern',
        at,
        end,
        items: node.elements.map(element => (element === null ? undefined : lowerPattern(element, lower))),
      }
    case 'AssignmentPattern':
      return { kind: 'default-pattern', at, end, target: lowerPattern(node.left, lower), value: lower.expression(node.right) }
    case 'RestElement':
      return { kind: 'rest-pattern', at, end, target: lowerPattern(node.argument, lower) }
    case 'MemberExpression':
      return lowerTarget(node, lower)
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
      return lowerTarget(node.expression, lower)
  }
}

/** Stripped of its types it is a name or a member again; anything else only below the level where links are no longer followed. */
function lowerTarget(node: Syntax.Expression, lower: Lower): Name | Member {
  const target = lower.expression(node)
  if (target.kind !== 'name' && target.kind !== 'member') throw new NestedTooDeep(node.start)
  return target
}

/** Every name a pattern binds. */
export function namesIn(pattern: Pattern): string[] {
  switch (pattern.kind) {
    case 'name':
      return [pattern.name]
    case 'member':
      return []
    case 'object-pattern':
      return pattern.entries.flatMap(({ target }) => namesIn(target))
    case 'list-pattern':
      return pattern.items.flatMap(item => (item === undefined ? [] : namesIn(item)))
    case 'default-pattern':
    case 'rest-pattern':
      return namesIn(pattern.target)
  }
}
