// A disk that loses what was not synced when the power goes, for durability tests: seeded, in memory.
import type { Disk } from '../src/connectivity/durable-file.ts'

/** Thrown by everything the dead process still tries. */
export class PowerLost extends Error {
  override readonly name = 'PowerLost'
}

interface File {
  text: string
  /** What survives for certain. */
  synced: string
}

export class CrashDisk {
  /** Names as the running system sees them, and as they are after a loss of power. */
  #names = new Map<string, File>()
  #lasting = new Map<string, File>()
  #life = 0

  /** The disk as one process sees it, until the next crash. `step` is called before each operation and may throw. */
  open(step: (what: string) => void): Disk {
    const life = this.#life
    const during = (what: string) => {
      if (life !== this.#life) throw new PowerLost(what)
      step(what)
    }
    return {
      read: path => {
        if (life !== this.#life) throw new PowerLost('read')
        return this.#names.get(path)?.text
      },
      write: (path, text) => {
        during('write')
        this.#names.set(path, { text, synced: '' })
      },
      syncFile: path => {
        during('sync file')
        const file = this.#names.get(path)
        if (file !== undefined) file.synced = file.text
      },
      rename: (from, to) => {
        during('rename')
        const file = this.#names.get(from)
        if (file === undefined) throw new Error(`no ${from}`)
        this.#names.delete(from)
        this.#names.set(to, file)
      },
      syncFolder: () => {
        during('sync folder')
        this.#lasting = new Map(this.#names)
      },
      remove: path => {
        if (life !== this.#life) throw new PowerLost('remove')
        this.#names.delete(path)
      },
    }
  }

  /** The power goes: renames since the last folder sync are kept or not, unsynced contents are kept, cut or empty. */
  crash(random: () => number): void {
    this.#life++
    const names = random() < 0.5 ? this.#names : this.#lasting
    for (const file of names.values()) {
      const unsynced = file.text !== file.synced
      if (unsynced) file.text = random() < 0.5 ? file.synced : file.text.slice(0, Math.floor(random() * file.text.length))
      file.synced = file.text
    }
    this.#names = new Map(names)
    this.#lasting = new Map(names)
  }
}
