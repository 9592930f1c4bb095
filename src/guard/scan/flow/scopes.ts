// Scopes and what their statements declare, before any of them is read: functions are used above where they stand.
import type { ClassExpression, Expression, FunctionExpression, ObjectExpression, Pattern, Statement } from '../program/program.ts'

export interface Binding {
  readonly name: string
  readonly at: number
  readonly kind: 'variable' | 'param' | 'import' | 'function' | 'class'
  /** The function it lives in; undefined at the top level. */
  readonly home: FunctionExpression | undefined
  /** With `import`: where from, and what. */
  readonly source: { readonly module: string; readonly imported: string } | undefined
  /** The whole values it is given, in order of the text. */
  readonly values: Expression[]
  /** How often it is given something, also in part: as a loop's variable, taken out of an object, added to. */
  writes: number
}

/** What `this` is inside of a function. */
export type Self = ClassExpression | ObjectExpression | FunctionExpression

/** Nobody nests this deep by hand; what does is left alone. */
export const DEPTH_MAX = 600

export interface Scope {
  readonly names: Map<string, Binding>
  readonly outer: Scope | undefined
  readonly home: FunctionExpression | undefined
  readonly self: Self | undefined
  /** Python: names of this function that belong outside. */
  readonly foreign: ReadonlySet<string> | undefined
}

export const inside = (outer: Scope, home: FunctionExpression | undefined, self: Self | undefined): Scope => ({
  names: new Map(),
  outer,
  home,
  self,
  foreign: undefined,
})

/** Names after `global` and `nonlocal`. */
export function foreignNames(text: string): ReadonlySet<string> {
  const names = new Set<string>()
  for (const [, listed = ''] of text.matchAll(/^\s*(?:global|nonlocal)\s+([\w, ]+)/gm))
    for (const name of listed.split(',')) names.add(name.trim())
  return names
}

export function declare(scope: Scope, name: string, at: number, kind: Binding['kind'], source?: Binding['source']): Binding {
  const known = scope.names.get(name)
  if (known !== undefined) return known

  const made: Binding = { name, at, kind, home: scope.home, source, values: [], writes: 0 }
  scope.names.set(name, made)
  return made
}

export function find(scope: Scope, name: string): Binding | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const found = at.names.get(name)
    if (found !== undefined) return found
  }
  return undefined
}

export class Hoisting {
  readonly #isPython: boolean
  #depth = 0

  constructor(isPython: boolean) {
    this.#isPython = isPython
  }

  /** What a block's statements declare, before any of them is read: functions are used above where they stand. */
  block(body: readonly Statement[], scope: Scope): void {
    for (const statement of body) {
      switch (statement.kind) {
        case 'declare':
          this.pattern(statement.target, scope)
          break
        case 'define':
          if (statement.function.name !== undefined) declare(scope, statement.function.name, statement.at, 'function')
          break
        case 'class-statement':
          if (statement.class.name !== undefined) declare(scope, statement.class.name, statement.at, 'class')
          break
        case 'import':
          for (const { imported, local } of statement.names)
            if (local !== '*') declare(scope, local, statement.at, 'import', { module: statement.module, imported })
          break
        case 'if':
        case 'loop':
        case 'try':
        case 'block':
          if (this.#isPython) this.#inside(statement, scope)
          break
        case 'expression':
          if (this.#isPython) this.#expression(statement.value, scope)
          break
        default:
      }
    }
  }

  #inside(statement: Extract<Statement, { kind: 'if' | 'loop' | 'try' | 'block' }>, scope: Scope): void {
    this.#depth += 1
    if (this.#depth < DEPTH_MAX)
      switch (statement.kind) {
        case 'if':
          this.#expression(statement.test, scope)
          this.block(statement.then, scope)
          this.block(statement.otherwise, scope)
          break
        case 'loop':
          if (statement.each !== undefined) this.pattern(statement.each, scope)
          if (statement.test !== undefined) this.#expression(statement.test, scope)
          this.block(statement.before, scope)
          this.block(statement.body, scope)
          this.block(statement.after, scope)
          break
        case 'try':
          this.block(statement.body, scope)
          for (const handler of statement.handlers) {
            if (handler.error !== undefined) this.pattern(handler.error, scope)
            this.block(handler.body, scope)
          }
          this.block(statement.last, scope)
          break
        case 'block':
          this.block(statement.body, scope)
      }
    this.#depth -= 1
  }

  /** Python declares by assigning. */
  #expression(value: Expression, scope: Scope): void {
    if (value.kind === 'assign') {
      this.pattern(value.target, scope)
      this.#expression(value.value, scope)
    } else if (value.kind === 'list') for (const item of value.items) this.#expression(item, scope)
    else if (value.kind === 'operation')
      for (const operand of value.operands) if (operand.kind === 'assign') this.#expression(operand, scope)
  }

  pattern(pattern: Pattern, scope: Scope): void {
    switch (pattern.kind) {
      case 'name':
        if (scope.foreign?.has(pattern.name) !== true) declare(scope, pattern.name, pattern.at, 'variable')
        break
      case 'object-pattern':
        for (const { target } of pattern.entries) this.pattern(target, scope)
        break
      case 'list-pattern':
        for (const item of pattern.items) if (item !== undefined) this.pattern(item, scope)
        break
      case 'default-pattern':
      case 'rest-pattern':
        this.pattern(pattern.target, scope)
        break
      case 'member':
    }
  }

  params(pattern: Pattern, scope: Scope): void {
    switch (pattern.kind) {
      case 'name':
        declare(scope, pattern.name, pattern.at, 'param')
        break
      case 'object-pattern':
        for (const { target } of pattern.entries) this.params(target, scope)
        break
      case 'list-pattern':
        for (const item of pattern.items) if (item !== undefined) this.params(item, scope)
        break
      case 'default-pattern':
      case 'rest-pattern':
        this.params(pattern.target, scope)
        break
      case 'member':
    }
  }
}
