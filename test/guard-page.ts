// The rules in docs/guard.md, made from the rules themselves: `node test/guard-page.ts` writes them, a test compares them.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Example, Rule } from '../src/guard/scan/rule.ts'
import { RULE_BOOK } from '../src/guard/scan/rule-book.ts'
import { ROOT, read } from './source.ts'

export const PAGE = 'docs/guard.md'

const START = '<!-- rules: made by `node test/guard-page.ts` -->\n'
const END = '<!-- end of rules -->'

/** The page as it is, with the rules as they are. */
export function guardPage(): string {
  const page = read(PAGE) ?? ''
  const [from, to] = [page.indexOf(START), page.indexOf(END)]
  if (from === -1 || to === -1) throw new Error(`${PAGE} has lost the marks between which its rules stand`)
  return `${page.slice(0, from + START.length)}\n${RULE_BOOK.map(section).join('\n')}\n${page.slice(to)}`
}

function section({ id, severity, summary, why, bad, good, looksAt }: Rule): string {
  const where = looksAt === 'tests' ? ', in tests' : ''
  const head = [`### ${id}`, `${summary.charAt(0).toUpperCase()}${summary.slice(1)} (${severity}${where}).`, why]
  return [...head, ...shown('Found', bad), ...shown('Not found', good), ''].join('\n\n').trimEnd().concat('\n')
}

/** All of them are in `--explain`; here those that show most. */
const SHOWN_MAX = 2

const shown = (title: string, examples: readonly Example[]): string[] =>
  examples.slice(0, SHOWN_MAX).map(({ language, code }) => `${title}:\n\n\`\`\`${language}\n${code.trimEnd()}\n\`\`\``)

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(join(ROOT, PAGE), guardPage())
