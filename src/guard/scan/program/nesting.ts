// How deep a program may be nested: what is read can be walked by recursion afterwards, by us and by every rule.

/** Statements and expressions inside each other. People stay below 60, minified bundles below 300. */
export const LEVELS_MAX = 500

/** A chain of operators is an operation of two operands in an operation of two …; beyond this length it is one of many. */
export const CHAIN_MAX = 100

export class NestedTooDeep extends Error {
  readonly at: number

  constructor(at: number) {
    super(`nested more than ${LEVELS_MAX} deep`)
    this.at = at
  }
}
