// The words of the audit trail: what is recorded, and where it is kept. The chain itself is audit-chain.ts.

/** What happened, before it has its place in the chain. */
export interface AuditEntry {
  /** A user's name, `token:ID`, `system`, `anonymous`, or `os:NAME` for the owner of the machine's shell. */
  readonly actor: string
  readonly session: string
  readonly address: string
  /** 'session.create', 'session.refuse', 'user.add', 'limit.change', 'stop.trip', 'order.place' … noun and verb. */
  readonly action: string
  readonly object: string
  readonly before: unknown
  readonly after: unknown
  readonly reason: string
  readonly result: 'done' | 'refused' | 'failed'
  readonly correlationId: string
}

export interface AuditRecord extends AuditEntry {
  /** Counts from 1 without a hole. */
  readonly sequence: number
  /** ISO, UTC, microseconds. */
  readonly time: string
  readonly previousHash: string
  /** SHA-256, hex, of the canonical JSON of everything above, after a zero byte. */
  readonly hash: string
}

/** The state of the trail at a size, signed. */
export interface AuditHead {
  readonly size: number
  /** Merkle root over the records' hashes, RFC 9162, hex. */
  readonly root: string
  readonly time: string
  readonly keyId: string
  /** Ed25519, base64url, over the canonical JSON of the fields above. */
  readonly signature: string
}

export interface AuditStore {
  append(record: AuditRecord): Promise<void>
  last(): Promise<AuditRecord | undefined>
  /** In order, after this sequence. */
  read(after: number, limit: number): Promise<readonly AuditRecord[]>
  /** Newest first. */
  find(wanted: {
    readonly actor?: string
    readonly action?: string
    readonly limit: number
    readonly offset: number
  }): Promise<{ readonly items: readonly AuditRecord[]; readonly total: number }>
  addHead(head: AuditHead): Promise<void>
  heads(): Promise<readonly AuditHead[]>
}
