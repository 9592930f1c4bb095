// A look at LMDB's file before LMDB maps it into memory: reading past the end of a mapped file ends the process with a
// signal, which nobody can catch, so a file cut short is told apart here.
//
// Layout (lmdb.h of lmdb-js 3, data version 2), little endian, in each of the first two pages:
//   24 u32 magic · 28 u32 version · 48 u32 page size · 144 u64 last page in use · 152 u64 transaction. The higher transaction counts.
import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { corrupt } from './journal-error.ts'

const MAGIC = 0xbeefc0de
const KNOWN_VERSION = 2
const META_BYTES = 168
/** Beyond this a size is not a size but damage: 64 TiB. */
const LARGEST_BYTES = 2 ** 46

/**
 * Refuses what is no LMDB file. One that ends before its last page is lengthened with zeros: a page that is needed and was cut
 * off is then found by LMDB or by the hash chain. It is not refused here, since LMDB does not write last pages it has freed.
 */
export function checkFile(directory: string): void {
  const path = join(directory, 'data.mdb')
  if (!existsSync(path)) return

  const file = openSync(path, 'r+')
  try {
    const { size } = fstatSync(file)
    // Created and never written: the process ended in between. LMDB begins it again.
    if (size === 0) return

    const first = metaAt(file, 0)
    if (first.readUInt32LE(24) !== MAGIC) throw corrupt(`The file ${path} is not a journal.`)
    if (first.readUInt32LE(28) !== KNOWN_VERSION) return

    const pageBytes = first.readUInt32LE(48)
    const second = metaAt(file, pageBytes)
    if (second.readUInt32LE(24) !== MAGIC) throw corrupt(`The file ${path} is damaged in its second page.`)

    const newest = first.readBigUInt64LE(152) > second.readBigUInt64LE(152) ? first : second
    const needed = (Number(newest.readBigUInt64LE(144)) + 1) * pageBytes
    if (!(needed < LARGEST_BYTES)) throw corrupt(`The file ${path} is damaged in its first pages.`)
    if (size < needed) ftruncateSync(file, needed)
  } finally {
    closeSync(file)
  }
}

function metaAt(file: number, position: number): Buffer {
  const meta = Buffer.alloc(META_BYTES)
  readSync(file, meta, 0, META_BYTES, position)
  return meta
}
