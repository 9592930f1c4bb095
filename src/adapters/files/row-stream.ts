// From a stream of bytes to batches of rows: what every text format has in common.
import { basename } from 'node:path'
import type { FeedEvent } from '../../domain/event.ts'
import { FieldReader, lineBlocks } from './field-reader.ts'
import { faultText, type ImportError, type ParsedRow, type ParseFault } from './format.ts'

/** schema: wrong columns or no number · range: impossible · missing: blank · suspicious: flagged by the source itself. */
export type FaultReason = 'schema' | 'range' | 'missing' | 'suspicious'

/** Reads the current line: a fact, the reason why it is none, or undefined for a line that is no row (a header). */
export type ReadRow = (reader: FieldReader) => FeedEvent | FaultReason | undefined

export interface RowStream {
  readonly chunks: AsyncIterable<Buffer>
  /** As a user knows it; faults are shown as its last part and the line. */
  readonly name: string
  readonly read: ReadRow
  /** Thrown when the file had no row at all; without it, that is no fault. */
  readonly empty?: () => ImportError
}

export async function* readRows({ chunks, name, read, empty }: RowStream): AsyncGenerator<readonly ParsedRow[]> {
  const reader = new FieldReader()
  const file = basename(name)
  let any = false

  for await (const block of lineBlocks(chunks, name)) {
    const rows: ParsedRow[] = []
    reader.load(block)
    while (reader.nextLine()) {
      const row = read(reader)
      if (typeof row === 'string') rows.push(fault(row, `${file}:${reader.line}`, reader.text()))
      else if (row !== undefined) rows.push(row)
    }
    if (rows.length === 0) continue
    any = true
    yield rows
  }

  if (!any && empty) throw empty()
}

export const fault = (reason: FaultReason, where: string, raw: string): ParseFault => ({
  kind: 'fault',
  reason,
  where,
  text: faultText(raw),
})
