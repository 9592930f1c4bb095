// One small file that is either its old self or its new self after any crash, never something between.
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** The steps a durable write is made of, each of which a crash may follow. */
export interface Disk {
  /** Undefined where there is no such file. */
  read(path: string): string | undefined
  write(path: string, text: string): void
  syncFile(path: string): void
  rename(from: string, to: string): void
  syncFolder(path: string): void
  remove(path: string): void
}

export const DISK: Disk = {
  read(path) {
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  },
  write(path, text) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const file = openSync(path, 'w', 0o600)
    try {
      const bytes = Buffer.from(text)
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
    } finally {
      closeSync(file)
    }
  },
  syncFile: path => sync(path, 'r+'),
  rename: renameSync,
  syncFolder(path) {
    // Windows cannot open a folder; its file systems keep a rename in their own journal.
    if (process.platform !== 'win32') sync(path, 'r')
  },
  remove: path => rmSync(path, { force: true }),
}

function sync(path: string, flags: string): void {
  const file = openSync(path, flags)
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** When it returns, the new text survives a loss of power. The temporary file is this process's own. */
export function writeDurably(path: string, text: string, disk: Disk = DISK): void {
  const folder = dirname(path)
  const temporary = join(folder, `.${basename(path)}.${process.pid}.tmp`)
  try {
    disk.write(temporary, text)
    disk.syncFile(temporary)
    disk.rename(temporary, path)
  } catch (error) {
    disk.remove(temporary)
    throw error
  }
  disk.syncFolder(folder)
}
