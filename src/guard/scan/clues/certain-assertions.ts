// Which assertions hold whatever the code under test does.
import type { Flow } from '../flow/flow.ts'
import type { Expression, Program } from '../program/program.ts'
import { besideFunctions, isKind, within } from '../program/survey.ts'
import { lastName } from './named-values.ts'

export interface Subject {
  readonly program: Program
  readonly flow: Flow
}

/** Whether an assertion about these holds before the program runs. */
export function isCertain(looked: readonly Expression[], against: readonly Expression[], { flow, program }: Subject): boolean {
  const [subject] = looked
  if (subject === undefined) return false
  const [other] = against

  const isFixed = (expression: Expression): boolean => {
    if (expression.kind === 'literal' || expression.kind === 'function') return true
    if (expression.kind === 'list') return expression.items.every(isFixed)
    if (expression.kind === 'object') return expression.entries.every(({ value }) => isFixed(value))
    if (expression.kind === 'operation') return isFixedOperation(expression.operator, expression.operands)
    return expression.kind === 'name' && flow.constantOf(expression) !== undefined
  }
  const isFixedOperation = (operator: string, operands: readonly Expression[]): boolean => {
    if (operator === '||')
      return operands.some(operand => operand.kind === 'literal' && operand.value === true) || operands.every(isFixed)
    if (/^(?:===?|>=|<=)$/.test(operator)) {
      const [left, right] = operands
      if (left !== undefined && right !== undefined && isSame(left, right)) return true
      if (operator === '>=' && left !== undefined && isLength(left) && right?.kind === 'literal' && right.value === 0) return true
    }
    return operands.every(isFixed)
  }
  const isSame = (left: Expression, right: Expression) =>
    !mayDiffer(left) && program.text.slice(left.at, left.end) === program.text.slice(right.at, right.end)

  // A function given to `expect` is called by it.
  if (subject.kind === 'function') return false
  // A tuple with a message is as true as any: `assert (price == 1, 'read')`.
  const isThere = subject.kind === 'list' && subject.items.length > 0
  if (other === undefined) return isThere || isFixed(subject)
  if (isFixed(subject) && (other.kind === 'literal' && typeof other.value === 'string' ? true : isFixed(other))) return true
  return isSame(subject, other)
}

/** Two calls of the same can give different answers: that they agree is worth saying. */
const mayDiffer = (expression: Expression) => [...within(expression, besideFunctions)].some(node => isKind(node, 'call'))

const isLength = (expression: Expression) =>
  (expression.kind === 'member' && /^(?:length|size)$/.test(expression.property ?? '')) ||
  (expression.kind === 'call' && lastName(expression.callee) === 'len')
