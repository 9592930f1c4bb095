// How deep a program may be nested: what is read to the end can be walked by recursion afterwards, by us and by every rule.

/** Levels of statements and expressions inside each other. People stay below 60, minified bundles below 300. */
export const LEVELS_MAX = 1000

export class NestedTooDeep extends Error {
  readonly at: number

  constructor(at: number) {
    super(`nested more than ${LEVELS_MAX} deep`)
    this.at = at
  }
}
