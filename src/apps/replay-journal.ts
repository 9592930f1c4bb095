// A replay's journal: where it lies, and what it must have been begun with to be continued or read.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
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

export const hasReplayJournal = (home: string, id: string): boolean => existsSync(join(journalFolder(home), id, 'data.mdb'))
