// A replay's journal: where it lies, and what it must have been begun with to be continued or read.
import { createHash } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { JournalError } from '../adapters/journal/journal-error.ts'
import { type LmdbJournal, openJournal } from '../adapters/journal/lmdb-journal.ts'
import { journalFolder } from './home.ts'

export interface ReplayOrigin {
  readonly id: string
  readonly configHash: string
  /** Of what was read, and of the code that read it. */
  readonly dataHash: string
  readonly codeHash: string
}

/** Begins or continues it. Throws JournalError. */
export function openReplayJournal(home: string, { id, configHash, dataHash, codeHash }: ReplayOrigin): LmdbJournal {
  const basis = createHash('sha256').update(dataHash).update(codeHash).digest('hex')
  return openJournal(join(journalFolder(home), id), { runId: id, configHash, dataHash: basis })
}

/**
 * Begins it anew. Nothing is lost that the lake does not have: only what people asked of the run before, which the audit holds.
 * Throws JournalError, `JOURNAL_LOCKED` while another process plays it.
 */
export async function openFreshReplayJournal(home: string, origin: ReplayOrigin): Promise<LmdbJournal> {
  try {
    const before = openReplayJournal(home, origin)
    await before.close()
  } catch (error) {
    // One that cannot be read is no reason to keep it.
    if (!(error instanceof JournalError) || !REPLACEABLE.has(error.code)) throw error
  }
  rmSync(join(journalFolder(home), origin.id), { recursive: true, force: true })
  return openReplayJournal(home, origin)
}

const REPLACEABLE: ReadonlySet<string> = new Set(['JOURNAL_CORRUPT', 'JOURNAL_VERSION', 'JOURNAL_MISMATCH'])

export const hasReplayJournal = (home: string, id: string): boolean => existsSync(join(journalFolder(home), id, 'data.mdb'))
