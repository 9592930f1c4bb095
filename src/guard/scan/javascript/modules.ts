// Lowers what a module takes from others and gives to them: import, export, and what CommonJS and TypeScript say instead.
import type * as Syntax from 'oxc-parser'
import { LEVELS_MAX, NestedTooDeep } from '../program/nesting.ts'
import type { Assign, Export, Expression, Import, ImportedName, ObjectExpression, Statement } from '../program/program.ts'
import { constantKey } from './constants.ts'
import type { Lower } from './lower.ts'
import { namesIn } from './patterns.ts'

export function lowerImport(node: Syntax.ImportDeclaration): Import {
  const isType = node.importKind === 'type'
  const values = node.specifiers.filter(specifier => specifier.type !== 'ImportSpecifier' || specifier.importKind !== 'type')
  // `import { type A, type B }` loads nothing either.
  const typeOnly = isType || (node.specifiers.length > 0 && values.length === 0)

  return {
    kind: 'import',
    at: node.start,
    end: node.end,
    module: node.source.value,
    names: (typeOnly ? node.specifiers : values).map(importedName),
    typeOnly,
  }
}

function importedName(specifier: Syntax.ImportDeclarationSpecifier): ImportedName {
  const local = specifier.local.name
  if (specifier.type === 'ImportDefaultSpecifier') return { imported: 'default', local }
  if (specifier.type === 'ImportNamespaceSpecifier') return { imported: '*', local }
  return { imported: exportedName(specifier.imported), local }
}

const exportedName = (name: Syntax.ModuleExportName): string => (name.type === 'Literal' ? name.value : name.name)

/** `import x = require('y')` is `const x = require('y')`; `import x = A.B` is `const x = A.B`. */
export function lowerImportEquals(node: Syntax.TSImportEqualsDeclaration, lower: Lower): Statement[] {
  const { start: at, end, id, moduleReference } = node
  const isType = node.importKind === 'type'
  const target = { kind: 'name', at: id.start, end: id.end, name: id.name } as const

  if (moduleReference.type !== 'TSExternalModuleReference')
    return isType ? [] : [{ kind: 'declare', at, end, target, value: lowerQualified(moduleReference) }]

  const { expression, start, end: until } = moduleReference
  if (isType)
    return [{ kind: 'import', at, end, module: expression.value, names: [{ imported: '*', local: id.name }], typeOnly: true }]
  const value: Expression = { kind: 'dynamic-import', at: start, end: until, module: lower.expression(expression) }
  return [{ kind: 'declare', at, end, target, value }]
}

function lowerQualified(node: Syntax.TSTypeName, level = 0): Expression {
  const { start: at, end } = node
  if (level > LEVELS_MAX) throw new NestedTooDeep(at)
  if (node.type === 'Identifier') return { kind: 'name', at, end, name: node.name }
  if (node.type === 'ThisExpression') return { kind: 'name', at, end, name: 'this' }
  return { kind: 'member', at, end, object: lowerQualified(node.left, level + 1), property: node.right.name, index: undefined }
}

// ── Exports ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

export function lowerExportNamed(node: Syntax.ExportNamedDeclaration, lower: Lower): Statement[] {
  if (node.exportKind === 'type') return []

  const { declaration, source, specifiers } = node
  if (declaration !== null) {
    const statements = lower.body([declaration])
    return statements.length === 0 ? [] : [...statements, exportOf(node, { names: statements.flatMap(declaredNames).map(same) })]
  }

  const values = specifiers.filter(({ exportKind }) => exportKind !== 'type')
  if (values.length === 0 && specifiers.length > 0) return []
  const names = values.map(({ local, exported }) => ({ local: exportedName(local), exported: exportedName(exported) }))
  return [exportOf(node, { module: source?.value, names })]
}

const same = (name: string) => ({ local: name, exported: name })

export function declaredNames(statement: Statement): string[] {
  switch (statement.kind) {
    case 'declare':
      return namesIn(statement.target)
    case 'define':
      return statement.function.name === undefined ? [] : [statement.function.name]
    case 'class-statement':
      return statement.class.name === undefined ? [] : [statement.class.name]
    default:
      return []
  }
}

