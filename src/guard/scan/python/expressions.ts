// Lowers the expressions of Python.
import { CHAIN_MAX } from '../program/nesting.ts'
import type { Assign, Entry, Expression, FunctionExpression, Literal, Operation } from '../program/program.ts'
import { lowerCall } from './calls.ts'
import { lowerComprehension } from './comprehensions.ts'
import { constantKey, numberValue, stringValue, unescaped } from './literals.ts'
import { lowerMember, lowerSubscript } from './members.ts'
import { lowerParameters, lowerTarget } from './patterns.ts'
import type { PythonSource } from './source.ts'
import type { NodeId } from './tree.ts'

export function lowerExpression(source: PythonSource, node: NodeId): Expression {
  return node === source.calledType ? typeCall(source, node) : lowerAny(source, withoutParentheses(source, node))
}

/** `(x)` of `type(x)`. */
function typeCall(source: PythonSource, node: NodeId): Expression {
  const { at, end } = source.place(node)
  const callee: Expression = { kind: 'name', at, end: at, name: 'type' }
  const args = source.tree.children(node).map(child => source.item(child))
  return { kind: 'call', at, end, callee, args, keywords: [], isNew: false }
}

function withoutParentheses(source: PythonSource, node: NodeId): NodeId {
  let bare = node
  while (source.tree.kind(bare) === 'parenthesized_expression') {
    const [inner] = source.tree.children(bare)
    if (inner === undefined) break
    bare = inner
  }
  return bare
}

/** With the kinds in the order in which they are frequent. */
function lowerAny(source: PythonSource, node: NodeId): Expression {
  const { tree } = source
  const at = tree.at(node)
  const end = tree.end(node)

  switch (tree.kind(node)) {
    case 'identifier':
      return source.name(node)
    case 'attribute':
      return lowerMember(source, node)
    case 'call':
      return lowerCall(source, node)
    case 'string':
      return lowerStrings(source, node, [node])
    case 'integer':
    case 'float':
      return { kind: 'literal', at, end, value: numberValue(tree.textOf(node)) }
    case 'true':
      return { kind: 'literal', at, end, value: true }
    case 'false':
      return { kind: 'literal', at, end, value: false }
    case 'none':
      return { kind: 'literal', at, end, value: null }
    case 'subscript':
      return lowerSubscript(source, node)
    case 'binary_operator':
    case 'boolean_operator':
      return lowerOperators(source, node)
    case 'comparison_operator':
      return lowerComparison(source, node)
    case 'list':
    case 'tuple':
    case 'set':
    case 'expression_list':
    case 'pattern_list':
    case 'list_pattern':
    case 'tuple_pattern':
      return { kind: 'list', at, end, items: source.items(node) }
    case 'dictionary':
      return { kind: 'object', at, end, entries: tree.children(node).map(entry => lowerEntry(source, entry)) }
    case 'unary_operator':
    case 'not_operator':
      return lowerUnary(source, node)
    case 'concatenated_string':
      return lowerStrings(source, node, tree.children(node))
    case 'conditional_expression': {
      const [then, test, otherwise] = tree.children(node)
      return {
        kind: 'conditional',
        at,
        end,
        test: source.expression(test),
        then: source.expression(then),
        otherwise: source.expression(otherwise),
      }
    }
    case 'list_comprehension':
    case 'set_comprehension':
    case 'dictionary_comprehension':
    case 'generator_expression':
      return lowerComprehension(source, node)
    case 'lambda':
      return lowerLambda(source, node)
    case 'await':
      return { kind: 'wrapped', at, end, how: 'await', value: source.expression(tree.children(node)[0]) }
    case 'yield':
      return lowerYield(source, node)
    case 'list_splat':
      if (node === source.unstarred) return source.expression(tree.children(node).at(-1))
      return { kind: 'wrapped', at, end, how: 'spread', value: source.expression(tree.children(node).at(-1)) }
    case 'list_splat_pattern':
    case 'dictionary_splat':
    case 'parenthesized_list_splat':
      return { kind: 'wrapped', at, end, how: 'spread', value: source.expression(tree.children(node).at(-1)) }
    case 'assignment':
    case 'augmented_assignment':
    case 'named_expression':
      return lowerAssignment(source, node)
    case 'as_pattern':
      return lowerNamed(source, node)
    case 'dotted_name':
      return { kind: 'name', at, end, name: source.dotted(node) }
    case 'chevron':
      return source.expression(tree.children(node).at(-1))
    case 'ellipsis':
      return { kind: 'other', at, end, parts: [] }
    // Slices, and what stands in the wrong place in a broken file.
    default:
      return { kind: 'other', at, end, parts: source.items(node) }
  }
}

