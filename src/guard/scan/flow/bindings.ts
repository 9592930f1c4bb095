// Which variable a name means: scopes of functions, blocks and classes in JavaScript, of functions and modules in Python.
import type { ClassExpression, Expression, FunctionExpression, Name, Pattern, Program, Statement } from '../program/program.ts'
import { type Binding, DEPTH_MAX, declare, find, foreignNames, Hoisting, inside, type Scope, type Self } from './scopes.ts'

export type { Binding }

export interface Bindings {
  /** Undefined for names of the world: `Math`, `fetch`, `print`. */
  of(name: Name): Binding | undefined
  selfOf(name: Name): Self | undefined
  /** The variable that a definition makes: `function name() {}`, `class Name {}`, and the own name of a function expression. */
  definedBy(made: FunctionExpression | ClassExpression): Binding | undefined
  readonly top: ReadonlyMap<string, Binding>
}

export function bind(program: Program): Bindings {
  return new Binder(program)
}

class Binder implements Bindings {
  readonly top = new Map<string, Binding>()
  readonly #of = new Map<Name, Binding>()
  readonly #selves = new Map<Name, Self>()
  readonly #definitions = new Map<FunctionExpression | ClassExpression, Binding>()
  readonly #isPython: boolean
  readonly #hoisting: Hoisting
  readonly #text: string
  readonly #hasForeign: boolean
  #depth = 0

  constructor(program: Program) {
    this.#isPython = program.language === 'python'
    this.#hoisting = new Hoisting(this.#isPython)
    this.#text = program.text
    this.#hasForeign = this.#isPython && /\b(?:global|nonlocal)\s/.test(program.text)
    const scope: Scope = { names: this.top, outer: undefined, home: undefined, self: undefined, foreign: undefined }
    this.#hoisting.block(program.body, scope)
    this.#statements(program.body, scope)
  }

  of(name: Name): Binding | undefined {
    return this.#of.get(name)
  }

  selfOf(name: Name): Self | undefined {
    return this.#selves.get(name)
  }

  definedBy(made: FunctionExpression | ClassExpression): Binding | undefined {
    return this.#definitions.get(made)
  }

  // ── Reading ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  #block(body: readonly Statement[], scope: Scope): void {
    if (body.length === 0) return
    if (this.#isPython) {
      this.#statements(body, scope)
      return
    }

