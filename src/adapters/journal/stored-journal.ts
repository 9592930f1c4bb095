// A journal that can be read back: what recovery needs beyond the engine's own socket.
import { assert } from '../../domain/assert.ts'
import type { Envelope } from '../../domain/event.ts'
import type { Journal } from '../../engine/ports.ts'

/** Which run a journal belongs to. A journal is continued only by the run that began it. */
export interface JournalIdentity {
  readonly runId: string
  readonly configHash: string
  readonly dataHash: string
}

export interface StoredJournal extends Journal {
  readonly identity: JournalIdentity
  /** When it was begun, ISO. */
  readonly created: string
  /** Of the newest durable record; undefined while there is none. */
  readonly lastSequence: number | undefined
  /** What the last flush said: the number of events taken from feeds. */
  readonly consumed: number
  /** Records appended and not yet durable. */
  readonly pending: number
  /** Durable records from that sequence on, in order. Records appended while it is walked may or may not come. */
  read(from?: number): Iterable<Envelope>
  /** Lets another writer in. What was appended and not flushed is dropped, as after a crash. */
  close(): Promise<void>
}

/** Sequences are whole, from 0 on, and without gaps: a missing one would be a fact nobody can replay. */
export function assertFollows(sequence: number, last: number | undefined): void {
  assert(Number.isSafeInteger(sequence) && sequence >= 0, `a journal's sequence is a whole number from 0 on, was ${sequence}`)
  assert(last === undefined || sequence === last + 1, `a journal's sequence has no gaps: ${sequence} cannot follow ${last}`)
}

export function assertForward(consumed: number, before: number): void {
  assert(Number.isSafeInteger(consumed) && consumed >= before, `feeds are read forward: ${consumed} cannot follow ${before}`)
}