// ── Values ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** One string, or several beside each other, which are one. */
function lowerStrings(source: PythonSource, whole: NodeId, strings: readonly NodeId[]): Expression {
  const parts: Expression[] = []
  for (const string of strings) addParts(source, string, parts)

  const place = source.place(whole)
  const [first] = parts
  if (first === undefined) return { kind: 'literal', ...place, value: '' }
  return parts.length === 1 && first.kind === 'literal' && typeof first.value === 'string'
    ? { ...first, ...place }
    : { kind: 'template', ...place, parts }
}

/** Texts that touch become one. */
function addParts(source: PythonSource, string: NodeId, parts: Expression[]): void {
  const { tree } = source
  const inner = tree.children(string)
  if (inner.length === 0) addText(parts, source.place(string), stringValue(tree.textOf(string)))

  let prefix = ''
  for (const part of inner) {
    const kind = tree.kind(part)
    if (kind === 'string_start') prefix = tree.textOf(part)
    else if (kind === 'string_content') {
      const text = unescaped(tree.textOf(part), prefix)
      addText(parts, source.place(part), text.replaceAll('{{', '{').replaceAll('}}', '}'))
    } else if (kind === 'interpolation') addHole(source, part, parts)
  }
}

/** `{price:>{width}}`: what is shown, then what its format is made of. */
function addHole(source: PythonSource, hole: NodeId, parts: Expression[]): void {
  const { tree } = source
  for (const part of tree.children(hole)) {
    const kind = tree.kind(part)
    if (kind === 'format_specifier')
      for (const format of tree.children(part)) source.within(format, 1, () => addHole(source, format, parts))
    else if (kind !== 'type_conversion') {
      // `{price=}` shows its own code as well.
      const shown = /\s*=\s*/y
      shown.lastIndex = tree.end(part)
      const sign = shown.exec(tree.text)
      if (sign !== null) {
        const place = { at: tree.at(part), end: shown.lastIndex }
        addText(parts, place, tree.text.slice(place.at, place.end))
      }
      parts.push(source.expression(part))
    }
  }
}

function addText(parts: Expression[], place: { readonly at: number; readonly end: number }, text: string): void {
  if (text === '') return
  const last = parts.at(-1)
  if (last?.kind !== 'literal' || typeof last.value !== 'string') parts.push({ kind: 'literal', ...place, value: text })
  else parts[parts.length - 1] = { kind: 'literal', at: last.at, end: place.end, value: last.value + text } satisfies Literal
}

function lowerEntry(source: PythonSource, node: NodeId): Entry {
  const { tree } = source
  const place = source.place(node)
  const [first, second] = tree.children(node)
  if (tree.kind(node) === 'dictionary_splat')
    return { ...place, key: undefined, index: undefined, value: source.expression(tree.children(node).at(-1)) }

  const index = source.expression(first)
  const key = constantKey(index)
  return { ...place, key, index: key === undefined ? index : undefined, value: source.expression(second) }
}

// ── Operators ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const OPERATORS: Readonly<Record<string, string>> = {
  and: '&&',
  or: '||',
  '==': '===',
  '!=': '!==',
  '<>': '!==',
  is: '===',
  'is not': '!==',
}

/** Down the left side without recursion: generated code adds up thousands of texts in one expression. */
function lowerOperators(source: PythonSource, node: NodeId): Operation {
  const { tree } = source
  const spine: { readonly at: NodeId; readonly operator: string; readonly right: NodeId | undefined }[] = []
  let left: NodeId | undefined = node
  while (left !== undefined && (tree.kind(left) === 'binary_operator' || tree.kind(left) === 'boolean_operator')) {
    const [before, sign, right]: NodeId[] = tree.children(left)
    const written = sign === undefined ? '' : tree.kind(sign)
    spine.push({ at: left, operator: OPERATORS[written] ?? written, right })
    left = before
  }

  const first = left
  return source.within(node, Math.min(spine.length, CHAIN_MAX), () => {
    if (spine.length > CHAIN_MAX) {
      const operands = [source.expression(first), ...spine.toReversed().map(({ right }) => source.expression(right))]
      return { kind: 'operation', ...source.place(node), operator: spine[0]!.operator, operands }
    }

    let whole = source.expression(first)
    for (const { at, operator, right } of spine.toReversed())
      whole = { kind: 'operation', ...source.place(at), operator, operands: [whole, source.expression(right)] }
    return whole as Operation
  })
}

