// What the routes of the audit trail need of it.
import type { AuditRecord } from '../../access/audit-entry.ts'
import type { ReplyOf } from '../../wire/contract.ts'

export interface AuditReader {
  /** Newest first. */
  find(wanted: {
    readonly actor?: string
    readonly action?: string
    readonly limit: number
    readonly offset: number
  }): Promise<{ readonly items: readonly AuditRecord[]; readonly total: number }>
  verify(): Promise<ReplyOf<'POST /audit/verify'>>
  /** Every record and every signed head, one JSON object a line. */
  export(): Promise<string>
}
