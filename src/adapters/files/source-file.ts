// A file as it lies on disk: its fingerprint, its bytes, and what a user is told when it cannot be read.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Provenance } from '../../domain/provenance.ts'
import { ImportError } from './format.ts'

/** Hexadecimal SHA-256 of a file, read in bounded memory. Throws IMPORT_UNREADABLE or IMPORT_EMPTY_FILE. */
export async function fingerprint(path: string): Promise<string> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of fileChunks(path)) {
    hash.update(chunk)
    size += chunk.length
  }
  if (size === 0) throw emptyFile(path)
  return hash.digest('hex')
}

export const fingerprintOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')

/** Where the rows of a recorded file come from. */
export async function recordedFrom(
  path: string,
  from: { readonly source: string; readonly licence: string | undefined },
): Promise<Provenance> {
  return Object.freeze({
    source: from.source,
    kind: 'recorded',
    origin: path,
    checksum: await fingerprint(path),
    licence: from.licence ?? 'not stated',
  })
}

export async function* fileChunks(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) yield chunk as Buffer
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** The unpacked bytes of a gzip file. Throws IMPORT_GZIP_TRUNCATED or IMPORT_GZIP_CORRUPT at the point of the damage. */
export async function* gunzipChunks(path: string): AsyncGenerator<Buffer> {
  const unpacked = pipeline(createReadStream(path), createGunzip({ chunkSize: 1 << 17 }), () => {})
  try {
    for await (const chunk of unpacked) yield chunk as Buffer
  } catch (error) {
    throw await gzipFault(path, error)
  }
}

export const emptyFile = (path: string): ImportError =>
  new ImportError('IMPORT_EMPTY_FILE', `${path} is empty`, 'Fetch or export the file again; nothing was imported from it.')

export function unreadable(path: string, cause: unknown): ImportError {
  const why = codeOf(cause) === 'ENOENT' ? 'it does not exist' : messageOf(cause)
  return new ImportError('IMPORT_UNREADABLE', `${path} cannot be read: ${why}`, 'Check the path and its permissions.')
}

export const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

export const codeOf = (cause: unknown): string | undefined =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined

async function gzipFault(path: string, cause: unknown): Promise<ImportError> {
  const code = codeOf(cause)
  if (code === 'Z_BUF_ERROR' && (await stat(path)).size === 0) return emptyFile(path)
  if (code === 'Z_BUF_ERROR') {
    return new ImportError(
      'IMPORT_GZIP_TRUNCATED',
      `${path} ends in the middle of its compressed data`,
      'The download or copy was cut short: fetch the file again.',
    )
  }
  if (code?.startsWith('Z_')) {
    return new ImportError(
      'IMPORT_GZIP_CORRUPT',
      `${path} is no valid gzip file: ${messageOf(cause)}`,
      'Fetch the file again, or check that it really is gzip.',
    )
  }
  return unreadable(path, cause)
}
