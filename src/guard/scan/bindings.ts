// Which variable a name means: scopes of functions, blocks and classes in JavaScript, of functions and modules in Python.
import type {
  ClassExpression,
  Expression,
  FunctionExpression,
  Name,
  ObjectExpression,
  Pattern,
  Program,
  Statement,
} from './program.ts'

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

export interface Bindings {
  /** Undefined for names of the world: `Math`, `fetch`, `print`. */
  of(name: Name): Binding | undefined
  selfOf(name: Name): Self | undefined
  /** The variable that a definition makes: `function name() {}`, `class Name {}`, and the own name of a function expression. */
  definedBy(made: FunctionExpression | ClassExpression): Binding | undefined
  readonly top: ReadonlyMap<string, Binding>
}

/** Nobody nests this deep by hand; what does is left alone. */
export const DEPTH_MAX = 600

interface Scope {
  readonly names: Map<string, Binding>
  readonly outer: Scope | undefined
  readonly home: FunctionExpression | undefined
  readonly self: Self | undefined
  /** Python: names of this function that belong outside. */
  readonly foreign: ReadonlySet<string> | undefined
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
  readonly #text: string
  readonly #hasForeign: boolean
  #depth = 0

  constructor(program: Program) {
    this.#isPython = program.language === 'python'
    this.#text = program.text
    this.#hasForeign = this.#isPython && /\b(?:global|nonlocal)\s/.test(program.text)
    const scope: Scope = { names: this.top, outer: undefined, home: undefined, self: undefined, foreign: undefined }
    this.#hoist(program.body, scope)
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

  // ── Declaring ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  #declare(scope: Scope, name: string, at: number, kind: Binding['kind'], source?: Binding['source']): Binding {
    const known = scope.names.get(name)
    if (known !== undefined) return known

    const made: Binding = { name, at, kind, home: scope.home, source, values: [], writes: 0 }
    scope.names.set(name, made)
    return made
  }

  /** What a block's statements declare, before any of them is read: functions are used above where they stand. */
  #hoist(body: readonly Statement[], scope: Scope): void {
    for (const statement of body) {
      switch (statement.kind) {
        case 'declare':
          this.#hoistPattern(statement.target, scope)
          break
        case 'define':
          if (statement.function.name !== undefined) this.#declare(scope, statement.function.name, statement.at, 'function')
          break
        case 'class-statement':
          if (statement.class.name !== undefined) this.#declare(scope, statement.class.name, statement.at, 'class')
          break
        case 'import':
          for (const { imported, local } of statement.names)
            if (local !== '*') this.#declare(scope, local, statement.at, 'import', { module: statement.module, imported })
          break
        case 'if':
        case 'loop':
        case 'try':
        case 'block':
          if (this.#isPython) this.#hoistInside(statement, scope)
          break
        case 'expression':
          if (this.#isPython) this.#hoistExpression(statement.value, scope)
          break
        default:
      }
    }
  }

  #hoistInside(statement: Extract<Statement, { kind: 'if' | 'loop' | 'try' | 'block' }>, scope: Scope): void {
    this.#depth += 1
    if (this.#depth < DEPTH_MAX)
      switch (statement.kind) {
        case 'if':
          this.#hoistExpression(statement.test, scope)
          this.#hoist(statement.then, scope)
          this.#hoist(statement.otherwise, scope)
          break
        case 'loop':
          if (statement.each !== undefined) this.#hoistPattern(statement.each, scope)
          if (statement.test !== undefined) this.#hoistExpression(statement.test, scope)
          this.#hoist(statement.before, scope)
          this.#hoist(statement.body, scope)
          this.#hoist(statement.after, scope)
          break
        case 'try':
          this.#hoist(statement.body, scope)
          for (const handler of statement.handlers) {
            if (handler.error !== undefined) this.#hoistPattern(handler.error, scope)
            this.#hoist(handler.body, scope)
          }
          this.#hoist(statement.last, scope)
          break
        case 'block':
          this.#hoist(statement.body, scope)
      }
    this.#depth -= 1
  }

  /** Python declares by assigning. */
  #hoistExpression(value: Expression, scope: Scope): void {
    if (value.kind === 'assign') {
      this.#hoistPattern(value.target, scope)
      this.#hoistExpression(value.value, scope)
    } else if (value.kind === 'list') for (const item of value.items) this.#hoistExpression(item, scope)
    else if (value.kind === 'operation')
      for (const operand of value.operands) if (operand.kind === 'assign') this.#hoistExpression(operand, scope)
  }

