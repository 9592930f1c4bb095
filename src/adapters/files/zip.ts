// Zip archives, entry by entry in bounded memory, with the checks the format asks for and the archive library leaves to us.
import { open as openFile } from 'node:fs/promises'
import { pipeline, type Readable } from 'node:stream'
import { crc32, createInflateRaw } from 'node:zlib'
import yauzl, { type Entry, type ZipFile, type ZipFileOptions } from 'yauzl'
import { ImportError } from './format.ts'
import { codeOf, emptyFile, messageOf, unreadable } from './source-file.ts'

/** No file of market rows comes near this; an archive that claims more is built to fill a disk. */
const UNPACKED_BYTES_MAX = 4 * 2 ** 30
/** Rows of digits shrink to a tenth, constant ones to a hundredth. Small entries are not worth suspecting. */
const RATIO_MAX = 400
const RATIO_APPLIES_FROM_BYTES = 64 * 2 ** 20
const CHUNK_BYTES = 1 << 18

export interface ZipEntry {
  readonly name: string
  readonly unpackedBytes: number
  /** The unpacked bytes, once. Throws IMPORT_ZIP_CORRUPT when they are not what the archive says, at the latest at the end. */
  chunks(): AsyncIterable<Buffer>
}

/** Entries in the order of the archive's directory, folders left out. Read an entry before asking for the next. */
export async function* zipEntries(path: string): AsyncGenerator<ZipEntry> {
  const zip = await openZip(path)
  try {
    for (let entry = await nextEntry(zip, path); entry; entry = await nextEntry(zip, path)) {
      if (entry.fileName.endsWith('/')) continue
      const found = entry
      refuseUnsafe(found, path)
      yield { name: found.fileName, unpackedBytes: found.uncompressedSize, chunks: () => entryChunks(zip, found, path) }
    }
  } finally {
    zip.close()
  }
}

function openZip(path: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true, autoClose: false }, (error, zip) => {
      if (error) openFault(path, error).then(reject, reject)
      else resolve(zip)
    })
  })
}

function nextEntry(zip: ZipFile, path: string): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      zip.off('entry', onEntry).off('end', onEnd).off('error', onError)
      act()
    }
    const onEntry = (entry: Entry) => settle(() => resolve(entry))
    const onEnd = () => settle(() => resolve(undefined))
    const onError = (error: Error) => settle(() => reject(corrupt(path, error.message)))
    zip.on('entry', onEntry).on('end', onEnd).on('error', onError)
    zip.readEntry()
  })
}

async function* entryChunks(zip: ZipFile, entry: Entry, path: string): AsyncGenerator<Buffer> {
  let checksum = 0
  let size = 0
  try {
    for await (const chunk of await openEntry(zip, entry)) {
      size += (chunk as Buffer).length
      if (size > entry.uncompressedSize) throw new Error('more data than the archive says')
      checksum = crc32(chunk as Buffer, checksum)
      yield chunk as Buffer
    }
  } catch (error) {
    throw corrupt(path, `${entry.fileName}: ${messageOf(error)}`)
  }
  if (checksum !== entry.crc32 || size !== entry.uncompressedSize)
    throw corrupt(path, `${entry.fileName} does not match its checksum`)
}

/**
 * The library unpacks in pieces of 16 KB, each a trip to another thread and back; pieces sixteen times that size take less
 * than half the time. So it hands over the packed bytes, and the size is checked here.
 */
function openEntry(zip: ZipFile, entry: Entry): Promise<Readable> {
  const packed = entry.isCompressed() ? ({ decompress: false } as ZipFileOptions) : null
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, packed ?? ({} as ZipFileOptions), (error, stream) => {
      if (error) reject(error)
      else resolve(packed ? pipeline(stream, createInflateRaw({ chunkSize: CHUNK_BYTES }), () => {}) : stream)
    })
  })
}

function refuseUnsafe(entry: Entry, path: string): void {
  if (entry.isEncrypted()) {
    throw new ImportError(
      'IMPORT_ZIP_ENCRYPTED',
      `${entry.fileName} in ${path} is encrypted`,
      'Unpack it with its password and zip it again without one.',
    )
  }
  const ratio = entry.uncompressedSize / Math.max(1, entry.compressedSize)
  const bomb = entry.uncompressedSize > RATIO_APPLIES_FROM_BYTES && ratio > RATIO_MAX
  if (bomb || entry.uncompressedSize > UNPACKED_BYTES_MAX) {
    throw new ImportError(
      'IMPORT_ZIP_BOMB',
      `${entry.fileName} in ${path} would unpack to ${entry.uncompressedSize} bytes, ${Math.round(ratio)} times its packed size`,
      'This is no file of market rows. If you trust it, unpack it and zip it in parts.',
    )
  }
}

/** The archive's directory is its last part, so a file that starts like a zip and has none was cut short. */
async function openFault(path: string, cause: Error): Promise<ImportError> {
  if (codeOf(cause)?.startsWith('E')) return unreadable(path, cause)

  const head = await headOf(path)
  if (head.length === 0) return emptyFile(path)
  if (!head.equals(Buffer.from('PK\x03\x04', 'latin1'))) {
    return new ImportError('IMPORT_NOT_A_ZIP', `${path} is no zip archive`, 'Check the file, or name the format it really has.')
  }
  return new ImportError(
    'IMPORT_ZIP_TRUNCATED',
    `${path} begins like a zip archive and ends before its directory`,
    'The download or copy was cut short: fetch the file again.',
  )
}

async function headOf(path: string): Promise<Buffer> {
  const file = await openFile(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

const corrupt = (path: string, why: string): ImportError =>
  new ImportError('IMPORT_ZIP_CORRUPT', `${path} is damaged: ${why}`, 'Fetch the file again; nothing was imported from it.')
