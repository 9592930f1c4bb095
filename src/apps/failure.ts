// What a user is told when something cannot be done: what and why, the fix, a stable code, an exit code.

/** The exit codes scripts may rely on. */
export const EXIT = Object.freeze({
  ok: 0,
  failure: 1,
  usage: 2,
  configInvalid: 3,
  notFound: 4,
  notRunning: 5,
  denied: 6,
  data: 7,
  refusedByRisk: 8,
  timeout: 9,
  upstream: 10,
  checkFailed: 20,
  interrupted: 130,
})

/** The three things every error says. Adapters' own errors have the same fields, so one printer serves all. */
export interface Explained {
  /** Stable and documented in docs/errors.md: 'RUN_NOT_FOUND'. */
  readonly code: string
  /** What happened and why, in one or a few sentences. */
  readonly message: string
  /** What the reader can do about it. */
  readonly fix: string
}

/** An error meant for the person at the keyboard. */
export class Failure extends Error implements Explained {
  override readonly name = 'Failure'
  readonly code: string
  readonly fix: string
  readonly exit: number

  /** `exit` follows from the code unless it is given. */
  constructor(
    code: string,
    { message, fix, exit = exitOf(code) }: { readonly message: string; readonly fix: string; readonly exit?: number },
  ) {
    super(message)
    this.code = code
    this.fix = fix
    this.exit = exit
  }
}

/** True for anything thrown that says what, why and the fix, whichever floor it comes from. */
export function isExplained(error: unknown): error is Error & Explained {
  return (
    error instanceof Error &&
    typeof (error as { code?: unknown }).code === 'string' &&
    typeof (error as { fix?: unknown }).fix === 'string'
  )
}

/**
 * The exit code of an error code, by the family its name says. The first line that fits wins:
 * what is missing is "not found" in whichever family.
 */
export function exitOf(code: string): number {
  return FAMILIES.find(([pattern]) => pattern.test(code))?.[1] ?? EXIT.failure
}

const FAMILIES: readonly (readonly [RegExp, number])[] = [
  [/^INTERRUPTED$/, EXIT.interrupted],
  [/_NOT_FOUND$/, EXIT.notFound],
  [/_NOT_RUNNING$/, EXIT.notRunning],
  [/_DENIED$/, EXIT.denied],
  [/_TIMEOUT$/, EXIT.timeout],
  [/^USAGE_/, EXIT.usage],
  [/^(CONFIG|STRATEGY|INSTRUMENT|LIMIT)_/, EXIT.configInvalid],
  [/^(DATA|IMPORT|CAPTURE|LAKE|SOURCE|FEED|RECORDING)_/, EXIT.data],
  [/^UPSTREAM_/, EXIT.upstream],
  [/^CHECK_/, EXIT.checkFailed],
]
