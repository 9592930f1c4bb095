// How long it takes to have a million journalled events back: open, check the whole chain, decode every record.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { openJournal } from '../src/adapters/journal/lmdb-journal.ts'
import { openFeed } from '../src/adapters/lake/feed.ts'
import { Lake } from '../src/adapters/lake/lake.ts'
import { compose, loadStrategies } from '../src/apps/compose.ts'
import { readRunConfig } from '../src/apps/config.ts'
import type { Envelope } from '../src/domain/event.ts'
import { run as play } from '../src/research/backtest.ts'
import { BENCH_HOME, benchLake } from './engine-child.ts'
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
if (await benchLake()) await throughEngine()

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

/** The same through the engine: a real run's journal (gold, EMA cross, orders and all) back to the run's own state hash. */
async function throughEngine(): Promise<void> {
  const config = readRunConfig(join(import.meta.dirname, '../config/parity-gold-minutes.yaml'), [`data.0.limit=${EVENTS}`])
  const strategies = await loadStrategies(config)
  const lake = new Lake(join(BENCH_HOME, 'lake'))
  const opened = await openFeed(lake, config)
  const run = freshFolder()
  try {
    const first = openJournal(run, identity, { created: CREATED })
    const original = compose(config, strategies, { instruments: opened.instruments, journal: first })
    await play(original, opened)
    await first.close()

    const start = performance.now()
    const journal = openJournal(run, identity)
    const again = compose(config, strategies, { instruments: opened.instruments })
    again.recover(journal.read(), journal.consumed)
    const seconds = (performance.now() - start) / 1000
    const records = journal.lastSequence!
    await journal.close()

    if (again.engine.stateHash() !== original.engine.stateHash()) throw new Error('the recovered state is another one')
    writeFigure({
      bench: 'recovery',
      metric: `recovery of ${EVENTS.toLocaleString('en-US')} journalled quotes through the engine`,
      value: seconds,
      unit: 's',
      target: { atMost: 5 },
      dataHash: opened.dataHash,
      correctnessHash: again.engine.stateHash(),
      note: `${records.toLocaleString('en-US')} records with timers and order events; the state hash is that of the run that wrote them`,
    })
  } finally {
    lake.close()
    rmSync(run, { recursive: true, force: true })
  }
}
