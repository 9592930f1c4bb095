// The trail as a file of lines, which can be checked far from the house: the public key, then the records, then the heads.
import type { AuditHead, AuditRecord, AuditStore } from './audit-entry.ts'
import { AuditPublicKey } from './audit-key.ts'

// One JSON object a line:
//   {"key":{"id":"…","pem":"…"}}   whose signatures count; compare its id with what the house shows
//   {"record":{…}}                 in order
//   {"head":{…}}                   signed states
export type AuditLine =
  | { readonly key: { readonly id: string; readonly pem: string } }
  | { readonly record: AuditRecord }
  | { readonly head: AuditHead }

/** All of a store's records, in order, a page at a time. */
export async function* auditRecords(store: AuditStore): AsyncGenerator<AuditRecord> {
  let after = Number.MIN_SAFE_INTEGER
  for (;;) {
    const records = await store.read(after, PAGE)
    yield* records
    const last = records.at(-1)
    if (last === undefined || records.length < PAGE) return
    after = last.sequence
  }
}

const PAGE = 1_000

/** What one line of such a file says, taken as it is; undefined where it is none. */
export function readAuditLine(text: string): AuditLine | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    const { record, head, key } = value as { record?: unknown; head?: Partial<AuditHead>; key?: { pem?: unknown } }
    if (typeof record === 'object' && record !== null) return { record: record as AuditRecord }
    if (typeof head?.size === 'number' && typeof head.signature === 'string') return { head: head as AuditHead }
    if (typeof key?.pem === 'string') return { key: { id: new AuditPublicKey(key.pem).id, pem: key.pem } }
    return undefined
  } catch {
    return undefined
  }
}