export function lowerExportDefault(node: Syntax.ExportDefaultDeclaration, lower: Lower): Statement[] {
  const { declaration } = node
  if (declaration.type === 'TSInterfaceDeclaration') return []

  const isDeclared = declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration'
  if (declaration.type === 'TSDeclareFunction') return []
  if (isDeclared && declaration.id !== null)
    return [...lower.body([declaration]), exportOf(node, { names: [{ local: declaration.id.name, exported: 'default' }] })]
  return [exportOf(node, { value: lower.expression(declaration) })]
}

export function lowerExportAll(node: Syntax.ExportAllDeclaration): Statement[] {
  if (node.exportKind === 'type') return []
  const exported = node.exported === null ? '*' : exportedName(node.exported)
  return [exportOf(node, { module: node.source.value, names: [{ local: '*', exported }] })]
}

const exportOf = (
  { start, end }: Syntax.Span,
  what: { readonly module?: string | undefined; readonly names?: Export['names']; readonly value?: Expression },
): Export => ({ kind: 'export', at: start, end, module: what.module, names: what.names ?? [], value: what.value })

// ── CommonJS ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * `module.exports = VALUE` exports the value as a whole. `exports.a = VALUE` exports it under a name: the assignment remains, as
 * the export's value. Undefined for every other statement.
 */
export function lowerCommonExport(
  { start, end, expression }: Syntax.ExpressionStatement | Syntax.Directive,
  lower: Lower,
): Export | undefined {
  if (expression.type === 'CallExpression') return lowerExportCall(expression, lower)
  if (expression.type !== 'AssignmentExpression' || expression.operator !== '=') return undefined
  if (expression.left.type !== 'MemberExpression' && expression.left.type !== 'Identifier') return undefined

  const names: string[] = []
  let isWhole = false
  let value: Syntax.Expression = expression
  for (; value.type === 'AssignmentExpression'; value = value.right) {
    const target = exportTarget(value.left)
    if (target === undefined) break
    if (target.name === undefined) isWhole = true
    else names.push(target.name)
  }

  if (isWhole) return exportOf({ start, end }, { value: lower.expression(value) })
  if (names.length === 0) return undefined
  return exportOf({ start, end }, { names: names.map(same), value: lower.expression(expression) as Assign })
}

/** What compilers write: `__exportStar(require('./x'), exports)`, `Object.defineProperty(exports, 'a', { get: () => x.a })`. */
function lowerExportCall(node: Syntax.CallExpression, lower: Lower): Export | undefined {
  const { callee, arguments: args } = node
  const [first, second, third] = args
  if (first === undefined || second === undefined) return undefined
  const method =
    callee.type === 'Identifier'
      ? callee.name
      : callee.type === 'MemberExpression' && !callee.computed
        ? callee.property.name
        : undefined

  const [target, source] = method === '__exportStar' ? [second, first] : [first, second]
  if (target.type === 'SpreadElement' || source.type === 'SpreadElement' || !isExports(target)) return undefined

  if (method === '__exportStar' || method === 'assign') {
    const module = lower.expression(source)
    const path = module.kind === 'dynamic-import' ? constantKey(module.module) : undefined
    return path === undefined ? undefined : exportOf(node, { module: path, names: [{ local: '*', exported: '*' }] })
  }

  if (method !== 'defineProperty' || third?.type !== 'ObjectExpression') return undefined
  const name = constantKey(lower.expression(source))
  const given = lower.expression(third) as ObjectExpression
  const value = given.entries.find(({ key }) => key === 'get' || key === 'value')?.value
  return name === undefined || name === '__esModule' || value === undefined
    ? undefined
    : exportOf(node, { names: [same(name)], value })
}

/** `exports` and `module.exports` as a whole, or one name of them. */
function exportTarget(node: Syntax.AssignmentTarget): { readonly name: string | undefined } | undefined {
  if (isExports(node)) return { name: undefined }
  if (node.type !== 'MemberExpression' || !isExports(node.object)) return undefined

  if (!node.computed) return { name: node.property.name }
  return node.property.type === 'Literal' && typeof node.property.value === 'string' ? { name: node.property.value } : undefined
}

function isExports(node: Syntax.AssignmentTarget | Syntax.Expression): boolean {
  if (node.type === 'Identifier') return node.name === 'exports'
  return (
    node.type === 'MemberExpression' &&
    !node.computed &&
    node.property.name === 'exports' &&
    node.object.type === 'Identifier' &&
    node.object.name === 'module'
  )
}
