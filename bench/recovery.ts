// How long it takes to have a million journalled events back: open, check the whole chain, decode every record.
import { rmSync } from 'node:fs'
import { openJournal } from '../src/adapters/journal/lmdb-journal.ts'
import type { Envelope } from '../src/domain/event.ts'
import { writeFigure } from './figure.ts'
import { freshFolder, journalEvents } from './journal-events.ts'

const EVENTS = 1_000_000
const PER_FLUSH = 1_000
const CREATED = '2000-01-01T00:00:00.000Z'

const { events, of, dataHash } = await journalEvents(EVENTS)
const folder = freshFolder()
const identity = { runId: 'bench-recovery', configHash: '', dataHash }
try {
  await write()
  await recover()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function write(): Promise<void> {
  const journal = openJournal(folder, identity, { created: CREATED })
  for (let i = 0; i < events.length; i++) {
    journal.append({ sequence: i, event: events[i]! })
    if ((i + 1) % PER_FLUSH === 0) journal.flush(i + 1)
  }
  journal.flush(events.length)
  await journal.close()
}

async function recover(): Promise<void> {
  const start = performance.now()
  const journal = openJournal(folder, identity)
  const verified = performance.now()
  const { count, sameAsWritten } = replay(journal.read())
  const end = performance.now()

  const correctnessHash = journal.chainHash
  await journal.close()
  if (count !== events.length || !sameAsWritten)
    throw new Error(`recovered ${count} of ${events.length} events, equal: ${sameAsWritten}`)
  writeFigure({
    bench: 'recovery',
    metric: `recovery of ${EVENTS.toLocaleString('en-US')} events`,
    value: (end - start) / 1000,
    unit: 's',
    target: { atMost: 5 },
    dataHash,
    correctnessHash,
    note: `${of}; ${((verified - start) / 1000).toFixed(3)} s of it open and check the chain, the rest decodes`,
  })
}

/** What is done with every recovered record. Comparing a few fields costs nothing and keeps the decoding honest. */
function replay(records: Iterable<Envelope>): { readonly count: number; readonly sameAsWritten: boolean } {
  let count = 0
  let sameAsWritten = true
  for (const { sequence, event } of records) {
    const written = events[count]!
    if (
      sequence !== count ||
      event.kind !== written.kind ||
      event.eventTime !== written.eventTime ||
      event.sequence !== written.sequence
    ) {
      sameAsWritten = false
    }
    count += 1
  }
  return { count, sameAsWritten }
}
