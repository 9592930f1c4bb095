// Where the values of one file come from and go to: names, aliases, calls, returns, fields, and what is borrowed from other files.

import type { Expression, Pattern, Program } from '../program/program.ts'
import { bind } from './bindings.ts'
import { Constants } from './constants.ts'
import { exportsOf } from './exports.ts'
import { FlowBuilder } from './flow-builder.ts'
import type { Thing } from './flow-graph.ts'
import { forgetOrigins, originsAt } from './origins.ts'
import { settleSeeds } from './seeds.ts'
import type { Origin, Trait } from './trait.ts'
import { settleWalks } from './walks.ts'

export interface Flow {
  /**
   * The name under which the world knows what an expression denotes, aliases, destructuring, constant strings and imports
   * followed: 'Math.random' for `globalThis['Ma' + 'th'].random` and for `r` after `const { random: r } = Math`;
   * 'numpy.random.randn', '@faker-js/faker.faker.finance.amount', './noise.ts.jitter'; what a call returned has brackets:
   * 'ws.WebSocket().on'. The default of a package is the package: 'ws', 'node:fs.readFileSync'. Undefined for values.
   */
  pathOf(expression: Expression): string | undefined
  /** The value that is certain before the program runs: literals, sums of literals, names bound once to such. */
  constantOf(expression: Expression): { readonly value: string | number | boolean | null | undefined } | undefined
  /** Whether any value of this program can have that trait, as far as the file tells; false is certain. */
  mayCarry(trait: Trait): boolean
  /** How the value of an expression of this program came by its traits; empty when it has none. */
  originsOf(expression: Expression | Pattern): readonly Origin[]
  /** The names of other modules that an expression is, or that it returned when they were called; nothing of what is inside of it. */
  borrowedOf(expression: Expression): readonly { readonly module: string; readonly name: string }[]
  /** How what an expression's value returns when it is called came by its traits. */
  resultsOf(expression: Expression | Pattern): readonly Origin[]
  /** Per exported name ('default' too; Python: every name of the top level) the origins of its value or of what it returns. Plain data. */
  readonly exports: ReadonlyMap<string, readonly Origin[]>
}

export function analyse(program: Program): Flow {
  forgetOrigins()
  const bindings = bind(program)
  const constants = new Constants(bindings)
  const builder = new FlowBuilder(program, bindings, constants)
  builder.graph.settle()
  builder.calls.guess()
  builder.graph.settle()
  settleSeeds(builder)
  settleWalks(builder)

  let exports: ReadonlyMap<string, readonly Origin[]> | undefined
  return {
    pathOf(expression) {
      for (const token of builder.known(expression)?.tokens ?? []) {
        if (token.kind === 'path' && !token.path.endsWith(')')) return token.path
      }
      return undefined
    },
    constantOf: expression => constants.of(expression),
    mayCarry: trait => builder.graph.mayCarry(trait),
    originsOf(expression) {
      const spot = builder.known(expression)
      return spot === undefined ? [] : originsAt(spot)
    },
    borrowedOf(expression) {
      const tokens = builder.known(expression)?.tokens ?? []
      return tokens.filter(token => token.kind === 'borrowed').filter(({ trait }) => trait === undefined)
    },
    resultsOf(expression) {
      const tokens = builder.known(expression)?.tokens ?? []
      return tokens.flatMap(token => (token.kind === 'thing' ? returnedBy(token.thing) : []))
    },
    get exports() {
      exports ??= exportsOf(builder)
      return exports
    },
  }
}

/** Of a function; of a property's descriptor that a decorator changed, too. */
function returnedBy(thing: Thing): readonly Origin[] {
  if (thing.function !== undefined) return originsAt(thing.function.returns)
  const within = thing.fields.get('value')?.tokens ?? []
  return within.flatMap(token =>
    token.kind === 'thing' && token.thing.function !== undefined ? originsAt(token.thing.function.returns) : [],
  )
}
