// Walks an import format over one file and keeps everything, for tests of parsers.
import type { ImportDataset, ImportFormat, ImportOptions, ParsedRow, ParseFault } from '../src/adapters/files/format.ts'
import type { FeedEvent } from '../src/domain/event.ts'

export interface Parsed {
  readonly about: ImportDataset
  readonly events: readonly FeedEvent[]
  readonly faults: readonly ParseFault[]
}

export async function parsed(format: ImportFormat, path: string, options: ImportOptions = {}): Promise<readonly Parsed[]> {
  const found: Parsed[] = []
  for await (const about of format.open(path, options)) {
    const rows: ParsedRow[] = []
    for await (const batch of about.rows()) for (const row of batch) rows.push(row)
    found.push({
      about,
      events: rows.filter(row => row.kind !== 'fault'),
      faults: rows.filter(row => row.kind === 'fault'),
    })
  }
  return found
}

/** Every number inside an event, however deep: what must never be NaN. */
export function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersOf) : []
}
