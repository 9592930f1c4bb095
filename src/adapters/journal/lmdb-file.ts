// A look at LMDB's file before LMDB maps it into memory: it trusts what it finds there, and a page cut off or damaged ends
// the process with a signal that nobody can catch. Here it is an error with a name.
//
// Layout (lmdb.h and mdb.c of lmdb-js 3, data version 2), little endian:
//   page      0 u64 number · 8 u64 transaction · 18 u16 flags · 20 u16 lower · 22 u16 upper · 24 u16 offset of each node
//             lower: twice the number of nodes; offsets and upper count from byte 24. Overflow: 20 u32 pages in a row
//   meta      24 u32 magic · 28 u32 version · 48 free tree · 96 main tree · 144 u64 last page · 152 u64 transaction.
//             Pages 0 and 1; the higher transaction counts
//   tree      0 u32 page size · 6 u16 depth · 40 u64 root, all ones when empty
//   node      0 u32 size of data, or with the u16 after it the child's page · 4 u16 flags · 6 u16 size of key · key · data
//             with flag BIG the data are 0 u64 page · 16 u64 pages in a row
//   free data 0 u64 count · 8 u64 page, count times
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, statSync } from 'node:fs'
import { corrupt } from './journal-error.ts'

const MAGIC = 0xbeefc0de
const KNOWN_VERSION = 2
const HEAD_BYTES = 24
const META_BYTES = 168
const NODE_BYTES = 8
const FREE_TREE_AT = 48
const MAIN_TREE_AT = 96
const EMPTY = 2n ** 64n - 1n
const FLAG = { branch: 1, leaf: 2, overflow: 4 } as const
const KINDS = FLAG.branch | FLAG.leaf | FLAG.overflow
const BIG = 1
/** Deeper than any tree that fits on a disk. */
const DEPTH_MOST = 32
/** Beyond this a size is not a size but damage: 64 TiB. */
const FILE_BYTES_MOST = 2 ** 46

/**
 * Refuses a file that LMDB could not walk safely, with `JOURNAL_CORRUPT`. What the records say, the hash chain checks later.
 * A file that ends before its last page is lengthened with zeros first: LMDB does not write last pages that it has freed, so
 * this is no damage by itself, and if a page in use was cut off, the walk finds it.
 */
export function checkFile(path: string): void {
  const file = openSync(path, 'r+')
  try {
    checkPages(file, path, fstatSync(file).size)
  } finally {
    closeSync(file)
  }
}

/** False for a file that is not there, or that was created and never written: LMDB begins it anew. */
export const hasPages = (path: string): boolean => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0

function checkPages(file: number, path: string, size: number): void {
  const first = bytesAt(file, 0, META_BYTES)
  if (first.readUInt32LE(24) !== MAGIC) throw corrupt(`The file ${path} is not a journal.`)
  // The layout of another version is not known here; LMDB refuses it by itself.
  if (first.readUInt32LE(28) !== KNOWN_VERSION) return

  const pageBytes = first.readUInt32LE(FREE_TREE_AT)
  if (pageBytes < 256 || pageBytes > 65_536) throw corrupt(`The file ${path} is damaged in its first page.`)
  const second = bytesAt(file, pageBytes, META_BYTES)
  if (second.readUInt32LE(24) !== MAGIC) throw corrupt(`The file ${path} is damaged in its second page.`)

  const meta = first.readBigUInt64LE(152) > second.readBigUInt64LE(152) ? first : second
  const lastPage = Number(meta.readBigUInt64LE(144))
  const needed = (lastPage + 1) * pageBytes
  if (needed > FILE_BYTES_MOST) throw corrupt(`The file ${path} is damaged in its first two pages.`)
  if (size < needed) ftruncateSync(file, needed)

  const walk = new PageWalk(file, path, { pageBytes, lastPage, transaction: meta.readBigUInt64LE(152) })
  walk.tree(meta.subarray(FREE_TREE_AT, MAIN_TREE_AT), read => walk.freeList(read()))
  walk.tree(meta.subarray(MAIN_TREE_AT, MAIN_TREE_AT + 48), () => {})
}

