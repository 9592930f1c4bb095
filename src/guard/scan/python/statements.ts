// Lowers the statements of Python.
import { CHAIN_MAX } from '../program/nesting.ts'
import type { Expression, Handler, If, Name, Statement } from '../program/program.ts'
import { lowerClass } from './classes.ts'
import { decorated, decoratorName } from './decorators.ts'
import { lowerFunction } from './functions.ts'
import { lowerImport } from './imports.ts'
import { lowerMatch } from './matching.ts'
import { lowerTarget } from './patterns.ts'
import type { PythonSource } from './source.ts'
import { ERROR, type NodeId } from './tree.ts'

/** With the kinds in the order in which they are frequent. */
export function lowerStatement(source: PythonSource, node: NodeId, into: Statement[]): void {
  const { tree } = source
  const at = tree.at(node)
  const end = tree.end(node)
  const inner = tree.children(node)

  switch (tree.kind(node)) {
    case 'expression_statement':
      into.push({
        kind: 'expression',
        at,
        end,
        // `price,` is a tuple of one.
        value: inner.length === 1 && tree.end(inner[0]!) === end ? source.expression(inner[0]) : lowerMany(source, node),
      })
      return
    case 'return_statement':
      into.push({ kind: 'return', at, end, value: inner.length === 0 ? undefined : source.expression(inner[0]) })
      return
    case 'if_statement':
      into.push(lowerIf(source, node))
      return
    case 'function_definition':
      into.push({ kind: 'define', at, end, function: lowerFunction(source, node) })
      return
    case 'class_definition':
      into.push({ kind: 'class-statement', at, end, class: lowerClass(source, node) })
      return
    case 'decorated_definition':
      into.push(...lowerDecorated(source, node))
      return
    case 'import_statement':
    case 'import_from_statement':
    case 'future_import_statement':
      into.push(...lowerImport(source, node))
      return
    case 'for_statement':
      lowerFor(source, node, into)
      return
    case 'while_statement':
      lowerWhile(source, node, into)
      return
    case 'with_statement':
      into.push(lowerWith(source, node))
      return
    case 'try_statement':
      into.push(lowerTry(source, node))
      return
    case 'raise_statement':
      into.push({ kind: 'throw', at, end, value: inner.length === 0 ? undefined : source.expression(inner[0]) })
      return
    case 'assert_statement':
      into.push(lowerAssert(source, node))
      return
    case 'match_statement':
      into.push(lowerMatch(source, node))
      return
    case 'delete_statement':
      into.push({ kind: 'expression', at, end, value: { kind: 'other', at, end, parts: source.items(node) } })
      return
    case 'global_statement':
    case 'nonlocal_statement':
      source.outer.push(...inner.map(name => source.identifier(name)))
      into.push({ kind: 'jump', at, end })
      return
    case 'pass_statement':
    case 'break_statement':
    case 'continue_statement':
      into.push({ kind: 'jump', at, end })
      return
    case 'type_alias_statement':
      into.push(inner.length < 2 ? { kind: 'jump', at, end } : lowerTypeAttribute(source, node))
      return
    // Of Python 2: what is printed or executed is an argument.
    case 'print_statement':
    case 'exec_statement': {
      const name = tree.kind(node) === 'print_statement' ? 'print' : 'exec'
      const callee = { kind: 'name', at, end: at + name.length, name } as const
      into.push({
        kind: 'expression',
        at,
        end,
        value: { kind: 'call', at, end, callee, args: source.items(node), keywords: [], isNew: false },
      })
      return
    }
    case 'block':
    case ERROR:
      for (const child of inner) source.statement(child, into)
      return
    default:
      into.push({ kind: 'expression', at, end, value: source.expression(node) })
  }
}

const lowerMany = (source: PythonSource, node: NodeId): Expression => ({
  kind: 'list',
  ...source.place(node),
  items: source.items(node),
})

