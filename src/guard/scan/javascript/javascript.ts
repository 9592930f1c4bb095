// Reads one file of TypeScript or JavaScript: oxc-parser's syntax tree, lowered to a `Program`.
import { type ParseResult, type ParserOptions, parseSync, rawTransferSupported } from 'oxc-parser'
import { NestedTooDeep } from '../program/nesting.ts'
import type { Fault, Parsed } from '../program/parsed.ts'
import type { Comment, Program } from '../program/program.ts'
import { lowerExpression, startAtLevelZero } from './expressions.ts'
import type { Lower } from './lower.ts'
import { tooDeepAt } from './nesting.ts'
import { lowerBody } from './statements.ts'

interface Source {
  readonly file: string
  readonly language: 'typescript' | 'javascript'
  readonly text: string
}

const LOWER: Lower = {
  expression: node => lowerExpression(node, LOWER),
  body: nodes => lowerBody(nodes, LOWER),
}

/**
 * `file` is the name that is reported; its ending also tells JSX from type assertions, and declarations from code. Never throws and
 * never ends the process: what cannot be read is a fault.
 */
export function parseJavaScript(file: string, text: string, language: 'typescript' | 'javascript'): Parsed {
  const source = { file, language, text }
  const lang = dialectOf(source)

  const deep = tooDeepAt(text, lang === 'jsx' || lang === 'tsx')
  if (deep !== undefined) return { fault: faultAt(new NestedTooDeep(deep)) }

  try {
    const { tree, fault } = read(source, lang)
    startAtLevelZero()
    const program: Program = { ...source, body: LOWER.body(tree.program.body), comments: tree.comments.map(lowerComment) }
    if (fault === undefined) return { program }
    return program.body.length === 0 ? { fault } : { fault, partial: program }
  } catch (error) {
    return { fault: faultAt(error) }
  }
}

type Dialect = NonNullable<ParserOptions['lang']>

/** Many a `.js` file holds JSX, and none can hold what JSX is ambiguous with. */
function dialectOf({ file, language }: Source): Dialect {
  if (language === 'javascript') return 'jsx'
  if (/\.d\.[cm]?ts$/i.test(file)) return 'dts'
  return /\.[cm]?tsx$/i.test(file) ? 'tsx' : 'ts'
}

/** Parser and lowering throw when something is deeper than they can go, or longer than the parser takes. */
function faultAt(error: unknown): Fault {
  if (error instanceof NestedTooDeep) return { at: error.at, message: error.message }
  if (error instanceof RangeError) return faultAt(new NestedTooDeep(0))
  return { at: 0, message: error instanceof Error ? error.message : String(error) }
}

// ── The parser ──────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Reading {
  readonly tree: ParseResult
  readonly fault: Fault | undefined
}

/** As a module first; what is a fault only there is a sloppy script: `return` at the top, `await` as a name, `<!--`. */
function read(source: Source, lang: Dialect): Reading {
  const asModule = readAs('module', source, lang)
  if (asModule.fault === undefined) return asModule

  const asScript = readAs('commonjs', source, lang)
  return asScript.fault === undefined ? asScript : asModule
}

function readAs(sourceType: 'module' | 'commonjs', source: Source, lang: Dialect): Reading {
  const tree = parse({ sourceType, lang, astType: 'ts', preserveParens: false }, source)
  const error = tree.errors.find(({ severity }) => severity === 'Error')
  return { tree, fault: error && { at: error.labels[0]?.start ?? 0, message: error.message.replace(/\.$/, '') } }
}

/** Units of text whose tree is still worth the time and the memory of JSON. */
const JSON_LENGTH_MAX = 2 ** 20

/**
 * Raw, the parser hands over the tree in memory, three times as fast as in JSON, and rebuilds it by recursion. A chain of thousands
 * of operators overflows that, as a `RangeError`, a hundred thousand statements too; JSON is read without recursion.
 */
function parse(options: ParserOptions, { file, text }: Source): ParseResult {
  const readable = text.startsWith('\ufeff#!') ? withoutFirstLine(text) : text
  if (!rawTransferSupported()) return parseSync(file, readable, options)

  try {
    // The option is missing in the parser's own declaration.
    return parseSync(file, readable, { ...options, experimentalRawTransfer: true } as ParserOptions)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    if (text.length > JSON_LENGTH_MAX) throw new Error('it has more statements, or longer chains of operators, than can be read')
    return parseSync(file, readable, options)
  }
}

/** After a byte order mark the parser does not know the line for the shell. Offsets stay. */
const withoutFirstLine = (text: string): string => text.replace(/^.*/, line => ' '.repeat(line.length))

// ── Comments ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Without the stars that block comments like to begin with. */
const lowerComment = (comment: ParseResult['comments'][number]): Comment => ({
  at: comment.start,
  end: comment.end,
  text: comment.type === 'Block' ? comment.value.replace(/^\**/, '').trim() : comment.value.trim(),
})
