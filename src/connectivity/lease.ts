// Who may do a thing that only one process may do at a time: a lease that a crashed holder cannot keep.
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

export interface Lease {
  /** Undefined while another holds it. Does not wait. */
  acquire(name: string): Promise<Hold | undefined>
}

export interface Hold {
  /** Greater than that of every holder before: what is written under a lower number is void. */
  readonly fence: number
  /** False once another holds it: somebody took us for dead. */
  current(): Promise<boolean>
  release(): Promise<void>
}

export interface FileLeaseOptions {
  /** A holder whose heartbeat stands still for so long is taken for dead. 30,000 when not given. */
  readonly staleMillis?: number
  /** Milliseconds that never step; performance.now() when not given. */
  readonly monotonic?: () => number
}

interface Written {
  readonly pid: number
  readonly host: string
  readonly id: string
  readonly released?: boolean
}

/**
 * Leases as numbered files in one folder, `<name>.lease.<fence>`, made exclusively: the file with the highest number is the
 * lease, so of two that find the same dead holder one gets the next number and the other nothing. A holder touches its file
 * as a heartbeat. Whether that stands still is watched on our own monotonic clock, so that no step of any wall clock and no
 * disagreement of two machines' clocks makes a living holder look dead; on the same machine a dead process is seen at once.
 */
export class FileLease implements Lease {
  readonly #folder: string
  readonly #staleMillis: number
  readonly #monotonic: () => number
  /** What was last seen of somebody else's lease, and since when it has not moved. */
  readonly #seen = new Map<string, { readonly beat: string; readonly since: number }>()

  constructor(folder: string, { staleMillis = 30_000, monotonic = () => performance.now() }: FileLeaseOptions = {}) {
    this.#folder = folder
    this.#staleMillis = staleMillis
    this.#monotonic = monotonic
  }

  async acquire(name: string): Promise<Hold | undefined> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const highest = this.#numbers(name).at(-1) ?? 0
    if (highest > 0 && this.#isHeld(name, highest)) return undefined

    const fence = highest + 1
    const written: Written = { pid: process.pid, host: HOST, id: randomUUID() }
    OURS.add(written.id)
    if (!this.#create(name, fence, written)) return undefined
    // Older numbers may have been cleared away between our look and our file; then ours is not the highest.
    if (this.#numbers(name).at(-1) !== fence) {
      rmSync(this.#path(name, fence), { force: true })
      return undefined
    }
    for (const older of this.#numbers(name)) if (older < fence) rmSync(this.#path(name, older), { force: true })
    return this.#hold(name, fence, written)
  }

  #hold(name: string, fence: number, written: Written): Hold {
    const path = this.#path(name, fence)
    let beats = 0
    const beat = () => {
      // Any two different times do: they are compared for equality only.
      const time = ++beats
      try {
        utimesSync(path, time, time)
      } catch {
        // The folder is gone or unwritable: `current` says what that means.
      }
    }
    const timer = setInterval(beat, this.#staleMillis / 5)
    timer.unref()
    return {
      fence,
      current: async () => this.#isOurs(name, fence, written),
      release: async () => {
        clearInterval(timer)
        if (!this.#isOurs(name, fence, written)) return
        this.#overwrite(path, { ...written, released: true })
      },
    }
  }

  #isOurs(name: string, fence: number, { id }: Written): boolean {
    const found = this.#numbers(name).at(-1) === fence ? this.#read(name, fence) : undefined
    return found?.id === id && found.released !== true
  }

  #isHeld(name: string, fence: number): boolean {
    const written = this.#read(name, fence)
    if (written?.released === true) return false
    if (written !== undefined && written.host === HOST && !isHolderAlive(written)) return false

    const beat = `${fence} ${this.#beat(name, fence)}`
    const seen = this.#seen.get(name)
    if (seen?.beat === beat) return this.#monotonic() - seen.since < this.#staleMillis
    this.#seen.set(name, { beat, since: this.#monotonic() })
    return true
  }

  #numbers(name: string): number[] {
    const prefix = `${name}.lease.`
    return readdirSync(this.#folder)
      .filter(file => file.startsWith(prefix))
      .map(file => Number(file.slice(prefix.length)))
      .filter(number => Number.isSafeInteger(number) && number > 0)
      .sort((a, b) => a - b)
  }

  /** Undefined while its maker is still writing it, or when it is gone. */
  #read(name: string, fence: number): Written | undefined {
    try {
      return JSON.parse(readFileSync(this.#path(name, fence), 'utf8')) as Written
    } catch {
      return undefined
    }
  }

  #beat(name: string, fence: number): number {
    try {
      return statSync(this.#path(name, fence)).mtimeMs
    } catch {
      return -1
    }
  }

  #create(name: string, fence: number, written: Written): boolean {
    try {
      const file = openSync(this.#path(name, fence), 'wx', 0o600)
      writeSync(file, JSON.stringify(written))
      closeSync(file)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    }
  }

  #overwrite(path: string, written: Written): void {
    try {
      const file = openSync(path, 'r+')
      writeSync(file, JSON.stringify(written), 0)
      closeSync(file)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }

  #path(name: string, fence: number): string {
    return join(this.#folder, `${name}.lease.${fence}`)
  }
}

/** This machine as far as process ids mean anything: containers of one host have their own. */
const HOST = `${hostname()} ${processNamespace()}`

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

/** What this process wrote: a lease with its number and none of these is of an earlier process that had the same number. */
const OURS = new Set<string>()

const isHolderAlive = ({ pid, id }: Written): boolean => (pid === process.pid ? OURS.has(id) : isAlive(pid))

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Another user's process: there, only not ours to signal.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