  #hoistPattern(pattern: Pattern, scope: Scope): void {
    switch (pattern.kind) {
      case 'name':
        if (scope.foreign?.has(pattern.name) !== true) this.#declare(scope, pattern.name, pattern.at, 'variable')
        break
      case 'object-pattern':
        for (const { target } of pattern.entries) this.#hoistPattern(target, scope)
        break
      case 'list-pattern':
        for (const item of pattern.items) if (item !== undefined) this.#hoistPattern(item, scope)
        break
      case 'default-pattern':
      case 'rest-pattern':
        this.#hoistPattern(pattern.target, scope)
        break
      case 'member':
    }
  }

  // ── Reading ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  #find(scope: Scope, name: string): Binding | undefined {
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
      const found = at.names.get(name)
      if (found !== undefined) return found
    }
    return undefined
  }

  #block(body: readonly Statement[], scope: Scope): void {
    if (body.length === 0) return
    if (this.#isPython) return this.#statements(body, scope)

    const inner = inside(scope, scope.home, scope.self)
    this.#hoist(body, inner)
    this.#statements(body, inner)
    this.#liftVars(inner, scope)
  }

  /** `var` inside of a block is also seen after it; where nothing else has the name, it can only be that. */
  #liftVars(inner: Scope, scope: Scope): void {
    for (const [name, binding] of inner.names)
      if (binding.kind === 'variable' && !scope.names.has(name) && this.#find(scope, name) === undefined && this.#isVar(binding))
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
        return this.#expression(statement.value, scope)
      case 'declare':
        this.#write(statement.target, statement.value, scope)
        if (statement.value !== undefined) this.#expression(statement.value, scope)
        return
      case 'define':
        this.#define(statement.function, scope)
        return this.#function(statement.function, scope, undefined)
      case 'class-statement':
        this.#define(statement.class, scope)
        return this.#class(statement.class, scope)
      case 'return':
      case 'throw':
        if (statement.value !== undefined) this.#expression(statement.value, scope)
        return
      case 'if':
        this.#expression(statement.test, scope)
        this.#block(statement.then, scope)
        return this.#block(statement.otherwise, scope)
      case 'loop': {
        const inner = this.#isPython ? scope : inside(scope, scope.home, scope.self)
        if (!this.#isPython) {
          this.#hoist(statement.before, inner)
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
            this.#hoistPattern(handler.error, inner)
            this.#write(handler.error, undefined, inner)
          }
          this.#block(handler.body, inner)
        }
        return this.#block(statement.last, scope)
      case 'block':
        return this.#block(statement.body, scope)
      case 'export':
        if (statement.value !== undefined) this.#expression(statement.value, scope)
        return
      case 'import':
      case 'jump':
    }
  }

  #define(made: FunctionExpression | ClassExpression, scope: Scope): void {
    const binding = made.name === undefined ? undefined : this.#find(scope, made.name)
    if (binding === undefined) return
    binding.values.push(made)
    binding.writes += 1
    this.#definitions.set(made, binding)
  }

  /** `for (x of xs)` without a declaration writes the x that is there. */
  #hoistEach(each: Pattern, inner: Scope, scope: Scope): void {
    const isThere = each.kind === 'name' && this.#find(scope, each.name) !== undefined
    const declares = /\b(?:const|let|var)\s+$/.test(this.#text.slice(Math.max(0, each.at - 8), each.at))
    if (!isThere || declares) this.#hoistPattern(each, inner)
  }

  #function(made: FunctionExpression, outer: Scope, self: Self | undefined): void {
    const foreign = this.#hasForeign ? foreignNames(this.#text.slice(made.at, made.end)) : undefined
    const scope: Scope = { names: new Map(), outer, home: made, self: self ?? outer.self ?? made, foreign }
    if (made.name !== undefined && !this.#definitions.has(made)) {
      this.#declare(scope, made.name, made.at, 'function')
      this.#define(made, scope)
    }
    for (const param of made.params) this.#params(param, scope)
    for (const param of made.params) this.#write(param, undefined, scope)
    this.#hoist(made.body, scope)
    this.#statements(made.body, scope)
  }

  #params(pattern: Pattern, scope: Scope): void {
    switch (pattern.kind) {
      case 'name':
        this.#declare(scope, pattern.name, pattern.at, 'param')
        break
      case 'object-pattern':
        for (const { target } of pattern.entries) this.#params(target, scope)
        break
      case 'list-pattern':
        for (const item of pattern.items) if (item !== undefined) this.#params(item, scope)
        break
      case 'default-pattern':
      case 'rest-pattern':
        this.#params(pattern.target, scope)
        break
      case 'member':
    }
  }

  #class(made: ClassExpression, outer: Scope): void {
    for (const base of made.bases) this.#expression(base, outer)
    const scope = inside(outer, outer.home, made)
    if (made.name !== undefined && !this.#definitions.has(made)) {
      this.#declare(scope, made.name, made.at, 'class')
      this.#define(made, scope)
    }
    for (const member of made.members) {
      if (member.value === undefined) continue
      if (member.value.kind === 'function') this.#function(member.value, scope, made)
      else {
        if (this.#isPython && member.name !== undefined)
          this.#declare(scope, member.name, member.value.at, 'variable').values.push(member.value)
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
        return this.#expression(pattern, scope)
      case 'object-pattern':
        for (const { target } of pattern.entries) this.#write(target, undefined, scope)
        return
      case 'list-pattern':
        for (const item of pattern.items) if (item !== undefined) this.#write(item, undefined, scope)
        return
      case 'default-pattern':
        this.#write(pattern.target, undefined, scope)
        return this.#expression(pattern.value, scope)
      case 'rest-pattern':
        return this.#write(pattern.target, undefined, scope)
    }
  }

  #name(name: Name, scope: Scope): void {
    if (name.name === 'this' || name.name === 'super') {
      if (scope.self !== undefined) this.#selves.set(name, scope.self)
      return
    }
    const found = this.#find(scope, name.name)
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
        return this.#name(value, scope)
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
        return this.#function(value, scope, undefined)
      case 'class':
        return this.#class(value, scope)
      case 'object':
        for (const entry of value.entries) {
          if (entry.index !== undefined) this.#expression(entry.index, scope)
          if (entry.value.kind === 'function' && scope.self?.kind !== 'class') this.#function(entry.value, scope, value)
          else this.#expression(entry.value, scope)
        }
        return
      case 'list':
        return this.#expressions(value.items, scope)
      case 'operation':
        return this.#expressions(value.operands, scope)
      case 'conditional':
        this.#expression(value.test, scope)
        this.#expression(value.then, scope)
        return this.#expression(value.otherwise, scope)
      case 'template':
      case 'other':
        return this.#expressions(value.parts, scope)
      case 'assign':
        this.#write(value.target, value.operator === '=' || value.operator === ':=' ? value.value : undefined, scope)
        return this.#expression(value.value, scope)
      case 'wrapped':
        return this.#expression(value.value, scope)
      case 'dynamic-import':
        return this.#expression(value.module, scope)
    }
  }
}

const inside = (outer: Scope, home: FunctionExpression | undefined, self: Self | undefined): Scope => ({
  names: new Map(),
  outer,
  home,
  self,
  foreign: undefined,
})

/** Names after `global` and `nonlocal`. */
function foreignNames(text: string): ReadonlySet<string> {
  const names = new Set<string>()
  for (const [, listed = ''] of text.matchAll(/^\s*(?:global|nonlocal)\s+([\w, ]+)/gm))
    for (const name of listed.split(',')) names.add(name.trim())
  return names
}
