// Whether a place of a program belongs to research that draws worlds to learn from them: Monte-Carlo, bootstrap, permutation.

import { OncePerProgram } from '../program/once-per-program.ts'
import type { FunctionExpression, Program } from '../program/program.ts'
import { isFunction, isKind, type Node, survey } from '../program/survey.ts'
import { isResearch, wordsOf } from './market-words.ts'

const files = new OncePerProgram<boolean>()

/** By the names around a place, of the file's folder, and of what the file is for. */
export function isOfResearch(program: Program, node: Node): boolean {
  const { parentOf, nameOf } = survey(program)
  for (let at: Node | undefined = node; at !== undefined; at = parentOf(at)) {
    if (isFunction(at) && (namesResearch(nameOf(at)) || saysResearch(at, program))) return true
    if (isKind(at, 'class') && at.name !== undefined && namesResearch(at.name)) return true
  }
  return isResearchFile(program)
}

const SAYING =
  /\b(?:monte[- ]?carlo|bootstrap(?:s|ped|ping)?|re-?sampl(?:es?|ed|ing)|permut(?:es?|ed|ation|ations)|posterior|metropolis|mcmc|null hypothesis|significance)\b/i

/** What is written about a function: its docstring, the comment above it. */
function saysResearch(fn: FunctionExpression, program: Program): boolean {
  const [first] = fn.body
  if (first?.kind === 'expression' && first.value.kind === 'literal' && SAYING.test(String(first.value.value))) return true
  return program.comments.some(
    ({ at, end, text }) =>
      end <= fn.at &&
      fn.at - end < 120 &&
      at < fn.at &&
      SAYING.test(text) &&
      !/;|\}|\n\s*\n/.test(program.text.slice(end, fn.at)),
  )
}

export const isResearchFile = (program: Program): boolean =>
  files.of(program, () => program.file.split('/').slice(-2).some(isResearch) || topNames(program).some(namesResearch))

/** 'bootstrap' alone starts a program. */
export const namesResearch = (name: string): boolean =>
  isResearch(name) && !/^_?bootstrap(?:App(?:lication)?|Server|Service)?$/i.test(name)

function* names(program: Program): Generator<string> {
  const { nameOf, of } = survey(program)
  for (const fn of of('function')) yield nameOf(fn)
  for (const made of of('class')) yield made.name ?? ''
}

const topNames = (program: Program): string[] => [...names(program)].filter(name => wordsOf(name).length > 0)

const papers = new OncePerProgram<boolean>()
const PAPER = /\b(?:paper|backtest|backtesting|backtester|sandbox|whatif|simulator|simulation|scenario|optimi[sz]er|sdk)\b/

/** Paper trading, backtests and research: there a simulated fill is what its name says, and nobody takes it for a real one. */
export function isPaperOrResearch(program: Program, node: Node): boolean {
  const { parentOf, nameOf } = survey(program)
  const isPaper = (name: string | undefined) => name !== undefined && PAPER.test(wordsOf(name).join(' '))
  for (let at: Node | undefined = node; at !== undefined; at = parentOf(at)) {
    if (isFunction(at) && isPaper(nameOf(at))) return true
    if (isKind(at, 'class') && isPaper(at.name)) return true
  }

  return papers.of(program, () => (program.place ?? '').split('/').slice(-3).some(isPaper)) || isOfResearch(program, node)
}
