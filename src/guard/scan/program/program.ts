// What a source file says, in words that TypeScript, JavaScript and Python share: each is lowered to this, and rules read only this.

export type Language = 'typescript' | 'javascript' | 'python'

/**
 * One file. Types, decorators' syntax and comments are gone; what remains is what happens when it runs. `at` everywhere is an
 * offset into `text` in UTF-16 units; lines are counted only for what is reported.
 */
export interface Program {
  /** As it is reported: relative to where the scan was started, with forward slashes. */
  readonly file: string
  /**
   * Where it stands in its project. Only there do names of folders and files say what it is for: undefined in no project, and for
   * a file that was named itself.
   */
  readonly place?: string
  readonly language: Language
  readonly text: string
  readonly body: readonly Statement[]
  /** In order of the text; the only trace of comments is here. */
  readonly comments: readonly Comment[]
}

export interface Comment {
  readonly at: number
  readonly end: number
  /** Without its delimiters, trimmed. */
  readonly text: string
}

interface Placed {
  readonly at: number
  readonly end: number
}

// ── Statements ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export type Statement =
  | ExpressionStatement
  | Declaration
  | FunctionStatement
  | ClassStatement
  | Return
  | Throw
  | If
  | Loop
  | Try
  | Block
  | Import
  | Export
  | Jump

export interface ExpressionStatement extends Placed {
  readonly kind: 'expression'
  readonly value: Expression
}

/** `const`, `let`, `var`; in Python every assignment is an `assign` expression. One per declarator. */
export interface Declaration extends Placed {
  readonly kind: 'declare'
  readonly target: Pattern
  /** Undefined where nothing is given: `let price`. */
  readonly value: Expression | undefined
}

export interface FunctionStatement extends Placed {
  readonly kind: 'define'
  readonly function: FunctionExpression
}

export interface ClassStatement extends Placed {
  readonly kind: 'class-statement'
  readonly class: ClassExpression
}

export interface Return extends Placed {
  readonly kind: 'return'
  readonly value: Expression | undefined
}

export interface Throw extends Placed {
  readonly kind: 'throw'
  readonly value: Expression | undefined
}

/**
 * `switch` and `match` become a chain of these: each case tests `subject === value`, several values joined with '||'. A subject
 * that is computed is first declared under a name that no program has, '[switch 120]'.
 */
export interface If extends Placed {
  readonly kind: 'if'
  readonly test: Expression
  readonly then: readonly Statement[]
  readonly otherwise: readonly Statement[]
}

/** Every loop. `for (const x of xs)` and Python's `for x in xs` have `each` and `over`; the others a `test`, undefined when endless. */
export interface Loop extends Placed {
  readonly kind: 'loop'
  readonly each: Pattern | undefined
  readonly over: Expression | undefined
  readonly before: readonly Statement[]
  readonly test: Expression | undefined
  readonly after: readonly Statement[]
  readonly body: readonly Statement[]
}

export interface Try extends Placed {
  readonly kind: 'try'
  readonly body: readonly Statement[]
  readonly handlers: readonly Handler[]
  readonly last: readonly Statement[]
}

export interface Handler extends Placed {
  /** The name of what was caught. */
  readonly error: Pattern | undefined
  /** Python's exception classes; empty for everything. */
  readonly catches: readonly Expression[]
  readonly body: readonly Statement[]
}

/** Braces of their own, `with`, labels: what is inside happens once. Python's `with open() as f` begins with an assignment. */
export interface Block extends Placed {
  readonly kind: 'block'
  readonly body: readonly Statement[]
}

/**
 * A static import with bindings, or for its effect alone (no names). `import * as ns` and Python's `import numpy as np` bind
 * `imported: '*'`; `from random import *` binds `imported: '*', local: '*'`. Python modules keep their dots: '.feeds.kraken'.
 */
export interface Import extends Placed {
  readonly kind: 'import'
  readonly module: string
  readonly names: readonly ImportedName[]
  /** Types only: nothing is loaded when it runs. */
  readonly typeOnly: boolean
}

export interface ImportedName {
  /** 'default', a name, or '*' for the whole module. */
  readonly imported: string
  readonly local: string
}

/** `export { a as b }`, `export { a as b } from './x.ts'`, `export * from`, `export default`. Exported declarations are a declaration, then this. Python exports every name of its top level; its programs have none of these. */
export interface Export extends Placed {
  readonly kind: 'export'
  /** The module it passes on from; undefined for names of this one. */
  readonly module: string | undefined
  /** `local` is a name of this module, or of the other when `module` is given; '*' for all. */
  readonly names: readonly { readonly local: string; readonly exported: string }[]
  /**
   * With `export default EXPRESSION` and CommonJS `module.exports = EXPRESSION`, without names. `exports.a = EXPRESSION` has the
   * name, and the assignment as a whole for its value.
   */
  readonly value: Expression | undefined
}

/** break, continue, pass: nothing flows. */
export interface Jump extends Placed {
  readonly kind: 'jump'
}

// ── Expressions ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export type Expression =
  | Literal
  | Name
  | Member
  | Call
  | FunctionExpression
  | ClassExpression
  | ObjectExpression
  | List
  | Operation
  | Conditional
  | Template
  | Assign
  | Wrapped
  | DynamicImport
  | Other

export interface Literal extends Placed {
  readonly kind: 'literal'
  /** Numbers of either language as number, big ones too; bytes and regular expressions as their text; None and null are null. */
  readonly value: string | number | boolean | null | undefined
}

