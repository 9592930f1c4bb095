// Lines written one after the other to a file that appears whole or not at all: what recorders of a run write with.
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

const BUFFER_BYTES = 64 * 1024

/** `DISK_FULL`, `FILE_DENIED`, `FILE_CLOSED` or `FILE_WRITE_FAILED`. */
export class FileWriteError extends Error {
  override readonly name = 'FileWriteError'
  readonly code: string
  readonly fix: string

  constructor(
    code: string,
    { message, fix, cause }: { readonly message: string; readonly fix: string; readonly cause?: unknown },
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.fix = fix
  }
}

/**
 * Synchronous, with one system call per 64 KiB. Lines go to `<path>.part`; `close` syncs it and gives it its name, replacing
 * what had that name. Until then, and when the process dies, no file of that name is half written.
 * Every method throws FileWriteError; after the first one the part is gone and the writer takes nothing more.
 */
export class BufferedWriter {
  readonly path: string
  readonly #part: string
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  #length = 0
  #file: number | undefined

  constructor(path: string) {
    this.path = path
    this.#part = `${path}.part`
    try {
      mkdirSync(dirname(path), { recursive: true })
      this.#file = openSync(this.#part, 'w')
    } catch (error) {
      throw explained(error, path)
    }
  }

  /** A string as it is, anything else as JSON; the line's end is added. Big integers need their text form first. */
  line(content: object | string): void {
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    // No character takes more than three bytes of UTF-8 for each of its UTF-16 units.
    const bytesMost = text.length * 3 + 1
    if (this.#length + bytesMost > BUFFER_BYTES) this.#drain()

    if (bytesMost > BUFFER_BYTES) {
      this.#write(Buffer.from(`${text}\n`))
      return
    }
    this.#openFile()
    this.#length += this.#buffer.write(text, this.#length)
    this.#buffer[this.#length++] = 0x0a
  }

  /** The file is whole, on disk and has its name when this returns. */
  close(): void {
    this.#drain()
    const file = this.#openFile()
    try {
      fsyncSync(file)
      closeSync(file)
      this.#file = undefined
      renameSync(this.#part, this.path)
    } catch (error) {
      this.discard()
      throw explained(error, this.path)
    }
  }

  /** Gives up: nothing of it stays. Harmless after `close`. */
  discard(): void {
    if (this.#file === undefined) return
    const file = this.#file
    this.#file = undefined
    try {
      closeSync(file)
    } finally {
      rmSync(this.#part, { force: true })
    }
  }

  #drain(): void {
    const full = this.#buffer.subarray(0, this.#length)
    this.#length = 0
    this.#write(full)
  }

  /** A write may take only a part of what it is given. */
  #write(bytes: Buffer): void {
    const file = this.#openFile()
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
    } catch (error) {
      this.discard()
      throw explained(error, this.path)
    }
  }

  #openFile(): number {
    if (this.#file !== undefined) return this.#file
    throw new FileWriteError('FILE_CLOSED', {
      message: `${this.path} was closed or given up; it takes no more lines.`,
      fix: 'Write it anew from its first line.',
    })
  }
}

function explained(cause: unknown, path: string): FileWriteError {
  if (cause instanceof FileWriteError) return cause
  const code = String((cause as { code?: unknown } | null)?.code ?? '')

  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new FileWriteError('DISK_FULL', {
      message: `There is no space left to write ${path}. Nothing half written was kept.`,
      fix: 'Free some space on that disk, or set QUADRANT_HOME to a folder on another one.',
      cause,
    })
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EEXIST' || code === 'EISDIR') {
    return new FileWriteError('FILE_DENIED', {
      message: `${path} cannot be written here (${code}).`,
      fix: 'Make the folder writable for this user, or set QUADRANT_HOME to one that is.',
      cause,
    })
  }
  return new FileWriteError('FILE_WRITE_FAILED', {
    message: `${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
    fix: 'Look at the health of that disk and start again.',
    cause,
  })
}