    const inner = inside(scope, scope.home, scope.self)
    this.#hoisting.block(body, inner)
    this.#statements(body, inner)
    this.#liftVars(inner, scope)
  }

  /** `var` inside of a block is also seen after it; where nothing else has the name, it can only be that. */
  #liftVars(inner: Scope, scope: Scope): void {
    for (const [name, binding] of inner.names)
      if (binding.kind === 'variable' && !scope.names.has(name) && find(scope, name) === undefined && this.#isVar(binding))
        scope.names.set(name, binding)
  }

  #isVar(binding: Binding): boolean {
    const before = this.#text.slice(Math.max(0, binding.at - 5), binding.at)
    return /\bvar\s+$/.test(before)
  }

  #statements(body: readonly Statement[], scope: Scope): void {
    this.#depth += 1
    if (this.#depth < DEPTH_MAX) for (const statement of body) this.#statement(statement, scope)
    this.#depth -= 1
  }

  #statement(statement: Statement, scope: Scope): void {
    switch (statement.kind) {
      case 'expression':
        this.#expression(statement.value, scope)
        return
      case 'declare':
        this.#write(statement.target, statement.value, scope)
        if (statement.value !== undefined) this.#expression(statement.value, scope)
        return
      case 'define':
        this.#define(statement.function, scope)
        this.#function(statement.function, scope, undefined)
        return
      case 'class-statement':
        this.#define(statement.class, scope)
        this.#class(statement.class, scope)
        return
      case 'return':
      case 'throw':
        if (statement.value !== undefined) this.#expression(statement.value, scope)
        return
      case 'if':
        this.#expression(statement.test, scope)
        this.#block(statement.then, scope)
        this.#block(statement.otherwise, scope)
        return
      case 'loop': {
        const inner = this.#isPython ? scope : inside(scope, scope.home, scope.self)
        if (!this.#isPython) {
          this.#hoisting.block(statement.before, inner)
          if (statement.each !== undefined) this.#hoistEach(statement.each, inner, scope)
        }
        this.#statements(statement.before, inner)
        if (statement.over !== undefined) this.#expression(statement.over, scope)
        if (statement.each !== undefined) this.#write(statement.each, undefined, inner)
        if (statement.test !== undefined) this.#expression(statement.test, inner)
        this.#block(statement.body, inner)
        this.#statements(statement.after, inner)
        if (!this.#isPython) this.#liftVars(inner, scope)
        return
      }
      case 'try':
        this.#block(statement.body, scope)
        for (const handler of statement.handlers) {
          const inner = this.#isPython ? scope : inside(scope, scope.home, scope.self)
          for (const caught of handler.catches) this.#expression(caught, scope)
          if (handler.error !== undefined) {
            this.#hoisting.pattern(handler.error, inner)
            this.#write(handler.error, undefined, inner)
          }
          this.#block(handler.body, inner)
        }
        this.#block(statement.last, scope)
        return
      case 'block':
        this.#block(statement.body, scope)
        return
      case 'export':
        if (statement.value !== undefined) this.#expression(statement.value, scope)
        return
      case 'import':
      case 'jump':
    }
  }

  #define(made: FunctionExpression | ClassExpression, scope: Scope): void {
    const binding = made.name === undefined ? undefined : find(scope, made.name)
    if (binding === undefined) return
    binding.values.push(made)
    binding.writes += 1
    this.#definitions.set(made, binding)
  }

  /** `for (x of xs)` without a declaration writes the x that is there. */
  #hoistEach(each: Pattern, inner: Scope, scope: Scope): void {
    const isThere = each.kind === 'name' && find(scope, each.name) !== undefined
    const declares = /\b(?:const|let|var)\s+$/.test(this.#text.slice(Math.max(0, each.at - 8), each.at))
    if (!isThere || declares) this.#hoisting.pattern(each, inner)
  }

  #function(made: FunctionExpression, outer: Scope, self: Self | undefined): void {
    const foreign = this.#hasForeign ? foreignNames(this.#text.slice(made.at, made.end)) : undefined
    const scope: Scope = { names: new Map(), outer, home: made, self: self ?? outer.self ?? made, foreign }
    if (made.name !== undefined && !this.#definitions.has(made)) {
      declare(scope, made.name, made.at, 'function')
      this.#define(made, scope)
    }
    for (const param of made.params) this.#hoisting.params(param, scope)
    for (const param of made.params) this.#write(param, undefined, scope)
    this.#hoisting.block(made.body, scope)
    this.#statements(made.body, scope)
  }

  #class(made: ClassExpression, outer: Scope): void {
    for (const base of made.bases) this.#expression(base, outer)
    const scope = inside(outer, outer.home, made)
    if (made.name !== undefined && !this.#definitions.has(made)) {
      declare(scope, made.name, made.at, 'class')
      this.#define(made, scope)
    }
    for (const member of made.members) {
      if (member.value === undefined) continue
      if (member.value.kind === 'function') this.#function(member.value, scope, made)
      else {
        if (this.#isPython && member.name !== undefined)
          declare(scope, member.name, member.value.at, 'variable').values.push(member.value)
        this.#expression(member.value, scope)
      }
    }
  }

  /** `value` where the whole of it goes there. */
  #write(pattern: Pattern, value: Expression | undefined, scope: Scope): void {
    switch (pattern.kind) {
      case 'name': {
        this.#name(pattern, scope)
        const binding = this.#of.get(pattern)
        if (binding === undefined) return
        binding.writes += 1
        if (value !== undefined) binding.values.push(value)
        return
      }
      case 'member':
        this.#expression(pattern, scope)
        return
      case 'object-pattern':
        for (const { target } of pattern.entries) this.#write(target, undefined, scope)
        return
      case 'list-pattern':
        for (const item of pattern.items) if (item !== undefined) this.#write(item, undefined, scope)
        return
      case 'default-pattern':
        this.#write(pattern.target, undefined, scope)
        this.#expression(pattern.value, scope)
        return
      case 'rest-pattern':
        this.#write(pattern.target, undefined, scope)
        return
    }
  }

  #name(name: Name, scope: Scope): void {
    if (name.name === 'this' || name.name === 'super') {
      if (scope.self !== undefined) this.#selves.set(name, scope.self)
      return
    }
    const found = find(scope, name.name)
    if (found !== undefined) this.#of.set(name, found)
  }

  #expressions(values: readonly Expression[], scope: Scope): void {
    for (const value of values) this.#expression(value, scope)
  }

  #expression(value: Expression, scope: Scope): void {
    this.#depth += 1
    if (this.#depth < DEPTH_MAX) this.#read(value, scope)
    this.#depth -= 1
  }

  #read(value: Expression, scope: Scope): void {
    switch (value.kind) {
      case 'literal':
        return
      case 'name':
        this.#name(value, scope)
        return
      case 'member':
        this.#expression(value.object, scope)
        if (value.index !== undefined) this.#expression(value.index, scope)
        return
      case 'call':
        this.#expression(value.callee, scope)
        this.#expressions(value.args, scope)
        for (const keyword of value.keywords) this.#expression(keyword.value, scope)
        return
      case 'function':
        this.#function(value, scope, undefined)
        return
      case 'class':
        this.#class(value, scope)
        return
      case 'object':
        for (const entry of value.entries) {
          if (entry.index !== undefined) this.#expression(entry.index, scope)
          if (entry.value.kind === 'function' && scope.self?.kind !== 'class') this.#function(entry.value, scope, value)
          else this.#expression(entry.value, scope)
        }
        return
      case 'list':
        this.#expressions(value.items, scope)
        return
      case 'operation':
        this.#expressions(value.operands, scope)
        return
      case 'conditional':
        this.#expression(value.test, scope)
        this.#expression(value.then, scope)
        this.#expression(value.otherwise, scope)
        return
      case 'template':
      case 'other':
        this.#expressions(value.parts, scope)
        return
      case 'assign':
        this.#write(value.target, value.operator === '=' || value.operator === ':=' ? value.value : undefined, scope)
        this.#expression(value.value, scope)
        return
      case 'wrapped':
        this.#expression(value.value, scope)
        return
      case 'dynamic-import':
        this.#expression(value.module, scope)
        return
    }
  }
}
