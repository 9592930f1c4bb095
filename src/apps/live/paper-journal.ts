// A paper run's journal: one for each configuration, continued by every start until it is put aside.
import { createHash } from 'node:crypto'
import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { JournalError } from '../../adapters/journal/journal-error.ts'
import { type LmdbJournal, openJournal } from '../../adapters/journal/lmdb-journal.ts'
import { Failure } from '../failure.ts'
import { journalFolder } from '../home.ts'

export interface PaperOrigin {
  readonly id: string
  readonly configHash: string
  readonly code: string
  /** Put the old one aside under a name with its time, and begin anew. */
  readonly fresh: boolean
}

/** Begins or continues it. Throws JournalError, and Failure JOURNAL_OTHER_CODE when other code began it. */
export function openPaperJournal(home: string, { id, configHash, code, fresh }: PaperOrigin): LmdbJournal {
  const folder = join(journalFolder(home), id)
  if (fresh && existsSync(folder)) {
    renameSync(folder, `${folder}-until-${new Date().toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`)
  }
  try {
    // Its facts are its own: what a live market said is in the journal and nowhere else.
    return openJournal(folder, { runId: id, configHash, dataHash: createHash('sha256').update(code).digest('hex') })
  } catch (error) {
    if (!(error instanceof JournalError) || error.code !== 'JOURNAL_MISMATCH') throw error
    throw new Failure('JOURNAL_OTHER_CODE', {
      message: `the journal of ${id} was begun by other code: an update or a changed strategy would decide its past anew`,
      fix: 'begin a new one with --fresh (the old one is kept beside it), or go back to the code that began it',
    })
  }
}
