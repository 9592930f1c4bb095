// Comments that answer for a finding: `guard-allow RULE: reason`, on its line or alone on the line above.
import type { Comment } from './program/program.ts'
import { TextLines } from './program/text-lines.ts'

/** What such a comment says, and which line it speaks of. */
export interface Allowance {
  readonly rule: string
  /** Empty when none is given: then it allows nothing, and is a finding itself. */
  readonly reason: string
  readonly at: number
  /** The line whose findings it allows. */
  readonly line: number
}

const MARK = /^[\s*]*guard-allow\b[ \t]*([^\s:]*)[ \t]*:?[ \t]*([^\n]*)/m

export function allowancesOf(text: string, comments: readonly Comment[]): Allowance[] {
  if (!text.includes('guard-allow')) return []
  const lines = new TextLines('', text)
  const alone = linesOfCommentsAlone(lines, text, comments)

  return comments.flatMap(({ at, end, text: said }) => {
    const [, rule = '', reason = ''] = MARK.exec(said) ?? []
    if (!MARK.test(said)) return []

    // Several of them may stand above each other.
    let line = lines.lineOf(Math.max(at, end - 1))
    while (alone.has(line)) line++
    return [{ rule, reason: /\p{L}/u.test(reason) ? reason.trim() : '', at, line }]
  })
}

/** Lines on which there is nothing but comments. */
function linesOfCommentsAlone(lines: TextLines, text: string, comments: readonly Comment[]): ReadonlySet<number> {
  const alone = new Set<number>()
  for (const { at, end } of comments) {
    const [first, last] = [lines.lineOf(at), lines.lineOf(Math.max(at, end - 1))]
    const before = text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
    const after = /^[^\n]*/.exec(text.slice(end))?.[0] ?? ''
    // In JSX a comment stands in braces.
    if (/^\s*\{?\s*$/.test(before) && /^\s*\}?\s*$/.test(after)) for (let line = first; line <= last; line++) alone.add(line)
  }
  return alone
}
