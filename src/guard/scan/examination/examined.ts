// What is known of one file once it was read by itself: plain data, so that a worker can send it.
import type { Allowance } from '../allowances.ts'
import type { Origin } from '../flow/trait.ts'
import type { Fault } from '../program/parsed.ts'
import type { Language } from '../program/program.ts'
import type { Hit } from '../rule.ts'

/** A text with all that is needed to judge it. */
export interface Subject {
  readonly file: string
  /** As `Program.place`. */
  readonly place?: string
  readonly text: string
  readonly language: Language
  readonly isTest: boolean
}

export interface Examined {
  /** As it is reported. */
  readonly file: string
  /** 0 for what could not be read. */
  readonly lines: number
  readonly hits: readonly { readonly rule: string; readonly hit: Hit }[]
  /** Per exported name the origins of its value, as `Flow` says. */
  readonly exports: ReadonlyMap<string, readonly Origin[]>
  readonly references: readonly Reference[]
  readonly allowances: readonly Allowance[]
  /** Why it could not be read. */
  readonly fault?: Fault
  /** Why it was not read although it could be. */
  readonly generated?: string
}

/** That a file loads another when it runs. */
export interface Reference {
  /** As it is written: './order.ts', 'quadrant', '.feeds.kraken'. */
  readonly module: string
  /** Names that may be modules themselves: Python's `from feeds import kraken`. */
  readonly names: readonly string[]
  readonly at: number
}

export const unread = (file: string, fault?: Fault): Examined => ({
  ...{ file, lines: 0, hits: [], exports: new Map(), references: [], allowances: [] },
  ...(fault && { fault }),
})
