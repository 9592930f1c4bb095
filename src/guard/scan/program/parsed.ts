// What reading a source file gives: its program, or why there is none.
import type { Program } from './program.ts'

export type Parsed = { readonly program: Program } | Unreadable

export interface Unreadable {
  readonly fault: Fault
  /** What could be read all the same, where the parser went on after its complaint: not the whole truth. */
  readonly partial?: Program
}

export interface Fault {
  /** Offset into the text in UTF-16 units, where the parser gave up. */
  readonly at: number
  /** One sentence without a full stop at its end. */
  readonly message: string
}
