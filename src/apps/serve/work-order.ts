// What the server asks of a process of its own, and what that says back.
import type { Link } from '../explain.ts'

export type JobKind = 'backtest' | 'replay' | 'paper'

export type WorkOrder =
  | {
      readonly type: 'job'
      readonly kind: JobKind
      readonly home: string
      readonly file: string
      readonly set: readonly string[]
      readonly replay: string | undefined
      readonly speed: number | undefined
    }
  | {
      readonly type: 'explain'
      readonly home: string
      readonly run: string
      readonly question: { readonly order: string } | { readonly not: true; readonly at: number }
    }
  | { readonly type: 'stop' }

export type WorkReport =
  /** The id of a run is known as soon as it begins where its start has a name. */
  | { readonly type: 'started'; readonly run: string }
  | { readonly type: 'progress'; readonly done: number | null; readonly total: number | null; readonly words: string }
  | { readonly type: 'done'; readonly run: string }
  | { readonly type: 'explained'; readonly links: readonly Link[] }
  | { readonly type: 'failed'; readonly error: { readonly code: string; readonly message: string; readonly fix: string } }
