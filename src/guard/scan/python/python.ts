// Reads one file of Python: tree-sitter's syntax tree, lowered to a `Program`.
import { createRequire } from 'node:module'
import { Language, Parser, type Tree } from 'web-tree-sitter'
import { NestedTooDeep } from '../program/nesting.ts'
import type { Fault, Parsed } from '../program/parsed.ts'
import { lowerExpression } from './expressions.ts'
import { PythonSource } from './source.ts'
import { lowerStatement } from './statements.ts'
import { firstError, PythonTree } from './tree.ts'

let opened: Promise<PythonParser> | undefined
let parser: PythonParser | undefined

/** Loads the grammar, once: afterwards `parsePython` can be called. */
export async function openPython(): Promise<PythonParser> {
  opened ??= loadPython()
  parser = await opened
  return parser
}

/** Never throws for what a file says: what cannot be read is a fault. */
export function parsePython(file: string, text: string): Parsed {
  if (parser === undefined) throw new Error('openPython() was not awaited')
  return parser.parse(file, text)
}

async function loadPython(): Promise<PythonParser> {
  await Parser.init()
  const { resolve } = createRequire(import.meta.url)
  return new PythonParser(await Language.load(resolve('tree-sitter-python/tree-sitter-python.wasm')))
}

export class PythonParser {
  readonly #parser = new Parser()
  /** Used again for every file: its arrays are as large as the largest needed. */
  readonly #tree: PythonTree

  constructor(language: Language) {
    this.#parser.setLanguage(language)
    this.#tree = new PythonTree(language)
  }

  /** Never throws for what a file says: what cannot be read is a fault. */
  parse(file: string, text: string): Parsed {
    const zero = text.indexOf('\0')
    if (zero >= 0) return { fault: { at: zero, message: 'not a text: it holds a zero byte' } }

    const tree = this.#parser.parse(text)
    if (tree === null) throw new Error('the parser has no language')
    let fault: Fault | undefined
    try {
      fault = faultOf(tree, text)
      this.#tree.fill(tree, text)
    } finally {
      tree.delete()
    }

    try {
      const source = new PythonSource(this.#tree, { expression: lowerExpression, statement: lowerStatement })
      const body = source.body(this.#tree.root)
      const program = { file, language: 'python', text, body, comments: this.#tree.comments } as const
      return fault === undefined ? { program } : { fault, partial: program }
    } catch (error) {
      if (error instanceof NestedTooDeep) return { fault: fault ?? { at: error.at, message: error.message } }
      throw error
    }
  }
}

function faultOf(tree: Tree, text: string): Fault | undefined {
  const error = firstError(tree)
  if (error === undefined) return undefined
  const { at, missing } = error
  if (missing !== undefined) return { at, message: `not valid Python: ${missing} is missing` }
  const [line = ''] = text
    .slice(at, at + 60)
    .trimStart()
    .split('\n')
  return { at, message: `not valid Python at ${JSON.stringify(line.trimEnd())}` }
}