/** `a < b < c` is `a < b and b < c`. */
function lowerComparison(source: PythonSource, node: NodeId): Expression {
  const { tree } = source
  const inner = tree.children(node)
  const links: Operation[] = []
  for (let i = 2; i < inner.length; i += 2) {
    const [left, sign, right] = [inner[i - 2]!, inner[i - 1]!, inner[i]!]
    const place = { at: tree.at(left), end: tree.end(right) }
    const written = tree.kind(sign)
    const operands = [source.expression(left), source.expression(right)]
    const link: Operation = { kind: 'operation', ...place, operator: OPERATORS[written] ?? written.replace('not ', ''), operands }
    links.push(written === 'not in' ? { kind: 'operation', ...place, operator: '!', operands: [link] } : link)
  }
  return joined('&&', links)
}

/** Two by two from the left, as every chain of operators. */
export function joined(operator: string, operands: readonly Expression[]): Expression {
  const [first, ...others] = operands
  if (first === undefined) throw new RangeError('nothing to join')

  const around = (...parts: readonly Expression[]) => ({
    at: Math.min(...parts.map(({ at }) => at)),
    end: Math.max(...parts.map(({ end }) => end)),
  })
  if (operands.length > CHAIN_MAX) return { kind: 'operation', at: first.at, end: operands.at(-1)!.end, operator, operands }
  return others.reduce<Expression>(
    (whole, part) => ({ kind: 'operation', ...around(whole, part), operator, operands: [whole, part] }),
    first,
  )
}

function lowerUnary(source: PythonSource, node: NodeId): Operation {
  const { tree } = source
  const inner = tree.children(node)
  const sign = tree.kind(inner[0]!)
  return {
    kind: 'operation',
    ...source.place(node),
    operator: sign === 'not' ? '!' : sign,
    operands: [source.expression(inner[1])],
  }
}

// ── What gives names to values ──────────────────────────────────────────────────────────────────────────────────────────

/** `a = b`, `a: float = b`, `a += b`, `a := b`; a type alone says nothing. */
function lowerAssignment(source: PythonSource, node: NodeId): Expression {
  const { tree } = source
  const [left, ...rest] = tree.children(node).filter(child => tree.kind(child) !== 'type')
  if (rest.length === 0) return { kind: 'other', ...source.place(node), parts: [] }

  const kind = tree.kind(node)
  const operator = kind === 'assignment' ? '=' : kind === 'named_expression' ? ':=' : tree.kind(rest[0]!)
  const value = source.expression(rest.at(-1))
  return { kind: 'assign', ...source.place(node), operator, target: lowerTarget(source, left), value } satisfies Assign
}

/** `open(path) as file`. */
function lowerNamed(source: PythonSource, node: NodeId): Assign {
  const [value, target] = source.tree.children(node)
  return {
    kind: 'assign',
    ...source.place(node),
    operator: '=',
    target: lowerTarget(source, target),
    value: source.expression(value),
  }
}

function lowerLambda(source: PythonSource, node: NodeId): FunctionExpression {
  const { tree } = source
  const place = source.place(node)
  const parameters = tree.child(node, 'lambda_parameters')
  const { self, yields } = source
  if (parameters !== undefined && shadows(source, parameters)) source.self = undefined
  source.yields = false

  const params = parameters === undefined ? [] : lowerParameters(source, tree.children(parameters))
  const value = source.expression(tree.children(node).at(-1))
  const isGenerator = source.yields
  source.self = self
  source.yields = yields
  const body = [{ kind: 'return', at: value.at, end: value.end, value } as const]
  return { kind: 'function', ...place, name: undefined, params, body, isAsync: false, isGenerator }
}

/** Whether one of the parameters is called as the instance is called outside. */
export function shadows(source: PythonSource, parameters: NodeId): boolean {
  const { tree, self } = source
  if (self === undefined) return false
  return tree.children(parameters).some(each => {
    const name = tree.kind(each) === 'identifier' ? each : tree.children(each)[0]
    return name !== undefined && tree.textOf(name) === self
  })
}

function lowerYield(source: PythonSource, node: NodeId): Expression {
  source.yields = true
  const { tree } = source
  const inner = tree.children(node)
  const place = source.place(node)
  const isFrom = inner.length > 0 && tree.kind(inner[0]!) === 'from'
  const last = inner.at(-1)
  if (last === undefined) return { kind: 'wrapped', ...place, how: 'yield', value: { kind: 'literal', ...place, value: null } }

  const value = source.expression(last)
  return {
    kind: 'wrapped',
    ...place,
    how: 'yield',
    value: isFrom ? { kind: 'wrapped', at: value.at, end: value.end, how: 'spread', value } : value,
  }
}
