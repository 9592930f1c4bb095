// What reading a source file gives: its program, or why there is none.
import type { Program } from './program.ts'

/** A broken file can have both: where it is broken, and the program that is left without that. */
export type Parsed =
  | { readonly program: Program; readonly fault?: Fault }
  | { readonly program?: undefined; readonly fault: Fault }

export interface Fault {
  /** Offset into the text in UTF-16 units, where the parser gave up. */
  readonly at: number
  /** One sentence without a full stop at its end. */
  readonly message: string
}
