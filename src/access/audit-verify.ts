// Whether a trail is as it was written: every record, every link, and the tree under every signed head.
import type { Static } from 'typebox'
import type { AuditVerdict as VerdictForm } from '../wire/people.ts'
import { GENESIS, MerkleTree, recordHash } from './audit-chain.ts'
import type { AuditHead, AuditRecord } from './audit-entry.ts'
import type { AuditPublicKey } from './audit-key.ts'

export type AuditVerdict = Static<typeof VerdictForm>

export interface AuditEvidence {
  /** In the order they are kept. */
  readonly records: AsyncIterable<AuditRecord> | Iterable<AuditRecord>
  /** From every place they are kept in; doubles do not matter. */
  readonly heads: readonly AuditHead[]
  /** Whose signatures count. */
  readonly keys: readonly AuditPublicKey[]
  /** Nobody writes it any more, so its newest head is over all of it: what stands behind that was put there. */
  readonly sealed?: boolean
}

/**
 * Finds any record that was changed, taken out, put in or moved, and an end that was cut off behind the newest head. What came
 * after the newest head and was cut off or put behind it leaves no trace: a head is signed every minute, after every few
 * records, and at the end.
 */
export async function verifyAudit({ records, heads, keys, sealed = false }: AuditEvidence): Promise<AuditVerdict> {
  const faults = new Faults()
  const sound = soundHeads(heads, keys, faults)
  const bySize = Map.groupBy(sound, head => head.size)
  const tree = new MerkleTree()
  let previousHash = GENESIS

  for await (const found of records) {
    const place = tree.size + 1
    // From a file it may be anything.
    const record: Partial<AuditRecord> = found ?? {}
    if (record.sequence !== place) faults.add(place, `record ${record.sequence} stands in its place`)
    if (record.previousHash !== previousHash) faults.add(place, 'it does not follow the record before it')
    const hash = hashOf(record)
    if (hash !== record.hash) faults.add(place, 'it was changed after it was written')

    // The tree is of what is there, whatever the record says of itself.
    tree.add(Buffer.from(hash, 'hex'))
    previousHash = hash
    for (const { root } of bySize.get(tree.size) ?? []) {
      if (root !== tree.root) faults.add(place, 'the records until here are not those that were signed')
    }
  }

  const newest = sound.reduce<AuditHead | undefined>(
    (most, head) => (most === undefined || head.size >= most.size ? head : most),
    undefined,
  )
  if (newest !== undefined && newest.size > tree.size) {
    faults.add(tree.size + 1, `${newest.size - tree.size} records are missing at the end: ${newest.size} were signed`)
  }
  if (sealed && newest !== undefined && newest.size < tree.size) {
    faults.add(newest.size + 1, `${tree.size - newest.size} records are behind the end that was signed`)
  }
  if (newest === undefined && tree.size > 0) faults.add(tree.size, 'there is no signed head, so nothing says that these are all')

  return {
    whole: faults.count === 0,
    records: tree.size,
    heads: new Set(heads.map(({ signature }) => signature)).size,
    head: newest === undefined ? null : { size: newest.size, root: newest.root, time: newest.time },
    faults: faults.list,
  }
}

/** After a change near the beginning everything behind it is wrong too; the first faults say where. */
const FAULTS_SHOWN = 100

class Faults {
  readonly list: { sequence: number; fault: string }[] = []
  count = 0

  add(sequence: number, fault: string): void {
    this.count++
    if (this.count <= FAULTS_SHOWN) this.list.push({ sequence, fault })
  }
}

function soundHeads(heads: readonly AuditHead[], keys: readonly AuditPublicKey[], faults: Faults): AuditHead[] {
  const once = [...new Map(heads.map(head => [head.signature, head])).values()]
  return once.filter(head => {
    const key = keys.find(({ id }) => id === head.keyId)
    if (key === undefined) faults.add(head.size, `the head of size ${head.size} is signed by the unknown key ${head.keyId}`)
    else if (!key.signed(head)) faults.add(head.size, `the signature of the head of size ${head.size} is false`)
    else return true
    return false
  })
}

/** A record that is not even of the right form has no hash of its own. */
function hashOf(record: Partial<AuditRecord>): string {
  try {
    return recordHash(record as AuditRecord)
  } catch {
    return GENESIS
  }
}
