// What a durable record costs beside the disk's own sync, and how many records a second go into the journal in batches.
import { closeSync, fdatasyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { BatchWriter } from '../src/adapters/journal/batch.ts'
import { type LmdbJournal, openJournal } from '../src/adapters/journal/lmdb-journal.ts'
import { Words } from '../src/adapters/journal/words.ts'
import type { FeedEvent } from '../src/domain/event.ts'
import { percentiles, writeFigure } from './figure.ts'
import { freshFolder, journalEvents } from './journal-events.ts'

const SINGLES = 1_000
/** Not measured: until then the engine compiles what it runs. */
const WARM_UP = 300
const BATCHED = 1_000_000
/** A replay's rhythm, and a rare one that shows the work without the disk's waiting. */
const PER_FLUSH = [1_000, 10_000] as const

const { events, of, dataHash } = await journalEvents(BATCHED)
const folder = freshFolder()
try {
  await singles()
  for (const perFlush of PER_FLUSH) await batches(perFlush)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** One record and one plain write of as many bytes in turn, so that both meet the same moods of the disk. */
async function singles(): Promise<void> {
  const journal = begin('singles')
  const plain = openSync(join(folder, 'plain'), 'a')
  const bytes = bytesOfOne(events[1]!)
  const durable = new Float64Array(SINGLES)
  const disk = new Float64Array(SINGLES)

  for (let i = 0; i < WARM_UP + SINGLES; i++) {
    let start = performance.now()
    journal.append({ sequence: i, event: events[i]! })
    journal.flush(i + 1)
    if (i >= WARM_UP) durable[i - WARM_UP] = performance.now() - start

    start = performance.now()
    writeSync(plain, bytes)
    fdatasyncSync(plain)
    if (i >= WARM_UP) disk[i - WARM_UP] = performance.now() - start
  }
  closeSync(plain)

  const [ours, theirs] = [percentiles(durable), percentiles(disk)]
  const correctnessHash = journal.chainHash
  await journal.close()

  const common = { bench: 'journal', dataHash, correctnessHash }
  const note = `${SINGLES} × ${bytes.length} bytes, in turn with write + fdatasync of as many bytes`
  writeFigure({
    ...common,
    metric: 'write + fdatasync, p50',
    value: theirs.p50,
    unit: 'ms',
    p50: theirs.p50,
    p99: theirs.p99,
    note,
  })
  writeFigure({
    ...common,
    metric: 'durable single append, p50',
    value: ours.p50,
    unit: 'ms',
    p50: ours.p50,
    p99: ours.p99,
    note,
  })
  writeFigure({
    ...common,
    metric: 'durable single append / fdatasync, p50',
    value: ours.p50 / theirs.p50,
    unit: 'times',
    target: { atMost: 2 },
    p50: ours.p50 / theirs.p50,
    p99: ours.p99 / theirs.p99,
    note,
  })
}

async function batches(perFlush: number): Promise<void> {
  const name = `batches-of-${perFlush}`
  const journal = begin(name)
  const start = performance.now()
  for (let i = 0; i < events.length; i++) {
    journal.append({ sequence: i, event: events[i]! })
    if ((i + 1) % perFlush === 0) journal.flush(i + 1)
  }
  journal.flush(events.length)
  const seconds = (performance.now() - start) / 1000

  const correctnessHash = journal.chainHash
  await journal.close()
  const size = statSync(join(folder, name, 'data.mdb')).size
  writeFigure({
    bench: 'journal',
    metric: `batch append, durable every ${perFlush}`,
    value: Math.round(events.length / seconds),
    unit: 'records/s',
    target: { atLeast: 300_000 },
    dataHash,
    correctnessHash,
    note: `${events.length} ${of}, durable every ${perFlush}; ${(size / events.length).toFixed(1)} bytes of disk a record`,
  })
}

function begin(name: string): LmdbJournal {
  return openJournal(
    join(folder, name),
    { runId: `bench-${name}`, configHash: '', dataHash },
    { created: '2000-01-01T00:00:00.000Z' },
  )
}

/** What the journal stores for one record once its words are known. */
function bytesOfOne(event: FeedEvent): Buffer {
  const writer = new BatchWriter(new Words())
  writer.append({ sequence: 0, event })
  writer.take()
  writer.append({ sequence: 1, event })
  return writer.take().bytes
}
