// The audit trail as the API reads it: pages, a verdict, and the whole as lines.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditHead, AuditStore } from '../../access/audit-entry.ts'
import { auditLines, auditRecords } from '../../access/audit-export.ts'
import type { AuditSigner } from '../../access/audit-key.ts'
import { verifyAudit } from '../../access/audit-verify.ts'
import type { AuditReader } from '../../adapters/gateway/audit-reader.ts'

export function auditReaderOf(store: AuditStore, { public: key }: AuditSigner, home: string): AuditReader {
  const heads = async () => [...(await store.heads()), ...keptHeads(home)]
  return {
    find: wanted => store.find(wanted),
    verify: async () => verifyAudit({ records: auditRecords(store), heads: await heads(), keys: [key] }),
    export: async () => {
      let text = ''
      for await (const line of auditLines(store, { heads: await store.heads(), key })) text += line
      return text
    },
  }
}

/** Signed states beside the store: a store that was cut off does not know of them any more. */
export function keptHeads(home: string): AuditHead[] {
  let text: string
  try {
    text = readFileSync(join(home, 'audit-heads.jsonl'), 'utf8')
  } catch {
    return []
  }
  return text.split('\n').flatMap(line => {
    try {
      const head = JSON.parse(line) as AuditHead
      return typeof head.size === 'number' ? [head] : []
    } catch {
      // The last line of a process that was killed while it wrote.
      return []
    }
  })
}
