// Lowers the statements of TypeScript and JavaScript; types leave no trace.
import type * as Syntax from 'oxc-parser'
import type { Declaration, Expression, Loop, Pattern, Statement } from '../program/program.ts'
import { decorated, lowerClass } from './classes.ts'
import { lowerFunction } from './functions.ts'
import type { Lower } from './lower.ts'
import {
  lowerCommonExport,
  lowerExportAll,
  lowerExportDefault,
  lowerExportNamed,
  lowerImport,
  lowerImportEquals,
} from './modules.ts'
import { lowerEnum, lowerNamespace } from './namespaces.ts'
import { lowerPattern } from './patterns.ts'
import { lowerSwitch } from './switch.ts'

type Node = Syntax.Statement | Syntax.Directive

export function lowerBody(nodes: readonly Node[], lower: Lower): Statement[] {
  const statements: Statement[] = []
  for (const node of nodes) lowerInto(statements, node, lower)
  return statements
}

/** What a branch or a loop does, with braces or without. */
function lowerBranch(node: Syntax.Statement | null, lower: Lower): Statement[] {
  if (node === null) return []
  return lowerBody(node.type === 'BlockStatement' ? node.body : [node], lower)
}

function lowerInto(statements: Statement[], node: Node, lower: Lower): void {
  const { start: at, end } = node

  switch (node.type) {
    case 'ExpressionStatement':
      statements.push(lowerCommonExport(node, lower) ?? { kind: 'expression', at, end, value: lower.expression(node.expression) })
      return
    case 'VariableDeclaration':
      statements.push(...lowerDeclarations(node, lower))
      return
    case 'ReturnStatement':
      statements.push({ kind: 'return', at, end, value: lowerOptional(node.argument, lower) })
      return
    case 'IfStatement':
      statements.push({
        kind: 'if',
        at,
        end,
        test: lower.expression(node.test),
        then: lowerBranch(node.consequent, lower),
        otherwise: lowerBranch(node.alternate, lower),
      })
      return
    case 'ImportDeclaration':
      statements.push(lowerImport(node))
      return
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'TSDeclareFunction':
    case 'TSEmptyBodyFunctionExpression':
      if (node.body !== null) statements.push({ kind: 'define', at, end, function: lowerFunction(node, lower) })
      return
    case 'ClassDeclaration':
    case 'ClassExpression':
      if (!node.declare) statements.push(...lowerClassStatement(node, lower))
      return
    case 'ExportNamedDeclaration':
      statements.push(...lowerExportNamed(node, lower))
      return
    case 'ExportDefaultDeclaration':
      statements.push(...lowerExportDefault(node, lower))
      return
    case 'ExportAllDeclaration':
      statements.push(...lowerExportAll(node))
      return
    case 'TSExportAssignment':
      statements.push({ kind: 'export', at, end, module: undefined, names: [], value: lower.expression(node.expression) })
      return
    case 'TSImportEqualsDeclaration':
      statements.push(...lowerImportEquals(node, lower))
      return
    case 'ThrowStatement':
      statements.push({ kind: 'throw', at, end, value: lower.expression(node.argument) })
      return
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
      statements.push(lowerLoop(node, lower))
      return
    case 'TryStatement':
      statements.push(lowerTry(node, lower))
      return
    case 'SwitchStatement':
      statements.push(lowerSwitch(node, lower))
      return
    case 'BreakStatement':
    case 'ContinueStatement':
      statements.push({ kind: 'jump', at, end })
      return
    case 'BlockStatement':
      statements.push({ kind: 'block', at, end, body: lowerBody(node.body, lower) })
      return
    case 'LabeledStatement':
      statements.push({ kind: 'block', at, end, body: lowerBranch(node.body, lower) })
      return
    case 'WithStatement': {
      const { object } = node
      const first = { kind: 'expression', at: object.start, end: object.end, value: lower.expression(object) } as const
      statements.push({ kind: 'block', at, end, body: [first, ...lowerBranch(node.body, lower)] })
      return
    }
    case 'TSEnumDeclaration':
      if (!node.declare) statements.push(lowerEnum(node, lower))
      return
    case 'TSModuleDeclaration':
      statements.push(...lowerNamespace(node, lower))
      return
    default:
      // Types, `;` and `debugger`: nothing happens.
      return
  }
}

