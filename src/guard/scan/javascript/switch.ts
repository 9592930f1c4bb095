// Lowers `switch` to a chain of ifs, each case testing `subject === value`.
import type * as Syntax from 'oxc-parser'
import { CHAIN_MAX } from '../program/nesting.ts'
import type { Expression, Operation, Statement } from '../program/program.ts'
import type { Lower } from './lower.ts'

/** Cases without statements of their own share those of the next. */
interface Group {
  readonly tests: readonly Syntax.Expression[]
  readonly isDefault: boolean
  readonly body: readonly Syntax.Statement[]
}

export function lowerSwitch(node: Syntax.SwitchStatement, lower: Lower): Statement {
  const { start: at, end, discriminant } = node
  const groups = groupsOf(node.cases)

  // Only a name can be looked at once for every case without being a second place in the tree for what is computed.
  const isPlain = isPath(discriminant)
  const name = `[switch ${at}]`
  const subject = (): Expression =>
    isPlain ? lower.expression(discriminant) : { kind: 'name', at: discriminant.start, end: discriminant.end, name }

  const otherwise = groups.find(({ isDefault }) => isDefault)
  let chain: Statement[] = otherwise === undefined ? [] : lower.body(withoutBreak(otherwise.body))
  for (const group of groups.toReversed()) {
    if (group.isDefault) continue
    chain = [
      {
        kind: 'if',
        at,
        end,
        test: testOf(subject, group.tests, lower),
        then: lower.body(withoutBreak(group.body)),
        otherwise: chain,
      },
    ]
  }

  const [only] = chain
  if (isPlain && chain.length === 1 && only?.kind === 'if') return only

  const first = { at: discriminant.start, end: discriminant.end }
  const once: Statement = isPlain
    ? { kind: 'expression', ...first, value: lower.expression(discriminant) }
    : { kind: 'declare', ...first, target: { kind: 'name', ...first, name }, value: lower.expression(discriminant) }
  return { kind: 'block', at, end, body: [once, ...chain] }
}

function groupsOf(cases: readonly Syntax.SwitchCase[]): Group[] {
  const groups: Group[] = []
  let tests: Syntax.Expression[] = []
  let isDefault = false

  for (const [i, { test, consequent }] of cases.entries()) {
    if (test === null) isDefault = true
    else tests.push(test)
    if (consequent.length === 0 && i < cases.length - 1) continue

    groups.push({ tests, isDefault, body: consequent })
    tests = []
    isDefault = false
  }
  return groups
}

function testOf(subject: () => Expression, values: readonly Syntax.Expression[], lower: Lower): Expression {
  const tests = values.map((value): Operation => {
    const operands = [subject(), lower.expression(value)] as const
    return { kind: 'operation', at: operands[0].at, end: value.end, operator: '===', operands }
  })
  const { at } = tests[0]!
  const { end } = tests.at(-1)!
  if (tests.length > CHAIN_MAX) return { kind: 'operation', at, end, operator: '||', operands: tests }
  return tests.reduce((some, test) => ({ kind: 'operation', at, end: test.end, operator: '||', operands: [some, test] }))
}

/** A `break` at the end of a case leaves the switch, not the loop around it. */
function withoutBreak(body: readonly Syntax.Statement[]): readonly Syntax.Statement[] {
  const [only] = body
  if (body.length === 1 && only?.type === 'BlockStatement') return withoutBreak(only.body as Syntax.Statement[])
  return body.filter(statement => statement.type !== 'BreakStatement' || statement.label !== null)
}

function isPath(node: Syntax.Expression): boolean {
  let inner = node
  while (inner.type === 'MemberExpression' && !inner.computed) inner = inner.object
  return inner.type === 'Identifier' || inner.type === 'ThisExpression' || inner.type === 'Literal'
}
