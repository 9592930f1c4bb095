// Writes a lowered program as S-expressions, so that a test can show the tree it expects. Both parsers' tests use it.
import type {
  ClassExpression,
  Entry,
  Expression,
  FunctionExpression,
  Handler,
  Pattern,
  Program,
  Statement,
} from '../../src/guard/scan/program/program.ts'

/** One line for each statement of the top level. */
export const programText = (program: Program): string => program.body.map(statementText).join('\n')

/** `(if test (then …) (else …))`; what is absent is left out, an endless loop's test too. */
export function statementText(statement: Statement): string {
  switch (statement.kind) {
    case 'expression':
      return expressionText(statement.value)
    case 'declare':
      return list('declare', patternText(statement.target), optional(statement.value))
    case 'define':
      return list('define', expressionText(statement.function))
    case 'class-statement':
      return list('declare', expressionText(statement.class))
    case 'return':
    case 'throw':
      return list(statement.kind, optional(statement.value))
    case 'if':
      return list('if', expressionText(statement.test), block('then', statement.then), block('else', statement.otherwise))
    case 'loop':
      return list(
        'loop',
        block('before', statement.before),
        statement.each && list('each', patternText(statement.each)),
        statement.over && list('over', expressionText(statement.over)),
        statement.test && list('test', expressionText(statement.test)),
        block('after', statement.after),
        block('body', statement.body),
      )
    case 'try':
      return list('try', block('body', statement.body), ...statement.handlers.map(handlerText), block('last', statement.last))
    case 'block':
      return block('block', statement.body) ?? '(block)'
    case 'import': {
      const names = statement.names.map(({ imported, local }) => (imported === local ? local : `${imported}:${local}`))
      return list(statement.typeOnly ? 'import-type' : 'import', quoted(statement.module), ...names)
    }
    case 'export': {
      const names = statement.names.map(({ local, exported }) => (local === exported ? local : `${local}:${exported}`))
      return list('export', statement.module && quoted(statement.module), ...names, optional(statement.value))
    }
    case 'jump':
      return '(jump)'
  }
}

/** Names bare, literals as JSON, `(. object name)`, `([] object index)`, `(call callee argument key=value)`. */
export function expressionText(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return quoted(expression.value)
    case 'name':
      return expression.name
    case 'member': {
      const object = expressionText(expression.object)
      return expression.property === undefined
        ? list('[]', object, optional(expression.index))
        : list('.', object, expression.property)
    }
    case 'call': {
      const keywords = expression.keywords.map(({ name, value }) => `${name ?? '**'}=${expressionText(value)}`)
      const args = [...expression.args.map(expressionText), ...keywords]
      return list(expression.isNew ? 'new' : 'call', expressionText(expression.callee), ...args)
    }
    case 'function':
      return functionText(expression)
    case 'class':
      return classText(expression)
    case 'object':
      return list('object', ...expression.entries.map(entryText))
    case 'list':
      return list('list', ...expression.items.map(expressionText))
    case 'operation':
      return list(expression.operator, ...expression.operands.map(expressionText))
    case 'conditional':
      return list('?', expressionText(expression.test), expressionText(expression.then), expressionText(expression.otherwise))
    case 'template':
      return list('template', ...expression.parts.map(expressionText))
    case 'assign':
      return list(expression.operator, patternText(expression.target), expressionText(expression.value))
    case 'wrapped':
      return list(expression.how, expressionText(expression.value))
    case 'dynamic-import':
      return list('import()', expressionText(expression.module))
    case 'other':
      return list('other', ...expression.parts.map(expressionText))
  }
}

export function patternText(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'name':
    case 'member':
      return expressionText(pattern)
    case 'object-pattern':
      return list('{}', ...pattern.entries.map(({ key, target }) => `${key ?? '?'}:${patternText(target)}`))
    case 'list-pattern':
      return list('[]', ...pattern.items.map(item => (item === undefined ? '_' : patternText(item))))
    case 'default-pattern':
      return list('default', patternText(pattern.target), expressionText(pattern.value))
    case 'rest-pattern':
      return list('...', patternText(pattern.target))
  }
}

function functionText(fn: FunctionExpression): string {
  const how = `${fn.isAsync ? 'async-' : ''}function${fn.isGenerator ? '*' : ''}`
  const outer = fn.outer === undefined || fn.outer.length === 0 ? undefined : list('outer', ...fn.outer)
  return list(how, fn.name, list(...fn.params.map(patternText)), outer, ...fn.body.map(statementText))
}

function classText(classExpression: ClassExpression): string {
  const members = classExpression.members.map(({ name, isStatic, isGetter, value }) =>
    list(`${isStatic ? 'static-' : ''}${isGetter ? 'getter' : 'member'}`, name, optional(value)),
  )
  return list('class', classExpression.name, list(...classExpression.bases.map(expressionText)), ...members)
}

const handlerText = (handler: Handler): string =>
  list(
    'catch',
    handler.error && patternText(handler.error),
    list(...handler.catches.map(expressionText)),
    ...handler.body.map(statementText),
  )

const entryText = ({ key, index, value }: Entry): string =>
  key !== undefined
    ? `${key}:${expressionText(value)}`
    : index === undefined
      ? `...${expressionText(value)}`
      : `[${expressionText(index)}]:${expressionText(value)}`

const optional = (value: Expression | undefined): string | undefined => value && expressionText(value)

const block = (head: string, statements: readonly Statement[]): string | undefined =>
  statements.length === 0 ? undefined : list(head, ...statements.map(statementText))

const list = (...parts: readonly (string | undefined)[]): string =>
  `(${parts.filter(part => part !== undefined && part !== '').join(' ')})`

const quoted = (value: unknown): string => (value === undefined ? 'undefined' : JSON.stringify(value))
