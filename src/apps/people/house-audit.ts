// The audit trail of one state folder: the chain in its database, the key that signs it, the heads beside it.
import type { AuditEntry, AuditHead, AuditStore } from '../../access/audit-entry.ts'
import { type AuditLine, auditRecords } from '../../access/audit-export.ts'
import { AuditSigner } from '../../access/audit-key.ts'
import { AuditTrail } from '../../access/audit-trail.ts'
import { type AuditVerdict, verifyAudit } from '../../access/audit-verify.ts'
import { appendHead, headsFile, mendHeads, readHeads } from './audit-heads.ts'

export interface HouseAuditOptions {
  readonly home: string
  readonly store: AuditStore
  /** The private key, PEM. */
  readonly key: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Told when a minute's head could not be signed; the next is tried a minute later. */
  readonly failed?: (error: unknown) => void
}

/** A piece of the export. `next` is where the following piece begins; null at the end. */
export interface AuditPage {
  readonly lines: readonly AuditLine[]
  readonly next: number | null
}

export class HouseAudit {
  readonly #home: string
  readonly #store: AuditStore
  readonly #signer: AuditSigner
  readonly #trail: AuditTrail
  readonly #timer: NodeJS.Timeout

  private constructor({ home, store, failed = () => {} }: HouseAuditOptions, signer: AuditSigner, trail: AuditTrail) {
    this.#home = home
    this.#store = store
    this.#signer = signer
    this.#trail = trail
    this.#timer = setInterval(() => trail.sign().catch(failed), HEAD_MILLIS)
    this.#timer.unref()
  }

  static async open(options: HouseAuditOptions): Promise<HouseAudit> {
    const { home, store, key, now } = options
    const signer = new AuditSigner(key)
    mendHeads(home)
    const trail = await AuditTrail.open({ store, signer, now, keepHead: head => appendHead(home, head) })
    return new HouseAudit(options, signer, trail)
  }

  /** Resolves once it is kept. What it throws stops what was to be recorded. */
  record = async (entry: AuditEntry): Promise<void> => {
    await this.#trail.record(entry)
  }

  find: AuditStore['find'] = wanted => this.#store.find(wanted)

  /** What names the key: the first digits of its hash. */
  get keyId(): string {
    return this.#signer.public.id
  }

  async verify(): Promise<AuditVerdict> {
    const { heads, strange } = readHeads(this.#home)
    const verdict = await verifyAudit({
      records: auditRecords(this.#store),
      heads: [...heads, ...(await this.#store.heads())],
      keys: [this.#signer.public],
    })
    if (strange.length === 0) return verdict
    const faults = strange.map(line => ({ sequence: 0, fault: `line ${line} of ${headsFile(this.#home)} is no head` }))
    return { ...verdict, whole: false, faults: [...faults, ...verdict.faults] }
  }

  /** Signs the trail as it stands; how many records the newest head is over then. */
  async sign(): Promise<number> {
    await this.#trail.sign()
    return this.#trail.signedSize
  }

  /** The export of the first `size` records by pieces: the key, then the records after `after`, and at the end the heads. */
  async page({ after, size }: { readonly after: number | null; readonly size: number }): Promise<AuditPage> {
    const { id, pem } = this.#signer.public
    const records = await this.#store.read(after ?? 0, Math.min(PAGE, Math.max(0, size - (after ?? 0))))
    const last = records.at(-1)
    const lines: AuditLine[] = [...(after === null ? [{ key: { id, pem } }] : []), ...records.map(record => ({ record }))]
    if (last !== undefined && last.sequence < size) return { lines, next: last.sequence }

    const heads: AuditHead[] = [...readHeads(this.#home).heads, ...(await this.#store.heads())]
    const once = [...new Map(heads.map(head => [head.signature, head])).values()]
    return { lines: [...lines, ...once.filter(head => head.size <= size).map(head => ({ head }))], next: null }
  }

  /** All of the export, one JSON object a line. */
  async *lines(): AsyncGenerator<string> {
    const size = await this.sign()
    for (let after: number | null = null, done = false; !done; ) {
      const page: AuditPage = await this.page({ after, size })
      for (const line of page.lines) yield `${JSON.stringify(line)}\n`
      after = page.next
      done = page.next === null
    }
  }

  /** Signs what has no head yet. Nothing may be recorded afterwards. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#trail.close()
  }
}

/** Reliability needs one each minute; what came after the newest could be cut off without a trace. */
const HEAD_MILLIS = 60_000
const PAGE = 1_000
