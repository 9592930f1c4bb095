// What a rule of the source check is, and what it may look at.
import type { Flow } from './flow/flow.ts'
import type { Borrowed } from './flow/trait.ts'
import type { Language, Program } from './program/program.ts'

export type Severity = 'error' | 'warning'

/** One place a value went through: 'Math.random() → spread → quote.bid'. */
export interface Place {
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly column: number
  /** The code as it stands there, one line, shortened. */
  readonly code: string
}

/** What `quadrant guard scan --json` prints of each finding. */
export interface Finding {
  readonly rule: string
  readonly severity: Severity
  readonly file: string
  readonly line: number
  readonly column: number
  readonly message: string
  readonly evidence: readonly Place[]
}

/** What a rule says of one place; the scanner makes a `Finding` of it. */
export interface Hit {
  readonly at: number
  readonly message: string
  /** Offsets in the same file, source first; `at` is added at the end when it is not there. */
  readonly through?: readonly number[]
  /**
   * The hit stands only if one of these turns out, over all files, to carry the trait: './noise.ts', 'jitter', 'random'. The other
   * file's places then come first in the evidence.
   */
  readonly needs?: readonly Borrowed[]
}

/** One file under the eyes of the rules. */
export interface Module {
  readonly program: Program
  /** Where its values go; made when the first rule asks. */
  readonly flow: Flow
  /** In a test folder or a test file of a project: only the rules for tests look at it. */
  readonly isTest: boolean
}

export interface Example {
  readonly language: Language
  readonly code: string
}

export interface Rule {
  /** 'random-to-market': stable, documented, named in suppressions. */
  readonly id: string
  readonly severity: Severity
  /** What it finds, in one sentence without a full stop at its end. */
  readonly summary: string
  /** Why it matters to money, and how to make it right, in a few sentences. */
  readonly why: string
  /** Each is found by this rule; the first is shown first. */
  readonly bad: readonly Example[]
  /** Looks like it, and is none. */
  readonly good: readonly Example[]
  /** Which files it is for. */
  readonly looksAt: 'production' | 'tests' | 'everything'
  check(module: Module): readonly Hit[]
}
