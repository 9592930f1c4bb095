// What the handlers have to work with: the lake, the history, the living runs, the jobs, and the house's own state.
import type { AuditEntry } from '../../access/audit-entry.ts'
import type { Projection } from '../../adapters/database/projection.ts'
import type { Hub } from '../../adapters/gateway/hub.ts'
import type { RunWatcher } from '../../adapters/run-link/run-watcher.ts'
import type { ReplyOf } from '../../wire/contract.ts'
import type { RowOf } from '../../wire/topics.ts'
import type { Configurations } from './configurations.ts'
import type { Explanations } from './explanations.ts'
import type { Jobs } from './jobs.ts'
import type { LakeView } from './lake/lake-view.ts'
import type { LiveBars } from './live-bars.ts'

type Settings = ReplyOf<'GET /settings'>

/** What handlers read of runs. */
export type History = Pick<
  Projection,
  'orders' | 'order' | 'fills' | 'trades' | 'accounts' | 'signals' | 'opinions' | 'runs' | 'run' | 'equity' | 'funnel' | 'bars'
>

export interface ServerContext {
  readonly home: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly lake: LakeView
  readonly hub: Pick<Hub, 'publish' | 'rows'>
  readonly runs: Pick<RunWatcher, 'runs' | 'request' | 'requestAll'>
  readonly liveBars: LiveBars
  readonly history: History
  /** Resolves when every row that living runs said by now is in the history. */
  readonly settled: () => Promise<void>
  /** Resolves when every finished run that is there by now is in the history. */
  readonly taken: () => Promise<void>
  readonly jobs: Jobs
  readonly configurations: Configurations
  readonly explanations: Explanations
  /** What cannot be recorded does not happen: it throws, and so does the handler. */
  readonly audit: (entry: AuditEntry) => Promise<void>
  readonly preferences: {
    read(user: string): Promise<Readonly<Record<string, unknown>>>
    write(user: string, preferences: Settings['preferences']): Promise<void>
  }
  readonly house: () => Settings['house']
  readonly health: () => Promise<ReplyOf<'GET /health'>>
  readonly system: () => RowOf<'system'>
  /** In words, without a password. */
  readonly databaseName: string
  readonly logs: (wanted: {
    readonly level?: RowOf<'logs'>['level']
    readonly component?: string
    readonly correlationId?: string
    readonly text?: string
    readonly limit: number
  }) => readonly RowOf<'logs'>[]
}
