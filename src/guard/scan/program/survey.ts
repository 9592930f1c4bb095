// A program seen from above: every node by its kind, what each stands in, and what functions are called.
import { OncePerProgram } from './once-per-program.ts'
import type { ClassMember, Entry, Expression, FunctionExpression, Handler, Pattern, Program, Statement } from './program.ts'

type Kinded = Statement | Expression | Pattern

/** Everything that has a place in the text. Entries, members of classes and handlers have no `kind`. */
export type Node = Kinded | Entry | ClassMember | Handler

type Kind = Kinded['kind']
type NodeOf<K extends Kind> = Extract<Kinded, { readonly kind: K }>

export interface Survey {
  /** In order of the text. */
  of<K extends Kind>(kind: K): readonly NodeOf<K>[]
  /** What a node stands in directly; undefined for the statements of the top level. */
  parentOf(node: Node): Node | undefined
  /** The innermost function a node is inside of; for a function the one around it. */
  functionAround(node: Node): FunctionExpression | undefined
  /**
   * What a function goes by: its own name, or that of the variable, field or key it is bound to, decorators and other calls around
   * it passed through; '' when it has none.
   */
  nameOf(fn: FunctionExpression): string
  /** The first function of the file that goes by this name. */
  functionNamed(name: string): FunctionExpression | undefined
  /** Every value that a variable of this name is given anywhere in the file, as in `price = …`; not those put into fields. */
  givenTo(name: string): readonly Expression[]
}

const surveys = new OncePerProgram<Survey>()

/** Made once for each program, however many rules ask. */
export const survey = (program: Program): Survey => surveys.of(program, () => lookOver(program))

function lookOver(program: Program): Survey {
  const byKind = new Map<Kind, Kinded[]>()
  const parents = new Map<Node, Node>()

  // A stack of our own: a file can be nested deeper than the engine's.
  const ahead: Node[] = [...program.body].reverse()
  for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
    if ('kind' in node) {
      const same = byKind.get(node.kind)
      if (same === undefined) byKind.set(node.kind, [node])
      else same.push(node)
    }

    const before = ahead.length
    pushInner(node, ahead)
    for (let i = before; i < ahead.length; i += 1) parents.set(ahead[i]!, node)
  }

  const given = new Map<string, Expression[]>()
  for (const kind of ['declare', 'assign'] as const) {
    for (const { target, value } of (byKind.get(kind) ?? []) as NodeOf<'declare' | 'assign'>[]) {
      if (target.kind !== 'name' || value === undefined) continue
      const values = given.get(target.name)
      if (values === undefined) given.set(target.name, [value])
      else values.push(value)
    }
  }

  const parentOf = (node: Node) => parents.get(node)
  const names = new Map<FunctionExpression, string>()
  const named = (fn: FunctionExpression): string => {
    const known = names.get(fn)
    if (known !== undefined) return known
    const name = nameOf(fn, parentOf)
    names.set(fn, name)
    return name
  }
  let functions: ReadonlyMap<string, FunctionExpression> | undefined

  return {
    of: <K extends Kind>(kind: K) => (byKind.get(kind) ?? []) as NodeOf<K>[],
    parentOf,
    functionAround(node) {
      let around = parentOf(node)
      while (around !== undefined && !isFunction(around)) around = parentOf(around)
      return around
    },
    nameOf: named,
    functionNamed(name) {
      functions ??= firstByName((byKind.get('function') ?? []) as FunctionExpression[], named)
      return functions.get(name)
    },
    givenTo: name => given.get(name) ?? [],
  }
}

/** A node and all that is inside of it, in order of the text; `enters` says whether to go into a node's children. */
export function* within(root: Node | readonly Node[], enters: (node: Node) => boolean = () => true): Generator<Node> {
  const ahead: Node[] = isList(root) ? [...root].reverse() : [root]
  for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
    yield node
    if (!enters(node)) continue
    pushInner(node, ahead)
  }
}

/** For `within`: what happens here and now, not what a function inside would do if it were called. */
export const besideFunctions = (node: Node): boolean => !isFunction(node)

export const isFunction = (node: Node | undefined): node is FunctionExpression => isKind(node, 'function')

export const isKind = <K extends Kind>(node: Node | undefined, kind: K): node is NodeOf<K> =>
  (node as { readonly kind?: string } | undefined)?.kind === kind

/** `value` of `{ key: value }`: entries are the only nodes that have an `index` and no kind. */
export const isEntry = (node: Node | undefined): node is Entry => node !== undefined && !('kind' in node) && 'index' in node

export const isMember = (node: Node | undefined): node is ClassMember =>
  node !== undefined && !('kind' in node) && 'isGetter' in node

/** The variable or field a pattern binds: `price`, `this.price`; undefined for patterns that take apart. */
export function nameBound(pattern: Pattern): string | undefined {
  if (pattern.kind === 'name') return pattern.name
  if (pattern.kind === 'member') return pattern.property
  return pattern.kind === 'default-pattern' ? nameBound(pattern.target) : undefined
}

