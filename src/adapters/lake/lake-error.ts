// What the lake says when disk or data let it down: what, why, the fix, a stable code.

export class LakeError extends Error {
  override readonly name = 'LakeError'
  readonly code: string
  readonly fix: string

  constructor(code: string, message: string, fix: string) {
    super(message)
    this.code = code
    this.fix = fix
  }
}

/** DuckDB could not read a file that a manifest vouches for. */
export function unreadable(error: unknown, path: string): LakeError {
  const why = error instanceof Error ? error.message.split('\n')[0] : String(error)
  return new LakeError(
    'LAKE_FILE_DAMAGED',
    `${path} is missing or damaged: ${why}`,
    'Run `quadrant data verify`, which names every such file, and import its source file again after deleting its manifest.',
  )
}

/** Turns what the file system or DuckDB threw into words; anything unknown is a bug and passes through unchanged. */
export function asLakeError(error: unknown, path: string): unknown {
  if (error instanceof LakeError || !(error instanceof Error)) return error
  const cause = 'code' in error && typeof error.code === 'string' ? error.code : ''

  if (cause === 'ENOSPC' || cause === 'EDQUOT' || /no space left|disk full|quota exceeded/i.test(error.message)) {
    return new LakeError(
      'DISK_FULL',
      `The disk filled up while writing ${path}. Nothing of this file was imported; what was there before is untouched.`,
      'Free some space, or point QUADRANT_HOME at a larger disk, and run the same import again.',
    )
  }
  if (
    ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(cause) ||
    /permission denied|read-only file system|not a directory/i.test(error.message)
  ) {
    return new LakeError(
      'LAKE_UNWRITABLE',
      `The lake at ${path} cannot be written (${cause || error.message}).`,
      'Make the folder writable for this user, or point QUADRANT_HOME at a folder that is.',
    )
  }
  return error
}
