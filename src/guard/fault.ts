// What keeps a live run from starting, in the three parts every refusal has.

export interface Fault {
  /** Stable and documented in docs/errors.md: 'ENV_TLS_OFF'. */
  readonly code: string
  /** What was found and why it matters. Never a secret. */
  readonly what: string
  readonly fix: string
}

/** What a check says: faults forbid the start, warnings only want to be read. */
export interface Verdict {
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

export const CLEAN: Verdict = { faults: [], warnings: [] }

export const joined = (verdicts: readonly Verdict[]): Verdict => ({
  faults: verdicts.flatMap(({ faults }) => faults),
  warnings: verdicts.flatMap(({ warnings }) => warnings),
})
