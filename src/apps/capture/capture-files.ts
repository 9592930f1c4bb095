// The files of captured sessions: found in folders, unpacked, cut into lines. Damage ends a file early, never the reading of it.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Readable, Transform } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { type FrameLine, parseFrameLine } from '../../connectivity/frame-line.ts'
import { Failure } from '../failure.ts'

/** What a line of a file is: a frame line, a remark of the recorder, or damage. */
export type CaptureLine = FrameLine | 'remark' | 'unreadable'

export interface CaptureFile {
  readonly path: string
  readonly bytes: number
}

/** A frame of a venue fits well; a line beyond it is damage. Characters. */
const LINE_MAX = 64 * 1024 * 1024
const BATCH_LINES = 2000
/** A file of a folder is taken when one of its first lines is a frame line. */
const SNIFFED_LINES = 20
const SNIFFED_BYTES = 1 << 20
/** What other clients write between frames: 'configuration: {…}'. */
const REMARK = /^[a-z]+: \{.*\}$/

/** Files in the order of their names, folders walked. Throws CAPTURE_NOT_FOUND. */
export async function captureFiles(paths: readonly string[]): Promise<CaptureFile[]> {
  const files: CaptureFile[] = []
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined)
    if (found === undefined) {
      throw new Failure('CAPTURE_NOT_FOUND', {
        message: `there is no file or folder ${path}`,
        fix: 'check the path and run again',
      })
    }
    if (!found.isDirectory()) files.push({ path, bytes: found.size })
    else files.push(...(await walk(path)))
  }
  const seen = new Set<string>()
  return files.filter(({ path }) => !seen.has(path) && seen.add(path))
}

/**
 * Captures beside a file that belong to it: `VENUE.0` (instruments) and `VENUE.http.N.N` (snapshots) for `VENUE.ws.N.N`.
 * Those already `named` are left out.
 */
export async function companionsOf(files: readonly CaptureFile[], named: readonly CaptureFile[]): Promise<CaptureFile[]> {
  const taken = new Set(named.map(({ path }) => path))
  const companions: CaptureFile[] = []
  for (const { path } of files) {
    const [venue, rest] = split(basename(path))
    if (venue === '' || !rest.startsWith('ws.')) continue
    for (const name of (await readdir(dirname(path)).catch(() => [])).sort(byNumber)) {
      const other = join(dirname(path), name)
      const [of, kind] = split(name)
      if (of !== venue || taken.has(other) || !/^(?:\d+|http\..*)(?:\.gz|\.zst)?$/.test(kind)) continue
      taken.add(other)
      const found = await stat(other)
      if (found.isFile()) companions.push({ path: other, bytes: found.size })
    }
  }
  return companions
}

/** 'KRAKEN.ws.50.0' → 'KRAKEN', 'ws.50.0'. */
function split(name: string): readonly [string, string] {
  const dot = name.indexOf('.')
  return dot < 0 ? ['', ''] : [name.slice(0, dot), name.slice(dot + 1)]
}

/** SHA-256 of the file as it lies on disk, hexadecimal. */
export async function checksumOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** The lines of a file, some thousand at a time. `onDamage` hears why a compressed file could not be read to its end. */
export async function* captureLines(path: string, onDamage: (why: string) => void): AsyncGenerator<CaptureLine[]> {
  let batch: CaptureLine[] = []
  for await (const text of texts(path, onDamage)) {
    if (text === '') continue
    batch.push(lineOf(text))
    if (batch.length < BATCH_LINES) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

function lineOf(text: string): CaptureLine {
  if (text === TOO_LONG) return 'unreadable'
  return parseFrameLine(text) ?? (REMARK.test(text) ? 'remark' : 'unreadable')
}

const TOO_LONG = '\u0000'

async function* texts(path: string, onDamage: (why: string) => void): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: false })
  let rest = ''
  let skipping = false
  for await (const chunk of chunks(path, onDamage)) {
    rest += decoder.decode(chunk, { stream: true })
    let start = 0
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', start)) {
      if (!skipping) yield withoutReturn(rest.slice(start, end))
      skipping = false
      start = end + 1
    }
    rest = rest.slice(start)
    if (rest.length > LINE_MAX) {
      if (!skipping) yield TOO_LONG
      skipping = true
      rest = ''
    }
  }
  rest += decoder.decode()
  if (rest !== '' && !skipping) yield withoutReturn(rest)
}

const withoutReturn = (text: string): string => (text.endsWith('\r') ? text.slice(0, -1) : text)

/** What is compressed is told by its first bytes, whatever the file is called. */
async function* chunks(path: string, onDamage: (why: string) => void): AsyncGenerator<Buffer> {
  const unpack = unpackerOf(await firstBytes(path, 4))
  const source: Readable = createReadStream(path)
  // Not `pipeline`: it would destroy the reader of what was unpacked before the damage.
  const unpacked = unpack === undefined ? source : source.on('error', error => unpack.destroy(error)).pipe(unpack)
  try {
    for await (const chunk of unpacked) yield chunk as Buffer
  } catch (error) {
    onDamage(error instanceof Error ? error.message : String(error))
  } finally {
    source.destroy()
  }
}

function unpackerOf(bytes: Buffer): Transform | undefined {
  if (bytes.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b]))) return createGunzip()
  if (bytes.equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))) return createZstdDecompress()
  return undefined
}

async function firstBytes(path: string, count: number): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

async function walk(folder: string): Promise<CaptureFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  const files: CaptureFile[] = []
  for (const path of paths.sort(byNumber)) {
    if (await looksCaptured(path)) files.push({ path, bytes: (await stat(path)).size })
  }
  return files
}

async function looksCaptured(path: string): Promise<boolean> {
  let seen = 0
  let characters = 0
  for await (const text of texts(path, () => undefined)) {
    if (parseFrameLine(text) !== undefined) return true
    characters += text.length
    if (++seen >= SNIFFED_LINES || characters > SNIFFED_BYTES) return false
  }
  return false
}

/** 'KRAKEN.ws.9.0' before 'KRAKEN.ws.10.0', the same on every machine. */
const byNumber = (a: string, b: string): number => ORDER.compare(a, b)
const ORDER = new Intl.Collator('en', { numeric: true })
