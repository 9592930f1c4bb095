// Files that are there whole or not at all: written beside their place, synced, then renamed into it.
import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, statSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { TEMPORARY } from './layout.ts'

/** Writes a small file so that a crash leaves the old one or the new one. */
export async function writeDurably(path: string, content: string): Promise<void> {
  makeFolder(dirname(path))
  const temporary = path + TEMPORARY
  try {
    const file = await open(temporary, 'w')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await moveIntoPlace(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw error
  }
}

/**
 * A folder with all above it; ENOTDIR where a file is in the way. Node's own recursive mkdir never returns where the system
 * answers "no such file" although the folder above is there, as Linux does in /proc; here that is EPERM.
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) return
  if (dirname(path) !== path) makeFolder(dirname(path))
  try {
    mkdirSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && isFolder(path)) return
    const said = code === 'EEXIST' ? 'ENOTDIR' : code === 'ENOENT' ? 'EPERM' : undefined
    throw said ? Object.assign(new Error(`${said}: no folder can be made at ${path}`), { code: said }) : error
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

/** The rename itself is only durable once the folder is synced too. */
export async function moveIntoPlace(from: string, to: string): Promise<void> {
  await rename(from, to)
  await syncPath(dirname(to))
}

export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } catch (error) {
    // Windows cannot sync a folder; its renames are journalled by NTFS.
    if (!(error instanceof Error && 'code' in error && (error.code === 'EPERM' || error.code === 'EISDIR'))) throw error
  } finally {
    await handle.close()
  }
}

/** SHA-256 in hex, read in pieces. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer)
  return hash.digest('hex')
}

export const sha256OfText = (text: string): string => createHash('sha256').update(text).digest('hex')
