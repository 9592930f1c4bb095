// An audit store in plain memory, which can be made to fail and may be shared by several trails.
import type { AuditHead, AuditRecord, AuditStore } from '../src/access/audit-entry.ts'

export class MemoryAudit implements AuditStore {
  readonly records: AuditRecord[] = []
  readonly signed: AuditHead[] = []
  /** Throws what it returns; 'after' once the record is kept, as where only the answer is lost. */
  fault: (record: AuditRecord) => 'before' | 'after' | undefined = () => undefined

  async append(record: AuditRecord): Promise<void> {
    const fault = this.fault(record)
    if (fault === 'before') throw new Error('the disk is full')
    // Turns of the event loop in between, as with every real store.
    await new Promise(resolve => setImmediate(resolve))
    if (this.records.some(({ sequence }) => sequence === record.sequence)) throw new Error('this place is taken')
    this.records.push(JSON.parse(JSON.stringify(record)))
    if (fault === 'after') throw new Error('the connection is lost')
  }
  async last(): Promise<AuditRecord | undefined> {
    return this.records.at(-1)
  }
  async read(after: number, limit: number): Promise<readonly AuditRecord[]> {
    return this.records.filter(({ sequence }) => sequence > after).slice(0, limit)
  }
  async find(): Promise<{ items: AuditRecord[]; total: number }> {
    return { items: this.records.toReversed(), total: this.records.length }
  }
  async addHead(head: AuditHead): Promise<void> {
    this.signed.push(head)
  }
  async heads(): Promise<readonly AuditHead[]> {
    return this.signed
  }
}
