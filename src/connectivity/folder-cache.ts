// The second level of a cache where there is no Redis: one file for each key, shared by the processes of a machine.
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CacheLevel, formatKept, type Kept, parseKept } from './two-level-cache.ts'

export class FolderCache implements CacheLevel {
  readonly #folder: string
  #writes = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  async get(key: string): Promise<Kept | undefined> {
    const path = this.#path(key)
    try {
      // The file's time is when it ends.
      if ((await stat(path)).mtimeMs <= Date.now()) return undefined
      return parseKept(await readFile(path, 'utf8'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  async set(key: string, kept: Kept, keepMillis: number): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const temporary = `${this.#path(key)}.${process.pid}.${++this.#writes}.tmp`
    await writeFile(temporary, formatKept(kept), { mode: 0o600 })
    const ends = (Date.now() + keepMillis) / 1000
    await utimes(temporary, ends, ends)
    await rename(temporary, this.#path(key))
  }

  async remove(key: string): Promise<void> {
    await rm(this.#path(key), { force: true })
  }

  async close(): Promise<void> {}

  #path(key: string): string {
    return join(this.#folder, createHash('sha256').update(key).digest('hex'))
  }
}
