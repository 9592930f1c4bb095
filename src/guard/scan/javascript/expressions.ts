// Lowers the expressions of TypeScript and JavaScript.
import type * as Syntax from 'oxc-parser'
import { CHAIN_MAX, LEVELS_MAX, NestedTooDeep } from '../program/nesting.ts'
import type { Call, DynamicImport, Entry, Expression, Literal, Operation, Other } from '../program/program.ts'
import { decorated, lowerClass } from './classes.ts'
import { constantKey } from './constants.ts'
import { lowerFunction } from './functions.ts'
import { lowerKey, plainName } from './keys.ts'
import type { Lower } from './lower.ts'
import { lowerMarkup } from './markup.ts'
import { lowerPattern } from './patterns.ts'

/** Below this level a chain of members and calls is no longer followed link by link. */
const LINK_LEVELS_MAX = LEVELS_MAX - 100

let level = 0

export function lowerExpression(node: Syntax.Expression, lower: Lower): Expression {
  if (level === LEVELS_MAX) throw new NestedTooDeep(node.start)

  level += 1
  const expression = level > LINK_LEVELS_MAX && isLink(node) ? lowerLinks(node, lower) : lowerAny(node, lower)
  level -= 1
  return expression
}

/** To be called before each file: the last one may have been left in the middle. */
export function startAtLevelZero(): void {
  level = 0
}

/** With the kinds in the order in which they are frequent. */
function lowerAny(node: Syntax.Expression, lower: Lower): Expression {
  const { start: at, end } = node

  switch (node.type) {
    case 'Identifier':
      return node.name === 'undefined'
        ? { kind: 'literal', at, end, value: undefined }
        : { kind: 'name', at, end, name: node.name }
    case 'MemberExpression':
      return lowerMember(node, lower)
    case 'Literal':
      return lowerLiteral(node)
    case 'CallExpression':
      return lowerCall(node, lower)
    case 'ObjectExpression':
      return { kind: 'object', at, end, entries: node.properties.map(each => lowerEntry(each, lower)) }
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
    case 'TSEmptyBodyFunctionExpression':
      return lowerFunction(node, lower)
    case 'BinaryExpression':
    case 'LogicalExpression':
      return lowerOperators(node, lower)
    case 'TemplateLiteral':
      return lowerTemplate(node, lower)
    case 'ThisExpression':
      return { kind: 'name', at, end, name: 'this' }
    case 'Super':
      return { kind: 'name', at, end, name: 'super' }
    case 'ArrayExpression':
      return { kind: 'list', at, end, items: lowerItems(node.elements, lower) }
    case 'AwaitExpression':
      return { kind: 'wrapped', at, end, how: 'await', value: lowerExpression(node.argument, lower) }
    case 'AssignmentExpression':
      return {
        kind: 'assign',
        at,
        end,
        operator: node.operator,
        target: lowerPattern(node.left, lower),
        value: lowerExpression(node.right, lower),
      }
    case 'ConditionalExpression':
      return {
        kind: 'conditional',
        at,
        end,
        test: lowerExpression(node.test, lower),
        then: lowerExpression(node.consequent, lower),
        otherwise: lowerExpression(node.alternate, lower),
      }
    case 'UnaryExpression':
      if (node.operator === 'void' && node.argument.type === 'Literal') return { kind: 'literal', at, end, value: undefined }
      return { kind: 'operation', at, end, operator: node.operator, operands: [lowerExpression(node.argument, lower)] }
    case 'UpdateExpression':
      return {
        kind: 'assign',
        at,
        end,
        operator: node.operator === '++' ? '+=' : '-=',
        target: lowerPattern(node.argument, lower),
        value: { kind: 'literal', at: node.prefix ? at : end - 2, end: node.prefix ? at + 2 : end, value: 1 },
      }
    case 'NewExpression':
      return {
        kind: 'call',
        at,
        end,
        callee: lowerExpression(node.callee, lower),
        args: lowerItems(node.arguments, lower),
        keywords: [],
        isNew: true,
      }
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSTypeAssertion':
    case 'TSNonNullExpression':
    case 'TSInstantiationExpression':
    case 'ChainExpression':
    case 'ParenthesizedExpression':
      return lowerExpression(node.expression, lower)
    case 'YieldExpression':
      return { kind: 'wrapped', at, end, how: 'yield', value: lowerYielded(node, lower) }
    case 'SequenceExpression':
      return lowerSequence(node, lower)
    case 'TaggedTemplateExpression':
      return {
        kind: 'call',
        at,
        end,
        callee: lowerExpression(node.tag, lower),
        args: lowerParts(node.quasi, lower),
        keywords: [],
        isNew: false,
      }
    case 'ImportExpression':
      return { kind: 'dynamic-import', at, end, module: lowerExpression(node.source, lower) }
    case 'MetaProperty':
      return { kind: 'name', at, end, name: `${node.meta.name}.${node.property.name}` }
    case 'ClassExpression':
    case 'ClassDeclaration':
      return decorated(lowerClass(node, lower), node.decorators, lower)
    case 'JSXElement':
    case 'JSXFragment':
      return lowerMarkup(node, lower)
    case 'V8IntrinsicExpression':
      return { kind: 'other', at, end, parts: lowerItems(node.arguments, lower) }
  }
}

