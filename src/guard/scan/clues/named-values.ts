// Every place of a program where a value gets a name: variables, fields, keys, keywords, defaults, and what named functions return.
import { OncePerProgram } from '../program/once-per-program.ts'
import type { Expression, Pattern, Program } from '../program/program.ts'
import { isKind, isMember, type Node, nameBound, survey } from '../program/survey.ts'

export interface NamedValue {
  readonly name: string
  readonly value: Expression
  readonly at: number
  /**
   * element: `prices[i] = …`, named by the collection · argument: named by the parameter of a function of this file · default: where
   * nothing was given · return: named by the function.
   */
  readonly how: 'variable' | 'field' | 'entry' | 'keyword' | 'argument' | 'default' | 'return' | 'element'
  /** The declaration, entry, call … that names it. */
  readonly node: Node
}

const listed = new OncePerProgram<readonly NamedValue[]>()

/** Made once for each program. In no order across kinds. */
export const namedValues = (program: Program): readonly NamedValue[] => listed.of(program, () => list(program))

function list(program: Program): NamedValue[] {
  const { of, parentOf, functionAround, nameOf } = survey(program)
  const found: NamedValue[] = []
  const add = (name: string | undefined, value: Expression, how: NamedValue['how'], node: Node) => {
    if (name !== undefined && name !== '') found.push({ name, value, at: node.at, how, node })
  }

  for (const node of of('declare')) {
    if (node.value !== undefined && !isTakenApart(node.target)) add(nameBound(node.target), node.value, 'variable', node)
  }

  for (const node of of('assign')) {
    if (!/^(?:=|\?\?=|\|\|=|:=)$/.test(node.operator)) continue
    const { target, value } = node
    if (target.kind === 'name') add(target.name, value, 'variable', node)
    if (target.kind !== 'member') continue

    const isElement = target.property === undefined || /^(?:\d+$|[A-Z]{2,5}[-_/:]?[A-Z]{2,5}$|[A-Z]{3,5}$)/.test(target.property)
    if (isElement) add(lastName(target.object), value, 'element', node)
    else add(target.property, value, 'field', node)
  }

  for (const node of of('object')) {
    for (const entry of node.entries) add(entry.key, entry.value, 'entry', entry)
  }

  for (const node of of('class')) {
    for (const member of node.members) {
      if (member.value !== undefined && !isKind(member.value, 'function')) add(member.name, member.value, 'field', member)
    }
  }

  for (const node of of('call')) {
    for (const keyword of node.keywords) {
      if (keyword.name !== undefined)
        found.push({ name: keyword.name, value: keyword.value, at: keyword.at, how: 'keyword', node })
    }
  }

  const functions = parametersByName(program)
  for (const node of of('call')) {
    const parameters = functions.get(lastName(node.callee) ?? '') ?? []
    for (const [i, argument] of node.args.entries()) {
      const parameter = parameters[i]
      if (parameter === undefined || argument.kind === 'wrapped') break
      const name = nameBound(parameter)
      if (name !== undefined) found.push({ name, value: argument, at: argument.at, how: 'argument', node })
    }
  }

  for (const node of of('default-pattern')) add(nameBound(node.target), node.value, 'default', node)

  for (const node of of('object-pattern')) {
    for (const { key, target } of node.entries) {
      if (target.kind === 'default-pattern' && key !== nameBound(target)) add(key, target.value, 'default', target)
    }
  }

  const returned = (node: Node, value: Expression) => {
    const fn = functionAround(node)
    if (fn === undefined) return
    const name = nameOf(fn)
    const around = parentOf(fn)
    add(name === '' && isMember(around) ? around.name : name, value, 'return', node)
  }
  for (const node of of('return')) if (node.value !== undefined) returned(node, node.value)
  for (const node of of('wrapped')) if (node.how === 'yield') returned(node, node.value)

  return found
}

/** What functions and classes of this file take, by the name they are called by. */
function parametersByName(program: Program): ReadonlyMap<string, readonly Pattern[]> {
  const { of, nameOf } = survey(program)
  const found = new Map<string, readonly Pattern[]>()
  for (const fn of of('function')) if (nameOf(fn) !== '') found.set(nameOf(fn), fn.params)
  for (const made of of('class')) {
    // Records whose fields are handed over in their order: dataclasses, named tuples.
    const fields = made.members.flatMap(({ name, value, isGetter, at, end }): Pattern[] =>
      name === undefined || isGetter || isKind(value, 'function') ? [] : [{ kind: 'name', name, at, end }],
    )
    if (made.name !== undefined && program.language === 'python' && fields.length > 0) found.set(made.name, fields)
    const maker = made.members.find(({ name }) => name === 'constructor' || name === '__init__')
    if (made.name !== undefined && isKind(maker?.value, 'function')) found.set(made.name, maker.value.params)
  }
  // `Quote = namedtuple('Quote', 'symbol bid ask')`.
  for (const { target, value } of program.language === 'python' ? of('assign') : []) {
    if (target.kind !== 'name' || value.kind !== 'call' || !/^(?:namedtuple|make_dataclass)$/.test(lastName(value.callee) ?? ''))
      continue
    const fields = fieldsOf(value.args[1])
    if (fields.length > 0) found.set(target.name, fields)
  }
  return found
}

function fieldsOf(listed: Expression | undefined): readonly Pattern[] {
  if (isKind(listed, 'list')) return listed.items.flatMap(fieldsOf)
  if (!isKind(listed, 'literal') || typeof listed.value !== 'string') return []
  const { at, end } = listed
  return listed.value
    .split(/[\s,]+/)
    .filter(name => name !== '')
    .map((name): Pattern => ({ kind: 'name', name, at, end }))
}

/** `this.book.prices` → 'prices'. */
export function lastName(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name
  return expression.kind === 'member' ? (expression.property ?? lastName(expression.object)) : undefined
}

const isTakenApart = (pattern: Pattern) => pattern.kind === 'object-pattern' || pattern.kind === 'list-pattern'
