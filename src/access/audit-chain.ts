// The mathematics of the trail: one way to write a record, a hash that names the one before, and a tree over all of them.
import { createHash } from 'node:crypto'
import type { AuditHead, AuditRecord } from './audit-entry.ts'

/**
 * JSON in one form only (RFC 8785): no spaces, keys in the order of their UTF-16 units, numbers and texts as ECMAScript writes
 * them. Takes what JSON can say: what is undefined is left out, in a list it is null.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(item => canonicalJson(item ?? null)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  fields.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(',')}}`
}

/** As it will be read back: what JSON cannot say (a date, a bigint, NaN) becomes what stands for it before it is hashed. */
export const plainJson = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value ?? null, (_key, field: unknown) => (typeof field === 'bigint' ? String(field) : field)))

/** Before the first record. */
export const GENESIS = '0'.repeat(64)

/** SHA-256, hex, of a zero byte and the record without its hash: the leaf hash of RFC 9162, so that chain and tree share it. */
export function recordHash(record: Omit<AuditRecord, 'hash'> & { readonly hash?: string }): string {
  const { hash: _, ...rest } = record
  return leafHash(Buffer.from(canonicalJson(rest))).toString('hex')
}

/** What a head's signature is taken of. */
export const headText = ({ size, root, time, keyId }: Omit<AuditHead, 'signature'>): Buffer =>
  Buffer.from(canonicalJson({ size, root, time, keyId }))

// RFC 9162, 2.1.1: a leaf is hashed behind 0x00 and a node behind 0x01, so that neither can be taken for the other.
const LEAF = Buffer.of(0)
const NODE = Buffer.of(1)

export const leafHash = (data: Uint8Array): Buffer => createHash('sha256').update(LEAF).update(data).digest()
const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer =>
  createHash('sha256').update(NODE).update(left).update(right).digest()

/**
 * The root of a tree that only grows. It keeps one hash for each full subtree, largest first: as many as the size has binary
 * ones, so a million records are twenty hashes.
 */
export class MerkleTree {
  #size = 0
  readonly #peaks: Uint8Array[] = []

  get size(): number {
    return this.#size
  }

  /** `leaf` is a leaf's hash. */
  add(leaf: Uint8Array): void {
    let subtree = leaf
    // Two full subtrees of the same height are one of the next: as many times as the old size ends in binary ones.
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) subtree = nodeHash(this.#peaks.pop()!, subtree)
    this.#peaks.push(subtree)
    this.#size++
  }

  /** Hex. Of no leaves it is the hash of nothing. */
  get root(): string {
    const smallestFirst = this.#peaks.toReversed()
    const root = smallestFirst.reduce<Uint8Array | undefined>((right, left) => (right ? nodeHash(left, right) : left), undefined)
    return Buffer.from(root ?? createHash('sha256').digest()).toString('hex')
  }
}