function nameOf(fn: FunctionExpression, parentOf: (node: Node) => Node | undefined): string {
  if (fn.name !== undefined && fn.name !== '') return fn.name

  let node: Node = fn
  for (let around = parentOf(node); around !== undefined; around = parentOf(around)) {
    if (isEntry(around)) return around.key ?? ''
    if (isMember(around)) return around.name ?? ''
    if (isKind(around, 'declare') || isKind(around, 'assign')) return nameBound(around.target) ?? ''
    if (isKind(around, 'default-pattern')) return nameBound(around) ?? ''

    // `const price = memoize(() => 1.1)` and decorators: the name is that of what the call is bound to.
    const isGetter = isKind(around, 'call') && around.callee === node && isEntry(parentOf(around))
    const passesOn = isGetter || (isKind(around, 'call') && around.args[0] === node)
    if (!passesOn && !isKind(around, 'conditional') && !isKind(around, 'operation')) return ''
    node = around
  }
  return ''
}

function firstByName(
  functions: readonly FunctionExpression[],
  nameOf: (fn: FunctionExpression) => string,
): ReadonlyMap<string, FunctionExpression> {
  const found = new Map<string, FunctionExpression>()
  for (const fn of functions) {
    const name = nameOf(fn)
    if (name !== '' && !found.has(name)) found.set(name, fn)
  }
  return found
}

const isList = (root: Node | readonly Node[]): root is readonly Node[] => Array.isArray(root)

/** Puts what is directly in a node on a stack: the last of the text first, so that the first is taken first. */
function pushInner(node: Node, ahead: Node[]): void {
  if (!('kind' in node)) {
    if ('isGetter' in node) pushOne(node.value, ahead)
    else if ('index' in node) {
      pushOne(node.value, ahead)
      pushOne(node.index, ahead)
    } else {
      pushAll(node.body, ahead)
      pushAll(node.catches, ahead)
      pushOne(node.error, ahead)
    }
    return
  }

  switch (node.kind) {
    case 'literal':
    case 'name':
    case 'import':
    case 'jump':
      return
    case 'expression':
    case 'return':
    case 'throw':
    case 'wrapped':
    case 'export':
      pushOne(node.value, ahead)
      return
    case 'declare':
    case 'assign':
    case 'default-pattern':
      pushOne(node.value, ahead)
      pushOne(node.target, ahead)
      return
    case 'define':
      pushOne(node.function, ahead)
      return
    case 'class-statement':
      pushOne(node.class, ahead)
      return
    case 'if':
      pushAll(node.otherwise, ahead)
      pushAll(node.then, ahead)
      pushOne(node.test, ahead)
      return
    case 'loop':
      pushAll(node.body, ahead)
      pushAll(node.after, ahead)
      pushOne(node.test, ahead)
      pushOne(node.over, ahead)
      pushOne(node.each, ahead)
      pushAll(node.before, ahead)
      return
    case 'try':
      pushAll(node.last, ahead)
      pushAll(node.handlers, ahead)
      pushAll(node.body, ahead)
      return
    case 'block':
      pushAll(node.body, ahead)
      return
    case 'member':
      pushOne(node.index, ahead)
      pushOne(node.object, ahead)
      return
    case 'call':
      for (let i = node.keywords.length - 1; i >= 0; i -= 1) ahead.push(node.keywords[i]!.value)
      pushAll(node.args, ahead)
      pushOne(node.callee, ahead)
      return
    case 'function':
      pushAll(node.body, ahead)
      pushAll(node.params, ahead)
      return
    case 'class':
      pushAll(node.members, ahead)
      pushAll(node.bases, ahead)
      return
    case 'object':
      pushAll(node.entries, ahead)
      return
    case 'list':
    case 'list-pattern':
      pushAll(node.items, ahead)
      return
    case 'operation':
      pushAll(node.operands, ahead)
      return
    case 'conditional':
      pushOne(node.otherwise, ahead)
      pushOne(node.then, ahead)
      pushOne(node.test, ahead)
      return
    case 'template':
    case 'other':
      pushAll(node.parts, ahead)
      return
    case 'dynamic-import':
      pushOne(node.module, ahead)
      return
    case 'object-pattern':
      for (let i = node.entries.length - 1; i >= 0; i -= 1) ahead.push(node.entries[i]!.target)
      return
    case 'rest-pattern':
      pushOne(node.target, ahead)
      return
  }
}

function pushOne(node: Node | undefined, ahead: Node[]): void {
  if (node !== undefined) ahead.push(node)
}

function pushAll(nodes: readonly (Node | undefined)[], ahead: Node[]): void {
  for (let i = nodes.length - 1; i >= 0; i -= 1) pushOne(nodes[i], ahead)
}
