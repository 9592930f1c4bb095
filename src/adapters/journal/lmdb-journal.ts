// The durable journal: batches of records in an LMDB file, chained by hash, committed with fsync.
//
// One key per batch, one transaction per flush. LMDB writes new pages beside the old ones, syncs them, and only then
// switches one small page to the new root, synced as well. A crash at any instant leaves the root before or the root
// after: there is no torn tail to repair, and a flush that returned is on disk.
//
//   'm'                      the identity of the run: JSON
//   'o'                      the writer: JSON. Checked in every commit, so one that was taken over from cannot go on.
//   'r' + u64 big endian     the batch that begins at this sequence (batch.ts)
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { open, type RootDatabase } from 'lmdb'
import { assert } from '../../domain/assert.ts'
import type { Envelope } from '../../domain/event.ts'
import { type Batch, BatchWriter, digest, openBatch, recordsOf, seal, type UnsealedBatch } from './batch.ts'
import { assertSpaceToBegin, DiskReserve } from './disk-reserve.ts'
import { corrupt, diskError, JournalError } from './journal-error.ts'
import { checkFile, hasPages } from './lmdb-file.ts'
import { assertFollows, assertForward, type JournalIdentity, type StoredJournal } from './stored-journal.ts'
import { Words } from './words.ts'
import { claimOfThisProcess, isAlive, type WriterClaim } from './writer-claim.ts'

/** A batch is closed at this size. Just below 16 pages, so that most fit LMDB's pages without waste. */
const BATCH_BYTES = 60_000

/** LMDB's name for it. */
const DATA_FILE = 'data.mdb'
const PAGE_BYTES_MOST = 16_384
const IDENTITY_KEY = Buffer.from('m')
const OWNER_KEY = Buffer.from('o')
const BATCH_PREFIX = 'r'.charCodeAt(0)

type Store = RootDatabase<Buffer, Buffer>

export interface OpenOptions {
  /** Become the writer although another one is registered: for when its machine is gone. It is refused from then on. */
  readonly takeOver?: boolean
  /** When a new journal begins, ISO: part of what its hash chain covers. The clock's time when left out. */
  readonly created?: string
}

/**
 * Begins the journal of a run in `directory`, or continues it. Every stored batch is checked against the hash chain first.
 * Throws JournalError: LOCKED, MISMATCH, CORRUPT, VERSION, UNWRITABLE, DISK_FULL.
 */
export function openJournal(directory: string, identity: JournalIdentity, options: OpenOptions = {}): LmdbJournal {
  const { store, made } = openStore(directory)
  let claim: WriterClaim | undefined
  try {
    claim = claimWriter(store, directory, identity, options)
    syncFolders(resolve(directory), dirname(made))
    return new LmdbJournal(store, directory, claim)
  } catch (error) {
    if (claim) releaseWriter(store, claim)
    void store.close()
    throw diskError(error, 'opening it', directory)
  }
}

export class LmdbJournal implements StoredJournal {
  readonly identity: JournalIdentity
  readonly created: string
  readonly #store: Store
  readonly #directory: string
  readonly #claim: WriterClaim
  /** The claim as it is stored: what every commit looks for. */
  readonly #claimBytes: Buffer
  readonly #reserve: DiskReserve
  readonly #words = new Words()
  readonly #writer = new BatchWriter(this.#words)
  #full: UnsealedBatch[] = []
  #pending = 0
  /** What the first batch's seal follows. */
  readonly #root: Buffer
  #seal: Buffer
  #firstSequence: number | undefined
  #durableSequence: number | undefined
  #lastAppended: number | undefined
  #consumed = 0
  #broken: JournalError | undefined
  /** False once LMDB itself has failed: it is not to be touched again. */
  #storeUsable = true

  /** Use `openJournal`: it has claimed the store. */
  constructor(store: Store, directory: string, claim: WriterClaim) {
    this.#store = store
    this.#directory = directory
    this.#claim = claim
    this.#claimBytes = Buffer.from(JSON.stringify(claim))

    const stored = store.get(IDENTITY_KEY)
    assert(stored !== undefined, 'a claimed journal has an identity')
    const { created, ...identity } = parse<JournalIdentity & { created: string }>(stored)
    this.identity = identity
    this.created = created
    this.#root = digest(stored)
    this.#seal = this.#root
    this.#verify()
    this.#reserve = new DiskReserve(join(directory, DATA_FILE), directory)
  }

  get lastSequence(): number | undefined {
    return this.#durableSequence
  }

  get consumed(): number {
    return this.#consumed
  }

  get pending(): number {
    return this.#pending
  }

  /** One hash for the whole durable history, hex. */
  get chainHash(): string {
    return this.#seal.toString('hex')
  }

