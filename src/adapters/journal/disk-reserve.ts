// Disk space taken before it is needed, so that LMDB never meets a full disk.
//
// When a write fails inside a commit, lmdb-js 3.5 frees memory twice and may end the process. So the file is lengthened with
// zeros here first, where a full disk is an ordinary error, and LMDB only writes over what is allocated already. (A file
// system that copies on write can still be full then; the process may end, and what was flushed is safe.)
import { closeSync, fstatSync, openSync, statfsSync, writeSync } from 'node:fs'
import { diskError } from './journal-error.ts'

const CHUNK = Buffer.alloc(2 ** 20)
/** Tree and free-list pages of one commit, with room to spare: trees of millions of batches are four pages deep. */
const TREE_BYTES = 2 ** 17

export class DiskReserve {
  readonly #file: number
  readonly #directory: string
  /** What commits may still use before LMDB has to be asked again how far it has come. */
  #left = 0

  constructor(path: string, directory: string) {
    this.#file = openSync(path, 'r+')
    this.#directory = directory
  }

  /**
   * Makes room for values of `bytes` in total. `used` tells the end of LMDB's last page; it is asked only now and then.
   * To be called with the write lock held: the file's end must not move meanwhile. Throws JournalError, `DISK_FULL`.
   */
  take(bytes: number, used: () => number): void {
    const needed = bytes + TREE_BYTES
    if (this.#left < needed) this.#refill(needed, used())
    this.#left -= needed
  }

  close(): void {
    closeSync(this.#file)
  }

  /** Room for the commit that releases the writer's claim stays beside what is asked for. */
  #refill(needed: number, used: number): void {
    try {
      let end = fstatSync(this.#file).size
      while (end < used + needed + TREE_BYTES) end += writeSync(this.#file, CHUNK, 0, CHUNK.length, end)
      this.#left = end - used - TREE_BYTES
    } catch (error) {
      throw diskError(error, 'making room for it', this.#directory)
    }
  }
}

/** For the moment before the file is made. Throws JournalError, `DISK_FULL`. */
export function assertSpaceToBegin(directory: string): void {
  const { bavail, bsize } = statfsSync(directory)
  if (bavail * bsize >= TREE_BYTES) return
  throw diskError(Object.assign(new Error('no space left'), { code: 'ENOSPC' }), 'beginning it', directory)
}
