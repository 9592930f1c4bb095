// Where the values of one file come from and go to: names, aliases, calls, returns, fields, and what is borrowed from other files.
import type { Expression, Program } from './program.ts'

/**
 * What a value can be made of.
 * random: drawn by chance, by whichever generator · seeded: drawn by a generator whose seed is fixed in the code · made-up: written
 * down in the code or returned by something that says of itself that it pretends (`generateFakeTick`) · walk: a running sum or
 * product of draws.
 */
export type Trait = 'random' | 'seeded' | 'made-up' | 'walk'

/** One way in which a value came by a trait. */
export interface Origin {
  readonly trait: Trait
  /** Offsets, source first: the draw, each assignment, argument, return it went through. */
  readonly through: readonly number[]
  /** Where the source is in another module: the trait holds only if that name carries it. */
  readonly borrowed?: Borrowed
}

/** What only another module can tell: whether its `name` (or what it returns when called) carries the trait. */
export interface Borrowed {
  /** As the import says it. */
  readonly module: string
  /** The exported name, dotted for members; 'default'; '*' for the module as a whole. */
  readonly name: string
  readonly trait: Trait
}

export interface Flow {
  /**
   * The name under which the world knows what an expression denotes, aliases, destructuring, constant strings and imports
   * followed: 'Math.random' for `globalThis['Ma' + 'th'].random` and for `r` after `const { random: r } = Math`;
   * 'numpy.random.randn', '@faker-js/faker.faker.finance.amount', './noise.ts.jitter'. Undefined for values.
   */
  pathOf(expression: Expression): string | undefined
  /** The value that is certain before the program runs: literals, sums of literals, names bound once to such. */
  constantOf(expression: Expression): { readonly value: string | number | boolean | null | undefined } | undefined
  /** How the value of an expression of this program came by its traits; empty when it has none. */
  originsOf(expression: Expression): readonly Origin[]
  /** Per exported name ('default' too; Python: every name of the top level) the origins of its value or of what it returns. Plain data. */
  readonly exports: ReadonlyMap<string, readonly Origin[]>
}

export declare function analyse(program: Program): Flow
