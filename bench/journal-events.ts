// Real events for the journal's benches: gold quotes of the data pack, or the figures that come with Quadrant, again and again.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { BUNDLED_FOLDER, bundled } from '../src/adapters/files/bundled.ts'
import type { ImportDataset } from '../src/adapters/files/format.ts'
import { lean } from '../src/adapters/files/lean.ts'
import type { FeedEvent } from '../src/domain/event.ts'

const PACK = process.env['QUADRANT_DATA'] ?? resolve(import.meta.dirname, '../../shared/market')
const GOLD = join(PACK, 'cfd/lean/oanda/tick/xauusd')

export interface JournalEvents {
  readonly events: readonly FeedEvent[]
  /** What they are, for the note of a figure. */
  readonly of: string
  /** SHA-256 over the checksums of the files they came from. */
  readonly dataHash: string
}

/** That many events in memory. Where the source has fewer, it begins anew. */
export async function journalEvents(count: number): Promise<JournalEvents> {
  const files = existsSync(GOLD) ? readdirSync(GOLD).sort() : []
  const gold = files.length > 0
  const found: FeedEvent[] = []
  const checksums = new Set<string>()

  for await (const dataset of gold ? goldQuotes(files) : bundledFigures()) {
    checksums.add(dataset.provenance.checksum)
    for await (const rows of dataset.rows()) for (const row of rows) if (row.kind !== 'fault') found.push(row)
    if (found.length >= count) break
  }
  if (found.length === 0)
    throw new Error('there is nothing to measure with: neither the data pack nor the bundled figures were found')

  const events = Array.from({ length: count }, (_, i) => found[i % found.length]!)
  const dataHash = createHash('sha256')
    .update([...checksums].join())
    .digest('hex')
  return { events, of: gold ? 'gold quotes' : 'bundled government figures, repeated', dataHash }
}

/** On the disk of the repository: where a system keeps its temporary files may be memory, which syncs in no time. */
export function freshFolder(): string {
  const out = join(import.meta.dirname, 'out')
  mkdirSync(out, { recursive: true })
  return mkdtempSync(join(out, 'journal-'))
}

async function* goldQuotes(files: readonly string[]): AsyncGenerator<ImportDataset> {
  for (const file of files) yield* lean.open(join(GOLD, file), {})
}

async function* bundledFigures(): AsyncGenerator<ImportDataset> {
  const files = readdirSync(BUNDLED_FOLDER).sort()
  for (const file of files) if (bundled.accepts(file)) yield* bundled.open(join(BUNDLED_FOLDER, file), {})
}
