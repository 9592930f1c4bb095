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
}

/**
 * Finds any record that was changed, taken out, put in or moved, and an end that was cut off behind the newest head. What came
 * after the newest head and was cut off leaves no trace: a head is signed every minute and after every few records.
 */
export async function verifyAudit({ records, heads, keys }: AuditEvidence): Promise<AuditVerdict> {
  const faults = new Faults()
  const sound = soundHeads(heads, keys, faults)
  const bySize = Map.groupBy(sound, head => head.size)
  const tree = new MerkleTree()
  let previousHash = GENESIS

  for await (const record of records) {
    const place = tree.size + 1
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
function hashOf(record: AuditRecord): string {
  try {
    return recordHash(record)
  } catch {
    return GENESIS
  }
}
