// What a value can be made of, and the way by which it came to be.

/**
 * What a value can be made of.
 * random: drawn by chance, by whichever generator · seeded: drawn by a generator whose seed is fixed in the code · made-up: a number
 * written down in the code and only handed on since · pretended: returned by something that says of itself that it pretends
 * (`generateFakeTick`) · walk: a running sum or product of draws.
 */
export type Trait = 'random' | 'seeded' | 'made-up' | 'pretended' | 'walk'

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
