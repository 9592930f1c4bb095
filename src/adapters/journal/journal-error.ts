// What goes wrong with a journal, said so that an operator can act on it.

export type JournalErrorCode =
  /** Another process writes this journal. */
  | 'JOURNAL_LOCKED'
  /** What is stored is not what was written. */
  | 'JOURNAL_CORRUPT'
  /** Written by a version of Quadrant with another format. */
  | 'JOURNAL_VERSION'
  /** It belongs to another run, configuration or data. */
  | 'JOURNAL_MISMATCH'
  /** Its directory cannot be used. */
  | 'JOURNAL_UNWRITABLE'
  /** A write failed for a reason other than space. */
  | 'JOURNAL_WRITE_FAILED'
  /** A write failed before; what is on disk is known, what is in memory is not. */
  | 'JOURNAL_POISONED'
  /** It was closed. */
  | 'JOURNAL_CLOSED'
  | 'DISK_FULL'

/** `message` says what and why, `fix` what to do about it. */
export class JournalError extends Error {
  override readonly name = 'JournalError'
  readonly code: JournalErrorCode
  readonly fix: string

  constructor(
    code: JournalErrorCode,
    { message, fix, cause }: { readonly message: string; readonly fix: string; readonly cause?: unknown },
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.fix = fix
  }
}

const RESTORE =
  'Restore the journal from a backup, or start the run anew in an empty directory. Keep the damaged files for inquiry.'

export const corrupt = (message: string): JournalError => new JournalError('JOURNAL_CORRUPT', { message, fix: RESTORE })

/** Names a failure of the disk below a journal. `errno` numbers and texts differ between Node and LMDB; both are read. */
export function diskError(cause: unknown, doing: string, directory: string): JournalError {
  if (cause instanceof JournalError) return cause
  const text = cause instanceof Error ? cause.message : String(cause)
  const code = String((cause as { code?: unknown } | null)?.code ?? '')

  if (/^(ENOSPC|EDQUOT|28|122|-30792)$/.test(code) || /no space left|quota exceeded|MDB_MAP_FULL/i.test(text)) {
    return new JournalError('DISK_FULL', {
      message: `There is no space left for the journal while ${doing} in ${directory}. Nothing after the last flush is kept.`,
      fix: 'Free some space on that disk and start again; the run continues after the last flush.',
      cause,
    })
  }

  if (
    /^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST|13|1|30|20)$/.test(code) ||
    /permission denied|read-only|not a directory/i.test(text)
  ) {
    return new JournalError('JOURNAL_UNWRITABLE', {
      message: `The journal's directory ${directory} cannot be used while ${doing}: ${text}.`,
      fix: 'Make the directory writable for this user, or set QUADRANT_HOME to one that is.',
      cause,
    })
  }

  if (
    /MDB_(CORRUPTED|PAGE_NOTFOUND|INVALID|VERSION_MISMATCH|BAD_TXN|PANIC)|not an LMDB file|located page was wrong type|page not found/i.test(
      text,
    )
  ) {
    return new JournalError('JOURNAL_CORRUPT', {
      message: `The journal in ${directory} is damaged, seen while ${doing}: ${text}.`,
      fix: RESTORE,
      cause,
    })
  }

  return new JournalError('JOURNAL_WRITE_FAILED', {
    message: `The disk refused the journal while ${doing} in ${directory}: ${text}. Nothing after the last flush is kept.`,
    fix: 'Look at the health of that disk and start again; the run continues after the last flush.',
    cause,
  })
}
