// One Python syntax tree in flat arrays: copied out of WebAssembly in a single walk, since every question asked across costs a call.
import type { Language, Tree } from 'web-tree-sitter'
import type { Comment } from '../program/program.ts'

/** A node of the tree: its number in order of the text, parents before children. */
export type NodeId = number

/** What the copy does with each kind of node. */
const SKIP = 0
const LEAF = 1
const INNER = 2
const COMMENT = 3
const STRING = 4
const BROKEN = 5
const TYPE = 6
const ALIAS = 7

/** Nothing below them is asked for: their text says it all, or they are types. */
const LEAVES = new Set(
  (
    'identifier integer float true false none ellipsis string_start string_content string_end dotted_name type_parameter splat_type ' +
    'wildcard_import pass_statement break_statement continue_statement splat_pattern ' +
    'relative_import keyword_separator positional_separator type_conversion'
  ).split(' '),
)

/** Signs and words without which their parent could not be told: the rest of the punctuation leaves no trace. */
const SIGNS = new Set([
  ...'async from _ and or | not in is < <= == != >= > <> + - * / // % ** @ & ^ ~ << >>'.split(' '),
  ...'+= -= *= /= //= %= **= @= &= |= ^= >>= <<='.split(' '),
  'not in',
  'is not',
])

/** Not part of the language: the parser could make nothing of what is inside. */
export const ERROR = 'ERROR'

export class PythonTree {
  text = ''
  comments: Comment[] = []
  /** How many nodes the present tree has. */
  #count = 0
  readonly #names: readonly string[]
  readonly #ways: Uint8Array
  #kinds = new Uint16Array(1 << 14)
  #starts = new Int32Array(1 << 14)
  #ends = new Int32Array(1 << 14)
  /** The number of the first node after all that is inside of a node. */
  #afters = new Int32Array(1 << 14)

  constructor(language: Language) {
    const names: string[] = []
    for (let id = 0; id < language.nodeTypeCount; id += 1) {
      const name = language.types[id] ?? ''
      names.push(language.nodeTypeIsNamed(id) || SIGNS.has(name) ? name : '')
    }
    this.#ways = Uint8Array.from(names, (name, id) => wayOf(name, language.nodeTypeIsNamed(id)))
    // The kind of an error lies far outside: it gets the last place.
    this.#names = [...names, ERROR]
  }

  get root(): NodeId {
    return 0
  }

  kind(node: NodeId): string {
    return this.#names[this.#kinds[node]!]!
  }

  at(node: NodeId): number {
    return this.#starts[node]!
  }

  end(node: NodeId): number {
    return this.#ends[node]!
  }

  textOf(node: NodeId): string {
    return this.text.slice(this.#starts[node]!, this.#ends[node]!)
  }

  /** In order of the text; comments, punctuation and keywords are none. */
  children(node: NodeId): NodeId[] {
    const children: NodeId[] = []
    const after = this.#afters[node]!
    for (let child = node + 1; child < after; child = this.#afters[child]!) children.push(child)
    return children
  }

  /** The first child of a kind. */
  child(node: NodeId, kind: string): NodeId | undefined {
    const after = this.#afters[node]!
    for (let child = node + 1; child < after; child = this.#afters[child]!) if (this.kind(child) === kind) return child
    return undefined
  }

  /** Takes the place of the tree that was here before; afterwards `tree` may be freed. */
  fill(tree: Tree, text: string): void {
    this.text = text
    this.comments = []
    this.#count = 0

    const cursor = tree.walk()
    const open: NodeId[] = []
    for (;;) {
      const goesDown = this.#take(cursor, open) && cursor.gotoFirstChild()
      if (goesDown) {
        open.push(this.#count - 1)
        continue
      }

      while (!cursor.gotoNextSibling()) {
        const parent = open.pop()
        if (parent === undefined || !cursor.gotoParent()) {
          cursor.delete()
          return
        }
        this.#afters[parent] = this.#count
      }
    }
  }

  /** Copies the node under the cursor; whether there is something below it. */
  #take(cursor: Cursor, open: readonly NodeId[]): boolean {
    const type = cursor.nodeTypeId
    const way = type < this.#ways.length ? this.#ways[type]! : BROKEN
    if (way === SKIP) return false

    const at = cursor.startIndex
    const end = cursor.endIndex
    if (way === COMMENT) {
      this.comments.push({ at, end, text: this.text.slice(at + 1, end).trim() })
      return false
    }

    // Among statements something may be saved; inside an expression the rest of it stands better alone.
    if (way === BROKEN && open.length > 0 && !this.#holdsStatements(open.at(-1)!)) return false

    this.#append(way === BROKEN ? this.#names.length - 1 : type, at, end)
    switch (way) {
      case LEAF:
        return false
      case STRING:
        return this.#hasHoles(at)
      case TYPE:
        return open.length > 0 && /^(?:type_alias_statement|constrained_type)$/.test(this.kind(open.at(-1)!))
      case ALIAS:
        return this.#isNoAlias(at)
      default:
        return true
    }
  }

  #append(kind: number, at: number, end: number): void {
    const node = this.#count
    if (node === this.#kinds.length) this.#grow()
    this.#kinds[node] = kind
    this.#starts[node] = at
    this.#ends[node] = end
    this.#afters[node] = node + 1
    this.#count = node + 1
  }

  #holdsStatements(node: NodeId): boolean {
    const kind = this.kind(node)
    return kind === 'module' || kind === 'block' || kind === ERROR
  }

  /** `f'…'`, also after other letters. */
  #hasHoles(at: number): boolean {
    for (let i = at; ; i += 1) {
      const code = this.text.charCodeAt(i) | 0x20
      if (code === 0x66) return true
      if (!(code >= 0x61 && code <= 0x7a)) return false
    }
  }

  /** `type(mock).price = 1` is taken for the declaration of a type by the parser. */
  #isNoAlias(at: number): boolean {
    const brackets = /type\s*\(/y
    brackets.lastIndex = at
    return brackets.test(this.text)
  }

  #grow(): void {
    const size = 2 * this.#kinds.length
    this.#kinds = grown(this.#kinds, new Uint16Array(size))
    this.#starts = grown(this.#starts, new Int32Array(size))
    this.#ends = grown(this.#ends, new Int32Array(size))
    this.#afters = grown(this.#afters, new Int32Array(size))
  }
}

type Cursor = ReturnType<Tree['walk']>

function wayOf(name: string, isNamed: boolean): number {
  if (name === 'comment') return COMMENT
  if (name === 'string') return STRING
  if (isNamed && name === 'type') return TYPE
  if (name === 'type_alias_statement') return ALIAS
  if (name === '' || name === 'line_continuation') return SKIP
  return !isNamed || LEAVES.has(name) ? LEAF : INNER
}

function grown<T extends Uint16Array | Int32Array>(from: T, to: T): T {
  to.set(from)
  return to
}

/** Where the parser first could not go on; undefined for a tree without errors. */
export function firstError(tree: Tree): { readonly at: number; readonly missing: string | undefined } | undefined {
  let node = tree.rootNode
  if (!node.hasError) return undefined

  for (;;) {
    if (node.isMissing) return { at: node.startIndex, missing: node.type }
    const inner = node.children.find(child => child.hasError)
    if (inner === undefined) return { at: node.startIndex, missing: undefined }
    node = inner
  }
}
