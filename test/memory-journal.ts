// A journal that lives as long as its process: for replays and tests that need the record and not the disk.

import { JournalError } from '../src/adapters/journal/journal-error.ts'
import { assertFollows, assertForward, type JournalIdentity, type StoredJournal } from '../src/adapters/journal/stored-journal.ts'
import type { Envelope } from '../src/domain/event.ts'

export class MemoryJournal implements StoredJournal {
  readonly identity: JournalIdentity
  readonly created = new Date().toISOString()
  readonly #records: Envelope[] = []
  #durable = 0
  #consumed = 0
  #closed = false

  constructor(identity: JournalIdentity) {
    this.identity = identity
  }

  get lastSequence(): number | undefined {
    return this.#records[this.#durable - 1]?.sequence
  }

  get consumed(): number {
    return this.#consumed
  }

  get pending(): number {
    return this.#records.length - this.#durable
  }

  append(envelope: Envelope): void {
    this.#refuseIfClosed()
    assertFollows(envelope.sequence, this.#records.at(-1)?.sequence)
    this.#records.push(envelope)
  }

  flush(consumed: number): void {
    this.#refuseIfClosed()
    assertForward(consumed, this.#consumed)
    if (this.pending === 0) return
    this.#durable = this.#records.length
    this.#consumed = consumed
  }

  *read(from = 0): Generator<Envelope> {
    this.#refuseIfClosed()
    const first = this.#records[0]?.sequence ?? 0
    for (let i = Math.max(0, from - first); i < this.#durable; i++) yield this.#records[i]!
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  #refuseIfClosed(): void {
    if (this.#closed)
      throw new JournalError('JOURNAL_CLOSED', { message: 'The journal was closed.', fix: 'Open it again to go on.' })
  }
}
