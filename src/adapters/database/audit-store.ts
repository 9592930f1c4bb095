// The audit trail's records and signed heads in the database. Each record is kept whole, as the text its hash was taken of.
import type { Kysely, Selectable } from 'kysely'
import type { AuditHead, AuditRecord, AuditStore } from '../../access/audit-entry.ts'
import type { AuditHeadTable, AuditTable, Tables } from './schema.ts'
import { storable } from './values.ts'

export class DatabaseAudit implements AuditStore {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  async append(record: AuditRecord): Promise<void> {
    const { sequence, time, actor, action } = record
    await this.#db
      .insertInto('audit')
      .values({ sequence, time, actor, action, record: JSON.stringify(record) })
      .execute()
  }

  async last(): Promise<AuditRecord | undefined> {
    const row = await this.#db.selectFrom('audit').selectAll().orderBy('sequence', 'desc').limit(1).executeTakeFirst()
    return row && recordOf(row)
  }

  async read(after: number, limit: number): Promise<readonly AuditRecord[]> {
    const rows = await this.#db
      .selectFrom('audit')
      .selectAll()
      .where('sequence', '>', after)
      .orderBy('sequence')
      .limit(limit)
      .execute()
    return rows.map(recordOf)
  }

  async find({
    actor,
    action,
    limit,
    offset,
  }: Parameters<AuditStore['find']>[0]): Promise<{ items: AuditRecord[]; total: number }> {
    let wanted = this.#db.selectFrom('audit')
    if (actor !== undefined) wanted = wanted.where('actor', '=', actor)
    if (action !== undefined) wanted = wanted.where('action', '=', action)
    const rows = await wanted.selectAll().orderBy('sequence', 'desc').limit(limit).offset(offset).execute()
    const { total } = await wanted.select(count => count.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
    return { items: rows.map(recordOf), total }
  }

  async addHead(head: AuditHead): Promise<void> {
    const { size, root, time, keyId, signature } = head
    await this.#db.insertInto('audit_head').values({ size, root, time, key_id: keyId, signature }).execute()
  }

  async heads(): Promise<readonly AuditHead[]> {
    const rows = await this.#db.selectFrom('audit_head').selectAll().orderBy('entry').execute()
    return rows.map(headOf)
  }
}

/** What the columns beside the record say wins, so that a column that was tampered with breaks the hash as well. */
function recordOf(row: Selectable<AuditTable>): AuditRecord {
  const record = JSON.parse(row.record) as AuditRecord
  const same = (column: string, value: string) => (storable(value) === column ? value : column)
  return {
    ...record,
    sequence: row.sequence,
    time: same(row.time, record.time),
    actor: same(row.actor, record.actor),
    action: same(row.action, record.action),
  }
}

const headOf = ({ size, root, time, key_id, signature }: Selectable<AuditHeadTable>): AuditHead => ({
  size,
  root,
  time,
  keyId: key_id,
  signature,
})
