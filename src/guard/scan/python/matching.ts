// Lowers `match` to a chain of ifs: what each case asks of the subject, and what names it gives to parts of it.
import { CHAIN_MAX } from '../program/nesting.ts'
import type { Expression, If, Name, Statement } from '../program/program.ts'
import { joined } from './expressions.ts'
import { attributeOf } from './members.ts'
import type { PythonSource } from './source.ts'
import type { NodeId } from './tree.ts'

interface Place {
  readonly at: number
  readonly end: number
}

/** A part of the subject, as an expression at the place that asks for it. */
type Part = (place: Place) => Expression

interface Case {
  /** All of these must hold; none: it always matches. */
  readonly tests: Expression[]
  readonly bound: Statement[]
}

/** The subject is computed once, and known by a name that no program can write. */
export function lowerMatch(source: PythonSource, node: NodeId): Statement {
  const { tree } = source
  const place = source.place(node)
  const subjects = tree.children(node).filter(child => tree.kind(child) !== 'block')
  const values = subjects.map(subject => source.expression(subject))
  const [first] = values
  const value: Expression =
    first !== undefined && values.length === 1
      ? first
      : { kind: 'list', at: first?.at ?? place.at, end: values.at(-1)?.end ?? place.at, items: values }

  const path = pathOf(value)
  const name = `[match ${place.at}]`
  const subject: Part = path ?? (at => ({ kind: 'name', ...at, name }))
  const target: Name = { kind: 'name', at: value.at, end: value.end, name }
  const once: Expression =
    path === undefined ? { kind: 'assign', at: value.at, end: value.end, operator: '=', target, value } : value

  const block = tree.child(node, 'block')
  const clauses = block === undefined ? [] : tree.children(block).filter(child => tree.kind(child) === 'case_clause')
  const cases = source.within(node, Math.min(clauses.length, CHAIN_MAX), () =>
    clauses.map(clause => lowerCase(source, clause, subject, place.end)),
  )
  let otherwise: Statement[] = cases.slice(CHAIN_MAX)
  for (const each of cases.slice(0, CHAIN_MAX).reverse()) otherwise = [{ ...each, otherwise }]
  return { kind: 'block', ...place, body: [{ kind: 'expression', at: value.at, end: value.end, value: once }, ...otherwise] }
}

/** `x`, `self.mode`: written again it is the same. */
function pathOf(value: Expression): Part | undefined {
  if (value.kind === 'name') return at => ({ ...value, ...at })
  if (value.kind !== 'member' || value.property === undefined) return undefined
  const object = pathOf(value.object)
  return object === undefined ? undefined : at => ({ ...value, ...at, object: object(at) })
}

function lowerCase(source: PythonSource, clause: NodeId, subject: Part, end: number): If {
  const { tree } = source
  const at = tree.at(clause)
  const found: Case = { tests: [], bound: [] }
  const patterns = tree.children(clause).filter(child => tree.kind(child) === 'case_pattern')
  if (patterns.length === 1) match(source, patterns[0]!, subject, found)
  else matchItems(source, patterns, subject, found)

  const guard = tree.child(clause, 'if_clause')
  if (guard !== undefined) found.tests.push(source.expression(tree.children(guard)[0]))

  const test = allOf(found.tests, { at, end: at })
  const body = source.body(tree.child(clause, 'block'))
  return { kind: 'if', at, end, test, then: [...found.bound, ...body], otherwise: [] }
}

const allOf = (tests: readonly Expression[], nowhere: Place): Expression =>
  tests.length === 0 ? { kind: 'literal', ...nowhere, value: true } : joined('&&', tests)

// ── Patterns ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function match(source: PythonSource, pattern: NodeId, subject: Part, found: Case): void {
  source.within(pattern, 1, () => matchAny(source, pattern, subject, found))
}

function matchAny(source: PythonSource, pattern: NodeId, subject: Part, found: Case): void {
  const { tree } = source
  const place = source.place(pattern)
  const inner = tree.children(pattern)

  switch (tree.kind(pattern)) {
    case 'case_pattern':
      if (inner.length === 1) match(source, inner[0]!, subject, found)
      else if (inner.length > 1) isEqual(subject, place, lowerSigned(source, inner, place), found)
      return
    case '_':
      return
    case 'dotted_name': {
      const path = source.dotted(pattern)
      if (path === '_') return
      if (path.includes('.')) isEqual(subject, place, memberPath(path, place), found)
      else bind(source, pattern, subject, found)
      return
    }
    case 'as_pattern': {
      const [whole, name] = inner
      if (whole !== undefined) match(source, whole, subject, found)
      if (name !== undefined) bind(source, name, subject, found)
      return
    }
    case 'union_pattern':
      matchOneOf(source, pattern, subject, found)
      return
    case 'list_pattern':
    case 'tuple_pattern':
      // `(x)` is x.
      if (tree.kind(pattern) === 'tuple_pattern' && inner.length === 1 && !tree.textOf(pattern).includes(','))
        match(source, inner[0]!, subject, found)
      else {
        hasForm(subject, place, found)
        matchItems(source, inner, subject, found)
      }
      return
    case 'dict_pattern':
      hasForm(subject, place, found)
      matchEntries(source, inner, subject, found)
      return
    case 'class_pattern':
      matchClass(source, pattern, subject, found)
      return
    case 'splat_pattern':
      bindName(source.tree.textOf(pattern).replace(/[*\s]/g, ''), place, subject, found)
      return
    case 'complex_pattern':
      isEqual(subject, place, lowerSigned(source, inner, place), found)
      return
    default:
      isEqual(subject, place, source.expression(pattern), found)
  }
}