/** `this` and `self` are the name 'this'; `super` and `super()` are 'super'; `import.meta` and `new.target` are names with a dot. */
export interface Name extends Placed {
  readonly kind: 'name'
  readonly name: string
}

/**
 * `a.b`, `a?.b`, `a['b']`, `a[i]`. `property` is known when it is a name or a constant ('#b' of `a.#b`); else `index` is the
 * expression.
 */
export interface Member extends Placed {
  readonly kind: 'member'
  readonly object: Expression
  readonly property: string | undefined
  readonly index: Expression | undefined
}

/** Calls, `new`, tagged templates (the parts of the template are the arguments). A decorated function is a call of its decorator. */
export interface Call extends Placed {
  readonly kind: 'call'
  readonly callee: Expression
  readonly args: readonly Expression[]
  /** Python's `name=value`; empty elsewhere. `**rest` has name undefined. */
  readonly keywords: readonly { readonly name: string | undefined; readonly value: Expression; readonly at: number }[]
  readonly isNew: boolean
}

export interface FunctionExpression extends Placed {
  readonly kind: 'function'
  readonly name: string | undefined
  /** Python's `self` and `cls` are left out. */
  readonly params: readonly Pattern[]
  /** An arrow's expression is one `return`. */
  readonly body: readonly Statement[]
  readonly isAsync: boolean
  readonly isGenerator: boolean
  /** Python's `global` and `nonlocal`: names its body assigns that belong to a scope around it. */
  readonly outer?: readonly string[]
}

export interface ClassExpression extends Placed {
  readonly kind: 'class'
  readonly name: string | undefined
  readonly bases: readonly Expression[]
  readonly members: readonly ClassMember[]
}

/** A method (its value is a function), a field, an accessor; a class body's other statements are in a member without a name. */
export interface ClassMember extends Placed {
  readonly name: string | undefined
  readonly isStatic: boolean
  readonly isGetter: boolean
  readonly value: Expression | undefined
}

/** Objects and dicts. */
export interface ObjectExpression extends Placed {
  readonly kind: 'object'
  readonly entries: readonly Entry[]
}

export interface Entry extends Placed {
  /** Known keys; undefined for computed ones (`index`) and for `...rest` (neither). */
  readonly key: string | undefined
  readonly index: Expression | undefined
  readonly value: Expression
}

/** Arrays, tuples, sets, sequences `(a, b)` whose value is the last. Holes are left out. */
export interface List extends Placed {
  readonly kind: 'list'
  readonly items: readonly Expression[]
}

/**
 * Unary ones have one operand, chains of more than a hundred operators all their operands at once. Python's `and`, `or`, `not` are
 * '&&', '||', '!'; `==` and `is` are '===' in every language, '!=' is '!=='. `**` and `//` stay.
 */
export interface Operation extends Placed {
  readonly kind: 'operation'
  readonly operator: string
  readonly operands: readonly Expression[]
}

export interface Conditional extends Placed {
  readonly kind: 'conditional'
  readonly test: Expression
  readonly then: Expression
  readonly otherwise: Expression
}

/** Texts with holes, f-strings too. Without holes it is a literal. */
export interface Template extends Placed {
  readonly kind: 'template'
  /** Literals and expressions in order. */
  readonly parts: readonly Expression[]
}

/** `=`, `+=`, `??=`, `:=`, `i++` (as `+=` of the literal 1). */
export interface Assign extends Placed {
  readonly kind: 'assign'
  readonly operator: string
  readonly target: Pattern
  readonly value: Expression
}

/** What passes its operand's value on: await, yield, spread; casts, `!` and parentheses leave no trace at all. */
export interface Wrapped extends Placed {
  readonly kind: 'wrapped'
  readonly how: 'await' | 'yield' | 'spread'
  readonly value: Expression
}

/** `import('x')`, `require('x')`, `__import__('x')`, `importlib.import_module('x')`. */
export interface DynamicImport extends Placed {
  readonly kind: 'dynamic-import'
  readonly module: Expression
}

/**
 * Whatever else there is: its parts may still matter. JSX has the component, an object of the attributes, the children; a chain of
 * hundreds of calls what it begins with and all arguments, but for the last two hundred.
 */
export interface Other extends Placed {
  readonly kind: 'other'
  readonly parts: readonly Expression[]
}

/**
 * Python's comprehensions are calls of the name '[comprehension]': first argument a function whose parameters are the loop's
 * targets and whose body returns the element, the others what is gone over.
 */
export const COMPREHENSION = '[comprehension]'

// ── Patterns ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Where a value goes. */
export type Pattern = Name | Member | ObjectPattern | ListPattern | DefaultPattern | RestPattern

export interface ObjectPattern extends Placed {
  readonly kind: 'object-pattern'
  /** `key` undefined for computed ones. */
  readonly entries: readonly { readonly key: string | undefined; readonly target: Pattern }[]
}

export interface ListPattern extends Placed {
  readonly kind: 'list-pattern'
  /** Undefined for holes. */
  readonly items: readonly (Pattern | undefined)[]
}

export interface DefaultPattern extends Placed {
  readonly kind: 'default-pattern'
  readonly target: Pattern
  readonly value: Expression
}

export interface RestPattern extends Placed {
  readonly kind: 'rest-pattern'
  readonly target: Pattern
}