  append(envelope: Envelope): void {
    this.#refuseIfBroken()
    assertFollows(envelope.sequence, this.#lastAppended)

    this.#writer.append(envelope)
    this.#lastAppended = envelope.sequence
    this.#pending += 1
    if (this.#writer.bytes >= BATCH_BYTES) this.#full.push(this.#writer.take())
  }

  flush(consumed: number): void {
    this.#refuseIfBroken()
    assertForward(consumed, this.#consumed)
    if (this.#writer.count > 0) this.#full.push(this.#writer.take())
    if (this.#full.length === 0) return

    let chain = this.#seal
    try {
      this.#store.transactionSync(() => {
        this.#refuseIfTakenOver()
        this.#reserve.take(bytesOf(this.#full), () => endOfUse(this.#store))
        for (const batch of this.#full) {
          chain = seal(batch, consumed, chain)
          this.#store.putSync(batchKey(batch.first), batch.bytes)
        }
      })
    } catch (error) {
      // After a failed sync nobody knows which pages reached the disk, so this writer never tries again.
      this.#storeUsable = error instanceof JournalError
      this.#broken = diskError(error, 'writing it', this.#directory)
      throw this.#broken
    }

    this.#firstSequence ??= this.#full[0]?.first
    this.#durableSequence = this.#lastAppended
    this.#consumed = consumed
    this.#seal = chain
    this.#full = []
    this.#pending = 0
  }

  *read(from = 0): Generator<Envelope> {
    // A full disk or another writer leaves what is stored as good as it was; after a failure of LMDB, open it again to read.
    if (this.#broken !== undefined && (!this.#storeUsable || this.#broken.code === 'JOURNAL_CLOSED')) throw this.#broken
    for (const batch of this.#batches(from)) {
      for (const record of recordsOf(batch, this.#words)) if (record.sequence >= from) yield record
    }
  }

  async close(): Promise<void> {
    if (this.#broken?.code === 'JOURNAL_CLOSED') return
    this.#broken = new JournalError('JOURNAL_CLOSED', { message: 'The journal was closed.', fix: 'Open it again to go on.' })
    this.#reserve.close()
    if (!this.#storeUsable) return
    releaseWriter(this.#store, this.#claim)
    await this.#store.close()
  }

  /** Walks the whole chain once: every batch is whole, follows the one before, and none is left over. */
  #verify(): void {
    this.#firstSequence = this.#edge({ start: batchKey(0) })

    for (const batch of this.#batches(0)) {
      this.#words.learn(batch.words)
      this.#durableSequence = batch.last
      this.#consumed = batch.consumed
      this.#seal = batch.seal
    }

    const end = this.#durableSequence ?? -1
    const newest = this.#edge({ start: batchKey(Number.MAX_SAFE_INTEGER), reverse: true }) ?? -1
    if (newest > end) throw corrupt(`The journal is damaged from sequence ${end + 1} on: a batch is missing.`)
    this.#lastAppended = this.#durableSequence
  }

  /** From the batch that holds `from` until there is no next one. */
  *#batches(from: number): Generator<Batch> {
    let first = this.#firstSequence
    let previous: Buffer | undefined = this.#root
    if (first !== undefined && from > first) {
      first = this.#edge({ start: batchKey(from), reverse: true })
      previous = undefined
    }

    while (first !== undefined) {
      const bytes = this.#stored(batchKey(first))
      if (bytes === undefined) return
      const batch = openBatch(bytes, first, previous)
      yield batch
      first = batch.last + 1
      previous = batch.seal
    }
  }

  /** Where the batch begins that a walk from `start` meets first. */
  #edge(range: { readonly start: Buffer; readonly reverse?: boolean }): number | undefined {
    try {
      for (const key of this.#store.getKeys({ ...range, limit: 1 })) {
        if (key.length === 9 && key[0] === BATCH_PREFIX) return Number(key.readBigUInt64BE(1))
      }
      return undefined
    } catch (error) {
      throw diskError(error, 'reading it', this.#directory)
    }
  }

  #stored(key: Buffer): Buffer | undefined {
    try {
      return this.#store.get(key)
    } catch (error) {
      throw diskError(error, 'reading it', this.#directory)
    }
  }

  #refuseIfBroken(): void {
    if (this.#broken === undefined) return
    if (this.#broken.code === 'JOURNAL_CLOSED') throw this.#broken
    throw new JournalError('JOURNAL_POISONED', {
      message: `The journal takes nothing more since it failed: ${this.#broken.message}`,
      fix: this.#broken.fix,
      cause: this.#broken,
    })
  }

  #refuseIfTakenOver(): void {
    if (this.#store.get(OWNER_KEY)?.equals(this.#claimBytes)) return
    throw new JournalError('JOURNAL_LOCKED', {
      message: `Another writer has taken over the journal in ${this.#directory}.`,
      fix: 'Let that writer go on, or stop it and open the journal again.',
    })
  }
}

/** `made` is the outermost folder that had to be made, the journal's own when all were there. */
function openStore(directory: string): { readonly store: Store; readonly made: string } {
  try {
    const made = mkdirSync(directory, { recursive: true })
    // A journal that exists brings its room with it, so that it can be opened and read on a full disk too.
    if (hasPages(join(directory, DATA_FILE))) checkFile(join(directory, DATA_FILE))
    else assertSpaceToBegin(directory)
    // Without `overlappingSync: false`, lmdb-js lets a synchronous commit return before it is on disk.
    const store = open<Buffer, Buffer>({
      path: directory,
      noSubdir: false,
      encoding: 'binary',
      keyEncoding: 'binary',
      overlappingSync: false,
      cache: false,
    })
    return { store, made: made ?? resolve(directory) }
  } catch (error) {
    throw diskError(error, 'opening it', directory)
  }
}

/** Registers this process as the writer, and the run as the journal's. LMDB's lock lets one process at a time do so. */
function claimWriter(store: Store, directory: string, identity: JournalIdentity, options: OpenOptions): WriterClaim {
  const claim = claimOfThisProcess()
  const { takeOver = false, created = new Date().toISOString() } = options

  store.transactionSync(() => {
    const owner = store.get(OWNER_KEY)
    if (owner !== undefined && !takeOver) refuseIfAlive(parse(owner), directory)

    const stored = store.get(IDENTITY_KEY)
    if (stored !== undefined) refuseIfOther(parse(stored), identity, directory)
    else {
      const { runId, configHash, dataHash } = identity
      store.putSync(IDENTITY_KEY, Buffer.from(JSON.stringify({ runId, configHash, dataHash, created })))
    }
    store.putSync(OWNER_KEY, Buffer.from(JSON.stringify(claim)))
  })

  return claim
}

/** Leaves the claim of another writer alone. A claim that cannot be removed does no harm: its process will be gone. */
function releaseWriter(store: Store, claim: WriterClaim): void {
  try {
    store.transactionSync(() => {
      const owner = store.get(OWNER_KEY)
      if (owner !== undefined && parse<WriterClaim>(owner).token === claim.token) store.removeSync(OWNER_KEY)
    })
  } catch {}
}

function refuseIfAlive(owner: WriterClaim, directory: string): void {
  if (!isAlive(owner)) return
  throw new JournalError('JOURNAL_LOCKED', {
    message: `The journal in ${directory} is being written by process ${owner.process} on ${owner.host}; it has one writer at a time.`,
    fix: 'Wait for that process or stop it. If its machine is gone for good, take the journal over.',
  })
}

function refuseIfOther(stored: JournalIdentity, asked: JournalIdentity, directory: string): void {
  const fields = ['runId', 'configHash', 'dataHash'] as const
  const different = fields.filter(field => stored[field] !== asked[field])
  if (different.length === 0) return
  const names = { runId: 'run', configHash: 'configuration', dataHash: 'data' }
  const list = different.map(field => `${names[field]} (${stored[field]} there, ${asked[field]} asked for)`).join(', ')
  throw new JournalError('JOURNAL_MISMATCH', {
    message: `The journal in ${directory} was begun by another ${list}; continuing it would mix two histories.`,
    fix: 'Continue with what began it, or start a new run.',
  })
}

function batchKey(sequence: number): Buffer {
  const key = Buffer.allocUnsafe(9)
  key[0] = BATCH_PREFIX
  key.writeBigUInt64BE(BigInt(sequence), 1)
  return key
}

/** A file is only as durable as its entry in its folder, and so on outwards. Windows syncs entries by itself. */
function syncFolders(innermost: string, outermost: string): void {
  if (process.platform === 'win32') return
  for (let folder = innermost; ; folder = dirname(folder)) {
    const descriptor = openSync(folder, 'r')
    try {
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    if (folder === outermost || folder === dirname(folder)) return
  }
}

const bytesOf = (batches: readonly UnsealedBatch[]): number => {
  // Each value may take a page more than its bytes fill.
  return batches.reduce((sum, { bytes }) => sum + bytes.length + PAGE_BYTES_MOST, 0)
}

/** Where LMDB's last page ends, in bytes of the file. */
function endOfUse(store: Store): number {
  const { lastPageNumber, pageSize } = store.getStats() as { lastPageNumber: number; pageSize: number }
  return (lastPageNumber + 1) * pageSize
}

const parse = <Shape>(bytes: Buffer): Shape => JSON.parse(bytes.toString()) as Shape
