// Lowers the statements of TypeScript and JavaScript; types leave no trace.
import type * as Syntax from 'oxc-parser'
import { decorated, lowerClass } from './javascript-classes.ts'
import { lowerExpression } from './javascript-expressions.ts'
import { lowerFunction } from './javascript-functions.ts'
import {
  lowerCommonExport,
  lowerExportAll,
  lowerExportDefault,
  lowerExportNamed,
  lowerImport,
  lowerImportEquals,
} from './javascript-modules.ts'
import { lowerEnum, lowerNamespace } from './javascript-namespaces.ts'
import { lowerPattern } from './javascript-patterns.ts'
import { lowerSwitch } from './javascript-switch.ts'
import type { Declaration, Expression, Loop, Pattern, Statement } from './program.ts'

type Node = Syntax.Statement | Syntax.Directive

export function lowerBody(nodes: readonly Node[]): Statement[] {
  const statements: Statement[] = []
  for (const node of nodes) lowerInto(statements, node)
  return statements
}

/** What a branch or a loop does, with braces or without. */
function lowerBranch(node: Syntax.Statement | null): Statement[] {
  if (node === null) return []
  return lowerBody(node.type === 'BlockStatement' ? node.body : [node])
}

function lowerInto(statements: Statement[], node: Node): void {
  const { start: at, end } = node

  switch (node.type) {
    case 'ExpressionStatement':
      statements.push(lowerCommonExport(node) ?? { kind: 'expression', at, end, value: lowerExpression(node.expression) })
      return
    case 'VariableDeclaration':
      statements.push(...lowerDeclarations(node))
      return
    case 'ReturnStatement':
      statements.push({ kind: 'return', at, end, value: lowerOptional(node.argument) })
      return
    case 'IfStatement':
      statements.push({
        kind: 'if',
        at,
        end,
        test: lowerExpression(node.test),
        then: lowerBranch(node.consequent),
        otherwise: lowerBranch(node.alternate),
      })
      return
    case 'ImportDeclaration':
      statements.push(lowerImport(node))
      return
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'TSDeclareFunction':
    case 'TSEmptyBodyFunctionExpression':
      if (node.body !== null) statements.push({ kind: 'define', at, end, function: lowerFunction(node) })
      return
    case 'ClassDeclaration':
    case 'ClassExpression':
      if (!node.declare) statements.push(...lowerClassStatement(node))
      return
    case 'ExportNamedDeclaration':
      statements.push(...lowerExportNamed(node))
      return
    case 'ExportDefaultDeclaration':
      statements.push(...lowerExportDefault(node))
      return
    case 'ExportAllDeclaration':
      statements.push(...lowerExportAll(node))
      return
    case 'TSExportAssignment':
      statements.push({ kind: 'export', at, end, module: undefined, names: [], value: lowerExpression(node.expression) })
      return
    case 'TSImportEqualsDeclaration':
      statements.push(...lowerImportEquals(node))
      return
    case 'ThrowStatement':
      statements.push({ kind: 'throw', at, end, value: lowerExpression(node.argument) })
      return
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
      statements.push(lowerLoop(node))
      return
    case 'TryStatement':
      statements.push(lowerTry(node))
      return
    case 'SwitchStatement':
      statements.push(lowerSwitch(node))
      return
    case 'BreakStatement':
    case 'ContinueStatement':
      statements.push({ kind: 'jump', at, end })
      return
    case 'BlockStatement':
      statements.push({ kind: 'block', at, end, body: lowerBody(node.body) })
      return
    case 'LabeledStatement':
      statements.push({ kind: 'block', at, end, body: lowerBranch(node.body) })
      return
    case 'WithStatement': {
      const { object } = node
      const first = { kind: 'expression', at: object.start, end: object.end, value: lowerExpression(object) } as const
      statements.push({ kind: 'block', at, end, body: [first, ...lowerBranch(node.body)] })
      return
    }
    case 'TSEnumDeclaration':
      if (!node.declare) statements.push(lowerEnum(node))
      return
    case 'TSModuleDeclaration':
      statements.push(...lowerNamespace(node))
      return
    default:
      // Types, `;` and `debugger`: nothing happens.
      return
  }
}

const lowerOptional = (node: Syntax.Expression | null): Expression | undefined =>
  node === null ? undefined : lowerExpression(node)

function lowerDeclarations(node: Syntax.VariableDeclaration): Declaration[] {
  if (node.declare) return []
  return node.declarations.map(({ start: at, end, id, init }) => ({
    kind: 'declare',
    at,
    end,
    target: lowerPattern(id),
    value: lowerOptional(init),
  }))
}

/** What decorates a class is called with it, after it. */
function lowerClassStatement(node: Syntax.Class): Statement[] {
  const { start: at, end } = node
  const statement: Statement = { kind: 'class-statement', at, end, class: lowerClass(node) }
  if (node.decorators.length === 0 || node.id === null) return [statement]

  const itself: Expression = { kind: 'name', at: node.id.start, end: node.id.end, name: node.id.name }
  const value = decorated(itself, node.decorators)
  return [statement, { kind: 'expression', at: value.at, end: value.end, value }]
}

function lowerLoop(
  node: Syntax.ForStatement | Syntax.ForInStatement | Syntax.ForOfStatement | Syntax.WhileStatement | Syntax.DoWhileStatement,
): Loop {
  const body = lowerBranch(node.body)
  const loop = { kind: 'loop', at: node.start, end: node.end } as const
  const nothing = { each: undefined, over: undefined, before: [], test: undefined, after: [] } as const

  switch (node.type) {
    case 'ForStatement':
      return {
        ...loop,
        ...nothing,
        before: node.init === null ? [] : lowerFirst(node.init),
        test: lowerOptional(node.test),
        after: node.update === null ? [] : [asStatement(lowerExpression(node.update))],
        body,
      }
    case 'ForInStatement':
      return { ...loop, ...nothing, each: lowerEach(node.left), over: keysOf(lowerExpression(node.right)), body }
    case 'ForOfStatement': {
      const over = lowerExpression(node.right)
      const { at, end } = over
      return {
        ...loop,
        ...nothing,
        each: lowerEach(node.left),
        over: node.await ? { kind: 'wrapped', at, end, how: 'await', value: over } : over,
        body,
      }
    }
    default:
      return { ...loop, ...nothing, test: lowerOptional(node.test), body }
  }
}

const lowerFirst = (node: Syntax.ForStatementInit): Statement[] =>
  node.type === 'VariableDeclaration' ? lowerDeclarations(node) : [asStatement(lowerExpression(node))]

const asStatement = (value: Expression): Statement => ({ kind: 'expression', at: value.at, end: value.end, value })

const lowerEach = (node: Syntax.ForStatementLeft): Pattern =>
  lowerPattern(node.type === 'VariableDeclaration' ? node.declarations[0]!.id : node)

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

function lowerTry(node: Syntax.TryStatement): Statement {
  const { handler } = node
  return {
    kind: 'try',
    at: node.start,
    end: node.end,
    body: lowerBody(node.block.body),
    handlers:
      handler === null
        ? []
        : [
            {
              at: handler.start,
              end: handler.end,
              error: handler.param === null ? undefined : lowerPattern(handler.param),
              catches: [],
              body: lowerBody(handler.body.body),
            },
          ],
    last: node.finalizer === null ? [] : lowerBody(node.finalizer.body),
  }
}
