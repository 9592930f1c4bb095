// The audit trail as it is written: one record after the other, each kept before what it records is answered.
import { GENESIS, MerkleTree, plainJson, recordHash } from './audit-chain.ts'
import type { AuditEntry, AuditHead, AuditRecord, AuditStore } from './audit-entry.ts'
import type { AuditSigner } from './audit-key.ts'

export interface AuditTrailOptions {
  readonly store: AuditStore
  readonly signer: AuditSigner
  /** Milliseconds since 1970, with a fraction where the clock has one. */
  readonly now: () => number
  /** Puts a signed head somewhere beside the store, so that a store which was cut off is found out. */
  readonly keepHead?: (head: AuditHead) => void | Promise<void>
  /** A head is signed when so many records have none. 64 when not given. */
  readonly headRecords?: number
}

export class AuditTrail {
  readonly #options: AuditTrailOptions
  readonly #tree = new MerkleTree()
  #last = { sequence: 0, hash: GENESIS }
  #signedSize = 0
  /** Everything that reads or moves the end of the chain waits here for its turn. */
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(options: AuditTrailOptions) {
    this.#options = options
  }

  /** Reads what is there, which takes a moment for each hundred thousand records. */
  static async open(options: AuditTrailOptions): Promise<AuditTrail> {
    const trail = new AuditTrail(options)
    await trail.#catchUp()
    trail.#signedSize = (await options.store.heads()).at(-1)?.size ?? 0
    return trail
  }

  /** How many records there are. */
  get size(): number {
    return this.#tree.size
  }

  /** How many records the newest head is over. */
  get signedSize(): number {
    return this.#signedSize
  }

  /**
   * Resolves once the record is kept. Throws what the store throws: what cannot be recorded must not happen. The first is signed
   * at once, since a trail without any head is suspect.
   */
  record(entry: AuditEntry): Promise<AuditRecord> {
    return this.#inTurn(async () => {
      const record = await this.#append(entry)
      const unsigned = this.#tree.size - this.#signedSize
      if (this.#signedSize === 0 || unsigned >= (this.#options.headRecords ?? HEAD_RECORDS)) await this.#sign()
      return record
    })
  }

  /** Signs the trail as it stands; to be called every minute and at the end. Undefined when nothing came since the last time. */
  sign(): Promise<AuditHead | undefined> {
    return this.#inTurn(() => this.#sign())
  }

  /** Signs what is left. Nothing may be recorded afterwards. */
  async close(): Promise<void> {
    await this.sign()
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => {})
    return result
  }

  async #append(entry: AuditEntry): Promise<AuditRecord> {
    for (let attempt = 1; ; attempt++) {
      const record = this.#next(entry)
      try {
        await this.#options.store.append(record)
        this.#take(record)
        return record
      } catch (error) {
        // Another process of the house may have taken the place; or it was kept, and only the answer was lost.
        const news = await this.#catchUp()
        if (news.some(({ hash }) => hash === record.hash)) return record
        if (news.length === 0 || attempt === ATTEMPTS) throw error
      }
    }
  }

  #next(entry: AuditEntry): AuditRecord {
    const { actor, session, address, action, object, before, after, reason, result, correlationId } = entry
    const record = {
      sequence: this.#last.sequence + 1,
      time: instantText(this.#options.now()),
      ...{
        actor,
        session,
        address,
        action,
        object,
        before: plainJson(before),
        after: plainJson(after),
        reason,
        result,
        correlationId,
      },
      previousHash: this.#last.hash,
    }
    return { ...record, hash: recordHash(record) }
  }

  #take({ sequence, hash }: AuditRecord): void {
    this.#tree.add(Buffer.from(hash, 'hex'))
    this.#last = { sequence, hash }
  }

  async #catchUp(): Promise<readonly AuditRecord[]> {
    const news: AuditRecord[] = []
    for (;;) {
      const records = await this.#options.store.read(this.#last.sequence, PAGE)
      for (const record of records) this.#take(record)
      // Only the few of another process are asked for again; at the beginning they may be millions.
      news.splice(0, news.length, ...records)
      if (records.length < PAGE) return news
    }
  }

  async #sign(): Promise<AuditHead | undefined> {
    const { store, signer, now, keepHead } = this.#options
    if (this.#tree.size === this.#signedSize) return undefined
    const head = signer.sign({ size: this.#tree.size, root: this.#tree.root, time: instantText(now()) })
    await keepHead?.(head)
    await store.addHead(head)
    this.#signedSize = head.size
    return head
  }
}

/** What can be cut off without a trace is what came after the newest head, so there are not many of them. */
const HEAD_RECORDS = 64
/** Each time somebody else was faster; that many times in a row is no coincidence. */
const ATTEMPTS = 64
const PAGE = 1_000

/** ISO with microseconds, of milliseconds with a fraction. */
function instantText(millis: number): string {
  const micros = Math.floor(millis * 1_000)
  const whole = Math.floor(micros / 1_000)
  return `${new Date(whole).toISOString().slice(0, -1)}${String(micros - whole * 1_000).padStart(3, '0')}Z`
}
