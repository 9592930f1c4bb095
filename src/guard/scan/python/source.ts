// One Python file on its way into a `Program`: its tree, and what is known at the place that is being read.
import { LEVELS_MAX, NestedTooDeep } from '../program/nesting.ts'
import type { Expression, Name, Statement } from '../program/program.ts'
import type { NodeId, PythonTree } from './tree.ts'

/** How what stands inside of something is lowered, handed in since everything can stand inside of everything. */
export interface Lowering {
  expression(source: PythonSource, node: NodeId): Expression
  statement(source: PythonSource, node: NodeId, into: Statement[]): void
}

export class PythonSource {
  readonly tree: PythonTree
  readonly #lowering: Lowering
  /** What the method around calls its instance or class: `self`, `cls`, whatever stands first. */
  self: string | undefined
  /** Of the function around. */
  yields = false
  outer: string[] = []
  /** Inside of `if TYPE_CHECKING`. */
  isTypeOnly = false
  /** What loads modules here, dotted: `il.import_module` after `import importlib as il`. */
  readonly loaders = new Set(['__import__', 'builtins.__import__', 'importlib.import_module', 'importlib.__import__'])
  /** Where what is being read begins. */
  here = 0
  /** In a tree that takes `type(x)` for the beginning of a type: its `(x)`. */
  calledType: NodeId | undefined
  /** In a tree that takes `*a.b` for `(*a).b`: its `*a`, of which the star belongs to the whole. */
  unstarred: NodeId | undefined
  #level = 0

  constructor(tree: PythonTree, lowering: Lowering) {
    this.tree = tree
    this.#lowering = lowering
  }

  /** What is missing in a broken file becomes an expression without parts. */
  expression(node: NodeId | undefined): Expression {
    if (node === undefined) return { kind: 'other', at: this.here, end: this.here, parts: [] }

    this.#down(node)
    const expression = this.#lowering.expression(this, node)
    this.#level -= 1
    return expression
  }

  /** `*quotes.values(), 1`: the star is that of the whole, whatever the parser makes of it. */
  item(node: NodeId): Expression {
    const { tree } = this
    let first = node
    // Each node's first child comes right after it.
    while (/^(?:attribute|subscript|call|binary_operator)$/.test(tree.kind(first))) first += 1
    if (first === node || tree.kind(first) !== 'list_splat') return this.expression(node)

    this.unstarred = first
    const value = this.expression(node)
    return { kind: 'wrapped', ...this.place(node), how: 'spread', value }
  }

  /** All that a node is made of. */
  items(node: NodeId): Expression[] {
    return this.tree.children(node).map(child => this.item(child))
  }

  /** One statement can become several, or none. */
  statement(node: NodeId, into: Statement[]): void {
    this.#down(node)
    this.#lowering.statement(this, node, into)
    this.#level -= 1
  }

  /** The statements of a block. */
  body(block: NodeId | undefined): Statement[] {
    const into: Statement[] = []
    if (block !== undefined) for (const child of this.tree.children(block)) this.statement(child, into)
    return into
  }

  /** Reads what is nested `levels` deeper. */
  within<T>(node: NodeId, levels: number, read: () => T): T {
    this.#level += levels
    if (this.#level > LEVELS_MAX) throw new NestedTooDeep(this.tree.at(node))
    const result = read()
    this.#level -= levels
    return result
  }

  place(node: NodeId): { readonly at: number; readonly end: number } {
    return { at: this.tree.at(node), end: this.tree.end(node) }
  }

  /** As Python compares names: 𝚛𝚊𝚗𝚍𝚘𝚖 is random. */
  identifier(node: NodeId): string {
    const written = this.tree.textOf(node)
    return isAscii(written) ? written : written.normalize('NFKC')
  }

  name(node: NodeId): Name {
    const written = this.identifier(node)
    return { kind: 'name', at: this.tree.at(node), end: this.tree.end(node), name: written === this.self ? 'this' : written }
  }

  /** `a . b` with whatever stands between. */
  dotted(node: NodeId): string {
    const written = this.identifier(node)
    return /^[\w.]*$/.test(written) ? written : written.replace(/[\s\\]+/g, '')
  }

  #down(node: NodeId): void {
    this.here = this.tree.at(node)
    this.#level += 1
    if (this.#level > LEVELS_MAX) throw new NestedTooDeep(this.here)
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 0x7f) return false
  return true
}
