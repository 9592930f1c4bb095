// What a download has fetched of one subject: which stretches of time, from where, with which checksum. Survives any interruption.
//
//   pieces/KEY.raw     the bytes as they came, until they are in the lake
//   pieces.jsonl       one line for each piece that lies there whole; a torn last line is no line
//   importing.jsonl    the same, renamed when its pieces are on their way into the lake: done again after a crash
//   manifest.json      every piece that is in the lake
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder, moveIntoPlace, writeDurably } from '../../adapters/lake/durable.ts'
import type { Piece } from '../../connectivity/source.ts'
import type { Micros } from '../../domain/numbers.ts'
import { Failure } from '../failure.ts'

export interface FetchedPiece {
  readonly key: string
  /** Microseconds UTC, half open. */
  readonly from: Micros
  readonly to: Micros
  /** Without secrets. */
  readonly url: string
  readonly sha256: string
  readonly bytes: number
  readonly events: number
  readonly fetchedTime: Micros
}

export interface DownloadManifest {
  readonly version: 1
  readonly source: string
  /** As the source spells it. */
  readonly subject: string
  readonly kind: string
  readonly licence: string
  /** Rows that came, and those of them that the quality gate let into the lake. */
  readonly rows: number
  readonly accepted: number
  readonly pieces: readonly FetchedPiece[]
}

export type DownloadSubject = Pick<DownloadManifest, 'source' | 'subject' | 'kind' | 'licence'>

export interface Stretch {
  readonly from: Micros
  readonly to: Micros
}

export class DownloadStore {
  readonly folder: string
  #manifest: DownloadManifest
  #waiting: FetchedPiece[]

  /** Throws Failure DATA_DOWNLOAD_DAMAGED for a manifest that cannot be read. */
  constructor(folder: string, subject: DownloadSubject) {
    this.folder = folder
    this.#manifest = readManifest(this.manifestPath) ?? { version: 1, ...subject, rows: 0, accepted: 0, pieces: [] }
    this.#waiting = readLines(this.#linesPath)
  }

  get manifestPath(): string {
    return join(this.folder, 'manifest.json')
  }

  /** Where the pieces stand that are on their way into the lake. */
  get importingPath(): string {
    return join(this.folder, 'importing.jsonl')
  }

  get #linesPath(): string {
    return join(this.folder, 'pieces.jsonl')
  }

  get manifest(): DownloadManifest {
    return this.#manifest
  }

  /** Fetched and not yet in the lake. */
  get waiting(): readonly FetchedPiece[] {
    return this.#waiting
  }

  /** What of this stretch nobody has fetched yet, in order. */
  missing({ from, to }: Stretch): readonly Stretch[] {
    const done = [...this.#manifest.pieces, ...this.#waiting].sort((a, b) => a.from - b.from)
    const gaps: Stretch[] = []
    let at = from
    for (const piece of done) {
      if (piece.from > at) gaps.push({ from: at, to: Math.min(piece.from, to) as Micros })
      if (piece.to > at) at = piece.to
      if (at >= to) break
    }
    if (at < to) gaps.push({ from: at, to })
    return gaps.filter(gap => gap.from < gap.to)
  }

  /** The bytes first, then the line that vouches for them. */
  async add(piece: Piece, bytes: Uint8Array, about: Pick<FetchedPiece, 'url' | 'events' | 'fetchedTime'>): Promise<void> {
    makeFolder(join(this.folder, 'pieces'))
    const path = this.#rawPath(piece)
    await writeSynced(`${path}.tmp`, bytes, 'w')
    await moveIntoPlace(`${path}.tmp`, path)
    const { key, from, to } = piece
    const line: FetchedPiece = { key, from, to, ...about, sha256: sha256(bytes), bytes: bytes.length }
    // A line break first ends whatever a crash left torn.
    await writeSynced(this.#linesPath, Buffer.from(`\n${JSON.stringify(line)}`), 'a')
    this.#waiting.push(line)
  }

  /** Says which pieces go into the lake now; false when there are none. After a crash it is those it was before. */
  async beginImport(): Promise<boolean> {
    if (existsSync(this.importingPath)) return true
    if (this.#waiting.length === 0) return false
    await rename(this.#linesPath, this.importingPath)
    this.#waiting = []
    return true
  }

  /** In order of time. Throws Failure DATA_DOWNLOAD_DAMAGED for bytes that are not those that were fetched. */
  importing(): readonly FetchedPiece[] {
    return readLines(this.importingPath).sort((a, b) => a.from - b.from)
  }

  async bytesOf(piece: FetchedPiece): Promise<Uint8Array> {
    const bytes = await readFile(this.#rawPath(piece)).catch(() => Buffer.alloc(0))
    if (sha256(bytes) === piece.sha256) return bytes
    throw damaged(this.#rawPath(piece), 'is not what was fetched')
  }

  async endImport({ rows, accepted }: { readonly rows: number; readonly accepted: number }): Promise<void> {
    const pieces = this.importing()
    const before = this.#manifest
    this.#manifest = {
      ...before,
      rows: before.rows + rows,
      accepted: before.accepted + accepted,
      pieces: [...before.pieces, ...pieces].sort((a, b) => a.from - b.from),
    }
    await writeDurably(this.manifestPath, `${JSON.stringify(this.#manifest, null, 1)}\n`)
    for (const piece of pieces) await rm(this.#rawPath(piece), { force: true })
    await rm(this.importingPath, { force: true })
  }

  #rawPath({ key }: Pick<Piece, 'key'>): string {
    return join(this.folder, 'pieces', `${key}.raw`)
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function writeSynced(path: string, bytes: Uint8Array, flags: 'w' | 'a'): Promise<void> {
  const file = await open(path, flags)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

function readManifest(path: string): DownloadManifest | undefined {
  if (!existsSync(path)) return undefined
  try {
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as DownloadManifest
    if (manifest.version === 1 && Array.isArray(manifest.pieces)) return manifest
  } catch {
    // Said below: whatever the reason, it is no manifest.
  }
  throw damaged(path, 'is no manifest of a download')
}

function readLines(path: string): FetchedPiece[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap(line => {
      try {
        return [JSON.parse(line) as FetchedPiece]
      } catch {
        return []
      }
    })
}

const damaged = (path: string, why: string): Failure =>
  new Failure('DATA_DOWNLOAD_DAMAGED', {
    message: `${path} ${why}`,
    fix: 'delete its folder: what is in the lake stays, and the next download fetches what is missing there again',
  })