// ── What can be subscripted and called ──────────────────────────────────────────────────────────────────────────────────

function lowerMember(node: Syntax.MemberExpression, lower: Lower): Expression {
  const { start: at, end } = node
  const object = lowerExpression(node.object, lower)
  if (!node.computed) return { kind: 'member', at, end, object, property: plainName(node.property), index: undefined }

  const index = lowerExpression(node.property, lower)
  const key = constantKey(index)
  return { kind: 'member', at, end, object, property: key, index: key === undefined ? index : undefined }
}

function lowerCall(node: Syntax.CallExpression, lower: Lower): Call | DynamicImport {
  const { start: at, end } = node
  const callee = lowerExpression(node.callee, lower)
  const args = lowerItems(node.arguments, lower)

  const [first] = args
  return first !== undefined && loadsModules(callee)
    ? { kind: 'dynamic-import', at, end, module: first }
    : { kind: 'call', at, end, callee, args, keywords: [], isNew: false }
}

type Link =
  | Syntax.MemberExpression
  | Syntax.CallExpression
  | Syntax.TaggedTemplateExpression
  | Syntax.ChainExpression
  | Syntax.TSNonNullExpression
  | Syntax.TSAsExpression

const LINKS: ReadonlySet<Syntax.Expression['type']> = new Set<Link['type']>([
  'MemberExpression',
  'CallExpression',
  'TaggedTemplateExpression',
  'ChainExpression',
  'TSNonNullExpression',
  'TSAsExpression',
])

const isLink = (node: Syntax.Expression): node is Link => LINKS.has(node.type)

/** `a.b(c).d(e) …`, hundreds of links long, is its parts: a, c, e. */
function lowerLinks(node: Link, lower: Lower): Other {
  const partsOfLinks: Expression[][] = []
  let first: Syntax.Expression = node
  while (isLink(first)) {
    switch (first.type) {
      case 'MemberExpression':
        partsOfLinks.push(first.computed ? [lowerExpression(first.property, lower)] : [])
        first = first.object
        break
      case 'CallExpression':
        partsOfLinks.push(lowerItems(first.arguments, lower))
        first = first.callee
        break
      case 'TaggedTemplateExpression':
        partsOfLinks.push(lowerParts(first.quasi, lower))
        first = first.tag
        break
      default:
        first = first.expression
    }
  }
  return {
    kind: 'other',
    at: node.start,
    end: node.end,
    parts: [lowerExpression(first, lower), ...partsOfLinks.reverse().flat()],
  }
}

/** `require`, `module.require`, `createRequire(import.meta.url)`, `process.getBuiltinModule`. */
function loadsModules(callee: Expression): boolean {
  if (callee.kind === 'name') return callee.name === 'require'
  if (callee.kind === 'member' && callee.object.kind === 'name')
    return (
      (callee.property === 'require' && callee.object.name === 'module') ||
      (callee.property === 'getBuiltinModule' && callee.object.name === 'process')
    )
  if (callee.kind !== 'call') return false
  const maker = callee.callee
  return (
    (maker.kind === 'name' && maker.name === 'createRequire') || (maker.kind === 'member' && maker.property === 'createRequire')
  )
}

/** Elements and arguments; holes are left out. */
function lowerItems(nodes: readonly (Syntax.Expression | Syntax.SpreadElement | null)[], lower: Lower): Expression[] {
  const items: Expression[] = []
  for (const node of nodes) {
    if (node === null) continue
    items.push(
      node.type === 'SpreadElement'
        ? { kind: 'wrapped', at: node.start, end: node.end, how: 'spread', value: lowerExpression(node.argument, lower) }
        : lowerExpression(node, lower),
    )
  }
  return items
}

