// One Python file on its way into a `Program`: its tree, and what is known at the place that is being read.
import { LEVELS_MAX, NestedTooDeep } from './nesting.ts'
import type { Expression, Name } from './program.ts'
import type { NodeId, PythonTree } from './python-tree.ts'

export class PythonSource {
  readonly tree: PythonTree
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

  constructor(tree: PythonTree) {
    this.tree = tree
  }

  /** Reads what is nested `levels` deeper. */
  within<T>(node: NodeId, levels: number, read: () => T): T {
    this.#level += levels
    if (this.#level > LEVELS_MAX) throw new NestedTooDeep(this.tree.at(node))
    const result = read()
    this.#level -= levels
    return result
  }

  /** What is one level deeper, without a function for each: the level is left with `up`. */
  down(node: NodeId): void {
    this.here = this.tree.at(node)
    this.#level += 1
    if (this.#level > LEVELS_MAX) throw new NestedTooDeep(this.tree.at(node))
  }

  up(): void {
    this.#level -= 1
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

  /** Stands for what a broken file lacks. */
  nothing(): Expression {
    return { kind: 'other', at: this.here, end: this.here, parts: [] }
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 0x7f) return false
  return true
}
