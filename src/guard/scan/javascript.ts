// Reads one file of TypeScript or JavaScript: oxc-parser's syntax tree, lowered to a `Program`.
import { type ParseResult, type ParserOptions, parseSync, rawTransferSupported } from 'oxc-parser'
import { startAtLevelZero } from './javascript-expressions.ts'
import { lowerBody } from './javascript-statements.ts'
import { NestedTooDeep } from './nesting.ts'
import type { Parsed } from './parsed.ts'
import type { Comment } from './program.ts'

// Read by the parser, missing in its declared options: the tree is handed over in shared memory instead of as JSON.
const HANDED_OVER_RAW = rawTransferSupported()

/**
 * `file` is the name that is reported; its ending also tells JSX from type assertions. Never throws: what cannot be read is a fault.
 */
export function parseJavaScript(file: string, text: string, language: 'typescript' | 'javascript'): Parsed {
  startAtLevelZero()
  try {
    const lang = language === 'javascript' ? 'jsx' : /\.[cm]?tsx$/.test(file) ? 'tsx' : 'ts'
    const tree = readAs('module', lang, file, text)
    const error = tree.errors.find(({ severity }) => severity === 'Error')
    if (error !== undefined) {
      // Sloppy scripts: `with`, `return` at the top, 010, `await` as a name.
      const script = readAs('commonjs', lang, file, text)
      if (script.errors.some(({ severity }) => severity === 'Error'))
        return { fault: { at: error.labels[0]?.start ?? 0, message: error.message } }
      return {
        program: { file, language, text, body: lowerBody(script.program.body), comments: script.comments.map(lowerComment) },
      }
    }
    return { program: { file, language, text, body: lowerBody(tree.program.body), comments: tree.comments.map(lowerComment) } }
  } catch (error) {
    if (error instanceof NestedTooDeep) return { fault: { at: error.at, message: error.message } }
    throw error
  }
}

function readAs(sourceType: 'module' | 'commonjs', lang: 'ts' | 'tsx' | 'jsx', file: string, text: string): ParseResult {
  const options: ParserOptions & { experimentalRawTransfer: boolean } = {
    sourceType,
    lang,
    astType: 'ts',
    preserveParens: false,
    experimentalRawTransfer: HANDED_OVER_RAW,
  }
  return parseSync(file, text, options)
}

const lowerComment = (comment: { value: string; start: number; end: number }): Comment => ({
  at: comment.start,
  end: comment.end,
  text: comment.value.trim(),
})
