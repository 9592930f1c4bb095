// Broken invariants: the one kind of failure nobody catches below the apps.

/** A broken invariant is a bug in us. The process stops; start and recovery are the same code. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}

export function assert(condition: boolean, rule: string): asserts condition {
  if (!condition) throw new InvariantError(rule)
}

/** Closes a switch: a variant that nobody handles becomes a compile error where this stands. */
export function unreachable(value: never): never {
  throw new InvariantError(`unhandled variant ${JSON.stringify(value)}`)
}