function isEqual(subject: Part, place: Place, value: Expression, found: Case): void {
  found.tests.push({ kind: 'operation', ...place, operator: '===', operands: [subject(place), value] })
}

/** That it is a sequence or a mapping at all: nothing more is known of that question. */
function hasForm(subject: Part, place: Place, found: Case): void {
  found.tests.push({ kind: 'other', ...place, parts: [subject(place)] })
}

/** `-1`, `3 + 4j`. */
function lowerSigned(source: PythonSource, nodes: readonly NodeId[], place: Place): Expression {
  const { tree } = source
  const operator = nodes.map(node => tree.kind(node)).find(kind => kind === '-' || kind === '+') ?? '-'
  const operands = nodes.filter(node => !/^[-+]$/.test(tree.kind(node))).map(node => source.expression(node))
  return { kind: 'operation', ...place, operator, operands }
}

/** Signs stand before their numbers, not around them. */
function matchOneOf(source: PythonSource, pattern: NodeId, subject: Part, found: Case): void {
  const { tree } = source
  const operands: Expression[] = []
  let isCertain = false
  let sign: NodeId | undefined
  for (const each of tree.children(pattern)) {
    if (tree.kind(each) === '-') {
      sign = each
      continue
    }
    if (tree.kind(each) === '|') continue

    const inside: Case = { tests: [], bound: found.bound }
    const place = { at: tree.at(sign ?? each), end: tree.end(each) }
    if (sign === undefined) match(source, each, subject, inside)
    else isEqual(subject, place, lowerSigned(source, [sign, each], place), inside)
    sign = undefined
    if (inside.tests.length === 0) isCertain = true
    operands.push(allOf(inside.tests, place))
  }
  if (!isCertain && operands.length > 0)
    found.tests.push({ kind: 'operation', ...source.place(pattern), operator: '||', operands })
}

/** `[first, *rest]`: by their places. */
function matchItems(source: PythonSource, items: readonly NodeId[], subject: Part, found: Case): void {
  const { tree } = source
  for (const [i, item] of items.entries()) {
    const isRest = tree.textOf(item).startsWith('*')
    match(source, item, isRest ? subject : partOf(subject, String(i)), found)
  }
}

/** `{'bid': bid, **rest}`: key, value, key, value. */
function matchEntries(source: PythonSource, nodes: readonly NodeId[], subject: Part, found: Case): void {
  const { tree } = source
  let key: Part | undefined
  for (const node of nodes) {
    const kind = tree.kind(node)
    // The sign of a number stands before it: nobody asks for a price by -1.
    if (kind === '-' || kind === '+') continue
    if (kind === 'splat_pattern') match(source, node, subject, found)
    else if (key === undefined) key = keyOf(source, node)
    else {
      const index = key
      match(source, node, place => attributeOf(subject(place), index(place), place), found)
      key = undefined
    }
  }
}

/** A literal or a constant of a module, written again where the item is asked for. */
function keyOf(source: PythonSource, node: NodeId): Part {
  const { tree } = source
  if (tree.kind(node) === 'dotted_name') return place => memberPath(source.dotted(node), place)
  const key = source.expression(node)
  return place => (key.kind === 'literal' ? { ...key, ...place } : { kind: 'other', ...place, parts: [] })
}

/** `Quote(bid, ask=ask)`: what stands first has the place it is given by. */
function matchClass(source: PythonSource, pattern: NodeId, subject: Part, found: Case): void {
  const { tree } = source
  const place = source.place(pattern)
  const [name, ...attributes] = tree.children(pattern)
  if (name === undefined) return

  const made = memberPath(source.dotted(name), source.place(name))
  found.tests.push({ kind: 'operation', ...place, operator: 'instanceof', operands: [subject(place), made] })
  for (const [i, each] of attributes.entries()) {
    const keyword = tree.child(each, 'keyword_pattern')
    if (keyword === undefined) {
      match(source, each, partOf(subject, String(i)), found)
      continue
    }
    const [key, ...value] = tree.children(keyword)
    const part = partOf(subject, key === undefined ? '' : source.identifier(key))
    if (value.length === 1) match(source, value[0]!, part, found)
    else isEqual(part, source.place(keyword), lowerSigned(source, value, source.place(keyword)), found)
  }
}

const partOf =
  (subject: Part, property: string): Part =>
  place => ({ kind: 'member', ...place, object: subject(place), property, index: undefined })

function memberPath(path: string, place: Place): Expression {
  const [first, ...rest] = path.split('.')
  return rest.reduce<Expression>((object, property) => ({ kind: 'member', ...place, object, property, index: undefined }), {
    kind: 'name',
    ...place,
    name: first!,
  })
}

const bind = (source: PythonSource, name: NodeId, subject: Part, found: Case): void =>
  bindName(source.identifier(name), source.place(name), subject, found)

function bindName(name: string, place: Place, subject: Part, found: Case): void {
  if (name === '_' || name === '') return
  const value: Expression = {
    kind: 'assign',
    ...place,
    operator: '=',
    target: { kind: 'name', ...place, name },
    value: subject(place),
  }
  found.bound.push({ kind: 'expression', ...place, value })
}
