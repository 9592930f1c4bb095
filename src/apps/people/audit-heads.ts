// The signed heads of the audit trail beside the database: whoever cuts the database off cannot take these back unnoticed.
import { appendFileSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditHead } from '../../access/audit-entry.ts'

export const headsFile = (home: string): string => join(home, 'audit-heads.jsonl')

export interface KeptHeads {
  readonly heads: readonly AuditHead[]
  /** Numbers, from 1, of lines that are no heads: none that we wrote. */
  readonly strange: readonly number[]
}

export function readHeads(home: string): KeptHeads {
  const heads: AuditHead[] = []
  const strange: number[] = []
  const lines = read(home).split('\n')
  lines.forEach((text, i) => {
    if (text === '') return
    const head = parsed(text)
    if (head === undefined) strange.push(i + 1)
    else heads.push(head)
  })
  return { heads, strange }
}

/** When it returns, the head survives a loss of power. */
export function appendHead(home: string, head: AuditHead): void {
  appendFileSync(headsFile(home), `${JSON.stringify(head)}\n`, { mode: 0o600, flush: true })
}

/** Takes away a last line that a crash cut short; it was never answered for. To be called before the first is appended. */
export function mendHeads(home: string): void {
  const text = read(home)
  if (text === '' || text.endsWith('\n')) return
  truncateSync(headsFile(home), Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)))
}

function parsed(text: string): AuditHead | undefined {
  try {
    const head = JSON.parse(text) as Partial<AuditHead> | null
    return typeof head?.size === 'number' && typeof head.signature === 'string' ? (head as AuditHead) : undefined
  } catch {
    return undefined
  }
}

function read(home: string): string {
  try {
    return readFileSync(headsFile(home), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
