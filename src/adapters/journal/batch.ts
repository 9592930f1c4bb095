// What one commit stores: some records, the words they use first, and a seal that binds them to all batches before.
//
//   batch  := header, words (words.ts), event* (codec.ts), seal
//   header := 'QJ', byte version, byte 0, u32 count of events, f64 first sequence, f64 consumed,
//             32 bytes seal of the batch before, u32 bytes of words
//             (little endian; the first batch follows the digest of the journal's identity)
//   seal   := SHA-256 of everything before it
//
// Sequences are consecutive, so only the first is stored. The seal covers the seal of the batch before, so one seal
// vouches for the whole history: a changed bit, a batch left out, put in or exchanged breaks it.
import { createHash } from 'node:crypto'
import type { Envelope } from '../../domain/event.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { decodeEvent, encodeEvent } from './codec.ts'
import { corrupt, JournalError } from './journal-error.ts'
import type { Words } from './words.ts'

const MAGIC = 0x4a51
const VERSION = 1
const SEAL_BYTES = 32
const WORDS_AT = 24 + SEAL_BYTES
const HEADER_BYTES = WORDS_AT + 4

export const digest = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

/** Collects records until they are sealed. Its buffers are used again for the next batch. */
export class BatchWriter {
  readonly #words: Words
  readonly #events = new ByteWriter()
  readonly #newWords = new ByteWriter()
  #first = 0
  #count = 0

  constructor(words: Words) {
    this.#words = words
  }

  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#events.length
  }

  append({ sequence, event }: Envelope): void {
    if (this.#count === 0) this.#first = sequence
    encodeEvent(event, this.#words, this.#events)
    this.#count += 1
  }

  /** Everything but the seal: its header's last two fields are known only when it is committed. */
  take(): UnsealedBatch {
    this.#newWords.clear()
    this.#words.writeNew(this.#newWords)
    const bytes = Buffer.alloc(HEADER_BYTES + this.#newWords.length + this.#events.length + SEAL_BYTES)

    bytes.writeUInt16LE(MAGIC, 0)
    bytes.writeUInt8(VERSION, 2)
    bytes.writeUInt32LE(this.#count, 4)
    bytes.writeDoubleLE(this.#first, 8)
    bytes.writeUInt32LE(this.#newWords.length, WORDS_AT)
    bytes.set(this.#newWords.written, HEADER_BYTES)
    bytes.set(this.#events.written, HEADER_BYTES + this.#newWords.length)

    const taken = { bytes, first: this.#first, count: this.#count }
    this.#events.clear()
    this.#count = 0
    return taken
  }
}

export interface UnsealedBatch {
  readonly bytes: Buffer
  readonly first: number
  readonly count: number
}

/** Completes the batch in place and returns its seal. */
export function seal({ bytes }: UnsealedBatch, consumed: number, previous: Uint8Array): Buffer {
  bytes.writeDoubleLE(consumed, 16)
  bytes.set(previous, 24)
  const sealed = digest(bytes.subarray(0, -SEAL_BYTES))
  bytes.set(sealed, bytes.length - SEAL_BYTES)
  return sealed
}

/** A stored batch whose seal is whole. */
export interface Batch {
  readonly first: number
  readonly last: number
  readonly consumed: number
  readonly seal: Buffer
  readonly words: Buffer
  readonly events: Buffer
}

/**
 * Checks the seal, that it follows `previous` where that is known, and that it begins at `first`.
 * Throws JournalError: `JOURNAL_CORRUPT` naming the first sequence in doubt, or `JOURNAL_VERSION`.
 */
export function openBatch(bytes: Buffer, first: number, previous: Uint8Array | undefined): Batch {
  if (bytes.length < HEADER_BYTES + SEAL_BYTES || bytes.readUInt16LE(0) !== MAGIC)
    throw doubt(first, 'its bytes are no batch of a journal')

  const version = bytes.readUInt8(2)
  const stored = bytes.subarray(-SEAL_BYTES)
  if (!digest(bytes.subarray(0, -SEAL_BYTES)).equals(stored)) throw doubt(first, 'its bytes are not those that were sealed')
  if (version !== VERSION) {
    throw new JournalError('JOURNAL_VERSION', {
      message: `The journal is written in format ${version}; this version of Quadrant reads format ${VERSION}.`,
      fix: 'Continue the run with the version of Quadrant that began it, or start it anew in an empty directory.',
    })
  }
  if (previous !== undefined && !bytes.subarray(24, WORDS_AT).equals(previous))
    throw doubt(first, 'it does not follow the batch before it')

  const count = bytes.readUInt32LE(4)
  if (bytes.readDoubleLE(8) !== first || count === 0) throw doubt(first, 'it does not begin where the batch before it ends')
  const eventsAt = HEADER_BYTES + bytes.readUInt32LE(WORDS_AT)
  return {
    first,
    last: first + count - 1,
    consumed: bytes.readDoubleLE(16),
    seal: Buffer.from(stored),
    words: bytes.subarray(HEADER_BYTES, eventsAt),
    events: bytes.subarray(eventsAt, -SEAL_BYTES),
  }
}

/** The records. `words` must have learned the words of this batch and of all before it. */
export function recordsOf({ events, first, last }: Batch, words: Words): Envelope[] {
  const from = new ByteReader(events)
  const records: Envelope[] = []
  for (let sequence = first; sequence <= last; sequence++) records.push({ sequence, event: decodeEvent(from, words) })

  if (!from.done) throw doubt(last, 'there are bytes after its records')
  return records
}

const doubt = (sequence: number, why: string): JournalError =>
  corrupt(`The journal is damaged from sequence ${sequence} on: ${why}.`)