/** What a tree may refer to. */
interface Extent {
  readonly pageBytes: number
  readonly lastPage: number
  readonly transaction: bigint
}

class PageWalk {
  readonly #file: number
  readonly #path: string
  readonly #extent: Extent

  constructor(file: number, path: string, extent: Extent) {
    this.#file = file
    this.#path = path
    this.#extent = extent
  }

  /** Every page that can be reached from the root is what its place in the tree asks for. */
  tree(tree: Buffer, visit: (read: () => Buffer) => void): void {
    const root = tree.readBigUInt64LE(40)
    const depth = tree.readUInt16LE(6)
    if (root === EMPTY) return
    if (depth === 0 || depth > DEPTH_MOST) throw this.#damage(Number(root))
    this.#page(Number(root), depth, visit)
  }

  freeList(data: Buffer): void {
    const count = data.length >= 8 ? Number(data.readBigUInt64LE(0)) : -1
    if (count < 0 || (count + 1) * 8 > data.length) throw this.#damage(0)
    for (let i = 1; i <= count; i++) this.#known(data.readBigUInt64LE(i * 8))
  }

  #page(number: number, depth: number, visit: (read: () => Buffer) => void): void {
    const page = this.#read(number, depth > 1 ? FLAG.branch : FLAG.leaf)
    const nodes = page.readUInt16LE(20) / 2
    const upper = page.readUInt16LE(22) + HEAD_BYTES
    const firstFree = HEAD_BYTES + nodes * 2
    const nodesLeast = depth > 1 ? 2 : 1
    if (!Number.isInteger(nodes) || nodes < nodesLeast || firstFree > upper || upper > page.length) throw this.#damage(number)

    for (let i = 0; i < nodes; i++) {
      const at = page.readUInt16LE(HEAD_BYTES + i * 2) + HEAD_BYTES
      if (at < upper || at % 2 !== 0 || at + NODE_BYTES > page.length) throw this.#damage(number)
      const dataAt = at + NODE_BYTES + page.readUInt16LE(at + 6)
      if (dataAt > page.length) throw this.#damage(number)

      if (depth > 1) this.#page(this.#known(BigInt(page.readUIntLE(at, 6))), depth - 1, visit)
      else visit(this.#data(page, at, dataAt))
    }
  }

  /** A leaf node's data: in the page, or in a row of pages of their own, of which only the head is looked at. */
  #data(page: Buffer, at: number, dataAt: number): () => Buffer {
    const size = page.readUInt32LE(at)
    if ((page.readUInt16LE(at + 4) & BIG) === 0) {
      if (dataAt + size > page.length) throw this.#damage(Number(page.readBigUInt64LE(0)))
      return () => page.subarray(dataAt, dataAt + size)
    }

    if (dataAt + 24 > page.length) throw this.#damage(Number(page.readBigUInt64LE(0)))
    const first = this.#known(page.readBigUInt64LE(dataAt))
    const pages = this.#read(first, FLAG.overflow).readUInt32LE(20)
    const fits = HEAD_BYTES + size <= pages * this.#extent.pageBytes && first + pages - 1 <= this.#extent.lastPage
    if (!fits || BigInt(pages) !== page.readBigUInt64LE(dataAt + 16)) throw this.#damage(first)
    return () => bytesAt(this.#file, first * this.#extent.pageBytes + HEAD_BYTES, size)
  }

  #read(number: number, kind: number): Buffer {
    const page = bytesAt(this.#file, number * this.#extent.pageBytes, this.#extent.pageBytes)
    const flags = page.readUInt16LE(18)
    if (
      page.readBigUInt64LE(0) !== BigInt(number) ||
      (flags & KINDS) !== kind ||
      page.readBigUInt64LE(8) > this.#extent.transaction
    ) {
      throw this.#damage(number)
    }
    return page
  }

  #known(number: bigint): number {
    if (number < 2n || number > BigInt(this.#extent.lastPage)) throw this.#damage(Number(number))
    return Number(number)
  }

  #damage(page: number) {
    return corrupt(`The file ${this.#path} is damaged at page ${page}.`)
  }
}

/** Zeros where the file ends early. */
function bytesAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  readSync(file, bytes, 0, length, position)
  return bytes
}