// ── Definitions ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** `@a @b def f` is f, then `f = a(b(f))`. Signatures for type checkers alone are left out. */
function lowerDecorated(source: PythonSource, node: NodeId): Statement[] {
  const { tree } = source
  const decorators = tree.children(node).filter(child => tree.kind(child) === 'decorator')
  const definition = tree.children(node).at(-1)
  if (definition === undefined || decorators.some(each => /\boverload$/.test(decoratorName(source, each)))) return []

  const place = source.place(definition)
  const name = tree.child(definition, 'identifier')
  const isClass = tree.kind(definition) === 'class_definition'
  const defined: Statement = isClass
    ? { kind: 'class-statement', ...place, class: lowerClass(source, definition) }
    : { kind: 'define', ...place, function: lowerFunction(source, definition) }
  if (name === undefined) return [defined]

  const at = tree.at(node)
  const end = tree.end(name)
  const target: Name = { kind: 'name', ...source.place(name), name: source.identifier(name) }
  const value = decorated(source, decorators, { ...target })
  return [defined, { kind: 'expression', at, end, value: { kind: 'assign', at, end, operator: '=', target, value } }]
}

// ── Branches ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function lowerIf(source: PythonSource, node: NodeId): If {
  const { tree } = source
  const alternatives = tree.children(node).filter(child => /^el(?:if|se)_clause$/.test(tree.kind(child)))
  const last = alternatives.findIndex(child => tree.kind(child) === 'else_clause')
  const otherwise = last < 0 ? undefined : alternatives[last]
  const branches = [node, ...(last < 0 ? alternatives : alternatives.slice(0, last))]
  return chained(source, branches, tree.end(node), otherwise)
}

/** The first branch, with the others in its `otherwise`. */
function chained(source: PythonSource, branches: readonly NodeId[], end: number, last: NodeId | undefined): If {
  const { tree } = source
  const nested = branches.slice(0, CHAIN_MAX)
  const beside = branches.slice(CHAIN_MAX)

  return source.within(nested[0]!, nested.length - 1, () => {
    const ifs = nested.map(branch => lowerBranch(source, branch, end))
    let otherwise: Statement[] = [
      ...beside.map(branch => lowerBranch(source, branch, tree.end(branch))),
      ...(last === undefined ? [] : source.body(tree.child(last, 'block'))),
    ]
    for (const branch of ifs.toReversed()) otherwise = [{ ...branch, otherwise }]
    return otherwise[0] as If
  })
}

function lowerBranch(source: PythonSource, branch: NodeId, end: number): If {
  const { tree } = source
  const at = tree.at(branch)
  const condition = tree.children(branch)[0]
  const test = source.expression(condition)

  const { isTypeOnly } = source
  if (condition !== undefined && /^(?:\w+\.)*TYPE_CHECKING$/.test(tree.textOf(condition))) source.isTypeOnly = true
  const then = source.body(tree.child(branch, 'block'))
  source.isTypeOnly = isTypeOnly
  return { kind: 'if', at, end, test, then, otherwise: [] }
}

/** `assert test, message`: what is not so is thrown. */
function lowerAssert(source: PythonSource, node: NodeId): If {
  const { tree } = source
  const place = source.place(node)
  const [first, ...messages] = tree.children(node)
  const test = source.expression(first)
  const callee = { kind: 'name', at: place.at, end: place.at + 'assert'.length, name: 'AssertionError' } as const
  const args = messages.map(message => source.expression(message))
  const value = { kind: 'call', ...place, callee, args, keywords: [], isNew: false } as const
  return {
    kind: 'if',
    ...place,
    test: { kind: 'operation', at: test.at, end: test.end, operator: '!', operands: [test] },
    then: [{ kind: 'throw', ...place, value }],
    otherwise: [],
  }
}

/** `type(mock).price = 1`, which the parser takes for the declaration of a type `(mock).price`. */
function lowerTypeAttribute(source: PythonSource, node: NodeId): Statement {
  const { tree } = source
  const [left, right] = tree.children(node).map(type => {
    const inner = tree.children(type)[0]
    const isNarrowed = inner !== undefined && tree.kind(inner) === 'constrained_type'
    return isNarrowed ? tree.children(inner).flatMap(each => tree.children(each))[0] : inner
  })

  // Each node's first child comes right after it.
  let called = left
  while (called !== undefined && /^(?:attribute|subscript|call)$/.test(tree.kind(called))) called += 1
  source.calledType = called
  const target = lowerTarget(source, left)
  source.calledType = undefined

  const place = source.place(node)
  const value = source.expression(right)
  return { kind: 'expression', ...place, value: { kind: 'assign', ...place, operator: '=', target, value } }
}

