// Statements hold expressions, expressions hold functions, functions hold statements: the two ends of that circle, handed around.
import type * as Syntax from 'oxc-parser'
import type { Expression, Statement } from '../program/program.ts'

export interface Lower {
  expression(node: Syntax.Expression): Expression
  body(nodes: readonly (Syntax.Statement | Syntax.Directive)[]): Statement[]
}
