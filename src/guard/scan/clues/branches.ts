// Ways a branch ends, and what comes after it when it does.

import type { Statement } from '../program/program.ts'
import { isFunction, isKind, type Node, type Survey } from '../program/survey.ts'
import { lastName } from './named-values.ts'

/** Whether nothing after the branch happens when it was taken. */
export const leaves = (body: readonly Statement[]) =>
  body.some(statement => isKind(statement, 'return') || isKind(statement, 'throw'))

/** Refusing to run is what a branch on the environment is for. */
export const refuses = (body: readonly Statement[]) =>
  body.some(
    statement =>
      isKind(statement, 'throw') ||
      (isKind(statement, 'expression') &&
        isKind(statement.value, 'call') &&
        /^(?:exit|abort|_exit|kill)$/.test(lastName(statement.value.callee) ?? '')),
  )

export function statementsAfter(statement: Statement, seen: Survey): readonly Statement[] {
  const around = seen.parentOf(statement)
  const body =
    isFunction(around) || isKind(around, 'block') || isKind(around, 'loop')
      ? around.body
      : isKind(around, 'if')
        ? around.then
        : []
  const index = body.indexOf(statement)
  return index < 0 ? [] : body.slice(index + 1)
}

/** A condition that is itself only asked. */
export const isTest = (node: Node, seen: Survey): boolean => {
  const around = seen.parentOf(node)
  return (isKind(around, 'conditional') || isKind(around, 'if') || isKind(around, 'loop')) && around.test === node
}