const lowerOptional = (node: Syntax.Expression | null, lower: Lower): Expression | undefined =>
  node === null ? undefined : lower.expression(node)

function lowerDeclarations(node: Syntax.VariableDeclaration, lower: Lower): Declaration[] {
  if (node.declare) return []
  return node.declarations.map(({ start: at, end, id, init }) => ({
    kind: 'declare',
    at,
    end,
    target: lowerPattern(id, lower),
    value: lowerOptional(init, lower),
  }))
}

/** What decorates a class is called with it, after it. */
function lowerClassStatement(node: Syntax.Class, lower: Lower): Statement[] {
  const { start: at, end } = node
  const statement: Statement = { kind: 'class-statement', at, end, class: lowerClass(node, lower) }
  if (node.decorators.length === 0 || node.id === null) return [statement]

  const itself: Expression = { kind: 'name', at: node.id.start, end: node.id.end, name: node.id.name }
  const value = decorated(itself, node.decorators, lower)
  return [statement, { kind: 'expression', at: value.at, end: value.end, value }]
}

function lowerLoop(
  node: Syntax.ForStatement | Syntax.ForInStatement | Syntax.ForOfStatement | Syntax.WhileStatement | Syntax.DoWhileStatement,
  lower: Lower,
): Loop {
  const body = lowerBranch(node.body, lower)
  const loop = { kind: 'loop', at: node.start, end: node.end } as const
  const nothing = { each: undefined, over: undefined, before: [], test: undefined, after: [] } as const

  switch (node.type) {
    case 'ForStatement':
      return {
        ...loop,
        ...nothing,
        before: node.init === null ? [] : lowerFirst(node.init, lower),
        test: lowerOptional(node.test, lower),
        after: node.update === null ? [] : [asStatement(lower.expression(node.update))],
        body,
      }
    case 'ForInStatement':
      return { ...loop, ...nothing, each: lowerEach(node.left, lower), over: keysOf(lower.expression(node.right)), body }
    case 'ForOfStatement': {
      const over = lower.expression(node.right)
      const { at, end } = over
      return {
        ...loop,
        ...nothing,
        each: lowerEach(node.left, lower),
        over: node.await ? { kind: 'wrapped', at, end, how: 'await', value: over } : over,
        body,
      }
    }
    default:
      return { ...loop, ...nothing, test: lowerOptional(node.test, lower), body }
  }
}

const lowerFirst = (node: Syntax.ForStatementInit, lower: Lower): Statement[] =>
  node.type === 'VariableDeclaration' ? lowerDeclarations(node, lower) : [asStatement(lower.expression(node))]

const asStatement = (value: Expression): Statement => ({ kind: 'expression', at: value.at, end: value.end, value })

const lowerEach = (node: Syntax.ForStatementLeft, lower: Lower): Pattern =>
  lowerPattern(node.type === 'VariableDeclaration' ? node.declarations[0]!.id : node, lower)

/** `for (const key in quotes)` goes over `Object.keys(quotes)`. */
function keysOf(object: Expression): Expression {
  const { at, end } = object
  const callee = {
    kind: 'member',
    at,
    end,
    object: { kind: 'name', at, end, name: 'Object' },
    property: 'keys',
    index: undefined,
  } as const
  return { kind: 'call', at, end, callee, args: [object], keywords: [], isNew: false }
}

function lowerTry(node: Syntax.TryStatement, lower: Lower): Statement {
  const { handler } = node
  return {
    kind: 'try',
    at: node.start,
    end: node.end,
    body: lowerBody(node.block.body, lower),
    handlers:
      handler === null
        ? []
        : [
            {
              at: handler.start,
              end: handler.end,
              error: handler.param === null ? undefined : lowerPattern(handler.param, lower),
              catches: [],
              body: lowerBody(handler.body.body, lower),
            },
          ],
    last: node.finalizer === null ? [] : lowerBody(node.finalizer.body, lower),
  }
}