// ── Values ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

function lowerLiteral(node: Extract<Syntax.Expression, { type: 'Literal' }>): Literal {
  const { start: at, end } = node
  if ('regex' in node) return { kind: 'literal', at, end, value: `/${node.regex.pattern}/${node.regex.flags}` }
  if ('bigint' in node) return { kind: 'literal', at, end, value: Number(node.bigint) }
  return { kind: 'literal', at, end, value: node.value as string | number | boolean | null }
}

function lowerEntry(node: Syntax.ObjectPropertyKind, lower: Lower): Entry {
  const { start: at, end } = node
  if (node.type === 'SpreadElement')
    return { at, end, key: undefined, index: undefined, value: lowerExpression(node.argument, lower) }

  const { key, index } = lowerKey(node.key, node.computed, lower)
  const value = lowerExpression(node.value, lower)
  // Who reads the property gets what its getter returns.
  if (node.kind === 'get')
    return {
      at,
      end,
      key,
      index,
      value: { kind: 'call', at: value.at, end: value.end, callee: value, args: [], keywords: [], isNew: false },
    }
  return { at, end, key, index, value }
}

function lowerTemplate(node: Syntax.TemplateLiteral, lower: Lower): Expression {
  const { start: at, end } = node
  if (node.expressions.length === 0) return { kind: 'literal', at, end, value: textOf(node.quasis[0]!) }
  return { kind: 'template', at, end, parts: lowerParts(node, lower) }
}

/** Literals and expressions in order; empty texts are left out. */
function lowerParts(node: Syntax.TemplateLiteral, lower: Lower): Expression[] {
  const parts: Expression[] = []
  for (const [i, quasi] of node.quasis.entries()) {
    const value = textOf(quasi)
    if (value !== '') parts.push({ kind: 'literal', at: quasi.start, end: quasi.end, value })

    const hole = node.expressions[i]
    if (hole !== undefined) parts.push(lowerExpression(hole, lower))
  }
  return parts
}

/** Tagged templates may hold escapes that mean nothing: these stay as they are written. */
const textOf = (quasi: Syntax.TemplateElement): string => quasi.value.cooked ?? quasi.value.raw

function lowerYielded(node: Syntax.YieldExpression, lower: Lower): Expression {
  if (node.argument === null) return { kind: 'literal', at: node.start, end: node.end, value: undefined }

  const value = lowerExpression(node.argument, lower)
  return node.delegate ? { kind: 'wrapped', at: value.at, end: value.end, how: 'spread', value } : value
}

/** `(0, f)` is just `f`: what has no effect is left out, and a single value is no list. */
function lowerSequence(node: Syntax.SequenceExpression, lower: Lower): Expression {
  const items = lowerItems(node.expressions, lower)
  const last = items.pop()!
  const effects = items.filter(({ kind }) => kind !== 'literal' && kind !== 'name')
  return effects.length === 0 ? last : { kind: 'list', at: node.start, end: node.end, items: [...effects, last] }
}

// ── Operators ───────────────────────────────────────────────────────────────────────────────────────────────────────────

type Operators = Syntax.BinaryExpression | Syntax.PrivateInExpression | Syntax.LogicalExpression

/** Down the left side without recursion: generated code adds up thousands of texts in one expression. */
function lowerOperators(node: Operators, lower: Lower): Operation {
  const spine: Operators[] = [node]
  let left = node.left
  while (left.type === 'BinaryExpression' || left.type === 'LogicalExpression') {
    spine.push(left)
    left = left.left
  }

  const first: Expression =
    left.type === 'PrivateIdentifier'
      ? { kind: 'literal', at: left.start, end: left.end, value: plainName(left) }
      : lowerExpression(left, lower)

  if (spine.length > CHAIN_MAX) {
    const operands = [first]
    for (let i = spine.length - 1; i >= 0; i -= 1) operands.push(lowerExpression(spine[i]!.right, lower))
    return { kind: 'operation', at: node.start, end: node.end, operator: operatorOf(node), operands }
  }

  let whole = first
  for (let i = spine.length - 1; i >= 0; i -= 1) {
    const { start: at, end, right } = spine[i]!
    whole = { kind: 'operation', at, end, operator: operatorOf(spine[i]!), operands: [whole, lowerExpression(right, lower)] }
  }
  return whole as Operation
}

/** Loose equality is equality: what is compared matters, not how. */
const operatorOf = ({ operator }: Operators): string => (operator === '==' ? '===' : operator === '!=' ? '!==' : operator)