// ── Loops ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What follows `else` happens after the last turn: it stands after the loop. */
function lowerFor(source: PythonSource, node: NodeId, into: Statement[]): void {
  const { tree } = source
  const place = source.place(node)
  const inner = tree.children(node)
  const isAsync = tree.kind(inner[0]!) === 'async'
  const from = inner.findIndex(child => tree.kind(child) === 'in')

  const each = lowerTarget(source, inner[isAsync ? 1 : 0])
  const value = source.expression(inner[from + 1])
  const over: Expression = isAsync ? { kind: 'wrapped', at: value.at, end: value.end, how: 'await', value } : value
  const body = source.body(tree.child(node, 'block'))
  into.push({ kind: 'loop', ...place, each, over, before: [], test: undefined, after: [], body })
  lowerElse(source, node, into)
}

function lowerWhile(source: PythonSource, node: NodeId, into: Statement[]): void {
  const { tree } = source
  const condition = source.expression(tree.children(node)[0])
  const isEndless = condition.kind === 'literal' && Boolean(condition.value)
  const test = isEndless ? undefined : condition
  const body = source.body(tree.child(node, 'block'))
  into.push({ kind: 'loop', ...source.place(node), each: undefined, over: undefined, before: [], test, after: [], body })
  lowerElse(source, node, into)
}

function lowerElse(source: PythonSource, node: NodeId, into: Statement[]): void {
  const { tree } = source
  const clause = tree.child(node, 'else_clause')
  if (clause !== undefined) into.push(...source.body(tree.child(clause, 'block')))
}

// ── with, try ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What is entered comes first: `with open(path) as file` begins with `file = open(path)`. */
function lowerWith(source: PythonSource, node: NodeId): Statement {
  const { tree } = source
  const isAsync = tree.child(node, 'async') !== undefined
  const clause = tree.child(node, 'with_clause')

  const body: Statement[] = []
  for (const item of clause === undefined ? [] : tree.children(clause)) {
    const entered = source.expression(tree.children(item)[0])
    // `with (a as b, c as d)` reads like a tuple.
    const all = entered.kind === 'list' ? entered.items : [entered]
    for (const value of all)
      body.push({ kind: 'expression', at: value.at, end: value.end, value: isAsync ? awaited(value) : value })
  }
  body.push(...source.body(tree.child(node, 'block')))
  return { kind: 'block', ...source.place(node), body }
}

function awaited(value: Expression): Expression {
  if (value.kind === 'assign') return { ...value, value: awaited(value.value) }
  return { kind: 'wrapped', at: value.at, end: value.end, how: 'await', value }
}

function lowerTry(source: PythonSource, node: NodeId): Statement {
  const { tree } = source
  const body = source.body(tree.child(node, 'block'))
  lowerElse(source, node, body)
  const handlers = tree
    .children(node)
    .filter(child => tree.kind(child) === 'except_clause')
    .map(child => lowerHandler(source, child))
  const last = tree.child(node, 'finally_clause')
  return {
    kind: 'try',
    ...source.place(node),
    body,
    handlers,
    last: last === undefined ? [] : source.body(tree.child(last, 'block')),
  }
}

/** `except A as e`, `except (A, B)`, `except* A`; Python 2 and 3.14 leave the parentheses out. */
function lowerHandler(source: PythonSource, node: NodeId): Handler {
  const { tree } = source
  const named = tree.child(node, 'as_pattern')
  const [value, target] = named === undefined ? [] : tree.children(named)
  const caught = named === undefined ? tree.children(node).filter(child => !/^(?:block|\*)$/.test(tree.kind(child))) : [value]

  const catches = caught.map(each => source.expression(each)).flatMap(each => (each.kind === 'list' ? each.items : [each]))
  const error = target === undefined ? undefined : lowerTarget(source, target)
  return { ...source.place(node), error, catches, body: source.body(tree.child(node, 'block')) }
}
