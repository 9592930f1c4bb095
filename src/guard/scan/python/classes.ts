// Lowers the classes of Python: methods, properties, attributes, and whatever else happens in their bodies.
import type { ClassExpression, ClassMember, Expression, Name, Statement } from '../program/program.ts'
import { lowerArguments } from './calls.ts'
import { decorated, decoratorName } from './decorators.ts'
import { lowerFunction } from './functions.ts'
import type { PythonSource } from './source.ts'
import type { NodeId } from './tree.ts'

export function lowerClass(source: PythonSource, node: NodeId): ClassExpression {
  const { tree } = source
  const name = tree.child(node, 'identifier')
  const { args, keywords } = lowerArguments(source, tree.child(node, 'argument_list'))
  const { self, outer } = source
  source.self = undefined
  source.outer = []
  const members = keywords.map(({ value }) => aside(value))
  addMembers(source, tree.child(node, 'block'), members)
  source.self = self
  source.outer = outer
  return {
    kind: 'class',
    ...source.place(node),
    name: name === undefined ? undefined : source.identifier(name),
    bases: args,
    members,
  }
}

/** The branches of a class body are all taken: which of them holds is known only when it runs. */
function addMembers(source: PythonSource, block: NodeId | undefined, into: ClassMember[]): void {
  if (block === undefined) return
  const { tree } = source
  for (const child of tree.children(block)) source.within(child, 1, () => addMember(source, child, into))
}

function addMember(source: PythonSource, node: NodeId, into: ClassMember[]): void {
  const { tree } = source
  const inner = tree.children(node)
  switch (tree.kind(node)) {
    case 'function_definition':
      into.push(lowerMethod(source, node, node, []))
      return
    case 'decorated_definition':
      addDecorated(source, node, into)
      return
    case 'class_definition': {
      const value = lowerClass(source, node)
      into.push({ ...source.place(node), name: value.name, isStatic: true, isGetter: false, value })
      return
    }
    case 'expression_statement':
      for (const child of inner) addExpression(source, child, into)
      return
    case 'if_statement':
    case 'elif_clause':
    case 'while_statement':
    case 'for_statement':
    case 'with_statement':
    case 'try_statement':
    case 'else_clause':
    case 'except_clause':
    case 'finally_clause':
      for (const child of inner)
        if (tree.kind(child) === 'block') addMembers(source, child, into)
        else if (/_clause$/.test(tree.kind(child))) addMember(source, child, into)
        else if (!/^(?:in|async|\*)$/.test(tree.kind(child))) into.push(aside(source.expression(child)))
      return
    case 'with_clause':
      for (const child of inner) addMember(source, child, into)
      return
    case 'with_item':
      for (const child of inner) into.push(aside(source.expression(child)))
      return
    case 'pass_statement':
      return
    default:
      addOther(source, node, into)
  }
}

// ── Methods ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** `whole` with its decorators. */
function lowerMethod(source: PythonSource, definition: NodeId, whole: NodeId, decorators: readonly string[]): ClassMember {
  const isStatic = decorators.includes('staticmethod')
  const isOfClass = decorators.includes('classmethod')
  const value = lowerFunction(source, definition, { isMethod: !isStatic })
  const isGetter = decorators.some(each => /(?:^|\.)(?:cached_?)?property$|\.getter$/i.test(each))
  return { ...source.place(whole), name: value.name, isStatic: isStatic || isOfClass, isGetter, value }
}

/** What says how a method is reached, and changes nothing of what it does. */
const MARKS =
  /^(?:staticmethod|classmethod|(?:\w+\.)*(?:abstract(?:property|method|classmethod|staticmethod)|(?:cached_?)?property|override|final|getter|setter|deleter))$/i

/** Others are called with the method, which keeps its name. */
function addDecorated(source: PythonSource, node: NodeId, into: ClassMember[]): void {
  const { tree } = source
  const decorators = tree.children(node).filter(child => tree.kind(child) === 'decorator')
  const names = decorators.map(each => decoratorName(source, each))
  const definition = tree.children(node).at(-1)
  if (definition === undefined || names.some(each => /\boverload$/.test(each))) return

  if (tree.kind(definition) === 'class_definition') {
    const value = lowerClass(source, definition)
    into.push({ ...source.place(definition), name: value.name, isStatic: true, isGetter: false, value })
  } else into.push(lowerMethod(source, definition, definition, names))

  const others = decorators.filter((_, i) => !MARKS.test(names[i]!))
  const name = tree.child(definition, 'identifier')
  if (others.length === 0 || name === undefined) return
  const place = source.place(name)
  const itself: Name = { kind: 'name', ...place, name: 'this' }
  const method: Expression = { kind: 'member', ...place, object: itself, property: source.identifier(name), index: undefined }
  into.push(aside(decorated(source, others, method)))
}

// ── Attributes and the rest ─────────────────────────────────────────────────────────────────────────────────────────────

function addExpression(source: PythonSource, node: NodeId, into: ClassMember[]): void {
  const { tree } = source
  // Descriptions stand where nothing happens.
  if (tree.kind(node) === 'string' || tree.kind(node) === 'ellipsis') return
  if (tree.kind(node) !== 'assignment') {
    into.push(aside(source.expression(node)))
    return
  }

  const targets: NodeId[] = []
  let value: NodeId | undefined = node
  while (value !== undefined && tree.kind(value) === 'assignment') {
    const [left, ...rest]: NodeId[] = tree.children(value).filter(child => tree.kind(child) !== 'type')
    if (left !== undefined) targets.push(left)
    value = rest.at(-1)
  }
  for (const target of targets) addAttribute(source, target, value, node, into)
}

function addAttribute(source: PythonSource, target: NodeId, value: NodeId | undefined, whole: NodeId, into: ClassMember[]): void {
  const { tree } = source
  if (tree.kind(target) === 'identifier') {
    const lowered = value === undefined ? undefined : source.expression(value)
    into.push({ ...source.place(whole), name: source.identifier(target), isStatic: true, isGetter: false, value: lowered })
    return
  }

  // `BID, ASK = 1.1, 1.2` is one after the other.
  const targets = tree.children(target)
  const values = value !== undefined && /^(?:expression_list|tuple|list)$/.test(tree.kind(value)) ? tree.children(value) : []
  const isPaired = /^(?:pattern_list|tuple_pattern|list_pattern)$/.test(tree.kind(target)) && targets.length === values.length
  if (isPaired) for (const [i, each] of targets.entries()) addAttribute(source, each, values[i], whole, into)
  else into.push(aside(source.expression(whole)))
}

/** Imports, deletions: statements that need a function around them. */
function addOther(source: PythonSource, node: NodeId, into: ClassMember[]): void {
  const place = source.place(node)
  const body: Statement[] = []
  source.statement(node, body)
  const value = { kind: 'function', ...place, name: undefined, params: [], body, isAsync: false, isGenerator: false } as const
  into.push({ ...place, name: undefined, isStatic: true, isGetter: false, value })
}

const aside = (value: Expression): ClassMember => ({
  at: value.at,
  end: value.end,
  name: undefined,
  isStatic: true,
  isGetter: false,
  value,
})
